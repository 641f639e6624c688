/** Reads of what happened: conflicts, passes, actions. */
import { sql } from 'kysely'
import type { ActionLog, Conflict, PassLog } from '../ports/state-store.ts'
import { read, type StateDatabase } from './database.ts'
import { actionLogOf, conflictOf, passLogOf } from './evidence-rows.ts'
import { storable, uidKey, wholeMs } from './text.ts'

const PASS_LENGTH_MAX_MS = 30 * 60_000

/** Oldest first. */
export async function conflicts(
  state: StateDatabase,
  filter: { mailboxId?: string; openOnly?: boolean; id?: string },
): Promise<Conflict[]> {
  const rows = await read(state, (db) => {
    let query = db.selectFrom('conflict').selectAll().orderBy('created_at_ms').orderBy('id')
    if (filter.mailboxId !== undefined) query = query.where('mailbox_id', '=', filter.mailboxId)
    if (filter.id !== undefined) query = query.where('id', '=', filter.id)
    if (filter.openOnly === true) query = query.where('resolved_at_ms', 'is', null)
    return query.execute()
  })
  return rows.map(conflictOf)
}

/** Newest first. */
export async function passLogs(
  state: StateDatabase,
  filter: { mailboxId?: string; limit: number },
): Promise<PassLog[]> {
  const rows = await read(state, (db) => {
    let query = db.selectFrom('pass_log').selectAll().orderBy('started_at_ms', 'desc').orderBy('id').limit(filter.limit)
    if (filter.mailboxId !== undefined) query = query.where('mailbox_id', '=', filter.mailboxId)
    return query.execute()
  })
  return rows.map(passLogOf)
}

/** Newest first, in the order in which they were committed. */
export async function actionLogs(
  state: StateDatabase,
  filter: { pairId: string; uid?: string; sinceMs?: number; limit: number },
): Promise<ActionLog[]> {
  const { uid } = filter
  const rows = await read(state, (db) => {
    let query = db.selectFrom('action_log').selectAll().where('pair_id', '=', filter.pairId).orderBy('id', 'desc')
    if (uid !== undefined) query = query.where('uid_key', '=', uidKey(uid)).where('uid', '=', storable(uid))
    if (filter.sinceMs !== undefined) query = query.where('at_ms', '>=', wholeMs(filter.sinceMs))
    return query.limit(filter.limit).execute()
  })
  return rows.map(actionLogOf)
}

/** Over all mailboxes, oldest first. Passes are found by the index on their start: one that ran longer than this is not told. */
export async function recentLogs(
  state: StateDatabase,
  { sinceMs, limit }: { sinceMs: number; limit: number },
): Promise<{ actions: ActionLog[]; passes: PassLog[] }> {
  const at = wholeMs(sinceMs)
  const [actions, passes] = await read(state, async (db) => [
    await db
      .selectFrom('action_log')
      .selectAll()
      .where('at_ms', '>=', at)
      .orderBy('at_ms', 'desc')
      .limit(limit)
      .execute(),
    await db
      .selectFrom('pass_log')
      .selectAll()
      .where('started_at_ms', '>=', at - PASS_LENGTH_MAX_MS)
      .where('ended_at_ms', '>=', at)
      .orderBy('started_at_ms', 'desc')
      .limit(limit)
      .execute(),
  ])
  return { actions: actions.map(actionLogOf).reverse(), passes: passes.map(passLogOf).reverse() }
}

/** Logged removals at or after `sinceMs`, over all pairs of the mailbox. */
export async function countRemovals(state: StateDatabase, mailboxId: string, sinceMs: number): Promise<number> {
  const row = await read(state, (db) =>
    db
      .selectFrom('collection_pair as p')
      .crossJoin('action_log as a')
      .where('p.mailbox_id', '=', mailboxId)
      .whereRef('a.pair_id', '=', 'p.id')
      .where(sql<boolean>`a.removal = 1`)
      .where('a.at_ms', '>=', wholeMs(sinceMs))
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .executeTakeFirstOrThrow(),
  )
  return row.count
}
