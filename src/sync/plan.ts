/**
 * The plan of one collection pair: what shall be done to which item, as a value that can be printed, guarded and executed.
 * Pure and independent of the order of its input (I1). Contents are not needed here; execution merges them.
 */

import type { ActionReason } from '../ports/report.ts'
import type { SideName } from '../ports/side.ts'
import type { FieldHashes, ItemPair, Observation, PendingRow } from '../ports/state-store.ts'
import { changeOf, type Decision, decidePaired, otherSide } from './decide.ts'
import { changedSince, sameHashes } from './fingerprint.ts'
import { oneWayDecision } from './one-way.ts'

export type PlanEntry =
  | { kind: 'create'; side: SideName; source: Observation; replaces: ItemPair | null; reason: ActionReason }
  | { kind: 'merge'; itemPair: ItemPair; exchange: Observation; nextcloud: Observation; changed: SideName | 'both' }
  /** Two unpaired items of the same UID become a pair (I5): a merge without a base. */
  | { kind: 'adopt'; exchange: Observation; nextcloud: Observation }
  /** The id changed, the item did not (a moved mailbox): the base goes on with the new id. */
  /** `sure`: not one of several that all differ from the base. Otherwise what differs is nobody's edit: the pair is adopted anew. */
  | {
      kind: 'rebind'
      side: SideName
      itemPair: ItemPair
      found: Observation
      other: Observation | null
      sure: boolean
    }
  | { kind: 'remove'; side: SideName; itemPair: ItemPair; expect: Observation; gone: Observation }
  | { kind: 'forget'; itemPair: ItemPair | null; observations: Observation[] }
  | { kind: 'settle'; itemPair: ItemPair; exchange: Observation | null; nextcloud: Observation | null }
  | { kind: 'skip'; observation: Observation; itemPair: ItemPair | null; reason: ActionReason }
  /** Nothing can be decided yet; it stays pending. */
  | { kind: 'wait'; observation: Observation; itemPair: ItemPair | null }

/**
 * Unpaired items of a side that cannot be read: those of known UID, and whether there are any of unknown UID. Any of them may be
 * the one that seems to be missing, so nothing is created in its place and nothing removed on the other side because of it (I10).
 */
export type Veil = { uids: ReadonlySet<string>; unknown: boolean }

export type PlanInput = {
  rows: readonly PendingRow[]
  /** Item pairs that already have a uid of an unpaired row. */
  pairedUids: ReadonlySet<string>
  veils: Readonly<Record<SideName, Veil>>
  /** Sync window as instants; null = unbounded. */
  window: { startMs: number | null; endMs: number | null }
  /** The side that is never written, of a one-way link. */
  original?: SideName | null
}

export type Plan = { entries: PlanEntry[] }

export function plan(input: PlanInput): Plan {
  const rows = [...input.rows].sort(byIdentity)
  const unpaired = groupUnpaired(rows)
  const rebound = new Set<Observation>()
  const entries: PlanEntry[] = []
  const { original = null } = input
  for (const row of rows) if (row.itemPair) entries.push(planPaired(row, row.itemPair, { unpaired, rebound, original }))
  for (const [uid, group] of unpaired) {
    const left = {
      exchange: group.exchange.filter((observation) => !rebound.has(observation)),
      nextcloud: group.nextcloud.filter((observation) => !rebound.has(observation)),
    }
    entries.push(...planUnpaired(left, input, uid))
  }
  const decided = entries.flatMap((entry) => (mustWait(entry, input) ? waiting(entry) : [entry]))
  return { entries: decided.sort((one, other) => rank(one) - rank(other)) }
}

type Doubtful = Extract<PlanEntry, { kind: 'create' | 'remove' | 'rebind' | 'adopt' }>

