/** Rows to port values and back, for what is known of items. Ids and versions become branded here and nowhere else. */
import type { ItemId, SideName, Token, Version } from '../ports/side.ts'
import type { Intent, ItemPair, Observation } from '../ports/state-store.ts'
import type { IntentRow, ItemPairRow, ObservationRow } from './schema.ts'
import { fromJson, isStringMap, storable, uidKey, wholeMs, wholeMsOrNull } from './text.ts'

export function itemPairOf(row: ItemPairRow): ItemPair {
  return {
    id: row.id,
    pairId: row.pair_id,
    uid: row.uid,
    exchange: {
      id: row.exchange_id as ItemId,
      version: row.exchange_version as Version,
      hashes: fromJson(row.exchange_hashes, isStringMap),
    },
    nextcloud: {
      id: row.nextcloud_id as ItemId,
      version: row.nextcloud_version as Version,
      hashes: fromJson(row.nextcloud_hashes, isStringMap),
    },
  }
}

export function itemPairRow(itemPair: ItemPair): ItemPairRow {
  return {
    id: itemPair.id,
    pair_id: itemPair.pairId,
    uid: storable(itemPair.uid),
    uid_key: uidKey(itemPair.uid),
    exchange_id: itemPair.exchange.id,
    exchange_version: itemPair.exchange.version,
    exchange_hashes: JSON.stringify(itemPair.exchange.hashes),
    nextcloud_id: itemPair.nextcloud.id,
    nextcloud_version: itemPair.nextcloud.version,
    nextcloud_hashes: JSON.stringify(itemPair.nextcloud.hashes),
  }
}

export function observationOf(row: ObservationRow): Observation {
  return {
    pairId: row.pair_id,
    side: row.side,
    itemId: row.item_id as ItemId,
    state: row.state,
    version: row.version as Version | null,
    uid: row.uid,
    hashes: fromJson(row.hashes, isStringMap),
    spanStartMs: row.span_start_ms,
    spanEndMs: row.span_end_ms,
    dirty: row.dirty === 1,
    seenBy: row.seen_by,
    attempts: row.attempts,
    retryAtMs: row.retry_at_ms,
    problem: row.problem_code === null ? null : { code: row.problem_code, detail: row.problem_detail ?? '' },
  }
}

export function observationRow(observation: Observation): ObservationRow {
  return {
    pair_id: observation.pairId,
    side: observation.side,
    item_id: observation.itemId,
    state: observation.state,
    version: observation.version,
    uid: storable(observation.uid),
    uid_key: uidKey(observation.uid),
    hashes: JSON.stringify(observation.hashes),
    span_start_ms: wholeMsOrNull(observation.spanStartMs),
    span_end_ms: wholeMsOrNull(observation.spanEndMs),
    dirty: observation.dirty ? 1 : 0,
    seen_by: observation.seenBy,
    attempts: observation.attempts,
    retry_at_ms: wholeMsOrNull(observation.retryAtMs),
    problem_code: observation.problem === null ? null : storable(observation.problem.code),
    problem_detail: observation.problem === null ? null : storable(observation.problem.detail),
  }
}

export function intentOf(row: IntentRow): Intent {
  return {
    token: row.token as Token,
    pairId: row.pair_id,
    action: row.action,
    side: row.side,
    uid: row.uid,
    sourceId: row.source_id as ItemId | null,
    targetId: row.target_id as ItemId | null,
    expect: row.expect as Version | null,
    itemPairId: row.item_pair_id,
    sourceHashes: row.source_hashes === null ? null : fromJson(row.source_hashes, isStringMap),
    desiredHashes: row.desired_hashes === null ? null : fromJson(row.desired_hashes, isStringMap),
    openedAtMs: row.opened_at_ms,
  }
}

export function intentRow(intent: Intent): IntentRow {
  return {
    token: intent.token,
    pair_id: intent.pairId,
    action: intent.action,
    side: intent.side,
    uid: storable(intent.uid),
    source_id: intent.sourceId,
    target_id: intent.targetId,
    expect: intent.expect,
    item_pair_id: intent.itemPairId,
    source_hashes: intent.sourceHashes === null ? null : JSON.stringify(intent.sourceHashes),
    desired_hashes: intent.desiredHashes === null ? null : JSON.stringify(intent.desiredHashes),
    opened_at_ms: wholeMs(intent.openedAtMs),
  }
}

/** The columns of an item pair that belong to a side. */
export const SIDE_ID = { exchange: 'exchange_id', nextcloud: 'nextcloud_id' } as const satisfies Record<
  SideName,
  string
>
