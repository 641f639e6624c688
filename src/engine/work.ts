/**
 * Work: a plan entry with the contents it needs and the exact result of its merge. Preparing reads, it never writes:
 * a dry run stops here and prints, a real run goes on and executes the same values (P5).
 */
import { applyPatch, differingPaths, flatten, unflatten } from '../model/flat.ts'
import type { FieldPath, FlatItem, Item, Loss } from '../model/item.ts'
import { nameOf } from '../model/item-name.ts'
import type { Action, ActionKind, ActionReason } from '../ports/report.ts'
import type { Mail, Side, SideItem, SideName } from '../ports/side.ts'
import type { ItemPair, Observation } from '../ports/state-store.ts'
import { otherSide } from '../sync/decide.ts'
import { isOwnMeeting, type MailRule, mailFor } from '../sync/mailing.ts'
import { type Merge, type MergeInput, winnerOf } from '../sync/merge.ts'
import type { PlanEntry } from '../sync/plan.ts'
import { originalOfPair, type PassContext } from './context.ts'
import { exceptionsToKeep } from './inherit.ts'
import { mergeItems, mergeOneWay } from './masked-side-merge.ts'

/** One write of a merge. `changed` empty: that side gets nothing. `unrepresentable`: it cannot hold the result and keeps what it has. */
export type SideWork = { desired: Item; changed: FieldPath[]; losses: Loss[]; unrepresentable: boolean }

export type CreateWork = {
  kind: 'create'
  side: SideName
  source: SideItem
  observation: Observation
  replaces: ItemPair | null
  reason: ActionReason
  losses: Loss[]
  mail: Mail
}
export type MergeWork = {
  kind: 'merge'
  itemPair: ItemPair | null
  items: Record<SideName, SideItem>
  observations: Record<SideName, Observation>
  writes: Record<SideName, SideWork>
  conflicts: FieldPath[]
  /** The side whose own words are covered by a mask, or filled in over: they go to the archive. */
  covers: SideName | null
  winner: SideName
  reason: ActionReason
  /** Of the write to Exchange. */
  mail: Mail
}
export type RemoveWork = {
  kind: 'remove'
  side: SideName
  itemPair: ItemPair
  target: SideItem
  gone: Observation
  mail: Mail
}
/** It cannot be written on the other side at all: it stays where it is, named. */
export type UnfitWork = {
  kind: 'unfit'
  side: SideName
  source: SideItem
  observation: Observation
  /** The pair that it was half of: what is gone on the other side and cannot come back there has no pair any more. */
  replaces: ItemPair | null
  losses: Loss[]
}
export type Work = CreateWork | MergeWork | RemoveWork | UnfitWork

/** Contents by side and id, of exactly the observed versions. */
export type Contents = (side: SideName, observation: Observation) => SideItem | undefined

/** Null when a content is not there any more in the planned version: the item waits for a fresh look. */
export function prepare(context: PassContext, entry: PlanEntry, contents: Contents): Work | null {
  switch (entry.kind) {
    case 'create': {
      const source = contents(entry.source.side, entry.source)
      return source ? prepareCreate(context, entry, source) : null
    }
    case 'merge':
    case 'adopt': {
      const exchange = contents('exchange', entry.exchange)
      const nextcloud = contents('nextcloud', entry.nextcloud)
      return exchange && nextcloud ? prepareMerge(context, entry, { exchange, nextcloud }) : null
    }
    case 'remove': {
      const target = contents(entry.side, entry.expect)
      return target ? prepareRemove(context, entry, target) : null
    }
    case 'settle':
    case 'forget':
    case 'skip':
    case 'rebind':
    case 'wait':
      return null
  }
}

function prepareRemove(context: PassContext, entry: Extract<PlanEntry, { kind: 'remove' }>, target: SideItem): Work {
  const { side, itemPair, gone } = entry
  const { me } = mailRule(context)
  const mail =
    side === 'exchange' && isOwnMeeting(target.model, me) ? mailFor(mailRule(context), gone, [target]) : 'nobody'
  return { kind: 'remove', side, itemPair, target, gone, mail }
}

