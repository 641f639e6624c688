/**
 * Claiming: gives a replica due mailboxes with their leases and, where service accounts are counted, a place at each one's account,
 * all in one transaction. Two replicas never get the same mailbox or the same place.
 */
import { type ExpressionBuilder, sql } from 'kysely'
import type { AccountPlaces, Claim, ClaimOptions } from '../ports/state-store.ts'
import { type StateDatabase, type StateTransaction, write } from './database.ts'
import { mailboxOf } from './rows.ts'
import type { MailboxRow, StateSchema } from './schema.ts'
import { freePlaces, lockPlaces, takePlace } from './slots.ts'

type DueRow = MailboxRow & { now_ms: number }

export async function claimDue(state: StateDatabase, options: ClaimOptions): Promise<Claim[]> {
  return await write(state, async (trx) => {
    const { accounts } = options
    const claims: Claim[] = []
    if (accounts == null) {
      for (const row of await dueOf(state, trx, { limit: options.limit })) claims.push(await take(trx, row, options))
      return claims
    }
    for (const [account, rows] of await duePerAccount(state, trx, { ...options, accounts })) {
      const places = { account, usersMax: accounts.usersMax, count: rows.length }
      for (const slot of await lockPlaces(state, trx, places)) {
        const row = rows.shift()
        if (row === undefined) break
        const claim = await take(trx, row, options)
        await takePlace(trx, claim.lease, { account, slot, untilMs: row.now_ms + Math.round(options.ttlMs) })
        claims.push(claim)
      }
    }
    return claims
  })
}

/** The first of all due mailboxes whose account has a free place: locked rows, by account. */
async function duePerAccount(
  state: StateDatabase,
  trx: StateTransaction,
  { limit, accounts }: { limit: number; accounts: AccountPlaces },
): Promise<Map<string, DueRow[]>> {
  const free = accounts.names.length === 0 ? new Map<string, number>() : await freePlaces(state, trx, accounts)
  const found: DueRow[] = []
  for (const [account, places] of free)
    found.push(...(await dueOf(state, trx, { account, limit: Math.min(places, limit) })))
  found.sort((a, b) => a.priority - b.priority || a.next_run_at_ms - b.next_run_at_ms || (a.id < b.id ? -1 : 1))
  const perAccount = new Map<string, DueRow[]>()
  for (const row of found.slice(0, limit)) {
    const account = row.account ?? ''
    perAccount.set(account, [...(perAccount.get(account) ?? []), row])
  }
  return perAccount
}

/** PostgreSQL skips rows that another replica is claiming, SQLite has one writer at a time. */
async function dueOf(
  state: StateDatabase,
  trx: StateTransaction,
  { account, limit }: { account?: string; limit: number },
): Promise<DueRow[]> {
  let due = trx
    .selectFrom('mailbox')
    .selectAll()
    .select(state.now().as('now_ms'))
    .where('status', '=', sql.lit('active'))
    .where('next_run_at_ms', '<=', state.now())
    .where((eb) => isFree(eb, state))
    .orderBy('priority')
    .orderBy('next_run_at_ms')
    .orderBy('id')
    .limit(limit)
  if (account !== undefined) due = due.where('account', '=', account)
  return await (state.kind === 'postgres' ? due.forUpdate().skipLocked() : due).execute()
}

async function take(trx: StateTransaction, row: DueRow, { holder, ttlMs }: ClaimOptions): Promise<Claim> {
  const fence = row.lease_fence + 1
  await trx
    .updateTable('mailbox')
    .set({
      lease_holder: holder,
      lease_until_ms: row.now_ms + Math.round(ttlMs),
      lease_fence: fence,
      marked_at_ms: null,
    })
    .where('id', '=', row.id)
    .execute()
  return { mailbox: mailboxOf(row), lease: { mailboxId: row.id, holder, fence } }
}

function isFree(eb: ExpressionBuilder<StateSchema, 'mailbox'>, state: StateDatabase) {
  return eb.or([eb('lease_holder', 'is', null), eb('lease_until_ms', '<=', state.now())])
}
