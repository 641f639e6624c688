/**
 * Groups the changes of a commit so that a hundred of them are a few statements. Changes of one table keep their order; changes
 * of different tables do not touch each other and may pass each other, except those that stand alone (see `STANDS_ALONE`).
 */
import { unreachable } from '../ports/errors.ts'
import type { StateChange } from '../ports/state-store.ts'

type ChangeKind = StateChange['kind']
/** Changes of one kind whose keys all differ: what one multi-row statement can do. */
export type Batch = { [K in ChangeKind]: { kind: K; changes: Extract<StateChange, { kind: K }>[] } }[ChangeKind]

/** In the order in which their statements run: an archive entry before the conflict that refers to it. */
const LANES = [
  'item-pair',
  'observation',
  'cursor',
  'intent',
  'archive',
  'conflict',
  'mailbox',
  'pass-log',
  'action-log',
  'made',
] as const
type Lane = (typeof LANES)[number]

export function batchChanges(changes: readonly StateChange[]): Batch[] {
  const batches: Batch[] = []
  const lanes = new Map<Lane, { batches: Batch[]; keys: Set<string> }>()
  const flush = () => {
    for (const lane of LANES) batches.push(...(lanes.get(lane)?.batches ?? []))
    lanes.clear()
  }
  for (const change of changes) {
    const place = placeOf(change)
    if (place === STANDS_ALONE) {
      flush()
      batches.push(startBatch(change))
      continue
    }
    const lane = lanes.get(place.lane) ?? { batches: [], keys: new Set() }
    lanes.set(place.lane, lane)
    const last = lane.batches.at(-1)
    if (last?.kind === change.kind && (place.key === null || !lane.keys.has(place.key))) {
      append(last, change)
    } else {
      lane.batches.push(startBatch(change))
      lane.keys.clear()
    }
    if (place.key !== null) lane.keys.add(place.key)
  }
  flush()
  return batches
}

/** Others refer to what it changes, in other tables. */
const STANDS_ALONE = Symbol('stands alone')

/** `key` null: two such rows never collide. */
function placeOf(change: StateChange): { lane: Lane; key: string | null } | typeof STANDS_ALONE {
  switch (change.kind) {
    case 'put-observation':
      return { lane: 'observation', key: observationKey(change.observation) }
    case 'drop-observation':
      return { lane: 'observation', key: observationKey(change) }
    case 'set-cursor':
      return { lane: 'cursor', key: `${change.pairId} ${change.side}` }
    case 'put-item-pair':
      return { lane: 'item-pair', key: change.itemPair.id }
    case 'drop-item-pair':
      return { lane: 'item-pair', key: change.id }
    case 'open-intent':
      return { lane: 'intent', key: change.intent.token }
    case 'close-intent':
      return { lane: 'intent', key: change.token }
    case 'put-archive':
      return { lane: 'archive', key: change.entry.id }
    case 'put-conflict':
      return { lane: 'conflict', key: change.conflict.id }
    case 'put-mailbox':
      return { lane: 'mailbox', key: change.mailbox.id }
    case 'log-pass':
      return { lane: 'pass-log', key: change.log.id }
    case 'log-action':
      return { lane: 'action-log', key: null }
    case 'note-made':
      return { lane: 'made', key: observationKey(change) }
    case 'put-collection-pair':
    case 'reset-collection-pair':
      return STANDS_ALONE
    default:
      return unreachable(change)
  }
}

function observationKey({ pairId, side, itemId }: { pairId: string; side: string; itemId: string }): string {
  return `${pairId} ${side} ${itemId}`
}

/** The compiler cannot see that the two kinds agree; batchChanges compared them. */
function append(batch: Batch, change: StateChange): void {
  const changes: StateChange[] = batch.changes
  changes.push(change)
}

function startBatch(change: StateChange): Batch {
  return { kind: change.kind, changes: [change] } as Batch
}
