/**
 * Writing merges: each side gets only the fields that the other side changed, under the version that was merged (I11).
 * What loses a conflict is archived first (I16). A half that failed stays pending: its fields keep their old base.
 */
import type { FieldPath } from '../model/item.ts'
import { nameOf } from '../model/item-name.ts'
import { ConnectorError } from '../ports/errors.ts'
import type { SideItem, SideName, UpdateOutcome } from '../ports/side.ts'
import type { ItemPair, StateChange } from '../ports/state-store.ts'
import { otherSide } from '../sync/decide.ts'
import { type Accounts, bookKey } from './accounts.ts'
import { archiveEntry, conflictRow } from './archive.ts'
import { originalOfPair, type PassContext } from './context.ts'
import { filesOf } from './files.ts'
import { observationOf, readItems } from './observe.ts'
import { baseOf, failed, isStop, type Landed, logAction, pairUp, settled, unmoved } from './settle.ts'
import { unkept } from './unkept.ts'
import { actionsOf, type MergeWork } from './work.ts'

const SIDES = ['exchange', 'nextcloud'] as const
type Outcomes = Record<SideName, UpdateOutcome | null>

export async function executeMerges(context: PassContext, works: readonly MergeWork[], accounts: Accounts) {
  if (works.length === 0) return
  const losers = works.flatMap((work) => [...archiveLoser(context, work), ...archiveCovered(context, work)])
  if (losers.length > 0) await context.store.commit(context.lease, losers)
  const outcomes = new Map<MergeWork, Outcomes>(works.map((work) => [work, { exchange: null, nextcloud: null }]))
  const ended = await writeBoth(context, outcomes)
  const changes: StateChange[] = []
  for (const [work, outcome] of outcomes) {
    // Of these nothing was written: they are as they were.
    if (ended && !SIDES.some((side) => outcome[side]?.kind === 'updated')) continue
    changes.push(...(await settleMerge(context, work, outcome, accounts)))
  }
  await context.store.commit(context.lease, changes)
  if (ended) throw ended
}

/**
 * What the first side took is settled although the second one cannot be written, or the pass is told to stop: it would come back as an
 * edit otherwise, in the form that the first side gave it (I15). Gives the error that ends the pass.
 */
async function writeBoth(context: PassContext, outcomes: Map<MergeWork, Outcomes>): Promise<ConnectorError | null> {
  await writeSide(context, 'exchange', outcomes)
  try {
    await writeSide(context, 'nextcloud', outcomes)
    return null
  } catch (error) {
    if (!(error instanceof ConnectorError) || !isOfServer(error)) throw error
    for (const [work, outcome] of outcomes)
      if (writable(work, 'nextcloud')) outcomes.set(work, { ...outcome, nextcloud: { kind: 'unknown', error } })
    return error
  }
}

/** A lost lease and what is wrong with the state leave nothing to settle. */
function isOfServer({ code }: ConnectorError): boolean {
  return code !== 'lease.lost' && code !== 'bug' && !code.startsWith('state.')
}

function writable(work: MergeWork, side: SideName): boolean {
  return work.writes[side].changed.length > 0 && !work.writes[side].unrepresentable
}

function assertOneWay(context: PassContext, side: SideName, works: readonly MergeWork[]): void {
  if (works.length > 0 && originalOfPair(context.pair) === side)
    throw new ConnectorError('bug', { where: 'merge', detail: 'an update of the original of a one-way link' })
}

async function writeSide(context: PassContext, side: SideName, outcomes: Map<MergeWork, Outcomes>): Promise<void> {
  const works = [...outcomes.keys()].filter((work) => writable(work, side))
  if (works.length === 0) return
  assertOneWay(context, side, works)
  await context.checkpoint()
  const requests = works.map((work) => {
    const { desired, changed } = work.writes[side]
    return {
      current: work.items[side],
      desired,
      changed,
      files: filesOf(context, work.items[otherSide(side)], side),
      mail: work.mail,
    }
  })
  const results = await context.sides[side].update(requests)
  for (const [index, work] of works.entries()) {
    const before = outcomes.get(work)
    const result = results[index]
    if (before && result) outcomes.set(work, { ...before, [side]: result })
  }
}

