/** The tables of the state store as Kysely sees them, the same for SQLite and PostgreSQL. The migrations create exactly these. */
import type { Generated } from 'kysely'
import type { SideName } from '../ports/side.ts'
import type { CollectionKind, CollectionPair, Intent, Mailbox, Observation, PassOutcome } from '../ports/state-store.ts'
import type { ActionLogRow, ArchiveRow, ConflictRow, PassLogRow } from './evidence-schema.ts'

export type MailboxRow = {
  id: string
  email: string
  status: Mailbox['status']
  status_reason: string | null
  next_run_at_ms: number
  priority: number
  attempts: number
  last_started_at_ms: number | null
  last_success_at_ms: number | null
  last_outcome: PassOutcome | null
  /** JSON of LastPass. */
  last_pass: string | null
  lease_holder: string | null
  lease_until_ms: number | null
  lease_fence: number
  /** Null until a replica decided, and after its account went away. */
  account: string | null
  created_at_ms: number | null
  /** Marked due since it was last taken: the end of the pass under way must not put it off. */
  marked_at_ms: number | null
}

export type CollectionPairRow = {
  id: string
  mailbox_id: string
  kind: CollectionKind
  name: string
  exchange_ref: string
  nextcloud_ref: string
  exchange_identity: string | null
  nextcloud_identity: string | null
  config_hash: string
  exchange_cursor: string | null
  nextcloud_cursor: string | null
  first_pass_done: number
  status: CollectionPair['status']
  halt: string | null
  last_scrub_at_ms: number | null
  link: string | null
}

/** `uid_key` is a short hash of the uid: a hostile uid may be longer than an index entry of PostgreSQL (2,704 bytes). */
export type ItemPairRow = {
  id: string
  pair_id: string
  uid: string
  uid_key: string
  exchange_id: string
  exchange_version: string
  exchange_hashes: string
  nextcloud_id: string
  nextcloud_version: string
  nextcloud_hashes: string
}

export type ObservationRow = {
  pair_id: string
  side: SideName
  item_id: string
  state: Observation['state']
  version: string | null
  uid: string
  uid_key: string
  hashes: string
  span_start_ms: number | null
  span_end_ms: number | null
  dirty: number
  seen_by: Observation['seenBy']
  attempts: number
  retry_at_ms: number | null
  problem_code: string | null
  problem_detail: string | null
}

export type IntentRow = {
  token: string
  pair_id: string
  action: Intent['action']
  side: SideName
  uid: string
  source_id: string | null
  target_id: string | null
  expect: string | null
  item_pair_id: string | null
  source_hashes: string | null
  desired_hashes: string | null
  opened_at_ms: number
}

/** Which replica uses which of the parallel places of a service account (`MaxUsersPerAdmin` over all replicas). */
export type ServiceAccountSlotRow = {
  account: string
  slot: number
  holder: string | null
  mailbox_id: string | null
  lease_until_ms: number | null
  fence: number
}

/** Nonces of accepted webhooks (NonceBook). */
export type WebhookNonceRow = { nonce: string; expires_at_ms: number }

/** The log kept in the database; `line` is JSON. `id` is made by the database. */
export type LogLineRow = { id: Generated<number>; at_ms: number; level: string; replica: string; line: string }

/** `state`: JSON of AccountState. */
export type ServiceAccountRow = { account: string; state: string }

export type ExchangeBackOffRow = { scope: string; until_ms: number; width: number; at_ms: number }

/** Where autodiscover found a mailbox; `email` in small letters. */
export type MailboxEndpointRow = {
  email: string
  place: 'on-premises' | 'cloud'
  url: string
  found_at_ms: number
  failed_at_ms: number | null
}

/** Replicas that are alive, by the database's time. */
export type ReplicaRow = { name: string; present_until_ms: number }

export type MetaRow = { key: string; value: string }

export type SchemaVersionRow = { version: number; applied_at_ms: number }

/** Items that the connector made: it may take them away again when a user leaves. */
export type MadeItemRow = { pair_id: string; side: SideName; item_id: string }

export type StateSchema = {
  made_item: MadeItemRow
  mailbox: MailboxRow
  collection_pair: CollectionPairRow
  item_pair: ItemPairRow
  observation: ObservationRow
  intent: IntentRow
  archive: ArchiveRow
  conflict: ConflictRow
  pass_log: PassLogRow
  action_log: ActionLogRow
  service_account_slot: ServiceAccountSlotRow
  service_account: ServiceAccountRow
  exchange_back_off: ExchangeBackOffRow
  mailbox_endpoint: MailboxEndpointRow
  webhook_nonce: WebhookNonceRow
  log_line: LogLineRow
  replica: ReplicaRow
  meta: MetaRow
  schema_version: SchemaVersionRow
}
