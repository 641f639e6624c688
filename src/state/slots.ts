/**
 * Places at service accounts: at most so many mailboxes at a time per account, over all replicas (`MaxUsersPerAdmin`). A place is a
 * row; who takes it locks it, so that two replicas never count on the same one. It lives and dies with the mailbox's lease.
 */
import { type ExpressionBuilder, sql } from 'kysely'
import type { AccountPlaces, Lease } from '../ports/state-store.ts'
import { type StateDatabase, type StateTransaction, write } from './database.ts'
import type { StateSchema } from './schema.ts'

export type SlotTaking = { account: string; usersMax: number; untilMs: number }

/** Makes the rows that are missing. Lowering the number needs no change: higher ones are not looked at any more. */
export async function ensureSlots(state: StateDatabase, { names, usersMax }: AccountPlaces): Promise<void> {
  if (names.length === 0) return
  await write(state, async (trx) => {
    for (const account of names) {
      const values = Array.from({ length: usersMax }, (_, slot) => ({ account, slot, fence: 0 }))
      await trx
        .insertInto('service_account_slot')
        .values(values.map((value) => ({ ...value, holder: null, mailbox_id: null, lease_until_ms: null })))
        .onConflict((oc) => oc.columns(['account', 'slot']).doNothing())
        .execute()
    }
  })
}

/** How many places are free per account. Not locked: what can be taken shows when it is taken. */
export async function freePlaces(
  state: StateDatabase,
  trx: StateTransaction,
  { names, usersMax }: AccountPlaces,
): Promise<Map<string, number>> {
  const rows = await trx
    .selectFrom('service_account_slot')
    .select(['account', ({ fn }) => fn.countAll<number>().as('free')])
    .where('account', 'in', names)
    .where('slot', '<', usersMax)
    .where((eb) => slotIsFree(eb, state))
    .groupBy('account')
    .execute()
  return new Map(rows.map((row) => [row.account, Number(row.free)]))
}

/** Locks up to `count` free places until the transaction ends; gives their numbers. */
export async function lockPlaces(
  state: StateDatabase,
  trx: StateTransaction,
  wanted: { account: string; usersMax: number; count: number },
): Promise<number[]> {
  const free = trx
    .selectFrom('service_account_slot')
    .select('slot')
    .where('account', '=', wanted.account)
    .where('slot', '<', wanted.usersMax)
    .where((eb) => slotIsFree(eb, state))
    .orderBy('slot')
    .limit(wanted.count)
  const rows = await (state.kind === 'postgres' ? free.forUpdate().skipLocked() : free).execute()
  return rows.map(({ slot }) => slot)
}

export async function takePlace(
  trx: StateTransaction,
  lease: Lease,
  place: { account: string; slot: number; untilMs: number },
): Promise<void> {
  await trx
    .updateTable('service_account_slot')
    .set({
      holder: lease.holder,
      mailbox_id: lease.mailboxId,
      lease_until_ms: place.untilMs,
      fence: lease.fence,
    })
    .where('account', '=', place.account)
    .where('slot', '=', place.slot)
    .execute()
}

/** False when the account is full. For who took the lease by itself (`sync user`). */
export async function takeSlot(
  state: StateDatabase,
  lease: Lease,
  { account, usersMax, ttlMs }: { account: string; usersMax: number; ttlMs: number },
): Promise<boolean> {
  return await write(state, async (trx) => {
    const [slot] = await lockPlaces(state, trx, { account, usersMax, count: 1 })
    if (slot === undefined) return false
    const { nowMs } = await trx.selectNoFrom(state.now().as('nowMs')).executeTakeFirstOrThrow()
    await takePlace(trx, lease, { account, slot, untilMs: nowMs + Math.round(ttlMs) })
    return true
  })
}

export async function renewSlot(trx: StateTransaction, lease: Lease, untilMs: number): Promise<void> {
  await trx
    .updateTable('service_account_slot')
    .set({ lease_until_ms: untilMs })
    .where('mailbox_id', '=', lease.mailboxId)
    .where('holder', '=', lease.holder)
    .where('fence', '=', lease.fence)
    .execute()
}

export async function releaseSlot(trx: StateTransaction, lease: Lease): Promise<void> {
  await trx
    .updateTable('service_account_slot')
    .set({ holder: null, mailbox_id: null, lease_until_ms: null })
    .where('mailbox_id', '=', lease.mailboxId)
    .where('holder', '=', lease.holder)
    .where('fence', '=', lease.fence)
    .execute()
}

function slotIsFree(eb: ExpressionBuilder<StateSchema, 'service_account_slot'>, state: StateDatabase) {
  return eb.or([eb('holder', 'is', null), sql<boolean>`lease_until_ms <= ${state.now()}`])
}
