/**
 * Is this still the same collection? A folder or calendar that was deleted and made again, or a mailbox that was moved, must never
 * look like mass deletion. The same items under a new identity are adopted; anything else waits for a person.
 */
import { ConnectorError } from '../ports/errors.ts'
import type { SideName } from '../ports/side.ts'
import type { CollectionPair } from '../ports/state-store.ts'
import { originalOfPair, type PassContext } from './context.ts'

/** Items looked at to recognise a moved collection by its UIDs. */
const SAMPLE_SIZE = 50

/** Records the identity on the first pass. Throws `guard.halted` when it is another collection now. */
export async function verifyIdentity(context: PassContext, side: SideName): Promise<void> {
  const { identity, readOnly } = await context.sides[side].describe()
  if (readOnly && originalOfPair(context.pair) !== side)
    throw new ConnectorError(`${side}.access-denied`, { detail: 'collection is read-only' })
  const key = side === 'exchange' ? 'exchangeIdentity' : 'nextcloudIdentity'
  const known = context.pair[key]
  if (known === identity) return
  if (known !== null && !(await mayAdopt(context, side))) {
    throw new ConnectorError('guard.halted', { guard: 'collection-identity', side })
  }
  if (known !== null) await startOver(context)
  const pair: CollectionPair = { ...context.pair, [key]: identity }
  await context.store.commit(context.lease, [{ kind: 'put-collection-pair', pair }])
  context.pair = pair
}

/** Base and cursors belong to the old collection: forget them, adoption follows (I5), nothing is deleted. */
async function startOver(context: PassContext): Promise<void> {
  context.log.warn({ collection: context.pair.name }, 'the collection has a new identity, adopting its items again')
  const pair: CollectionPair = { ...context.pair, exchangeCursor: null, nextcloudCursor: null, firstPassDone: false }
  await context.store.commit(context.lease, [
    { kind: 'reset-collection-pair', pairId: pair.id },
    { kind: 'put-collection-pair', pair },
  ])
  context.pair = pair
}

/** An administrator said so, or at least half of a sample has UIDs that are known here. */
async function mayAdopt(context: PassContext, side: SideName): Promise<boolean> {
  const { halt } = context.pair
  if (halt?.guard === 'collection-identity' && halt.released && (halt.side ?? side) === side) return true
  if ((await context.store.countItemPairs(context.pair.id)) === 0) return true
  const page = await context.sides[side].changes(null)
  if (page.kind === 'cursor-invalid') return false
  const ids = page.hints.filter((hint) => hint.kind === 'changed').slice(0, SAMPLE_SIZE)
  const read = await context.sides[side].read(ids.map((hint) => hint.id))
  const uids = read.flatMap((result) => (result.kind === 'present' ? [result.item.uid] : []))
  if (uids.length === 0) return false
  const known = new Set((await context.store.itemPairsByUid(context.pair.id, uids)).map((itemPair) => itemPair.uid))
  return uids.filter((uid) => known.has(uid)).length * 2 >= uids.length
}
