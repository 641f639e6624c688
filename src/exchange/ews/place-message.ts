/** Puts a message into a mailbox's own Inbox: who can read it there holds the mailbox. Nothing is mailed, and nobody is the sender. */
import type { EwsClient } from './client.ts'
import { onlyValue } from './operation.ts'
import { createMessage } from './operations/create-message.ts'

export type Placed = { mailbox: string; subject: string; text: string; signal: AbortSignal }

/** Throws ConnectorError, for example `exchange.unknown-mailbox`. */
export async function placeMessage(client: EwsClient, { mailbox, subject, text, signal }: Placed): Promise<void> {
  const folder = { kind: 'distinguished', name: 'inbox' } as const
  onlyValue(await client.call(createMessage, { folder, subject, text }, { mailbox, signal }))
}
