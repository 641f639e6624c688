/** The tables of what people ask about later: archive, conflicts, passes, actions. Joined with the others in schema.ts. */
import type { Generated } from 'kysely'
import type { SideName } from '../ports/side.ts'
import type { ArchiveReason, Conflict, PassOutcome } from '../ports/state-store.ts'

/** `title` and `document` are sealed (AES-256-GCM). */
export type ArchiveRow = {
  id: string
  mailbox_id: string
  pair_id: string
  side: SideName
  uid: string
  item_id: string
  reason: ArchiveReason
  format: 'ical' | 'vcard' | 'ews'
  title: Uint8Array
  document: Uint8Array
  created_at_ms: number
  expires_at_ms: number
}

export type ConflictRow = {
  id: string
  mailbox_id: string
  pair_id: string
  item_pair_id: string | null
  uid: string
  paths: string
  kind: Conflict['kind']
  winner: SideName
  archive_id: string | null
  created_at_ms: number
  resolved_at_ms: number | null
  resolution: Conflict['resolution']
}

export type PassLogRow = {
  id: string
  mailbox_id: string
  pair_id: string | null
  started_at_ms: number
  ended_at_ms: number
  outcome: PassOutcome
  counts: string
  error_code: string | null
}

/** `removal` is 1 for a written removal, so that the 24-hour guard counts them through a small index. */
export type ActionLogRow = {
  id: Generated<number>
  pass_id: string
  pair_id: string
  uid: string
  uid_key: string
  action: string
  side: SideName
  reason: string
  version_before: string | null
  version_after: string | null
  at_ms: number
  removal: number
}
