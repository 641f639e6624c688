/** The batch run: claims due mailboxes and works on several at once until none is due. One bad user does not stop the run (I23). */
import { ConnectorError } from '../ports/errors.ts'
import type { UserReport } from '../ports/report.ts'
import type { Claim, StateStore } from '../ports/state-store.ts'
import { LEASE_TTL_MS } from './user.ts'

export type BatchRun = {
  store: StateStore
  holder: string
  /** Mailboxes claimed at a time, and worked on at once. */
  batchLimit: number
  parallelMax: number
  /** Also mailboxes whose time has not come; never paused ones. */
  notDueToo: boolean
  signal: AbortSignal
  /** Null: there was nothing to do for it. */
  runClaim: (claim: Claim) => Promise<UserReport | null>
}

/** Every mailbox that was due is worked on once in this run. */
export async function runBatch(run: BatchRun): Promise<UserReport[]> {
  const reports: UserReport[] = []
  const seen = new Set<string>()
  while (!run.signal.aborted) {
    const claims = run.notDueToo ? await claimAny(run, seen) : await claimNext(run)
    const fresh = claims.filter((claim) => !seen.has(claim.mailbox.id))
    for (const claim of claims) if (!fresh.includes(claim)) await run.store.releaseLease(claim.lease)
    if (fresh.length === 0) break
    for (const claim of fresh) seen.add(claim.mailbox.id)
    await workOn(run, fresh, reports)
  }
  return reports
}

function claimNext({ store, holder, batchLimit }: BatchRun): Promise<Claim[]> {
  return store.claimDue({ holder, limit: batchLimit, ttlMs: LEASE_TTL_MS })
}

/** The next mailboxes that were not worked on yet in this run, due or not. One that another process holds is left to it. */
async function claimAny({ store, holder, batchLimit }: BatchRun, seen: Set<string>): Promise<Claim[]> {
  const claims: Claim[] = []
  for (const mailbox of await store.listMailboxes()) {
    if (claims.length >= batchLimit) break
    if (mailbox.status !== 'active' || seen.has(mailbox.id)) continue
    const attempt = await store.acquireLease(mailbox.id, { holder, ttlMs: LEASE_TTL_MS })
    if (attempt.kind === 'held') claims.push({ mailbox, lease: attempt.lease })
    else seen.add(mailbox.id)
  }
  return claims
}

async function workOn(run: BatchRun, claims: readonly Claim[], reports: UserReport[]): Promise<void> {
  const queue = [...claims]
  const worker = async () => {
    for (let claim = queue.shift(); claim; claim = queue.shift()) {
      try {
        if (run.signal.aborted || !(await stillOurs(run, claim))) continue
        const report = await run.runClaim(claim)
        if (report) reports.push(report)
      } finally {
        await release(run.store, claim)
      }
    }
  }
  const results = await Promise.allSettled(Array.from({ length: Math.min(run.parallelMax, queue.length) }, worker))
  for (const result of results) if (result.status === 'rejected') throw result.reason
}

/** A claim may have waited in the queue longer than its lease. */
function stillOurs(run: BatchRun, claim: Claim): Promise<boolean> {
  return run.store.renewLease(claim.lease, LEASE_TTL_MS)
}

async function release(store: StateStore, claim: Claim): Promise<void> {
  try {
    await store.releaseLease(claim.lease)
  } catch (error) {
    // It runs out by itself; the report of the user matters more than this.
    if (!(error instanceof ConnectorError)) throw error
  }
}
