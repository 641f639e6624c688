/** Restoring an item that is gone: a journalled creation (I13), under its old UID unless another item uses it there. */
import type { Loss } from '../model/item.ts'
import { unreachable } from '../ports/errors.ts'
import type { CreateRequest } from '../ports/side.ts'
import type { Intent, StateChange } from '../ports/state-store.ts'
import type { PassContext } from './context.ts'
import { createItems } from './create-items.ts'
import { withReachableFiles } from './files.ts'
import { mustFit, type RestoreRequest, type RestoreStep, restored } from './restore-record.ts'
import { isUidInUse, restoreToken, restoreUid } from './restore-target.ts'

/** Throws what the side refuses, and the error of a lost answer: the journal then settles it before anything else is done. */
export async function createAgain(context: PassContext, asked: RestoreRequest): Promise<RestoreStep> {
  const { entry, to } = asked
  const from = { side: entry.side, document: entry.document, present: null }
  const { item: model, files, losses } = await withReachableFiles(context, asked.model, from)
  const request = { ...asked, model }
  const fresh = restoreUid(entry)
  const old = model.uid
  const uids = old === '' || (await isUidInUse(context, to, old)) ? [fresh] : [old, fresh]
  for (const uid of uids) {
    // With its old document the item gets back what the model cannot say: alarms, attachments, properties of other programs.
    const native = uid === old && entry.side === to ? entry.document : null
    const creation = { token: restoreToken(entry, to), desired: { ...model, uid }, native, files }
    const step = await createOnce(context, request, { creation, lost: losses })
    if (step !== 'uid-in-use') return step
  }
  return { kind: 'again' }
}

async function createOnce(
  context: PassContext,
  request: RestoreRequest,
  { creation, lost }: { creation: CreateRequest; lost: readonly Loss[] },
): Promise<RestoreStep | 'uid-in-use'> {
  const { store, lease, sides } = context
  const losses = [...lost, ...mustFit(sides[request.to].fit(creation.desired)).losses]
  const close: StateChange = { kind: 'close-intent', token: creation.token }
  await store.commit(lease, [{ kind: 'open-intent', intent: intentOf(context, request, creation) }])
  await context.checkpoint()
  const [outcome] = await createItems(context, request.to, [creation])
  switch (outcome?.kind) {
    case 'created': {
      const { item } = outcome
      await store.commit(lease, [...restored(context, request, { item, before: null }), close])
      return { kind: 'done', outcome: { outcome: 'created', item, losses } }
    }
    case 'already':
      await store.commit(lease, [close])
      return outcome.reason === 'uid' ? 'uid-in-use' : { kind: 'again' }
    case 'refused':
      await store.commit(lease, [close])
      throw outcome.error
    case 'unknown':
      // The intent stays open: the next pass, or the same command again, asks by token.
      throw outcome.error
    case undefined:
      return { kind: 'again' }
    default:
      return unreachable(outcome)
  }
}

function intentOf(context: PassContext, { to }: RestoreRequest, { token, desired }: CreateRequest): Intent {
  return {
    token,
    pairId: context.pair.id,
    action: 'create',
    side: to,
    uid: desired.uid,
    sourceId: null,
    targetId: null,
    expect: null,
    itemPairId: null,
    sourceHashes: null,
    desiredHashes: null,
    openedAtMs: context.clock.nowMs(),
  }
}
