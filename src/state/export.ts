/** A pair as the changes that make it again in another store: a dry run works on such a copy and leaves the real state alone. */
import { STATE_BATCH_ROWS_MAX } from '../limits.ts'
import type { StateChange } from '../ports/state-store.ts'
import { type Queries, read, type StateDatabase } from './database.ts'
import { intentOf, itemPairOf, observationOf } from './item-rows.ts'
import { collectionPairOf } from './rows.ts'

/** In batches of at most 500, the collection pair first. Nothing for an unknown pair. */
export async function* exportPair(state: StateDatabase, pairId: string): AsyncGenerator<StateChange[]> {
  const pair = await read(state, (db) =>
    db.selectFrom('collection_pair').selectAll().where('id', '=', pairId).executeTakeFirst(),
  )
  if (pair === undefined) return
  yield [{ kind: 'put-collection-pair', pair: collectionPairOf(pair) }]
  yield* pages(state, (db, after) => itemPairPage(db, pairId, after))
  for (const side of ['exchange', 'nextcloud'] as const) {
    yield* pages(state, (db, after) => observationPage(db, { pairId, side, after }))
  }
  yield* pages(state, (db, after) => intentPage(db, pairId, after))
}

/** One page after the key of the last row of the page before; `last` is null at the end. */
type Page = { changes: StateChange[]; last: string | null }

async function* pages(
  state: StateDatabase,
  page: (db: Queries, after: string) => Promise<Page>,
): AsyncGenerator<StateChange[]> {
  for (let after: string | null = ''; after !== null; ) {
    const from: string = after
    const { changes, last } = await read(state, (db) => page(db, from))
    if (changes.length > 0) yield changes
    after = changes.length < STATE_BATCH_ROWS_MAX ? null : last
  }
}

async function itemPairPage(db: Queries, pairId: string, after: string): Promise<Page> {
  const rows = await db
    .selectFrom('item_pair')
    .selectAll()
    .where('pair_id', '=', pairId)
    .where('exchange_id', '>', after)
    .orderBy('exchange_id')
    .limit(STATE_BATCH_ROWS_MAX)
    .execute()
  const changes = rows.map((row): StateChange => ({ kind: 'put-item-pair', itemPair: itemPairOf(row) }))
  return { changes, last: rows.at(-1)?.exchange_id ?? null }
}

async function observationPage(
  db: Queries,
  { pairId, side, after }: { pairId: string; side: 'exchange' | 'nextcloud'; after: string },
): Promise<Page> {
  const rows = await db
    .selectFrom('observation')
    .selectAll()
    .where('pair_id', '=', pairId)
    .where('side', '=', side)
    .where('item_id', '>', after)
    .orderBy('item_id')
    .limit(STATE_BATCH_ROWS_MAX)
    .execute()
  const changes = rows.map((row): StateChange => ({ kind: 'put-observation', observation: observationOf(row) }))
  return { changes, last: rows.at(-1)?.item_id ?? null }
}

async function intentPage(db: Queries, pairId: string, after: string): Promise<Page> {
  const rows = await db
    .selectFrom('intent')
    .selectAll()
    .where('pair_id', '=', pairId)
    .where('token', '>', after)
    .orderBy('token')
    .limit(STATE_BATCH_ROWS_MAX)
    .execute()
  const changes = rows.map((row): StateChange => ({ kind: 'open-intent', intent: intentOf(row) }))
  return { changes, last: rows.at(-1)?.token ?? null }
}
