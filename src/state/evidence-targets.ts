/** What a put writes into the tables of archive, conflicts, passes and actions. */
import type { StoredAction } from './evidence-rows.ts'
import type { ArchiveRow, ConflictRow, PassLogRow } from './evidence-schema.ts'
import { whole } from './targets.ts'
import type { UpsertTarget } from './upsert.ts'

/** What was archived under an id stays as it is (P1): a second put of it changes nothing. */
export const ARCHIVE: UpsertTarget<ArchiveRow> = {
  table: 'archive',
  key: ['id'],
  columns: [
    'id',
    'mailbox_id',
    'pair_id',
    'side',
    'uid',
    'item_id',
    'reason',
    'format',
    'title',
    'document',
    'created_at_ms',
    'expires_at_ms',
  ],
  updates: [],
}

export const CONFLICT = whole<ConflictRow>(
  'conflict',
  ['id'],
  [
    'mailbox_id',
    'pair_id',
    'item_pair_id',
    'uid',
    'paths',
    'kind',
    'winner',
    'archive_id',
    'created_at_ms',
    'resolved_at_ms',
    'resolution',
  ],
)

export const PASS_LOG = whole<PassLogRow>(
  'pass_log',
  ['id'],
  ['mailbox_id', 'pair_id', 'started_at_ms', 'ended_at_ms', 'outcome', 'counts', 'error_code'],
)

export const ACTION_LOG: UpsertTarget<StoredAction> = {
  table: 'action_log',
  key: [],
  columns: [
    'pass_id',
    'pair_id',
    'uid',
    'uid_key',
    'action',
    'side',
    'reason',
    'version_before',
    'version_after',
    'at_ms',
    'removal',
  ],
  updates: [],
}
