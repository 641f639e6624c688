/** What a put writes into each table: the columns, their key, and what a second put of the same key changes. */
import type { CollectionPairRow, IntentRow, ItemPairRow, MadeItemRow, ObservationRow } from './schema.ts'
import type { UpsertTarget } from './upsert.ts'

/** A put replaces the whole row. */
export function whole<Row>(
  table: string,
  key: readonly (keyof Row & string)[],
  rest: readonly (keyof Row & string)[],
): UpsertTarget<Row> {
  return { table, columns: [...key, ...rest], key, updates: rest }
}

export const COLLECTION_PAIR = whole<CollectionPairRow>(
  'collection_pair',
  ['id'],
  [
    'mailbox_id',
    'kind',
    'name',
    'exchange_ref',
    'nextcloud_ref',
    'exchange_identity',
    'nextcloud_identity',
    'config_hash',
    'exchange_cursor',
    'nextcloud_cursor',
    'first_pass_done',
    'status',
    'halt',
    'last_scrub_at_ms',
    'link',
  ],
)

export const ITEM_PAIR = whole<ItemPairRow>(
  'item_pair',
  ['id'],
  [
    'pair_id',
    'uid',
    'uid_key',
    'exchange_id',
    'exchange_version',
    'exchange_hashes',
    'nextcloud_id',
    'nextcloud_version',
    'nextcloud_hashes',
  ],
)

export const OBSERVATION = whole<ObservationRow>(
  'observation',
  ['pair_id', 'side', 'item_id'],
  [
    'state',
    'version',
    'uid',
    'uid_key',
    'hashes',
    'span_start_ms',
    'span_end_ms',
    'dirty',
    'seen_by',
    'attempts',
    'retry_at_ms',
    'problem_code',
    'problem_detail',
  ],
)

export const INTENT = whole<IntentRow>(
  'intent',
  ['token'],
  [
    'pair_id',
    'action',
    'side',
    'uid',
    'source_id',
    'target_id',
    'expect',
    'item_pair_id',
    'source_hashes',
    'desired_hashes',
    'opened_at_ms',
  ],
)

export const MADE_ITEM = whole<MadeItemRow>('made_item', ['pair_id', 'side', 'item_id'], [])
