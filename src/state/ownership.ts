/** A lease covers one mailbox: a commit that names another mailbox, or a pair of another mailbox, is a defect of the caller. */
import { unreachable } from '../ports/errors.ts'
import type { Lease, StateChange } from '../ports/state-store.ts'
import { bug, type StateTransaction } from './database.ts'
import { inLists } from './in-lists.ts'

export function requireOwnMailbox(lease: Lease, changes: readonly StateChange[]): void {
  for (const change of changes) {
    const named = mailboxOf(change)
    if (named !== null && named !== lease.mailboxId) throw bug(`${change.kind} names another mailbox than the lease`)
  }
}

/** Pairs that this commit makes are there later; all others must exist now. Either must belong to the mailbox. */
export async function requireOwnPairs(
  trx: StateTransaction,
  lease: Lease,
  changes: readonly StateChange[],
): Promise<void> {
  const unknown = new Set<string>()
  for (const change of changes) {
    const pairId = pairOf(change)
    if (pairId !== null) unknown.add(pairId)
  }
  for (const ids of inLists([...unknown])) {
    const rows = await trx.selectFrom('collection_pair').select(['id', 'mailbox_id']).where('id', 'in', ids).execute()
    for (const row of rows) {
      if (row.mailbox_id !== lease.mailboxId) throw bug('a change names a pair of another mailbox')
      unknown.delete(row.id)
    }
  }
  for (const change of changes) if (change.kind === 'put-collection-pair') unknown.delete(change.pair.id)
  if (unknown.size > 0) throw bug('a change names a pair that does not exist')
}

function mailboxOf(change: StateChange): string | null {
  switch (change.kind) {
    case 'put-collection-pair':
      return change.pair.mailboxId
    case 'put-mailbox':
      return change.mailbox.id
    case 'put-archive':
      return change.entry.mailboxId
    case 'put-conflict':
      return change.conflict.mailboxId
    case 'log-pass':
      return change.log.mailboxId
    default:
      return null
  }
}

function pairOf(change: StateChange): string | null {
  switch (change.kind) {
    case 'put-observation':
      return change.observation.pairId
    case 'put-item-pair':
      return change.itemPair.pairId
    case 'open-intent':
      return change.intent.pairId
    case 'put-collection-pair':
      return change.pair.id
    case 'put-archive':
      return change.entry.pairId
    case 'put-conflict':
      return change.conflict.pairId
    case 'log-pass':
    case 'log-action':
      return change.log.pairId
    case 'note-made':
    case 'set-cursor':
    case 'drop-observation':
    case 'reset-collection-pair':
      return change.pairId
    case 'drop-item-pair':
    case 'close-intent':
    case 'put-mailbox':
      return null
    default:
      return unreachable(change)
  }
}
