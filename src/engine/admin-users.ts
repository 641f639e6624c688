/** Pausing and resuming a user, and releasing what a guard halted after a person looked at it. */
import type { AdminCall, HaltedCollection, Paused, Resumed } from '../ports/administration.ts'
import type { CollectionPair, StateChange } from '../ports/state-store.ts'
import { withMailbox } from './admin-lease.ts'
import { knownEmail } from './admin-who.ts'
import type { ServiceOptions } from './service.ts'

/** Waits for the pass that is at work: from then on no other begins. */
export async function pauseUser(
  service: ServiceOptions,
  address: string,
  { reason, signal }: AdminCall & { reason: string | null },
): Promise<Paused> {
  await service.store.check()
  const email = await knownEmail(service, address)
  return withMailbox(service, { email, signal }, async ({ mailbox, lease }) => {
    const paused = { ...mailbox, status: 'paused' as const, statusReason: reason }
    await service.store.commit(lease, [{ kind: 'put-mailbox', mailbox: paused }])
    return { email, before: mailbox.status, reason }
  })
}

/** Guards over deletions stay: only their exact number releases them (`sync user --allow-deletes`). */
export async function resumeUser(service: ServiceOptions, address: string, { signal }: AdminCall): Promise<Resumed> {
  await service.store.check()
  const email = await knownEmail(service, address)
  return withMailbox(service, { email, signal }, async ({ mailbox, lease }) => {
    const halted = (await service.store.collectionPairs(mailbox.id)).filter((pair) => pair.halt !== null)
    const releasable = halted.filter((pair) => !needsNumber(pair))
    const nextRunAtMs = service.clock.nowMs()
    const resumed = { ...mailbox, status: 'active' as const, statusReason: null, attempts: 0, nextRunAtMs }
    const changes: StateChange[] = releasable.map((pair) => ({ kind: 'put-collection-pair', pair: released(pair) }))
    await service.store.commit(lease, [{ kind: 'put-mailbox', mailbox: resumed }, ...changes])
    return {
      email,
      before: mailbox.status,
      reason: mailbox.statusReason ?? null,
      released: releasable.flatMap(named),
      waiting: halted.filter(needsNumber).flatMap(named),
    }
  })
}

function needsNumber({ halt }: CollectionPair): boolean {
  return halt?.guard.startsWith('deletions') ?? false
}

function released(pair: CollectionPair): CollectionPair {
  return { ...pair, halt: pair.halt && { ...pair.halt, released: true } }
}

function named({ name, halt }: CollectionPair): HaltedCollection[] {
  return halt ? [{ name, halt }] : []
}
