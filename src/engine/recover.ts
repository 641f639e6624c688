/**
 * Recovering: creations whose outcome is unknown are settled by asking for their token before anything else is decided (I12).
 * No contents are compared: the journal holds the hashes of what was read and of what was asked for, and they become the base,
 * so an edit on either side since then is an edit, and what the server made of our item travels back at worst.
 */
import type { ItemId, SideItem, SideName } from '../ports/side.ts'
import type { FieldHashes, Intent, ItemPair, Observation, StateChange } from '../ports/state-store.ts'
import { otherSide } from '../sync/decide.ts'
import { type Accounts, bookKey } from './accounts.ts'
import type { PassContext } from './context.ts'
import { noteMade } from './note-made.ts'
import { observationOf, readItems } from './observe.ts'
import { logAction } from './settle.ts'

export async function recover(context: PassContext, accounts: Accounts): Promise<{ settled: number }> {
  const intents = await context.store.openIntents(context.pair.id)
  for (const intent of intents) {
    await context.checkpoint()
    const { changes, unreadable } = await settleIntent(context, intent)
    await account(context, intent, { changes, accounts })
    const close: StateChange[] = unreadable ? [] : [{ kind: 'close-intent', token: intent.token }]
    await context.store.commit(context.lease, [...changes, ...close])
    const found = changes.length > 0
    if (unreadable) context.log.warn({ side: intent.side }, 'a creation whose answer was lost cannot be read yet')
    else context.log.info({ side: intent.side, found }, 'settled a creation whose answer was lost')
  }
  return { settled: intents.length }
}

/** A creation that was found is one item of this pass, the one that its source was. */
async function account(
  { store, pair }: PassContext,
  intent: Intent,
  { changes, accounts }: { changes: readonly StateChange[]; accounts: Accounts },
): Promise<void> {
  const put = changes.find((change) => change.kind === 'put-item-pair')
  if (!put) return
  const side = otherSide(intent.side)
  const sourceId = put.itemPair[side].id
  // The pair that it replaces may be gone: a new configuration begins without any.
  const before = await store.itemPairBySide(pair.id, side, sourceId)
  const key = bookKey(before, side, sourceId)
  accounts.note(key, 'created')
  accounts.becamePair(key, put.itemPair)
}

/** `unreadable`: it is there and cannot be read, so the intent stays open. */
type Settlement = { changes: StateChange[]; unreadable: boolean }

/** No changes when the server has no such item: the source is still pending and will be planned again. */
async function settleIntent(context: PassContext, intent: Intent): Promise<Settlement> {
  const nothing = { changes: [], unreadable: false }
  const id = await context.sides[intent.side].findByToken(intent.token)
  if (id === null) return nothing
  if (await context.store.itemPairBySide(context.pair.id, intent.side, id)) return nothing
  const { items, changes } = await readItems(context, intent.side, [id])
  const created = items[0]
  if (!created) return waitFor(context, intent, { id, changes })
  const source = await sourceOf(context, intent)
  return { changes: source ? linkFound(context, intent, created, source) : changes, unreadable: false }
}

/** What we made and cannot read is known by our UID: nothing is made in its place until it can be read (I10, I14). */
async function waitFor(
  context: PassContext,
  intent: Intent,
  { id, changes }: { id: ItemId; changes: StateChange[] },
): Promise<Settlement> {
  const read = changes.flatMap((change) => (change.kind === 'put-observation' ? [change.observation] : []))
  const [observation] = [...read, ...(await context.store.observations(context.pair.id, intent.side, [id]))]
  if (observation?.state !== 'unreadable') return { changes, unreadable: false }
  if (observation.uid !== '') return { changes, unreadable: true }
  return { changes: [{ kind: 'put-observation', observation: { ...observation, uid: intent.uid } }], unreadable: true }
}

/** The source's observation, unless it became part of another pair meanwhile. */
async function sourceOf(context: PassContext, intent: Intent): Promise<Observation | null> {
  if (intent.sourceId === null || !intent.sourceHashes || !intent.desiredHashes) return null
  const side = otherSide(intent.side)
  const paired = await context.store.itemPairBySide(context.pair.id, side, intent.sourceId)
  if (paired && paired.id !== intent.itemPairId) return null
  const [observation] = await context.store.observations(context.pair.id, side, [intent.sourceId])
  return observation ?? null
}

function linkFound(context: PassContext, intent: Intent, created: SideItem, source: Observation): StateChange[] {
  const { side } = intent
  const target = { id: created.id, version: created.version, hashes: intent.desiredHashes as FieldHashes }
  const origin = {
    id: source.itemId,
    version: source.version ?? created.version,
    hashes: intent.sourceHashes as FieldHashes,
  }
  const sides = side === 'exchange' ? { exchange: target, nextcloud: origin } : { exchange: origin, nextcloud: target }
  const itemPair: ItemPair = { id: context.random.uuid(), pairId: context.pair.id, uid: intent.uid, ...sides }
  return [
    ...noteMade(context, side, created.id),
    ...dropReplaced(context, intent, side),
    { kind: 'put-item-pair', itemPair },
    { kind: 'put-observation', observation: observationOf(context, side, created, true) },
    { kind: 'put-observation', observation: { ...source, dirty: true, attempts: 0, retryAtMs: null, problem: null } },
    logAction(context, {
      uid: intent.uid,
      action: 'create',
      side,
      reason: 'recovered',
      before: null,
      after: created.version,
    }),
  ]
}

/** A creation that replaced a pair (edit beats delete): the old pair goes with it. */
function dropReplaced(context: PassContext, intent: Intent, side: SideName): StateChange[] {
  if (intent.itemPairId === null) return []
  const drops: StateChange[] = [{ kind: 'drop-item-pair', id: intent.itemPairId }]
  if (intent.targetId !== null) drops.push(dropObservation(context, side, intent.targetId))
  return drops
}

function dropObservation(context: PassContext, side: SideName, itemId: ItemId): StateChange {
  return { kind: 'drop-observation', pairId: context.pair.id, side, itemId }
}
