/**
 * The three-way merge of one item, field by field. Each side is compared with its own base, so what one side cannot hold
 * never looks like an edit; only fields that a side really changed travel to the other (promises.md P1, P7).
 */
import { isFlatException, isOccurrencePath, isSchedulePath, sameValue } from '../model/flat.ts'
import type { FieldPath, FlatItem, Json } from '../model/item.ts'
import type { SideName } from '../ports/side.ts'
import type { FieldHashes } from '../ports/state-store.ts'
import { changedSince, fingerprint, hashedPath, type KeyedHash } from './fingerprint.ts'

export type ConflictPolicy = 'exchange' | 'nextcloud' | 'newest'

/** `undefined` takes the path away. */
export type FieldPatch = Map<FieldPath, Json | undefined>

export type MergeInput = {
  /** Null: the items were never seen equal (adoption): equal fields are fine, a field that only one side has is kept. */
  base: { exchange: FieldHashes; nextcloud: FieldHashes } | null
  exchange: FlatItem
  nextcloud: FlatItem
  /** The Nextcloud item as Exchange would hold it, and the other way round (`Side.fit`). */
  nextcloudOnExchange: FlatItem
  exchangeOnNextcloud: FlatItem
  /** Who wins a conflict: the policy, already applied to this item (`newest` compares dates). */
  winner: SideName
  hash: KeyedHash
}

export type Merge = { toExchange: FieldPatch; toNextcloud: FieldPatch; conflicts: FieldPath[] }

/** Pure. The patches are minimal: a side that already holds the value, as far as it can, gets nothing. */
export function merge(input: MergeInput): Merge {
  const paths = pathsByHash(input)
  const changed = changedOnEachSide(input)
  const result: Merge = { toExchange: new Map(), toNextcloud: new Map(), conflicts: [] }
  const scheduleLoser = loserOfSchedule(input, paths, changed)
  for (const [hashed, path] of [...paths].sort(byDependence)) {
    const agreed = agree(input, path)
    const owner = agreed ? ownerOfMoved(input, path, result) : null
    if (agreed && owner === null) continue
    const exchange = changed.exchange.has(hashed)
    const nextcloud = changed.nextcloud.has(hashed)
    const inConflictingSchedule = scheduleLoser !== null && isSchedulePath(path)
    if (inConflictingSchedule || (!agreed && exchange && nextcloud)) {
      resolveConflict(input, path, result)
      continue
    }
    const from = exchange === nextcloud ? owner : exchange ? 'exchange' : 'nextcloud'
    if (from === 'exchange') result.toNextcloud.set(path, input.exchange.get(path))
    if (from === 'nextcloud') result.toExchange.set(path, input.nextcloud.get(path))
  }
  return result
}

/** The winner under a policy; without both dates, and at equal dates, Exchange wins, on every instance alike (I18). */
export function winnerOf(
  policy: ConflictPolicy,
  exchangeAtMs: number | null | undefined,
  nextcloudAtMs: number | null | undefined,
): SideName {
  if (policy !== 'newest') return policy
  if (exchangeAtMs == null || nextcloudAtMs == null) return 'exchange'
  return nextcloudAtMs > exchangeAtMs ? 'nextcloud' : 'exchange'
}

function pathsByHash(input: MergeInput): Map<string, FieldPath> {
  const paths = new Map<string, FieldPath>()
  for (const flat of [input.exchange, input.nextcloud]) {
    for (const path of flat.keys()) paths.set(hashedPath(path, input.hash), path)
  }
  return paths
}

/** Without a base, every path that a side has counts as its change; an absent one does not. */
function changedOnEachSide(input: MergeInput): { exchange: Set<string>; nextcloud: Set<string> } {
  const exchange = fingerprint(input.exchange, input.hash)
  const nextcloud = fingerprint(input.nextcloud, input.hash)
  if (!input.base) return { exchange: new Set(Object.keys(exchange)), nextcloud: new Set(Object.keys(nextcloud)) }
  return {
    exchange: changedSince(input.base.exchange, exchange),
    nextcloud: changedSince(input.base.nextcloud, nextcloud),
  }
}

/** Equal, or as equal as one of the sides can be. */
function agree(input: MergeInput, path: FieldPath): boolean {
  const exchange = input.exchange.get(path)
  const nextcloud = input.nextcloud.get(path)
  return (
    sameValue(exchange, nextcloud) ||
    sameValue(exchange, input.nextcloudOnExchange.get(path)) ||
    sameValue(nextcloud, input.exchangeOnNextcloud.get(path))
  )
}

/** An occurrence says what differs from its series, so it is decided when all of the series is. */
function byDependence([, one]: [string, FieldPath], [, other]: [string, FieldPath]): number {
  const later = Number(isOccurrencePath(one)) - Number(isOccurrencePath(other))
  return later || (one < other ? -1 : 1)
}

/**
 * The side whose occurrence has a value of its own where the other's follows its series, and the series moves in this merge. The two
 * were equal as far as a side can hold them; they are no longer when the series has moved, and a value of its own is the one to keep.
 */
function ownerOfMoved(input: MergeInput, path: FieldPath, decided: Merge): SideName | null {
  if (!isOccurrencePath(path)) return null
  const exchange = ownFields(input.exchange.get(path))
  const nextcloud = ownFields(input.nextcloud.get(path))
  const moves = (field: FieldPath) => decided.toExchange.has(field) || decided.toNextcloud.has(field)
  if ([...exchange].some((field) => !nextcloud.has(field) && moves(field))) return 'exchange'
  return [...nextcloud].some((field) => !exchange.has(field) && moves(field)) ? 'nextcloud' : null
}

function ownFields(occurrence: Json | undefined): ReadonlySet<FieldPath> {
  return new Set(isFlatException(occurrence) ? Object.keys(occurrence.changes) : [])
}

/**
 * Occurrence keys belong to a schedule. When one side changed the schedule and the other the schedule or any occurrence,
 * mixing them would move or lose exceptions: the whole group is one conflict.
 */
function loserOfSchedule(
  input: MergeInput,
  paths: Map<string, FieldPath>,
  changed: { exchange: Set<string>; nextcloud: Set<string> },
): SideName | null {
  const open = [...paths].filter(([, path]) => isSchedulePath(path) && !agree(input, path))
  const touches = (side: SideName) => open.some(([hashed]) => changed[side].has(hashed))
  const moves = (side: SideName) => open.some(([hashed]) => hashed === 'schedule' && changed[side].has(hashed))
  const clash = (moves('exchange') && touches('nextcloud')) || (moves('nextcloud') && touches('exchange'))
  if (!clash) return null
  return input.winner === 'exchange' ? 'nextcloud' : 'exchange'
}

function resolveConflict(input: MergeInput, path: FieldPath, result: Merge): void {
  result.conflicts.push(path)
  if (input.winner === 'exchange') result.toNextcloud.set(path, input.exchange.get(path))
  else result.toExchange.set(path, input.nextcloud.get(path))
}
