/**
 * Renews a lease in the background while its holder waits: one throttled call may last longer than a lease (I20). Lives outside of the
 * simulated part: there time passes only between steps.
 */
import { LEASE_BEAT_MS, LEASE_BEATS_ALONE_MAX, LEASE_BEATS_MISSED_MAX } from '../limits.ts'
import type { Every } from '../ports/clock.ts'
import { ConnectorError } from '../ports/errors.ts'
import type { Log } from '../ports/log.ts'
import type { Lease, StateStore } from '../ports/state-store.ts'
import { LEASE_TTL_MS } from './user.ts'

/** `signal`: aborted when the caller's is, or with `lease.lost`. `alive`: told at each step of the work. */
export type Heart = { signal: AbortSignal; alive: () => void }

type Beating = { store: StateStore; lease: Lease; every: Every; log: Log; signal: AbortSignal }

/**
 * Runs `work` while the lease is renewed. When it is found lost, or could not be renewed for nearly its whole time, the signal stops whatever is
 * under way; so no write leaves any more. Work that takes no step for an hour is not kept alive: another process may then take over.
 */
export async function withHeartbeat<T>(beating: Beating, work: (heart: Heart) => Promise<T>): Promise<T> {
  const { store, lease, every, log } = beating
  const lost = new AbortController()
  const count = { alone: 0, missed: 0 }
  let isUnderWay = false
  const giveUp = () => lost.abort(new ConnectorError('lease.lost', { mailboxId: lease.mailboxId }))
  const renew = async () => {
    try {
      if (!(await store.renewLease(lease, LEASE_TTL_MS))) giveUp()
      count.missed = 0
    } catch (error) {
      log.warn({ code: error instanceof ConnectorError ? error.code : 'bug' }, 'could not renew a lease')
      if (count.missed >= LEASE_BEATS_MISSED_MAX) giveUp()
    }
    isUnderWay = false
  }
  const beat = () => {
    count.alone++
    count.missed++
    if (lost.signal.aborted || count.alone > LEASE_BEATS_ALONE_MAX) return
    // A renewal that does not come back is a missed one as well.
    if (isUnderWay) return count.missed >= LEASE_BEATS_MISSED_MAX ? giveUp() : undefined
    isUnderWay = true
    void renew()
  }
  const stop = every(LEASE_BEAT_MS, beat)
  try {
    const alive = () => {
      count.alone = 0
    }
    return await work({ signal: AbortSignal.any([beating.signal, lost.signal]), alive })
  } finally {
    stop()
  }
}
