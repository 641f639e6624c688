/** The only way in which a pass changes the state: one transaction that first proves the lease, then applies the changes in order. */
import { unreachable } from '../ports/errors.ts'
import type { ArchiveEntry, Lease, StateChange } from '../ports/state-store.ts'
import { sealEntry } from './archive.ts'
import { type Batch, batchChanges } from './batch.ts'
import { type StateDatabase, type StateTransaction, write } from './database.ts'
import { actionLogRow, conflictRow, passLogRow } from './evidence-rows.ts'
import type { ArchiveRow } from './evidence-schema.ts'
import * as evidence from './evidence-targets.ts'
import { intentRow, itemPairRow, observationRow } from './item-rows.ts'
import type { KeyRing } from './keys.ts'
import { requireLease } from './leases.ts'
import { putMailbox } from './mailboxes.ts'
import { requireOwnMailbox, requireOwnPairs } from './ownership.ts'
import { closeIntents, dropItemPairs, dropObservations, resetPair } from './removals.ts'
import { collectionPairRow } from './rows.ts'
import type { RandomBytes } from './seal.ts'
import * as targets from './targets.ts'
import { upsert } from './upsert.ts'

export type CommitContext = { keys: KeyRing; randomBytes: RandomBytes; lease: Lease }

export async function commit(
  state: StateDatabase,
  changes: readonly StateChange[],
  context: CommitContext,
): Promise<void> {
  const batches = batchChanges(changes)
  requireOwnMailbox(context.lease, changes)
  // Before the transaction: the key may have to be made, which is a transaction of its own.
  const sealed = await sealAll(changes, context)
  await write(state, async (trx) => {
    const clockOffsetMs = (await requireLease(state, trx, context.lease)) - state.localNowMs()
    await requireOwnPairs(trx, context.lease, changes)
    for (const batch of batches) await apply(state, trx, { batch, sealed, clockOffsetMs, lease: context.lease })
  })
}

async function sealAll(changes: readonly StateChange[], { keys, randomBytes }: CommitContext) {
  const sealed = new Map<ArchiveEntry, ArchiveRow>()
  for (const change of changes) {
    if (change.kind !== 'put-archive') continue
    sealed.set(change.entry, sealEntry(change.entry, await keys.key('archive-data-key'), randomBytes))
  }
  return sealed
}

type Step = { batch: Batch; sealed: ReadonlyMap<ArchiveEntry, ArchiveRow>; clockOffsetMs: number; lease: Lease }

async function apply(state: StateDatabase, trx: StateTransaction, step: Step): Promise<void> {
  const { batch, sealed, clockOffsetMs, lease } = step
  switch (batch.kind) {
    case 'put-observation': {
      const rows = batch.changes.map(({ observation }) => observationRow(observation))
      return await upsert(state, trx, { target: targets.OBSERVATION, rows })
    }
    case 'put-item-pair': {
      const rows = batch.changes.map(({ itemPair }) => itemPairRow(itemPair))
      return await upsert(state, trx, { target: targets.ITEM_PAIR, rows })
    }
    case 'open-intent':
      return await upsert(state, trx, {
        target: targets.INTENT,
        rows: batch.changes.map(({ intent }) => intentRow(intent)),
      })
    case 'put-archive': {
      const rows = batch.changes.flatMap(({ entry }) => sealed.get(entry) ?? [])
      return await upsert(state, trx, { target: evidence.ARCHIVE, rows })
    }
    case 'put-conflict': {
      const rows = batch.changes.map(({ conflict }) => conflictRow(conflict))
      return await upsert(state, trx, { target: evidence.CONFLICT, rows })
    }
    case 'log-pass':
      return await upsert(state, trx, {
        target: evidence.PASS_LOG,
        rows: batch.changes.map(({ log }) => passLogRow(log)),
      })
    case 'log-action':
      return await upsert(state, trx, {
        target: evidence.ACTION_LOG,
        rows: batch.changes.map(({ log }) => actionLogRow(log)),
      })
    case 'put-collection-pair': {
      const rows = batch.changes.map(({ pair }) => collectionPairRow(pair))
      return await upsert(state, trx, { target: targets.COLLECTION_PAIR, rows })
    }
    case 'note-made': {
      const rows = batch.changes.map(({ pairId, side, itemId }) => ({ pair_id: pairId, side, item_id: itemId }))
      return await upsert(state, trx, { target: targets.MADE_ITEM, rows })
    }
    case 'put-mailbox':
      for (const { mailbox } of batch.changes) await putMailbox(trx, mailbox, clockOffsetMs)
      return
    case 'set-cursor':
      for (const { pairId, side, cursor } of batch.changes) {
        const column = side === 'exchange' ? { exchange_cursor: cursor } : { nextcloud_cursor: cursor }
        await trx.updateTable('collection_pair').set(column).where('id', '=', pairId).execute()
      }
      return
    case 'drop-observation':
      return await dropObservations(trx, batch.changes)
    case 'drop-item-pair':
      return await dropItemPairs(trx, lease, batch.changes)
    case 'close-intent':
      return await closeIntents(trx, lease, batch.changes)
    case 'reset-collection-pair':
      for (const { pairId } of batch.changes) await resetPair(trx, pairId)
      return
    default:
      return unreachable(batch)
  }
}