function mustWait(entry: PlanEntry, { veils }: PlanInput): entry is Doubtful {
  if (entry.kind === 'rebind') {
    // One that differs may be a copy, and one that cannot be read the item itself.
    const { side, itemPair, found } = entry
    const isItself = sameHashes(itemPair[side].hashes, found.hashes)
    return !isItself && (veils[side].unknown || veils[side].uids.has(itemPair.uid))
  }
  // The one that can be read may be a copy of the one that cannot.
  if (entry.kind === 'adopt')
    return veils.exchange.uids.has(entry.exchange.uid) || veils.nextcloud.uids.has(entry.nextcloud.uid)
  if (entry.kind !== 'create' && entry.kind !== 'remove') return false
  const veil = veils[entry.kind === 'create' ? entry.side : otherSide(entry.side)]
  return veil.unknown || veil.uids.has(entry.kind === 'create' ? entry.source.uid : entry.itemPair.uid)
}

function waiting(entry: Doubtful): PlanEntry[] {
  const wait = (observation: Observation, itemPair: ItemPair | null = null): PlanEntry => ({
    kind: 'wait',
    observation,
    itemPair,
  })
  if (entry.kind === 'create') return [wait(entry.source, entry.replaces)]
  if (entry.kind === 'rebind') return [wait(entry.found, entry.itemPair)]
  if (entry.kind === 'adopt') return [wait(entry.exchange), wait(entry.nextcloud)]
  return [wait(entry.gone, entry.itemPair)]
}

type Group = Record<SideName, Observation[]>

function groupUnpaired(rows: readonly PendingRow[]): Map<string, Group> {
  const groups = new Map<string, Group>()
  for (const row of rows) {
    if (row.itemPair) continue
    for (const observation of [row.exchange, row.nextcloud]) {
      if (!observation) continue
      const group = groups.get(observation.uid) ?? { exchange: [], nextcloud: [] }
      group[observation.side].push(observation)
      groups.set(observation.uid, group)
    }
  }
  return groups
}

/** Of several copies the one that changed least is the item itself; the first of those that changed as much. */
function nearest(base: FieldHashes, found: readonly Observation[]): Observation | undefined {
  const distance = (one: Observation) => changedSince(base, one.hashes).size
  return found.toSorted((one, other) => distance(one) - distance(other))[0]
}

type Pairing = { unpaired: Map<string, Group>; rebound: Set<Observation>; original: SideName | null }

function planPaired(row: PendingRow, itemPair: ItemPair, { unpaired, rebound, original }: Pairing): PlanEntry {
  const exchange = changeOf(itemPair.exchange, row.exchange)
  const nextcloud = changeOf(itemPair.nextcloud, row.nextcloud)
  for (const side of ['exchange', 'nextcloud'] as const) {
    if ((side === 'exchange' ? exchange : nextcloud) !== 'gone') continue
    const again = (unpaired.get(itemPair.uid)?.[side] ?? []).filter(
      (one) => one.state === 'present' && !rebound.has(one),
    )
    const found = nearest(itemPair[side].hashes, again)
    if (found && itemPair.uid !== '') {
      rebound.add(found)
      const sure = again.length === 1 || sameHashes(itemPair[side].hashes, found.hashes)
      return { kind: 'rebind', side, itemPair, found, other: row[otherSide(side)], sure }
    }
  }
  const reason = original === null ? 'edit-beats-delete' : 'one-way'
  return entryFor(row, { itemPair, decision: oneWayDecision(decidePaired(exchange, nextcloud), original), reason })
}

type Decided = { itemPair: ItemPair; decision: Decision; reason: ActionReason }

