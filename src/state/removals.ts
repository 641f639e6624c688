/** The changes of a commit that remove rows. Rows of another mailbox are out of reach: a lease covers one mailbox only. */
import type { ItemId, SideName, Token } from '../ports/side.ts'
import type { Lease } from '../ports/state-store.ts'
import type { StateTransaction } from './database.ts'
import { inLists } from './in-lists.ts'

type ObservationKey = { pairId: string; side: SideName; itemId: ItemId }

export async function dropObservations(trx: StateTransaction, drops: readonly ObservationKey[]): Promise<void> {
  for (const group of Map.groupBy(drops, ({ pairId, side }) => `${pairId} ${side}`).values()) {
    const [first] = group
    if (first === undefined) continue
    for (const ids of inLists(group.map(({ itemId }) => itemId))) {
      await trx
        .deleteFrom('observation')
        .where('pair_id', '=', first.pairId)
        .where('side', '=', first.side)
        .where('item_id', 'in', ids)
        .execute()
    }
  }
}

export async function dropItemPairs(
  trx: StateTransaction,
  lease: Lease,
  drops: readonly { id: string }[],
): Promise<void> {
  for (const ids of inLists(drops.map(({ id }) => id))) {
    await trx.deleteFrom('item_pair').where('id', 'in', ids).where('pair_id', 'in', pairsOf(trx, lease)).execute()
  }
}

export async function closeIntents(
  trx: StateTransaction,
  lease: Lease,
  closed: readonly { token: Token }[],
): Promise<void> {
  for (const tokens of inLists(closed.map(({ token }) => token))) {
    await trx.deleteFrom('intent').where('token', 'in', tokens).where('pair_id', 'in', pairsOf(trx, lease)).execute()
  }
}

function pairsOf(trx: StateTransaction, { mailboxId }: Lease) {
  return trx.selectFrom('collection_pair').select('collection_pair.id').where('mailbox_id', '=', mailboxId)
}

/** The pair is then as before its first pass: only creations and adoptions may follow (I5, I6). */
export async function resetPair(trx: StateTransaction, pairId: string): Promise<void> {
  await trx.deleteFrom('item_pair').where('pair_id', '=', pairId).execute()
  await trx.deleteFrom('observation').where('pair_id', '=', pairId).execute()
  await trx
    .updateTable('collection_pair')
    .set({ exchange_cursor: null, nextcloud_cursor: null, first_pass_done: 0 })
    .where('id', '=', pairId)
    .execute()
}
