/** Streaming subscriptions and the connections that hang on them: what changed in a mailbox is told to whoever listens (MS-OXWSNTIF). */
import { randomUUID } from 'node:crypto'
import type { ServiceAccount } from './accounts.ts'
import { SoapFault } from './errors.ts'
import type { MailboxEvent } from './model.ts'
import { changeKeyOf, folderIdXml, itemIdOf } from './render/ids.ts'
import { responseXml } from './soap.ts'
import type { Mailbox } from './store.ts'

export type StreamPolicy = {
  /** HangingConnectionLimit of the account's policy. */
  hangingMax: number
  heartbeatMs: number
  /** What a minute of ConnectionTimeout lasts here. */
  minuteMs: number
}

export const STREAM_POLICY: StreamPolicy = { hangingMax: 10, heartbeatMs: 30_000, minuteMs: 60_000 }

export type Subscription = {
  id: string
  backEnd: number
  mailbox: Mailbox
  /** Serials of folders; null = all. */
  folders: ReadonlySet<number> | null
  types: ReadonlySet<string>
  /** Not told yet: nobody listens at the moment. */
  pending: string[]
}

export type Hanging = { write(xml: string): void; end(): void; cut(): void }
type Stream = Hanging & { ids: ReadonlySet<string>; account: ServiceAccount }

export class Streams {
  readonly policy: StreamPolicy
  readonly subscriptions = new Map<string, Subscription>()
  readonly #streams = new Set<Stream>()

  constructor(policy: StreamPolicy) {
    this.policy = policy
  }

  /** Connections that hang now. */
  get open(): number {
    return this.#streams.size
  }

  /** Mailboxes that somebody listens to now. */
  get heard(): number {
    const ids = [...this.#streams].flatMap((stream) => [...stream.ids])
    return new Set(ids.map((id) => this.subscriptions.get(id)?.mailbox)).size
  }

  subscribe(of: Omit<Subscription, 'id' | 'pending'>): Subscription {
    const subscription = { ...of, id: Buffer.from(`${of.backEnd}:${randomUUID()}`).toString('base64'), pending: [] }
    this.subscriptions.set(subscription.id, subscription)
    return subscription
  }

  tell(mailbox: Mailbox, event: MailboxEvent, nowMs: number): void {
    for (const subscription of this.subscriptions.values()) {
      if (subscription.mailbox !== mailbox || !subscription.types.has(event.kind)) continue
      if (subscription.folders !== null && !subscription.folders.has(event.folder.serial)) continue
      subscription.pending.push(eventXml(mailbox, event, nowMs))
    }
    for (const stream of this.#streams) this.#flush(stream)
  }

  /** Hangs until the time is over or the caller goes away; gives what ends it early. */
  listen(hanging: Hanging, ids: readonly string[], options: { account: ServiceAccount; minutes: number }): () => void {
    const stream: Stream = { ...hanging, ids: new Set(ids), account: options.account }
    const { heartbeatMs, minuteMs } = this.policy
    this.#streams.add(stream)
    stream.write(messageXml('<m:ConnectionStatus>OK</m:ConnectionStatus>'))
    this.#flush(stream)
    const heart = setInterval(
      () => stream.write(messageXml('<m:ConnectionStatus>OK</m:ConnectionStatus>')),
      heartbeatMs,
    )
    const timer = setTimeout(() => {
      stream.write(messageXml('<m:ConnectionStatus>Closed</m:ConnectionStatus>'))
      stream.end()
    }, options.minutes * minuteMs)
    return () => {
      clearInterval(heart)
      clearTimeout(timer)
      this.#streams.delete(stream)
    }
  }

  requirePlace(account: ServiceAccount): void {
    const own = [...this.#streams].filter((stream) => stream.account === account).length
    if (own < this.policy.hangingMax) return
    const message = 'You have exceeded the available concurrent connections for your account.'
    throw new SoapFault('ErrorExceededConnectionCount', message, { Policy: 'HangingConnectionLimit' })
  }

  /** The network between breaks; subscriptions live on. */
  cutAll(): void {
    for (const stream of [...this.#streams]) stream.cut()
  }

  /** The server restarts: subscriptions are gone, too. */
  forgetAll(): void {
    this.subscriptions.clear()
    this.cutAll()
  }

  #flush(stream: Stream): void {
    for (const id of stream.ids) {
      const subscription = this.subscriptions.get(id)
      if (subscription === undefined || subscription.pending.length === 0) continue
      const events = subscription.pending.splice(0).join('')
      stream.write(
        messageXml(
          `<m:Notifications><m:Notification><t:SubscriptionId>${id}</t:SubscriptionId>${events}</m:Notification></m:Notifications>`,
        ),
      )
    }
  }
}

/** Every message is a whole envelope of its own. */
function messageXml(inner: string): string {
  return responseXml(
    'GetStreamingEvents',
    `<m:GetStreamingEventsResponseMessage ResponseClass="Success"><m:ResponseCode>NoError</m:ResponseCode>${inner}</m:GetStreamingEventsResponseMessage>`,
  )
}

export function unknownXml(ids: readonly string[]): string {
  const list = ids.map((id) => `<m:SubscriptionId>${id}</m:SubscriptionId>`).join('')
  return responseXml(
    'GetStreamingEvents',
    `<m:GetStreamingEventsResponseMessage ResponseClass="Error"><m:MessageText>The specified subscription was not found.</m:MessageText><m:ResponseCode>ErrorSubscriptionNotFound</m:ResponseCode><m:DescriptiveLinkKey>0</m:DescriptiveLinkKey><m:ErrorSubscriptionIds>${list}</m:ErrorSubscriptionIds><m:ConnectionStatus>Closed</m:ConnectionStatus></m:GetStreamingEventsResponseMessage>`,
  )
}

function eventXml(mailbox: Mailbox, { kind, item, folder }: MailboxEvent, nowMs: number): string {
  const id = `<t:ItemId Id="${itemIdOf(mailbox, item)}" ChangeKey="${changeKeyOf(mailbox, item)}"/>`
  const parent = folderIdXml(mailbox, folder, 'ParentFolderId')
  const old =
    kind === 'MovedEvent'
      ? `${id.replace('ItemId', 'OldItemId')}${folderIdXml(mailbox, folder, 'OldParentFolderId')}`
      : ''
  return `<t:${kind}><t:TimeStamp>${new Date(nowMs).toISOString()}</t:TimeStamp>${id}${parent}${old}</t:${kind}>`
}