/** The loser's content and the conflict, under ids that a repeated try finds again. */
function archiveLoser(context: PassContext, work: MergeWork): StateChange[] {
  if (work.conflicts.length === 0) return []
  const loser = otherSide(work.winner)
  const item = work.items[loser]
  const identity = [context.pair.id, loser, item.id, item.version].join('|')
  const entry = { ...archiveEntry(context, loser, item, 'conflict'), id: context.hash(`archive|${identity}`) }
  const row = conflictRow(context, {
    itemPairId: work.itemPair?.id ?? null,
    uid: item.uid,
    paths: work.conflicts.map(kindOfPath),
    kind: 'edit-edit',
    winner: work.winner,
    archiveId: entry.id,
  })
  return [
    { kind: 'put-archive', entry },
    { kind: 'put-conflict', conflict: { ...row, id: context.hash(`conflict|${identity}`) } },
  ]
}

/** Covered words are no conflict and nobody has to look; they can be restored all the same. */
function archiveCovered(context: PassContext, { covers, items, conflicts, winner }: MergeWork): StateChange[] {
  if (covers === null || (conflicts.length > 0 && winner !== covers)) return []
  const item = items[covers]
  const identity = [context.pair.id, covers, item.id, item.version].join('|')
  const entry = archiveEntry(context, covers, item, 'conflict')
  return [{ kind: 'put-archive', entry: { ...entry, id: context.hash(`archive|${identity}`) } }]
}

/** Conflict rows are not encrypted: a category's name or an attendee's address stays out of them. */
function kindOfPath(path: FieldPath): string {
  return path.split(':', 1)[0] ?? path
}

/** What is there now where a write did not go through. A version that did not move is no reason to refuse it: then it was refused for another. */
async function lookAgain(context: PassContext, work: MergeWork, written: Outcomes) {
  const outcomes = { ...written }
  const fresh: StateChange[] = []
  for (const side of SIDES) {
    const kind = written[side]?.kind
    if (kind !== 'changed-underneath' && kind !== 'gone' && kind !== 'unknown') continue
    const { id, version } = work.items[side]
    const { changes, items } = await readItems(context, side, [id]).catch(nothingRead)
    fresh.push(...changes)
    if (kind === 'changed-underneath' && items[0]?.version === version)
      outcomes[side] = { kind: 'refused', error: unmoved(side) }
  }
  return { outcomes, fresh }
}

/** What landed must be settled although this side cannot be read just now; it stays pending, and the next read says why not. */
function nothingRead(error: unknown): Pick<Awaited<ReturnType<typeof readItems>>, 'changes' | 'items'> {
  if (error instanceof ConnectorError && isOfServer(error)) return { changes: [], items: [] }
  throw error
}

async function settleMerge(
  context: PassContext,
  work: MergeWork,
  written: Outcomes,
  accounts: Accounts,
): Promise<StateChange[]> {
  const { outcomes, fresh } = await lookAgain(context, work, written)
  const stuck = SIDES.filter((side) => work.writes[side].unrepresentable || isOpen(outcomes[side]))
  report(work, outcomes, accounts)
  // An adoption is all or nothing: without a base a repeated merge gives the same again.
  if (!work.itemPair && stuck.some((side) => !work.writes[side].unrepresentable)) {
    return [...postpone(context, work, outcomes), ...fresh]
  }
  const landed = { exchange: land(work, outcomes, 'exchange'), nextcloud: land(work, outcomes, 'nextcloud') }
  const itemPair: ItemPair = {
    id: work.itemPair?.id ?? context.random.uuid(),
    pairId: context.pair.id,
    uid: work.items.exchange.uid,
    exchange: baseAfter(context, work, 'exchange', { landed: landed.exchange, stuck }),
    nextcloud: baseAfter(context, work, 'nextcloud', { landed: landed.nextcloud, stuck }),
  }
  if (!work.itemPair) accounts.becamePair(keyOf(work), itemPair)
  const changes = pairUp(context, itemPair, landed, { exchange: false, nextcloud: false })
  return [
    ...changes,
    ...postpone(context, work, outcomes),
    ...nameUnfit(work),
    ...nameUnkept(context, work, { outcomes, landed, accounts }),
    ...fresh,
    ...logs(context, work, outcomes),
  ]
}

function isOpen(outcome: UpdateOutcome | null): boolean {
  return outcome !== null && outcome.kind !== 'updated'
}

/** What is on that side now, as far as we know. */
function land(work: MergeWork, outcomes: Outcomes, side: SideName): Landed {
  const outcome = outcomes[side]
  if (outcome?.kind !== 'updated') return { item: work.items[side], written: null }
  if (!outcome.overtaken) return { item: outcome.item, written: null }
  return { item: outcome.item, written: { desired: work.writes[side].desired, replaced: work.items[side].model } }
}

