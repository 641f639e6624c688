/** How outcomes become state: which base, observations and log rows follow from what was written. No I/O; the caller commits. */
import type { FieldPath, Item } from '../model/item.ts'
import { ConnectorError } from '../ports/errors.ts'
import type { SideItem, SideName } from '../ports/side.ts'
import type { BaseSide, FieldHashes, ItemPair, Observation, StateChange } from '../ports/state-store.ts'
import { hashedPath } from '../sync/fingerprint.ts'
import type { PassContext } from './context.ts'
import { observationOf } from './observe.ts'

const RETRY_FIRST_MS = 60_000
const RETRY_MAX_MS = 24 * 3_600_000

/** An item on one side after the pass dealt with it. `written`: what was asked for, when somebody may have edited it since. */
export type Landed = { item: SideItem; written: { desired: Item; replaced: Item | null } | null }

/** The base of one side. Paths in `unsettled` keep their old hash: they still have to travel. */
export function baseOf(
  context: PassContext,
  side: SideName,
  landed: Landed,
  unsettled: { paths: readonly FieldPath[]; oldBase: FieldHashes | null },
): BaseSide {
  const { item } = landed
  const hashes: Record<string, string> = { ...landedHashes(context, side, landed) }
  for (const path of unsettled.paths) {
    const hashed = hashedPath(path, context.hash)
    const old = unsettled.oldBase?.[hashed]
    if (old === undefined) delete hashes[hashed]
    else hashes[hashed] = old
  }
  return { id: item.id, version: item.version, hashes }
}

/** Hashes of what is known to be ours: the item itself, or, when it may carry a later edit, what was asked for as the side holds it. */
function landedHashes(context: PassContext, side: SideName, landed: Landed): FieldHashes {
  if (landed.written === null) return context.prints.hashes(landed.item.model)
  return fittedHashes(context, side, landed.written.desired, landed.written.replaced)
}

/** Hashes of an item as that side would hold it, created (`replaced` null) or in place of another content. */
export function fittedHashes(context: PassContext, side: SideName, desired: Item, replaced: Item | null): FieldHashes {
  const fit = replaced ? context.sides[side].fit(desired, replaced) : context.sides[side].fit(desired)
  return context.prints.hashes(fit.kind === 'fits' ? fit.item : desired)
}

/** Base row and both observations of a pair that is settled, or settled but for what `dirty` says. */
export function pairUp(
  context: PassContext,
  itemPair: ItemPair,
  landed: Record<SideName, Landed>,
  dirty: Record<SideName, boolean>,
): StateChange[] {
  const observations = (['exchange', 'nextcloud'] as const).map((side): StateChange => {
    const observation = observationOf(context, side, landed[side].item, dirty[side] || landed[side].written !== null)
    return { kind: 'put-observation', observation }
  })
  return [{ kind: 'put-item-pair', itemPair }, ...observations]
}

/** The write did not happen because the whole run was asked to stop: that is no failure of the item. */
export function isStop(error: ConnectorError): boolean {
  return error.code === 'stopped'
}

/** A server that says "changed" of an item that did not (a weak ETag never matches): asking it again and again would not help. */
export function unmoved(side: SideName): ConnectorError {
  return new ConnectorError('item.changed-meanwhile', { side, detail: 'refused under its own version' })
}

/** The observation of an item whose write failed: tried again later, ever more rarely, and named until then (LOS-8). */
export function failed(context: PassContext, observation: Observation, error: ConnectorError): StateChange {
  const attempts = observation.attempts + 1
  const waitMs = Math.min(RETRY_FIRST_MS * 2 ** (attempts - 1), RETRY_MAX_MS)
  const detail = String(error.fields.responseCode ?? error.fields.status ?? error.fields.detail ?? '')
  return {
    kind: 'put-observation',
    observation: {
      ...observation,
      dirty: true,
      attempts,
      retryAtMs: context.clock.nowMs() + waitMs,
      problem: { code: error.code, detail },
    },
  }
}

/** Nothing more to do about it until it changes; `problem` stays visible. */
export function settled(observation: Observation, problem: Observation['problem'] = null): StateChange {
  return {
    kind: 'put-observation',
    observation: { ...observation, dirty: false, attempts: 0, retryAtMs: null, problem },
  }
}

export function logAction(
  context: PassContext,
  fields: { uid: string; action: string; side: SideName; reason: string; before: string | null; after: string | null },
): StateChange {
  return {
    kind: 'log-action',
    log: {
      passId: context.passId,
      pairId: context.pair.id,
      uid: fields.uid,
      action: fields.action,
      side: fields.side,
      reason: fields.reason,
      versionBefore: fields.before,
      versionAfter: fields.after,
      atMs: context.clock.nowMs(),
    },
  }
}
