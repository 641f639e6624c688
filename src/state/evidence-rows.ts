/** Rows to port values and back, for conflicts, passes and actions: what people ask about later. The archive has its own file, since it is sealed. */
import type { ActionLog, Conflict, PassCounts, PassLog } from '../ports/state-store.ts'
import type { ActionLogRow, ConflictRow, PassLogRow } from './evidence-schema.ts'
import { fromJson, isNumberMap, isStringList, storable, uidKey, wholeMs, wholeMsOrNull } from './text.ts'

export function conflictOf(row: ConflictRow): Conflict {
  return {
    id: row.id,
    mailboxId: row.mailbox_id,
    pairId: row.pair_id,
    itemPairId: row.item_pair_id,
    uid: row.uid,
    paths: fromJson(row.paths, isStringList),
    kind: row.kind,
    winner: row.winner,
    archiveId: row.archive_id,
    createdAtMs: row.created_at_ms,
    resolvedAtMs: row.resolved_at_ms,
    resolution: row.resolution,
  }
}

export function conflictRow(conflict: Conflict): ConflictRow {
  return {
    id: conflict.id,
    mailbox_id: conflict.mailboxId,
    pair_id: conflict.pairId,
    item_pair_id: conflict.itemPairId,
    uid: storable(conflict.uid),
    paths: JSON.stringify(conflict.paths),
    kind: conflict.kind,
    winner: conflict.winner,
    archive_id: conflict.archiveId,
    created_at_ms: wholeMs(conflict.createdAtMs),
    resolved_at_ms: wholeMsOrNull(conflict.resolvedAtMs),
    resolution: conflict.resolution,
  }
}

const COUNTS = ['seen', 'unchanged', 'created', 'updated', 'removed', 'conflicts', 'skipped', 'failed'] as const

function isPassCounts(value: unknown): value is PassCounts {
  return isNumberMap(value) && COUNTS.every((name) => name in value)
}

export function passLogOf(row: PassLogRow): PassLog {
  return {
    id: row.id,
    mailboxId: row.mailbox_id,
    pairId: row.pair_id,
    startedAtMs: row.started_at_ms,
    endedAtMs: row.ended_at_ms,
    outcome: row.outcome,
    counts: fromJson(row.counts, isPassCounts),
    errorCode: row.error_code,
  }
}

export function passLogRow(log: PassLog): PassLogRow {
  return {
    id: log.id,
    mailbox_id: log.mailboxId,
    pair_id: log.pairId,
    started_at_ms: wholeMs(log.startedAtMs),
    ended_at_ms: wholeMs(log.endedAtMs),
    outcome: log.outcome,
    counts: JSON.stringify(log.counts),
    error_code: log.errorCode,
  }
}

export type StoredAction = Omit<ActionLogRow, 'id'>

export function actionLogOf(row: StoredAction): ActionLog {
  return {
    passId: row.pass_id,
    pairId: row.pair_id,
    uid: row.uid,
    action: row.action,
    side: row.side,
    reason: row.reason,
    versionBefore: row.version_before,
    versionAfter: row.version_after,
    atMs: row.at_ms,
  }
}

/** An action whose name begins with `remove` is a removal for the 24-hour guard. */
export function actionLogRow(log: ActionLog): StoredAction {
  return {
    pass_id: log.passId,
    pair_id: log.pairId,
    uid: storable(log.uid),
    uid_key: uidKey(log.uid),
    action: storable(log.action),
    side: log.side,
    reason: storable(log.reason),
    version_before: log.versionBefore,
    version_after: log.versionAfter,
    at_ms: wholeMs(log.atMs),
    removal: log.action.startsWith('remove') ? 1 : 0,
  }
}