function mailRule({ options, email, clock, pair }: PassContext): MailRule {
  const { schedulingAuthority: authority } = options
  return { authority, me: email.toLowerCase(), nowMs: clock.nowMs(), firstPassDone: pair.firstPassDone }
}

function prepareCreate(context: PassContext, entry: Extract<PlanEntry, { kind: 'create' }>, source: SideItem): Work {
  const fit = context.sides[entry.side].fit(source.model)
  if (fit.kind === 'unrepresentable') {
    const { side, replaces } = entry
    return { kind: 'unfit', side, source, observation: entry.source, replaces, losses: fit.losses }
  }
  const { side, replaces, reason } = entry
  // What was deleted on Exchange and comes back was cancelled there: it comes back silently.
  const mail = replaces === null ? mailFor(mailRule(context), entry.source, [source]) : 'nobody'
  return { kind: 'create', side, source, observation: entry.source, replaces, reason, losses: fit.losses, mail }
}

function prepareMerge(
  context: PassContext,
  entry: Extract<PlanEntry, { kind: 'merge' | 'adopt' }>,
  items: Record<SideName, SideItem>,
): MergeWork {
  const flats = {
    exchange: context.prints.flat(items.exchange.model),
    nextcloud: context.prints.flat(items.nextcloud.model),
  }
  const itemPair = entry.kind === 'merge' ? entry.itemPair : null
  const original = originalOfPair(context.pair)
  const { exchange, nextcloud } = items
  const winner = original ?? winnerOf(context.options.conflictPolicy, exchange.modifiedAtMs, nextcloud.modifiedAtMs)
  const input: MergeInput = {
    base: itemPair && { exchange: itemPair.exchange.hashes, nextcloud: itemPair.nextcloud.hashes },
    ...flats,
    nextcloudOnExchange: fitted(context.sides.exchange, items.nextcloud.model, items.exchange.model),
    exchangeOnNextcloud: fitted(context.sides.nextcloud, items.exchange.model, items.nextcloud.model),
    winner,
    hash: context.hash,
  }
  const result = original === null ? mergeItems(input, items) : mergeOneWay(input, items, original)
  if (result.rule.kind === 'merge') keepExceptions(context, { items, flats, result })
  const writes = {
    exchange: sideWork(context, 'exchange', items, applyPatch(flats.exchange, result.toExchange)),
    nextcloud: sideWork(context, 'nextcloud', items, applyPatch(flats.nextcloud, result.toNextcloud)),
  }
  return {
    kind: 'merge',
    itemPair,
    items,
    observations: { exchange: entry.exchange, nextcloud: entry.nextcloud },
    writes,
    conflicts: result.conflicts,
    covers: result.covers,
    winner,
    reason: mergeReason(entry, result.conflicts, winner),
    mail: itemPair ? mailFor(mailRule(context), entry.nextcloud, [items.exchange, items.nextcloud]) : 'nobody',
  }
}

type Merging = {
  items: Record<SideName, SideItem>
  flats: Record<SideName, FlatItem>
  result: Merge
}

function keepExceptions(context: PassContext, { items, flats, result }: Merging): void {
  const patches = { exchange: result.toExchange, nextcloud: result.toNextcloud }
  for (const side of ['exchange', 'nextcloud'] as const) {
    if (patches[side].size === 0 || items[side].model.kind !== 'event') continue
    const other = otherSide(side)
    const otherAfter = unflatten(applyPatch(flats[other], patches[other]), items[other].uid, [items[other].model])
    const keep = exceptionsToKeep({
      own: flats[side],
      otherHeldHereAfter: fitted(context.sides[side], otherAfter, items[side].model),
      toOwn: patches[side],
      toOther: patches[other],
    })
    for (const [path, value] of keep) patches[side].set(path, value)
  }
}

function mergeReason(
  entry: Extract<PlanEntry, { kind: 'merge' | 'adopt' }>,
  conflicts: readonly FieldPath[],
  winner: SideName,
): ActionReason {
  if (conflicts.length > 0) return winner === 'exchange' ? 'conflict-exchange-wins' : 'conflict-nextcloud-wins'
  if (entry.kind === 'adopt') return 'same-uid'
  return entry.changed === 'both' ? 'changed-on-both' : `changed-on-${entry.changed}`
}

