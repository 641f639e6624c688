/** The right to write for an administrator's command: waits a little for the pass that is at work, and is given back whatever happens. */
import { ADMIN_LEASE_WAIT_MS } from '../limits.ts'
import { ConnectorError } from '../ports/errors.ts'
import type { Lease, Mailbox, StateStore } from '../ports/state-store.ts'
import { type Heart, withHeartbeat } from './heartbeat.ts'
import type { ServiceOptions } from './service.ts'
import { LEASE_TTL_MS } from './user.ts'

export type Held = Heart & { mailbox: Mailbox; lease: Lease; store: StateStore }

const POLL_MS = 500

/** `mailbox` is read under the lease, so that nothing of the pass before is overwritten. Throws `lease.held`, `stopped`. */
export async function withMailbox<T>(
  service: ServiceOptions,
  target: { email: string; signal: AbortSignal },
  work: (held: Held) => Promise<T>,
): Promise<T> {
  const { store } = service
  const known = await store.ensureMailbox(target.email)
  const lease = await leaseOf(service, known, target.signal)
  try {
    const mailbox = (await store.mailboxByEmail(known.email)) ?? known
    const { every, log } = service
    const beating = { store, lease, every, log, signal: target.signal }
    return await withHeartbeat(beating, (heart) => work({ mailbox, lease, store, ...heart }))
  } finally {
    await store.releaseLease(lease)
  }
}

async function leaseOf(
  { store, clock, holder }: ServiceOptions,
  mailbox: Mailbox,
  signal: AbortSignal,
): Promise<Lease> {
  const giveUpAtMs = clock.nowMs() + ADMIN_LEASE_WAIT_MS
  for (;;) {
    const attempt = await store.acquireLease(mailbox.id, { holder, ttlMs: LEASE_TTL_MS })
    if (attempt.kind === 'held') return attempt.lease
    if (clock.nowMs() >= giveUpAtMs)
      throw new ConnectorError('lease.held', { email: mailbox.email, holder: attempt.holder, untilMs: attempt.untilMs })
    await clock.sleep(POLL_MS, signal)
    if (signal.aborted) throw new ConnectorError('stopped')
  }
}
