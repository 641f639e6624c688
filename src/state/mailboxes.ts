/** Mailboxes by address. Their leases are in leases.ts. */
import { type RawBuilder, sql } from 'kysely'
import { STATE_CLOCK_OFFSET_MIN_MS } from '../limits.ts'
import type { Mailbox } from '../ports/state-store.ts'
import { bug, type Queries, read, type StateDatabase, type StateTransaction, write } from './database.ts'
import { mailboxColumns, mailboxKey, mailboxOf } from './rows.ts'

export async function mailboxByEmail(state: StateDatabase, email: string): Promise<Mailbox | null> {
  const row = await read(state, (db) => byEmail(db, email))
  return row === undefined ? null : mailboxOf(row)
}

async function byEmail(db: Queries, email: string) {
  return await db.selectFrom('mailbox').selectAll().where('email', '=', mailboxKey(email)).executeTakeFirst()
}

/** `id` is used when the mailbox is new. Of two processes that do this at once one inserts, and both get its row. */
export async function ensureMailbox(state: StateDatabase, email: string, id: string): Promise<Mailbox> {
  const known = await mailboxByEmail(state, email)
  if (known !== null) return known
  const row = await write(state, async (trx) => {
    const values = { id, email: mailboxKey(email), status: 'active', next_run_at_ms: state.now() } as const
    await trx
      .insertInto('mailbox')
      .values({ ...values, priority: 0, attempts: 0, lease_fence: 0, created_at_ms: state.now() })
      .onConflict((oc) => oc.column('email').doNothing())
      .execute()
    return await byEmail(trx, email)
  })
  if (row === undefined) throw bug('a new mailbox is not there')
  return mailboxOf(row)
}

export async function listMailboxes(state: StateDatabase): Promise<Mailbox[]> {
  const rows = await read(state, (db) => db.selectFrom('mailbox').selectAll().orderBy('email').execute())
  return rows.map(mailboxOf)
}

/**
 * Instants are written by the database's time: replicas whose clocks differ must agree when a mailbox is due. What is as it was stays
 * as it was. A mark that came while the mailbox was worked on stays, too: the pass may have read before the change.
 */
export async function putMailbox(trx: StateTransaction, mailbox: Mailbox, clockOffsetMs: number): Promise<void> {
  const offsetMs = Math.abs(clockOffsetMs) < STATE_CLOCK_OFFSET_MIN_MS ? 0 : Math.round(clockOffsetMs)
  const columns = mailboxColumns(mailbox)
  const shifted = (column: Instant) => shiftedInstant(column, columns[column], offsetMs)
  const nextRunAtMs = shifted('next_run_at_ms')
  await trx
    .updateTable('mailbox')
    .set({
      ...columns,
      last_started_at_ms: shifted('last_started_at_ms'),
      last_success_at_ms: shifted('last_success_at_ms'),
      next_run_at_ms: sql<number>`case when marked_at_ms < ${nextRunAtMs} then marked_at_ms else ${nextRunAtMs} end`,
    })
    .where('id', '=', mailbox.id)
    .execute()
}

type Instant = 'next_run_at_ms' | 'last_started_at_ms' | 'last_success_at_ms'

function shiftedInstant(column: Instant, atMs: number | null, offsetMs: number): RawBuilder<number> {
  const given = sql<number>`${atMs}`
  if (atMs === null || offsetMs === 0) return sql<number>`cast(${given} as bigint)`
  return sql<number>`case when ${sql.ref(column)} = ${atMs} then cast(${given} as bigint) else cast(${atMs + offsetMs} as bigint) end`
}
