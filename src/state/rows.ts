/** Rows to port values and back, for mailboxes and collection pairs. */
import type { Cursor } from '../ports/side.ts'
import type { CollectionPair, Mailbox } from '../ports/state-store.ts'
import type { CollectionPairRow, MailboxRow } from './schema.ts'
import { fromJson, isHalt, isLastPass, isLink, storable, wholeMs, wholeMsOrNull } from './text.ts'

export function mailboxOf(row: MailboxRow): Mailbox {
  return {
    id: row.id,
    email: row.email,
    status: row.status,
    statusReason: row.status_reason,
    nextRunAtMs: row.next_run_at_ms,
    priority: row.priority,
    attempts: row.attempts,
    lastStartedAtMs: row.last_started_at_ms,
    lastSuccessAtMs: row.last_success_at_ms,
    lastOutcome: row.last_outcome,
    lastPass: row.last_pass === null ? null : fromJson(row.last_pass, isLastPass),
  }
}

/** Everything but the lease and the service account, which only leases.ts and slots.ts write. */
export function mailboxColumns(
  mailbox: Mailbox,
): Pick<
  MailboxRow,
  | 'email'
  | 'status'
  | 'status_reason'
  | 'next_run_at_ms'
  | 'priority'
  | 'attempts'
  | 'last_started_at_ms'
  | 'last_success_at_ms'
  | 'last_outcome'
  | 'last_pass'
> {
  return {
    email: mailboxKey(mailbox.email),
    status: mailbox.status,
    status_reason: mailbox.statusReason == null ? null : storable(mailbox.statusReason),
    next_run_at_ms: wholeMs(mailbox.nextRunAtMs),
    priority: Math.round(mailbox.priority),
    attempts: mailbox.attempts,
    last_started_at_ms: wholeMsOrNull(mailbox.lastStartedAtMs),
    last_success_at_ms: wholeMsOrNull(mailbox.lastSuccessAtMs),
    last_outcome: mailbox.lastOutcome,
    last_pass: mailbox.lastPass == null ? null : storable(JSON.stringify(mailbox.lastPass)),
  }
}

export function mailboxKey(email: string): string {
  return storable(email.trim().toLowerCase())
}

export function collectionPairOf(row: CollectionPairRow): CollectionPair {
  return {
    id: row.id,
    mailboxId: row.mailbox_id,
    kind: row.kind,
    name: row.name,
    exchangeRef: row.exchange_ref,
    nextcloudRef: row.nextcloud_ref,
    exchangeIdentity: row.exchange_identity,
    nextcloudIdentity: row.nextcloud_identity,
    configHash: row.config_hash,
    exchangeCursor: row.exchange_cursor as Cursor | null,
    nextcloudCursor: row.nextcloud_cursor as Cursor | null,
    firstPassDone: row.first_pass_done === 1,
    status: row.status,
    halt: row.halt === null ? null : fromJson(row.halt, isHalt),
    lastScrubAtMs: row.last_scrub_at_ms,
    link: row.link === null ? null : fromJson(row.link, isLink),
  }
}

export function collectionPairRow(pair: CollectionPair): CollectionPairRow {
  return {
    id: pair.id,
    mailbox_id: pair.mailboxId,
    kind: pair.kind,
    name: storable(pair.name),
    exchange_ref: pair.exchangeRef,
    nextcloud_ref: pair.nextcloudRef,
    exchange_identity: pair.exchangeIdentity,
    nextcloud_identity: pair.nextcloudIdentity,
    config_hash: pair.configHash,
    exchange_cursor: pair.exchangeCursor,
    nextcloud_cursor: pair.nextcloudCursor,
    first_pass_done: pair.firstPassDone ? 1 : 0,
    status: pair.status,
    halt: pair.halt === null ? null : JSON.stringify(pair.halt),
    last_scrub_at_ms: wholeMsOrNull(pair.lastScrubAtMs),
    link: pair.link == null ? null : storable(JSON.stringify(pair.link)),
  }
}
