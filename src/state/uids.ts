/** Finds items by uid, through the short hash that the index holds. */
import type { ItemPair, Observation } from '../ports/state-store.ts'
import { read, type StateDatabase } from './database.ts'
import { inLists } from './in-lists.ts'
import { itemPairOf, observationOf, SIDE_ID } from './item-rows.ts'
import type { SideOfPair } from './items.ts'
import { storable, uidKey } from './text.ts'

export async function unpairedByUid(
  state: StateDatabase,
  { pairId, side }: SideOfPair,
  uids: readonly string[],
): Promise<Observation[]> {
  const wanted = new Set(uids.map(storable))
  const found: Observation[] = []
  for (const keys of inLists([...new Set(uids.map(uidKey))])) {
    const rows = await read(state, (db) =>
      db
        .selectFrom('observation as o')
        .selectAll('o')
        .where('o.pair_id', '=', pairId)
        .where('o.side', '=', side)
        .where('o.uid_key', 'in', keys)
        .where('o.state', '=', 'present')
        .where(({ not, exists, selectFrom }) =>
          not(
            exists(
              selectFrom('item_pair as ip')
                .select('ip.id')
                .whereRef('ip.pair_id', '=', 'o.pair_id')
                .whereRef(`ip.${SIDE_ID[side]}`, '=', 'o.item_id'),
            ),
          ),
        )
        .execute(),
    )
    found.push(...rows.filter((row) => wanted.has(row.uid)).map(observationOf))
  }
  // Here, not in the query: to have the order for nothing, SQLite would walk through the whole pair.
  return found.sort((one, two) => (one.itemId < two.itemId ? -1 : 1))
}

export async function itemPairsByUid(
  state: StateDatabase,
  pairId: string,
  uids: readonly string[],
): Promise<ItemPair[]> {
  const wanted = new Set(uids.map(storable))
  const found: ItemPair[] = []
  for (const keys of inLists([...new Set(uids.map(uidKey))])) {
    const rows = await read(state, (db) =>
      db
        .selectFrom('item_pair')
        .selectAll()
        .where('pair_id', '=', pairId)
        .where('uid_key', 'in', keys)
        .orderBy('id')
        .execute(),
    )
    found.push(...rows.filter((row) => wanted.has(row.uid)).map(itemPairOf))
  }
  return found
}