/** The item as that side would hold it in place of what it holds now; when it cannot hold it at all, nothing is comparable. */
function fitted(side: Side, model: Item, current: Item): FlatItem {
  const fit = side.fit(model, current)
  return fit.kind === 'fits' ? flatten(fit.item) : new Map()
}

function sideWork(
  context: PassContext,
  side: SideName,
  items: Record<SideName, SideItem>,
  desiredFlat: FlatItem,
): SideWork {
  const item = items[side]
  const current = context.prints.flat(item.model)
  const desired = unflatten(desiredFlat, item.uid, [items.exchange.model, items.nextcloud.model])
  const changed = differingPaths(current, desiredFlat)
  if (changed.length === 0) return { desired: item.model, changed, losses: [], unrepresentable: false }
  const fit = context.sides[side].fit(desired, item.model)
  if (fit.kind === 'unrepresentable') return { desired, changed, losses: fit.losses, unrepresentable: true }
  // What the side cannot hold is not an action: after fitting nothing may be left to write.
  const effective = differingPaths(current, flatten(fit.item))
  return { desired, changed: effective.length === 0 ? [] : changed, losses: fit.losses, unrepresentable: false }
}

/** What a report says of a piece of work, one action per side that is written. */
export function actionsOf(work: Work): Action[] {
  switch (work.kind) {
    case 'create':
      return [
        action('create', work.side, work.reason, work.source, {
          losses: work.losses,
          conflict: work.replaces !== null,
          ...mails(work.side, work.mail, work.source),
          versions: { [otherSide(work.side)]: work.source.version },
        }),
      ]
    case 'unfit':
      return [
        action('skip', work.side, 'not-representable', work.source, {
          losses: work.losses,
          versions: { [work.observation.side]: work.source.version },
        }),
      ]
    case 'remove':
      return [
        action('remove', work.side, `gone-on-${otherSide(work.side)}`, work.target, {
          ...mails(work.side, work.mail, work.target),
          versions: { [work.side]: work.target.version },
        }),
      ]
    case 'merge':
      return mergeActions(work)
  }
}

function concernsPeople(path: FieldPath): boolean {
  return /^(title|body|location|schedule|occurrence:|attendee:)/.test(path)
}

/** Only a meeting has people to tell. */
function mails(side: SideName, mail: Mail, { model }: SideItem): { mails?: true } {
  const isMeeting = model.kind === 'event' && model.organizer !== null
  return side === 'exchange' && mail === 'people' && isMeeting ? { mails: true } : {}
}

function mergeActions(work: MergeWork): Action[] {
  const conflict = work.conflicts.length > 0
  const versions = { exchange: work.items.exchange.version, nextcloud: work.items.nextcloud.version }
  const actions: Action[] = []
  for (const side of ['exchange', 'nextcloud'] as const) {
    const { changed, losses, unrepresentable } = work.writes[side]
    if (unrepresentable) {
      actions.push(action('skip', side, 'not-representable', work.items[otherSide(side)], { losses, versions }))
    } else if (changed.length > 0) {
      const told = changed.some(concernsPeople) ? mails(side, work.mail, work.items.nextcloud) : {}
      const more = { changed, losses, conflict, versions, ...told }
      actions.push(action('update', side, work.reason, work.items[side], more))
    }
  }
  if (actions.length === 0 && work.itemPair === null) {
    actions.push(action('link', 'nextcloud', 'same-uid', work.items.exchange, { versions }))
  }
  return actions
}

function action(
  kind: ActionKind,
  side: SideName,
  reason: ActionReason,
  item: SideItem,
  more: Pick<Action, 'versions'> & Partial<Pick<Action, 'changed' | 'losses' | 'conflict' | 'mails'>>,
): Action {
  const { title, when } = nameOf(item.model)
  return {
    action: kind,
    side,
    reason,
    uid: item.uid,
    title,
    when,
    changed: more.changed ?? [],
    losses: more.losses ?? [],
    conflict: more.conflict ?? false,
    ...(more.mails ? { mails: true } : {}),
    versions: more.versions,
  }
}
