/**
 * Leases: one writer per mailbox over all replicas (I20). The database's time decides, every taking raises the fence, and a
 * holder whose lease ran out has lost it even when nobody took it yet.
 */
import { ConnectorError } from '../ports/errors.ts'
import type { Lease, LeaseAttempt } from '../ports/state-store.ts'
import { type StateDatabase, type StateTransaction, write } from './database.ts'
import { releaseSlot, renewSlot } from './slots.ts'

type LockedMailbox = { holder: string | null; untilMs: number | null; fence: number; nowMs: number }

/** Locks the mailbox row until the transaction ends. The time is read after the lock was got: waiting for it may outlast a lease. */
async function lockMailbox(state: StateDatabase, trx: StateTransaction, id: string): Promise<LockedMailbox> {
  const row = await trx
    .with('locked', (db) => {
      const mailbox = db
        .selectFrom('mailbox')
        .select(['lease_holder', 'lease_until_ms', 'lease_fence'])
        .where('id', '=', id)
      return state.kind === 'postgres' ? mailbox.forUpdate() : mailbox
    })
    .selectFrom('locked')
    .select(['lease_holder as holder', 'lease_until_ms as untilMs', 'lease_fence as fence', state.now().as('nowMs')])
    .executeTakeFirst()
  if (row === undefined) throw new ConnectorError('usage.unknown-user', { mailboxId: id })
  return row
}

export async function acquireLease(
  state: StateDatabase,
  mailboxId: string,
  options: { holder: string; ttlMs: number },
): Promise<LeaseAttempt> {
  return await write(state, async (trx) => {
    const { holder, untilMs, fence, nowMs } = await lockMailbox(state, trx, mailboxId)
    if (holder !== null && untilMs !== null && untilMs > nowMs) return { kind: 'busy', holder, untilMs }
    const lease = { mailboxId, holder: options.holder, fence: fence + 1 }
    await trx
      .updateTable('mailbox')
      .set({
        lease_holder: lease.holder,
        lease_until_ms: nowMs + Math.round(options.ttlMs),
        lease_fence: lease.fence,
        marked_at_ms: null,
      })
      .where('id', '=', mailboxId)
      .execute()
    return { kind: 'held', lease }
  })
}

/** Inside the transaction of a commit: throws `lease.lost` unless the lease is the current one and has not run out. Gives the database's time. */
export async function requireLease(state: StateDatabase, trx: StateTransaction, lease: Lease): Promise<number> {
  const { holder, untilMs, fence, nowMs } = await lockMailbox(state, trx, lease.mailboxId)
  if (holder === lease.holder && fence === lease.fence && untilMs !== null && untilMs > nowMs) return nowMs
  const reason = fence === lease.fence && holder === lease.holder ? 'ran-out' : 'taken'
  throw new ConnectorError('lease.lost', {
    mailboxId: lease.mailboxId,
    fence: lease.fence,
    currentFence: fence,
    reason,
  })
}

export async function renewLease(state: StateDatabase, lease: Lease, ttlMs: number): Promise<boolean> {
  return await write(state, async (trx) => {
    const { holder, untilMs, fence, nowMs } = await lockMailbox(state, trx, lease.mailboxId)
    if (holder !== lease.holder || fence !== lease.fence || untilMs === null || untilMs <= nowMs) return false
    await trx
      .updateTable('mailbox')
      .set({ lease_until_ms: nowMs + Math.round(ttlMs) })
      .where('id', '=', lease.mailboxId)
      .execute()
    await renewSlot(trx, lease, nowMs + Math.round(ttlMs))
    return true
  })
}

/** A lease that was lost is left alone. */
export async function releaseLease(state: StateDatabase, lease: Lease): Promise<void> {
  await write(state, async (trx) => {
    await trx
      .updateTable('mailbox')
      .set({ lease_holder: null, lease_until_ms: null })
      .where('id', '=', lease.mailboxId)
      .where('lease_holder', '=', lease.holder)
      .where('lease_fence', '=', lease.fence)
      .execute()
    await releaseSlot(trx, lease)
  })
}
