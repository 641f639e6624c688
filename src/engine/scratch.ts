/** A copy of one mailbox's state for a dry run: the same engine runs on it, and nothing of it is kept (P5). */
import type { Lease, Mailbox, StateChange, StateStore } from '../ports/state-store.ts'

export async function copyMailbox(
  from: StateStore,
  to: StateStore,
  email: string,
): Promise<{ mailbox: Mailbox; lease: Lease }> {
  const mailbox = await to.ensureMailbox(email)
  const attempt = await to.acquireLease(mailbox.id, { holder: 'dry-run', ttlMs: 24 * 3_600_000 })
  if (attempt.kind !== 'held') throw new Error('a fresh scratch store cannot be leased')
  const original = await from.mailboxByEmail(email)
  for (const pair of original ? await from.collectionPairs(original.id) : []) {
    for await (const changes of from.exportPair(pair.id)) {
      await to.commit(
        attempt.lease,
        changes.map((change) => inMailbox(change, mailbox.id)),
      )
    }
  }
  return { mailbox, lease: attempt.lease }
}

function inMailbox(change: StateChange, mailboxId: string): StateChange {
  return change.kind === 'put-collection-pair' ? { ...change, pair: { ...change.pair, mailboxId } } : change
}
