/** Mailboxes by address. Their leases are in leases.ts. */
import type { Mailbox } from '../ports/state-store.ts'
import { bug, type Queries, read, type StateDatabase, write } from './database.ts'
import { mailboxKey, mailboxOf } from './rows.ts'

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
      .values({ ...values, priority: 0, attempts: 0, lease_fence: 0 })
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