/**
 * Fields that could not be written keep their old base on both sides: where they come from, because they still have to travel,
 * and where they lost a conflict, because there it still has to be seen as one.
 */
function baseAfter(
  context: PassContext,
  work: MergeWork,
  side: SideName,
  after: { landed: Landed; stuck: readonly SideName[] },
) {
  const paths = after.stuck.flatMap((target) => work.writes[target].changed)
  return baseOf(context, side, after.landed, { paths, oldBase: work.itemPair?.[side].hashes ?? null })
}

/** Observations that stay pending because the other side's write did not happen; a refused one waits before it is tried again. */
function postpone(context: PassContext, work: MergeWork, outcomes: Outcomes): StateChange[] {
  return SIDES.flatMap((side) => {
    const outcome = outcomes[side]
    if (!outcome || outcome.kind === 'updated') return []
    const source = work.observations[otherSide(side)]
    if (outcome.kind === 'refused' && !isStop(outcome.error)) {
      return [failed(context, { ...source, dirty: true }, outcome.error)]
    }
    return [{ kind: 'put-observation' as const, observation: { ...source, dirty: true } }]
  })
}

function nameUnfit(work: MergeWork): StateChange[] {
  return SIDES.filter((side) => work.writes[side].unrepresentable).map((side) => {
    const detail = work.writes[side].losses.map((loss) => loss.reason).join(', ')
    return settled(work.observations[otherSide(side)], { code: 'item.not-representable', detail })
  })
}

/** The edit stays where it was made, with the fields named that the other side did not take. */
function nameUnkept(
  context: PassContext,
  work: MergeWork,
  { outcomes, landed, accounts }: { outcomes: Outcomes; landed: Record<SideName, Landed>; accounts: Accounts },
): StateChange[] {
  return SIDES.flatMap((side) => {
    const outcome = outcomes[side]
    if (outcome?.kind !== 'updated' || outcome.overtaken) return []
    const { desired, changed } = work.writes[side]
    const before = work.items[side].model
    const fit = context.sides[side].fit(desired, before)
    const wanted = fit.kind === 'fits' ? fit.item : desired
    const paths = unkept(changed, { before, wanted, now: outcome.item.model })
    if (paths.length === 0) return []
    const source = otherSide(side)
    // Its own write may carry a later edit, which must stay pending.
    if (landed[source].written !== null) return []
    const problem = { code: 'item.not-representable', detail: `not kept by ${side}: ${paths.join(', ')}` }
    const { title } = nameOf(landed[source].item.model)
    accounts.problems.push({ side: source, uid: landed[source].item.uid, title, ...problem })
    return [settled(observationOf(context, source, landed[source].item, false), problem)]
  })
}

function logs(context: PassContext, work: MergeWork, outcomes: Outcomes): StateChange[] {
  return SIDES.flatMap((side) => {
    const outcome = outcomes[side]
    if (outcome?.kind !== 'updated') return []
    context.onWritten?.(side, work.items[otherSide(side)].modifiedAtMs)
    const item: SideItem = work.items[side]
    const fields = {
      uid: item.uid,
      action: 'update',
      side,
      reason: work.reason,
      before: item.version,
      after: outcome.item.version,
    }
    return [logAction(context, fields)]
  })
}

function keyOf(work: MergeWork): string {
  return bookKey(work.itemPair, 'exchange', work.items.exchange.id)
}

function report(work: MergeWork, outcomes: Outcomes, accounts: Accounts): void {
  const key = keyOf(work)
  for (const action of actionsOf(work)) {
    const outcome = outcomes[action.side]
    const open = outcome !== null && outcome.kind !== 'updated'
    accounts.act(action, !open ? 'done' : outcome.kind === 'changed-underneath' ? 'deferred' : 'failed')
  }
  const kinds = SIDES.map((side) => outcomes[side]?.kind)
  if (kinds.some((kind) => kind === 'refused' || kind === 'unknown')) accounts.note(key, 'failed')
  else if (kinds.some((kind) => kind === 'changed-underneath' || kind === 'gone')) accounts.note(key, 'skipped')
  else if (work.conflicts.length > 0) accounts.note(key, 'conflicts')
  else if (kinds.includes('updated')) accounts.note(key, 'updated')
  else if (SIDES.some((side) => work.writes[side].unrepresentable)) accounts.note(key, 'skipped')
  else accounts.note(key, 'unchanged')
}
