/** Pending work of a pair: its cost follows the number of dirty observations, not of items. */
import { sql } from 'kysely'
import type { SideName } from '../ports/side.ts'
import type { ItemPair, Observation, PendingRow } from '../ports/state-store.ts'
import { type Queries, read, type StateDatabase } from './database.ts'
import { itemPairOf, observationOf, SIDE_ID } from './item-rows.ts'

type Sided<T> = Record<SideName, T>

export async function pending(state: StateDatabase, pairId: string, nowMs: number): Promise<PendingRow[]> {
  return await read(state, async (db) => {
    const due = await dueObservations(db, pairId, nowMs)
    if (due.length === 0) return []
    const itemPairs = await bases(db, pairId)
    const others = await counterparts(db, pairId)
    return assemble(due, itemPairs, others)
  })
}

/** `dirty = 1` stands literally in every query: only then SQLite uses the partial index on it. */
const DIRTY = sql<boolean>`o.dirty = 1`

async function dueObservations(db: Queries, pairId: string, nowMs: number): Promise<Observation[]> {
  const rows = await db
    .selectFrom('observation as o')
    .selectAll('o')
    .where('o.pair_id', '=', pairId)
    .where(DIRTY)
    .where((eb) => eb.or([eb('o.retry_at_ms', 'is', null), eb('o.retry_at_ms', '<=', Math.floor(nowMs))]))
    .execute()
  return rows.map(observationOf)
}

/** Item pairs of every dirty observation, whatever its retry time. */
async function bases(db: Queries, pairId: string): Promise<ItemPair[]> {
  const found = new Map<string, ItemPair>()
  for (const side of ['exchange', 'nextcloud'] as const) {
    const rows = await joined(db, pairId, side).selectAll('ip').execute()
    for (const row of rows) found.set(row.id, itemPairOf(row))
  }
  return [...found.values()]
}

/** What the other side of those item pairs was last seen as. */
async function counterparts(db: Queries, pairId: string): Promise<Observation[]> {
  const found: Observation[] = []
  for (const [side, other] of [
    ['exchange', 'nextcloud'],
    ['nextcloud', 'exchange'],
  ] as const) {
    const rows = await joined(db, pairId, side)
      .crossJoin('observation as x')
      .whereRef('x.pair_id', '=', 'ip.pair_id')
      .where('x.side', '=', other)
      .whereRef('x.item_id', '=', `ip.${SIDE_ID[other]}`)
      .selectAll('x')
      .execute()
    found.push(...rows.map(observationOf))
  }
  return found
}

/** `cross join` keeps SQLite from starting with the ten thousand item pairs (sqlite.org/optoverview.html, 8.2); PostgreSQL plans it freely. */
function joined(db: Queries, pairId: string, side: SideName) {
  return db
    .selectFrom('observation as o')
    .crossJoin('item_pair as ip')
    .where('o.pair_id', '=', pairId)
    .where('o.side', '=', side)
    .where(DIRTY)
    .whereRef('ip.pair_id', '=', 'o.pair_id')
    .whereRef(`ip.${SIDE_ID[side]}`, '=', 'o.item_id')
}

function assemble(
  due: readonly Observation[],
  itemPairs: readonly ItemPair[],
  others: readonly Observation[],
): PendingRow[] {
  const seen: Sided<Map<string, Observation>> = { exchange: new Map(), nextcloud: new Map() }
  for (const observation of [...others, ...due]) seen[observation.side].set(observation.itemId, observation)
  const paired: Sided<Map<string, ItemPair>> = { exchange: new Map(), nextcloud: new Map() }
  for (const itemPair of itemPairs) {
    paired.exchange.set(itemPair.exchange.id, itemPair)
    paired.nextcloud.set(itemPair.nextcloud.id, itemPair)
  }
  const rows: PendingRow[] = []
  const done = new Set<ItemPair>()
  for (const observation of due) {
    const itemPair = paired[observation.side].get(observation.itemId)
    if (itemPair === undefined) {
      rows.push({ itemPair: null, exchange: null, nextcloud: null, [observation.side]: observation })
    } else if (!done.has(itemPair)) {
      done.add(itemPair)
      const exchange = seen.exchange.get(itemPair.exchange.id) ?? null
      rows.push({ itemPair, exchange, nextcloud: seen.nextcloud.get(itemPair.nextcloud.id) ?? null })
    }
  }
  return sorted(rows)
}

/** By uid, side, id in code units: the same on every database and machine (I18). */
function sorted(rows: readonly PendingRow[]): PendingRow[] {
  return rows
    .map((row) => ({ row, key: sortKey(row) }))
    .sort((one, two) => compare(one.key, two.key))
    .map(({ row }) => row)
}

function sortKey({ itemPair, exchange, nextcloud }: PendingRow): readonly string[] {
  const shown = exchange ?? nextcloud
  return [itemPair?.uid ?? shown?.uid ?? '', shown?.side ?? '', shown?.itemId ?? '']
}

function compare(one: readonly string[], two: readonly string[]): number {
  for (const [at, text] of one.entries()) {
    const other = two[at] ?? ''
    if (text !== other) return text < other ? -1 : 1
  }
  return 0
}
