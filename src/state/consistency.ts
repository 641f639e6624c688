/** Checks the invariants of the stored state that no constraint of the database can hold. For tests and for `doctor`. */
import { sql } from 'kysely'
import { type Queries, read, type StateDatabase } from './database.ts'
import { SIDE_ID } from './item-rows.ts'

/** One sentence per broken rule, with how often; empty when all hold. Read-only. Its cost follows the size of the database. */
export async function checkConsistency(state: StateDatabase): Promise<string[]> {
  return await read(state, async (db) => {
    const broken: string[] = []
    for (const { rule, count } of await Promise.all(rules(db))) if (count > 0) broken.push(`${rule}: ${count}`)
    if (state.kind === 'sqlite') broken.push(...(await sqliteIntegrity(db)))
    return broken
  })
}

type Finding = { rule: string; count: number }

function rules(db: Queries): Promise<Finding>[] {
  const count = async (rule: string, query: { execute(): Promise<unknown[]> }): Promise<Finding> => ({
    rule,
    count: (await query.execute()).length,
  })
  return [
    ...(['exchange', 'nextcloud'] as const).map((side) =>
      count(`item pairs whose ${side} item was never observed`, itemPairsWithoutObservation(db, side)),
    ),
    count(
      'present observations without a version',
      db.selectFrom('observation').select('item_id').where('state', '=', 'present').where('version', 'is', null),
    ),
    count(
      'observations that end before they start',
      db.selectFrom('observation').select('item_id').whereRef('span_end_ms', '<', 'span_start_ms'),
    ),
    count(
      'creations without the item that they copy',
      db.selectFrom('intent').select('token').where('action', '=', 'create').where('source_id', 'is', null),
    ),
    count(
      'updates or removals without the item that they write',
      db.selectFrom('intent').select('token').where('action', '!=', 'create').where('target_id', 'is', null),
    ),
    count(
      'open conflicts whose losing content is not in the archive',
      db
        .selectFrom('conflict')
        .select('id')
        .where('kind', '=', 'edit-edit')
        .where('resolved_at_ms', 'is', null)
        .where('archive_id', 'is', null),
    ),
    count(
      'halted pairs without a reason',
      db.selectFrom('collection_pair').select('id').where('status', '=', 'halted').where('halt', 'is', null),
    ),
    count(
      'mailbox addresses that are not lower case',
      db.selectFrom('mailbox').select('id').where(sql<boolean>`email <> lower(email)`),
    ),
  ]
}

/** Pending work joins a pair with what was last seen of its two items; without an observation the pair would never be decided upon again. */
function itemPairsWithoutObservation(db: Queries, side: 'exchange' | 'nextcloud') {
  return db
    .selectFrom('item_pair as ip')
    .select('ip.id')
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('observation as o')
            .select('o.item_id')
            .whereRef('o.pair_id', '=', 'ip.pair_id')
            .where('o.side', '=', side)
            .whereRef('o.item_id', '=', `ip.${SIDE_ID[side]}`),
        ),
      ),
    )
}

/** Pages, indexes, unique keys (sqlite.org/pragma.html#pragma_integrity_check) and references. */
async function sqliteIntegrity(db: Queries): Promise<string[]> {
  const integrity = await sql<{ integrity_check: string }>`pragma integrity_check`.execute(db)
  const references = await sql`pragma foreign_key_check`.execute(db)
  const broken = integrity.rows.map((row) => row.integrity_check).filter((line) => line !== 'ok')
  if (references.rows.length > 0) broken.push(`references to rows that do not exist: ${references.rows.length}`)
  return broken
}