function entryFor(row: PendingRow, { itemPair, decision, reason }: Decided): PlanEntry {
  const { exchange, nextcloud } = row
  switch (decision.kind) {
    case 'settle':
      return { kind: 'settle', itemPair, exchange, nextcloud }
    case 'merge':
      if (!exchange || !nextcloud) return { kind: 'settle', itemPair, exchange, nextcloud }
      return { kind: 'merge', itemPair, exchange, nextcloud, changed: decision.changed }
    case 'remove': {
      const expect = row[decision.side]
      const gone = row[otherSide(decision.side)]
      if (!expect || !gone) return { kind: 'settle', itemPair, exchange, nextcloud }
      return { kind: 'remove', side: decision.side, itemPair, expect, gone }
    }
    case 'recreate': {
      const source = row[otherSide(decision.side)]
      if (!source) return { kind: 'settle', itemPair, exchange, nextcloud }
      return { kind: 'create', side: decision.side, source, replaces: itemPair, reason }
    }
    case 'forget':
      return { kind: 'forget', itemPair, observations: [exchange, nextcloud].filter((one) => one !== null) }
    case 'blocked': {
      const observation = row[decision.side]
      if (!observation) return { kind: 'settle', itemPair, exchange, nextcloud }
      return { kind: 'skip', observation, itemPair, reason: 'unreadable' }
    }
  }
}

/** Items of one uid that belong to no pair: adopt one of each side, create what is new, name what is double. */
function planUnpaired(group: Group, input: PlanInput, uid: string): PlanEntry[] {
  const entries: PlanEntry[] = []
  for (const side of ['exchange', 'nextcloud'] as const) {
    for (const observation of group[side]) {
      if (observation.state === 'gone') entries.push({ kind: 'forget', itemPair: null, observations: [observation] })
      if (observation.state === 'unreadable') entries.push(skip(observation, 'unreadable'))
    }
  }
  const [exchange, ...moreExchange] = group.exchange.filter((one) => one.state === 'present')
  const [nextcloud, ...moreNextcloud] = group.nextcloud.filter((one) => one.state === 'present')
  const doubles = [...moreExchange, ...moreNextcloud]
  if (input.pairedUids.has(uid)) {
    doubles.push(...[exchange, nextcloud].filter((one) => one !== undefined))
  } else if (exchange && nextcloud) {
    entries.push({ kind: 'adopt', exchange, nextcloud })
  } else {
    const only = exchange ?? nextcloud
    if (only) entries.push(planNew(only, input))
  }
  return [...entries, ...doubles.map((observation) => skip(observation, 'duplicate-uid'))]
}

function planNew(source: Observation, input: PlanInput): PlanEntry {
  if (outsideWindow(source, input.window)) return skip(source, 'outside-window')
  if (otherSide(source.side) === input.original) return skip(source, 'one-way')
  const reason = source.side === 'exchange' ? 'new-on-exchange' : 'new-on-nextcloud'
  return { kind: 'create', side: otherSide(source.side), source, replaces: null, reason }
}

function skip(observation: Observation, reason: ActionReason): PlanEntry {
  return { kind: 'skip', observation, itemPair: null, reason }
}

function outsideWindow(observation: Observation, window: PlanInput['window']): boolean {
  const { spanStartMs, spanEndMs } = observation
  if (window.startMs !== null && spanEndMs !== null && spanEndMs < window.startMs) return true
  return window.endMs !== null && spanStartMs !== null && spanStartMs > window.endMs
}

/** Creations before updates before removals; what writes nothing comes first. */
function rank(entry: PlanEntry): number {
  switch (entry.kind) {
    case 'settle':
    case 'forget':
    case 'skip':
    case 'rebind':
    case 'wait':
      return 0
    case 'adopt':
      return 1
    case 'create':
      return 2
    case 'merge':
      return 3
    case 'remove':
      return 4
  }
}

function byIdentity(one: PendingRow, other: PendingRow): number {
  const key = (row: PendingRow) =>
    [
      row.itemPair?.uid ?? row.exchange?.uid ?? row.nextcloud?.uid ?? '',
      row.exchange?.itemId ?? '',
      row.nextcloud?.itemId ?? '',
      row.itemPair?.id ?? '',
    ].join('\u0000')
  const [first, second] = [key(one), key(other)]
  return first < second ? -1 : first > second ? 1 : 0
}
