/** What the server would have mailed to people: the tests' proof that a sync writes to nobody (I24). */

export type MailKind = 'request' | 'update' | 'cancellation' | 'response' | 'message'

export type Mail = {
  kind: MailKind
  /** The mailbox that sends. */
  mailbox: string
  to: string[]
  subject: string
  /** The operation and its send setting: `CreateItem SendToAllAndSaveCopy`. */
  cause: string
  atMs: number
}

export class Outbox {
  readonly mails: Mail[] = []

  send(mail: Mail): void {
    if (mail.to.length > 0) this.mails.push(mail)
  }

  clear(): void {
    this.mails.length = 0
  }
}
