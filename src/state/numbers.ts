/** What the whole database says about its mailboxes: numbers for metrics, and who holds what; by the database's own time. */
import { sql } from 'kysely'
import type { HeldMailbox } from '../ports/report.ts'
import type { StateNumbers } from '../ports/shared-work.ts'
import { type Queries, read, type StateDatabase } from './database.ts'

export async function numbers(state: StateDatabase): Promise<StateNumbers> {
  return await read(state, async (db) => {
    const [mailboxes, due, conflicts, slots] = [
      await ofMailboxes(state, db),
      await ofDue(state, db),
      await db
        .selectFrom('conflict')
        .select(({ fn }) => fn.countAll<number>().as('open'))
        .where('resolved_at_ms', 'is', null)
        .executeTakeFirstOrThrow(),
      await db
        .selectFrom('service_account_slot')
        .select(({ fn }) => fn.countAll<number>().as('used'))
        .where('holder', 'is not', null)
        .where('lease_until_ms', '>', state.now())
        .executeTakeFirstOrThrow(),
    ]
    return { ...mailboxes, ...due, openConflicts: Number(conflicts.open), slotsUsed: Number(slots.used) }
  })
}

/** Whose lease has not run out. A mailbox that is worked on stays due until its pass ends. */
export async function heldByOthers(state: StateDatabase, holder: string, dueOnly: boolean): Promise<HeldMailbox[]> {
  const rows = await read(state, (db) => {
    const held = db
      .selectFrom('mailbox')
      .select(['email', 'lease_holder', 'lease_until_ms'])
      .where('status', '=', 'active')
      .where('lease_holder', '!=', holder)
      .where('lease_until_ms', '>', state.now())
      .orderBy('email')
    return (dueOnly ? held.where('next_run_at_ms', '<=', state.now()) : held).execute()
  })
  return rows.map((row) => ({ email: row.email, holder: row.lease_holder ?? '', untilMs: row.lease_until_ms ?? 0 }))
}

async function ofMailboxes(state: StateDatabase, db: Queries) {
  const rows = await db
    .selectFrom('mailbox')
    .select([
      'status',
      ({ fn }) => fn.countAll<number>().as('count'),
      sql<number>`sum(case when last_outcome = 'failed' then 1 else 0 end)`.as('failing'),
      sql<number>`sum(case when lease_until_ms > ${state.now()} then 1 else 0 end)`.as('leases'),
      sql<number | null>`${state.now()} - min(coalesce(last_success_at_ms, created_at_ms))`.as('oldest'),
    ])
    .groupBy('status')
    .execute()
  const of = (status: string) => rows.find((row) => row.status === status)
  const count = (status: string) => Number(of(status)?.count ?? 0)
  return {
    mailboxes: { active: count('active'), paused: count('paused'), halted: count('halted') },
    failing: Number(of('active')?.failing ?? 0),
    leases: rows.reduce((sum, row) => sum + Number(row.leases), 0),
    oldestSuccessMs: Math.max(0, Number(of('active')?.oldest ?? 0)),
  }
}

async function ofDue(state: StateDatabase, db: Queries) {
  const row = await db
    .selectFrom('mailbox')
    .select([
      ({ fn }) => fn.countAll<number>().as('due'),
      sql<number | null>`${state.now()} - min(next_run_at_ms)`.as('overdue'),
    ])
    .where('status', '=', 'active')
    .where('next_run_at_ms', '<=', state.now())
    .where((eb) => eb.or([eb('lease_holder', 'is', null), sql<boolean>`lease_until_ms <= ${state.now()}`]))
    .executeTakeFirstOrThrow()
  return { due: Number(row.due), overdueMs: Math.max(0, Number(row.overdue ?? 0)) }
}
