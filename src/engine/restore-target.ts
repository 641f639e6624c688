/**
 * Where the item of an archive entry is now, on the side that it shall be restored to. A guess here would double or overwrite
 * something else, so every candidate comes from an identity: a token, an item pair or an id; and each is read before it counts.
 */
import { createHash } from 'node:crypto'
import { ConnectorError } from '../ports/errors.ts'
import type { ItemId, SideItem, SideName, Token } from '../ports/side.ts'
import type { ArchiveEntry, ItemPair } from '../ports/state-store.ts'
import { otherSide } from '../sync/decide.ts'
import type { PassContext } from './context.ts'

/** `itemPairId`: the pair that the entry belonged to, when a conflict remembers it. */
export type RestoreTarget = { entry: ArchiveEntry; to: SideName; itemPairId: string | null }

/** The same for every try to restore an entry to a side: the server then tells whether it was done before (I14). */
export function restoreToken({ id }: ArchiveEntry, to: SideName): Token {
  return uuidOf(`restore|${id}|${to}`) as Token
}

/** Stands in for a UID that another item uses; the same on both sides, so that they find each other. */
export function restoreUid({ id }: ArchiveEntry): string {
  return uuidOf(`restore-uid|${id}`)
}

/** A UUID made from a text (version 8, RFC 9562 section 5.8). */
function uuidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

/** The item as it is there now, or null when it is gone. Throws when it cannot be read: unreadable is not gone (I10). */
export async function findPresent(context: PassContext, target: RestoreTarget): Promise<SideItem | null> {
  const seen = new Set<ItemId>()
  for await (const id of candidates(context, target)) {
    if (seen.has(id)) continue
    seen.add(id)
    const [result] = await context.sides[target.to].read([id])
    if (result?.kind === 'present') return result.item
    if (result?.kind === 'unreadable') throw result.error
  }
  return null
}

/** Surest first: what an earlier restore made, the item itself, its counterpart, and what took its place. */
async function* candidates(context: PassContext, { entry, to, itemPairId }: RestoreTarget): AsyncGenerator<ItemId> {
  const { store, sides, pair } = context
  const made = await sides[to].findByToken(restoreToken(entry, to))
  if (made !== null) yield made
  const own = await store.itemPairBySide(pair.id, entry.side, entry.itemId)
  if (own) yield own[to].id
  const twin = await sides[otherSide(to)].findByToken(restoreToken(entry, otherSide(to)))
  const twinPair = twin === null ? null : await store.itemPairBySide(pair.id, otherSide(to), twin)
  if (twinPair) yield twinPair[to].id
  if (entry.side === to) yield entry.itemId
  for (const id of await sameItemByUid(context, { entry, to, itemPairId })) yield id
}

/** After a move of the mailbox the ids are others. What was removed has no successor: another item of its UID is another item. */
async function sameItemByUid(
  { store, pair }: PassContext,
  { entry, to, itemPairId }: RestoreTarget,
): Promise<ItemId[]> {
  if (entry.uid === '') return []
  const pairs = await store.itemPairsByUid(pair.id, [entry.uid])
  const same = pairs.find((candidate: ItemPair) => candidate.id === itemPairId)
  if (same) return [same[to].id]
  if (entry.reason === 'remove') return []
  const unpaired = await store.unpairedByUid(pair.id, to, [entry.uid])
  const ids = [...pairs.map((candidate) => candidate[to].id), ...unpaired.map((candidate) => candidate.itemId)]
  return ids.length === 1 ? ids : []
}

/** Whether an item that is there uses the UID. One that cannot be read may be it. */
export async function isUidInUse({ store, pair, sides }: PassContext, to: SideName, uid: string): Promise<boolean> {
  const pairs = await store.itemPairsByUid(pair.id, [uid])
  const unpaired = await store.unpairedByUid(pair.id, to, [uid])
  const ids = [...pairs.map((one) => one[to].id), ...unpaired.map((one) => one.itemId)]
  if (ids.length === 0) return false
  const results = await sides[to].read(ids)
  return results.some(
    (result) => result.kind === 'unreadable' || (result.kind === 'present' && result.item.uid === uid),
  )
}

/** Writes only into the collection that was synced before. Throws `*.access-denied`, `guard.halted`. */
export async function verifyTarget({ sides, pair }: PassContext, to: SideName): Promise<void> {
  const { identity, readOnly } = await sides[to].describe()
  if (readOnly) throw new ConnectorError(`${to}.access-denied`, { detail: 'collection is read-only' })
  const known = to === 'exchange' ? pair.exchangeIdentity : pair.nextcloudIdentity
  if (known === null || known === identity) return
  throw new ConnectorError('guard.halted', { guard: 'collection-identity', side: to, collection: pair.name })
}
