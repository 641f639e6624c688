/** The batch run: claims due mailboxes and works on several at once until none is due. One bad user does not stop the run (I23). */
import { ConnectorError } from '../ports/errors.ts'
import type { UserReport } from '../ports/report.ts'
import type { AccountPlaces, Claim, StateStore } from '../ports/state-store.ts'
import { LEASE_TTL_MS } from './user.ts'

export type BatchRun = {
  store: StateStore
  holder: string
  /** Mailboxes worked on at once. */
  parallelMax: number
  /** Also mailboxes whose time has not come; never paused ones. */
  notDueToo: boolean
  signal: AbortSignal
  /** Asked before every claim. */
  accounts: () => Promise<AccountPlaces | null>
  /** Mailboxes that are taken without a claim need a place of their own; false: leave it. */
  takePlace: (claim: Claim) => Promise<boolean>
  /** Null: there was nothing to do for it. */
  runClaim: (claim: Claim) => Promise<UserReport | null>
}

/** Every mailbox that was due is worked on once in this run. */
export async function runBatch(run: BatchRun): Promise<UserReport[]> {
  const reports: UserReport[] = []
  const seen = new Set<string>()
  const next = run.notDueToo ? () => claimAny(run, seen) : () => claimDue(run, seen)
  const worker = async () => {
    while (!run.signal.aborted) {
      const claim = await next()
      if (claim === null) return
      try {
        const report = await run.runClaim(claim)
        if (report) reports.push(report)
      } finally {
        await releaseQuietly(run.store, claim)
      }
    }
  }
  const results = await Promise.allSettled(Array.from({ length: run.parallelMax }, worker))
  for (const result of results) if (result.status === 'rejected') throw result.reason
  return reports
}

/** One at a time: a mailbox that waits in a queue would hold its lease and its place at the account for nothing. */
async function claimDue({ store, holder, accounts }: BatchRun, seen: Set<string>): Promise<Claim | null> {
  const [claim] = await store.claimDue({ holder, limit: 1, ttlMs: LEASE_TTL_MS, accounts: await accounts() })
  if (claim === undefined) return null
  if (!seen.has(claim.mailbox.id)) {
    seen.add(claim.mailbox.id)
    return claim
  }
  // It is due again already, so all that were due before it had their turn.
  await releaseQuietly(store, claim)
  return null
}

/** The next mailbox that was not worked on yet in this run, due or not. One that another process holds is left to it. */
async function claimAny({ store, holder, signal, takePlace }: BatchRun, seen: Set<string>): Promise<Claim | null> {
  for (const mailbox of await store.listMailboxes()) {
    if (signal.aborted) return null
    if (mailbox.status !== 'active' || seen.has(mailbox.id)) continue
    seen.add(mailbox.id)
    const attempt = await store.acquireLease(mailbox.id, { holder, ttlMs: LEASE_TTL_MS })
    if (attempt.kind !== 'held') continue
    const claim = { mailbox, lease: attempt.lease }
    if (await takePlace(claim)) return claim
    await releaseQuietly(store, claim)
  }
  return null
}

export async function releaseQuietly(store: StateStore, claim: Claim): Promise<void> {
  try {
    await store.releaseLease(claim.lease)
  } catch (error) {
    // It runs out by itself; the report of the user matters more than this.
    if (!(error instanceof ConnectorError)) throw error
  }
}
