/** Reads of what is known of the items of a pair. */
import type { ItemId, SideName } from '../ports/side.ts'
import type { CollectionPair, Intent, ItemPair, Observation } from '../ports/state-store.ts'
import { read, type StateDatabase } from './database.ts'
import { inLists } from './in-lists.ts'
import { intentOf, itemPairOf, observationOf, SIDE_ID } from './item-rows.ts'
import { collectionPairOf } from './rows.ts'

export async function collectionPairs(state: StateDatabase, mailboxId: string): Promise<CollectionPair[]> {
  const rows = await read(state, (db) =>
    db
      .selectFrom('collection_pair')
      .selectAll()
      .where('mailbox_id', '=', mailboxId)
      .orderBy('kind')
      .orderBy('id')
      .execute(),
  )
  return rows.map(collectionPairOf)
}

export async function collectionPairById(state: StateDatabase, id: string): Promise<CollectionPair | null> {
  const row = await read(state, (db) =>
    db.selectFrom('collection_pair').selectAll().where('id', '=', id).executeTakeFirst(),
  )
  return row ? collectionPairOf(row) : null
}

export type SideOfPair = { pairId: string; side: SideName }

/** Ordered by id within each 500 asked for; unknown ids are left out. */
export async function observations(
  state: StateDatabase,
  { pairId, side }: SideOfPair,
  ids: readonly ItemId[],
): Promise<Observation[]> {
  const found: Observation[] = []
  for (const some of inLists([...new Set(ids)])) {
    const rows = await read(state, (db) =>
      db
        .selectFrom('observation')
        .selectAll()
        .where('pair_id', '=', pairId)
        .where('side', '=', side)
        .where('item_id', 'in', some)
        .orderBy('item_id')
        .execute(),
    )
    found.push(...rows.map(observationOf))
  }
  return found
}

export type KnownItem = Pick<Observation, 'itemId' | 'version' | 'state' | 'dirty'>

export async function knownItems(state: StateDatabase, { pairId, side }: SideOfPair): Promise<KnownItem[]> {
  const rows = await read(state, (db) =>
    db
      .selectFrom('observation')
      .select(['item_id as itemId', 'version', 'state', 'dirty'])
      .where('pair_id', '=', pairId)
      .where('side', '=', side)
      .orderBy('item_id')
      .execute(),
  )
  return rows.map((row) => ({ ...row, dirty: row.dirty === 1 }) as KnownItem)
}

export async function itemPairBySide(
  state: StateDatabase,
  { pairId, side }: SideOfPair,
  id: ItemId,
): Promise<ItemPair | null> {
  const row = await read(state, (db) =>
    db
      .selectFrom('item_pair')
      .selectAll()
      .where('pair_id', '=', pairId)
      .where(SIDE_ID[side], '=', id)
      .executeTakeFirst(),
  )
  return row === undefined ? null : itemPairOf(row)
}

export async function countItemPairs(state: StateDatabase, pairId: string): Promise<number> {
  const row = await read(state, (db) =>
    db
      .selectFrom('item_pair')
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .where('pair_id', '=', pairId)
      .executeTakeFirstOrThrow(),
  )
  return row.count
}

export async function madeItems(state: StateDatabase, { pairId, side }: SideOfPair): Promise<ItemId[]> {
  const rows = await read(state, (db) =>
    db.selectFrom('made_item').select('item_id').where('pair_id', '=', pairId).where('side', '=', side).execute(),
  )
  return rows.map(({ item_id }) => item_id as ItemId)
}

export async function problems(state: StateDatabase, pairId: string): Promise<Observation[]> {
  const rows = await read(state, (db) =>
    db
      .selectFrom('observation')
      .selectAll()
      .where('pair_id', '=', pairId)
      .where('problem_code', 'is not', null)
      .orderBy('side')
      .orderBy('item_id')
      .execute(),
  )
  return rows.map(observationOf)
}

/** Oldest first. */
export async function openIntents(state: StateDatabase, pairId: string): Promise<Intent[]> {
  const rows = await read(state, (db) =>
    db
      .selectFrom('intent')
      .selectAll()
      .where('pair_id', '=', pairId)
      .orderBy('opened_at_ms')
      .orderBy('token')
      .execute(),
  )
  return rows.map(intentOf)
}
