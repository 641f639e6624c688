/** What a restore is asked for, what it says, and the rows that it leaves. No I/O; the caller commits. */
import type { Fit, Item, Loss } from '../model/item.ts'
import { ConnectorError } from '../ports/errors.ts'
import type { SideItem, SideName } from '../ports/side.ts'
import type { StateChange } from '../ports/state-store.ts'
import { archiveEntry } from './archive.ts'
import type { PassContext } from './context.ts'
import { observationOf } from './observe.ts'
import type { RestoreTarget } from './restore-target.ts'
import { logAction } from './settle.ts'

export type RestoreRequest = RestoreTarget & {
  /** The archived version. */
  model: Item
  /** The kinds of fields that lost (`title`, `attendee`, ...): the others stay as they are now. Null: all. */
  kinds: ReadonlySet<string> | null
  /** Recorded together with the outcome. */
  also: readonly StateChange[]
}

export type RestoreOutcome = {
  outcome: 'updated' | 'created' | 'already-there'
  item: SideItem
  losses: readonly Loss[]
}

/** `again`: somebody was faster. `unknown`: the answer was lost; a fresh look tells (I12). */
export type RestoreStep = { kind: 'done'; outcome: RestoreOutcome } | { kind: 'again' } | { kind: 'unknown' }

/** Throws `item.not-representable`. */
export function mustFit(fit: Fit<Item>): { item: Item; losses: Loss[] } {
  if (fit.kind === 'fits') return fit
  const detail = fit.losses.map((loss) => loss.detail ?? loss.reason).join(', ')
  throw new ConnectorError('item.not-representable', { detail })
}

/** What is overwritten goes to the archive first, under an id that a repeated try finds again (I16). */
export function keep(context: PassContext, side: SideName, item: SideItem): StateChange {
  const identity = [context.pair.id, side, item.id, item.version].join('|')
  const entry = archiveEntry(context, side, item, 'restore')
  return { kind: 'put-archive', entry: { ...entry, id: context.hash(`restore|${identity}`) } }
}

/** The item is looked at by the next pass even if no feed mentions it; the mailbox is due at once. */
export function restored(
  context: PassContext,
  request: RestoreRequest,
  { item, before }: { item: SideItem; before: string | null },
): StateChange[] {
  const fields = { uid: item.uid, action: 'restore', side: request.to, reason: 'restored' }
  return [
    { kind: 'put-observation', observation: observationOf(context, request.to, item, true) },
    logAction(context, { ...fields, before, after: item.version }),
    ...request.also,
  ]
}
