/**
 * Restoring an archived version: into the item where it is still there, else as a new item. Like any write it is journalled,
 * conditional, and archives what it overwrites; unlike a pass it writes one side only, and the next pass carries it to the other.
 */
import { RESTORE_TRIES_MAX } from '../limits.ts'
import { applyPatch, differingPaths, flatten, isSchedulePath, sameValue, unflatten } from '../model/flat.ts'
import type { FieldPath, FlatItem, Item, Json, Loss } from '../model/item.ts'
import { ConnectorError, unreachable } from '../ports/errors.ts'
import type { SideItem, SideName, UpdateOutcome } from '../ports/side.ts'
import { Accounts } from './accounts.ts'
import type { PassContext } from './context.ts'
import { withReachableFiles } from './files.ts'
import { recover } from './recover.ts'
import { createAgain } from './restore-create.ts'
import {
  keep,
  mustFit,
  type RestoreOutcome,
  type RestoreRequest,
  type RestoreStep,
  restored,
} from './restore-record.ts'
import { findPresent, verifyTarget } from './restore-target.ts'

/** Throws what the side refuses, `item.not-representable`, `item.changed-meanwhile`, and what `verifyTarget` throws. */
export async function restore(context: PassContext, request: RestoreRequest): Promise<RestoreOutcome> {
  await recover(context, new Accounts(false))
  await verifyTarget(context, request.to)
  let wrote = false
  for (let tries = 0; tries < RESTORE_TRIES_MAX; tries++) {
    const present = await findPresent(context, request)
    const done = present ? await overwrite(context, request, present) : await createAgain(context, request)
    if (done.kind === 'done')
      return wrote && done.outcome.outcome === 'already-there' ? { ...done.outcome, outcome: 'updated' } : done.outcome
    wrote ||= done.kind === 'unknown'
  }
  throw new ConnectorError('item.changed-meanwhile', { side: request.to })
}

async function overwrite(context: PassContext, asked: RestoreRequest, current: SideItem): Promise<RestoreStep> {
  const { to } = asked
  const from = { side: asked.entry.side, document: asked.entry.document, present: current.model }
  const reachable = await withReachableFiles(context, asked.model, from)
  const request = { ...asked, model: reachable.item }
  const desired = desiredOver(context, request, current)
  const fit = context.sides[to].fit(desired, current.model)
  const { item: fitted, losses: unfit } = mustFit(fit)
  const losses = [...reachable.losses, ...unfit]
  const now = flatten(current.model)
  if (differingPaths(now, flatten(fitted)).length === 0) {
    await context.store.commit(context.lease, restored(context, request, { item: current, before: null }))
    return { kind: 'done', outcome: { outcome: 'already-there', item: current, losses } }
  }
  await context.store.commit(context.lease, [keep(context, to, current)])
  await context.checkpoint()
  const changed = differingPaths(now, flatten(desired))
  const [outcome] = await context.sides[to].update([{ current, desired, changed, files: reachable.files }])
  return settleUpdate(context, request, { current, losses, outcome })
}

async function settleUpdate(
  context: PassContext,
  request: RestoreRequest,
  { current, losses, outcome }: { current: SideItem; losses: Loss[]; outcome: UpdateOutcome | undefined },
): Promise<RestoreStep> {
  switch (outcome?.kind) {
    case 'updated': {
      const { item } = outcome
      await context.store.commit(context.lease, restored(context, request, { item, before: current.version }))
      return { kind: 'done', outcome: { outcome: 'updated', item, losses } }
    }
    case 'changed-underneath':
    case 'gone':
      return { kind: 'again' }
    case 'unknown':
      return { kind: 'unknown' }
    case 'refused':
      throw outcome.error
    case undefined:
      throw new ConnectorError('bug', { where: 'restore: no outcome' })
    default:
      return unreachable(outcome)
  }
}

/**
 * The present item with the archived values. A field that is the same when seen through the side that the entry comes from stays
 * as it is: that side could not hold more of it, so the archive cannot know better (P7).
 */
function desiredOver(context: PassContext, request: RestoreRequest, current: SideItem): Item {
  const archived = flatten(request.model)
  const now = flatten(current.model)
  const seen = request.entry.side === request.to ? now : seenFrom(context, request.entry.side, current.model)
  const patch = new Map<FieldPath, Json | undefined>()
  for (const path of new Set([...archived.keys(), ...now.keys()])) {
    if (isAskedFor(request.kinds, path) && !sameValue(archived.get(path), seen.get(path)))
      patch.set(path, archived.get(path))
  }
  return unflatten(applyPatch(now, patch), current.uid, [request.model, current.model])
}

function seenFrom(context: PassContext, side: SideName, model: Item): FlatItem {
  const fit = context.sides[side].fit(model)
  return flatten(fit.kind === 'fits' ? fit.item : model)
}

/** Schedule and occurrences belong together: keys of one schedule mean nothing in another. */
function isAskedFor(kinds: ReadonlySet<string> | null, path: FieldPath): boolean {
  if (kinds === null) return true
  const [kind = path] = path.split(':', 1)
  return kinds.has(kind) || (isSchedulePath(path) && (kinds.has('schedule') || kinds.has('occurrence')))
}
