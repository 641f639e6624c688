/** Executing a guarded plan: contents are loaded, merged and written in bounded batches, creations first, removals last. */
import { type ConnectorError, itemError, unreachable } from '../ports/errors.ts'
import type { Action } from '../ports/report.ts'
import type { ItemId, SideItem, SideName } from '../ports/side.ts'
import type { Observation, StateChange } from '../ports/state-store.ts'
import type { PlanEntry } from '../sync/plan.ts'
import { type Accounts, bookKey } from './accounts.ts'
import type { PassContext } from './context.ts'
import { executeCreates } from './execute-create.ts'
import { executeMerges } from './execute-merge.ts'
import { executeQuiet } from './execute-quiet.ts'
import { executeRemoves } from './execute-remove.ts'
import { readItems } from './observe.ts'
import { failed, settled } from './settle.ts'
import {
  actionsOf,
  type Contents,
  type CreateWork,
  type MergeWork,
  prepare,
  type RemoveWork,
  type UnfitWork,
  type Work,
} from './work.ts'

type Writing = Extract<PlanEntry, { kind: 'create' | 'merge' | 'adopt' | 'remove' }>

export async function execute(context: PassContext, entries: readonly PlanEntry[], accounts: Accounts): Promise<void> {
  await executeQuiet(context, entries, accounts)
  const writing = entries.filter(isWriting)
  const size = context.options.batchSaveSize
  for (let at = 0; at < writing.length; at += size) {
    await context.checkpoint()
    const works = await prepareAll(context, writing.slice(at, at + size), accounts)
    if (context.dryRun) for (const work of works) plannedOnly(work, accounts)
    else await executeWorks(context, approvedOnly(context, works, accounts), accounts)
    progress(context, Math.min(at + size, writing.length), writing.length)
  }
}

/** With an approved plan: what is not in it stays for the next pass. */
function approvedOnly(context: PassContext, works: readonly Work[], accounts: Accounts): readonly Work[] {
  const { approved, pair } = context
  if (approved === null) return works
  const isApproved = (work: Work) => actionsOf(work).every((action) => approved.has(pair, action))
  for (const work of works) if (!isApproved(work) && work.kind !== 'unfit') accounts.note(workKey(work), 'skipped')
  return works.filter(isApproved)
}

function isWriting(entry: PlanEntry): entry is Writing {
  return entry.kind === 'create' || entry.kind === 'merge' || entry.kind === 'adopt' || entry.kind === 'remove'
}

async function prepareAll(context: PassContext, entries: readonly Writing[], accounts: Accounts): Promise<Work[]> {
  const contents = await loadContents(context, entries)
  const works: Work[] = []
  for (const entry of entries) {
    try {
      const work = prepare(context, entry, contents)
      if (work) works.push(work)
      else accounts.note(keyOf(entry), 'skipped')
    } catch (error) {
      accounts.note(keyOf(entry), 'failed')
      await setAside(context, entry, itemError(error, context.log))
    }
  }
  return works
}

/** Preparing only computes, so whatever goes wrong in it concerns this item: it is named and tried again later (I23). */
async function setAside(context: PassContext, entry: Writing, error: ConnectorError): Promise<void> {
  const observations = (['exchange', 'nextcloud'] as const).flatMap((side) => needed(entry, side))
  const changes = observations.map((observation) => failed(context, observation, error))
  await context.store.commit(context.lease, changes)
}

/** Bodies from the cache, else read now. One that changed since it was observed becomes a fresh observation for the next round. */
async function loadContents(context: PassContext, entries: readonly Writing[]): Promise<Contents> {
  const loaded = new Map<string, SideItem>()
  for (const side of ['exchange', 'nextcloud'] as const) {
    const missing: ItemId[] = []
    for (const observation of entries.flatMap((entry) => needed(entry, side))) {
      const cached = context.cache.get(side, observation.itemId, observation.version)
      if (cached) loaded.set(side + cached.id, cached)
      else missing.push(observation.itemId)
      context.cache.drop(side, observation.itemId)
    }
    const { items, changes } = await readItems(context, side, missing)
    for (const item of items) {
      loaded.set(side + item.id, item)
      context.cache.drop(side, item.id)
    }
    if (changes.length > 0) await context.store.commit(context.lease, changes)
  }
  return (side, observation) => {
    const item = loaded.get(side + observation.itemId)
    return item && item.version === observation.version ? item : undefined
  }
}

function needed(entry: Writing, side: SideName): Observation[] {
  switch (entry.kind) {
    case 'create':
      return entry.source.side === side ? [entry.source] : []
    case 'remove':
      return entry.side === side ? [entry.expect] : []
    case 'merge':
    case 'adopt':
      return [entry[side]]
    default:
      return unreachable(entry)
  }
}

async function executeWorks(context: PassContext, works: readonly Work[], accounts: Accounts): Promise<void> {
  const unfit = works.filter((work): work is UnfitWork => work.kind === 'unfit')
  await nameUnfit(context, unfit, accounts)
  for (const side of ['exchange', 'nextcloud'] as const) {
    const creates = works.filter((work): work is CreateWork => work.kind === 'create' && work.side === side)
    await executeCreates(context, side, creates, accounts)
  }
  await executeMerges(
    context,
    works.filter((work): work is MergeWork => work.kind === 'merge'),
    accounts,
  )
  for (const side of ['exchange', 'nextcloud'] as const) {
    const removes = works.filter((work): work is RemoveWork => work.kind === 'remove' && work.side === side)
    await executeRemoves(context, side, removes, accounts)
  }
  for (const work of works) for (const action of actionsOf(work)) progressAction(context, action)
}

/** REC-8: it stays where it is, the reason is shown by name, everything else goes on. */
async function nameUnfit(context: PassContext, works: readonly UnfitWork[], accounts: Accounts): Promise<void> {
  const changes = works.flatMap((work): StateChange[] => {
    const { replaces, side } = work
    const detail = [...new Set(work.losses.map((loss) => loss.reason))].join(', ')
    const named = settled(work.observation, { code: 'item.not-representable', detail })
    if (replaces === null) return [named]
    const gone = { pairId: context.pair.id, side, itemId: replaces[side].id }
    return [named, { kind: 'drop-item-pair', id: replaces.id }, { kind: 'drop-observation', ...gone }]
  })
  for (const work of works) noteUnfit(work, accounts)
  if (changes.length > 0) await context.store.commit(context.lease, changes)
}

function noteUnfit(work: UnfitWork, accounts: Accounts): void {
  accounts.note(bookKey(work.replaces, work.observation.side, work.source.id), 'skipped')
  for (const action of actionsOf(work)) {
    accounts.act(action, 'deferred')
    const detail = work.losses.map((loss) => loss.detail ?? loss.reason).join(', ')
    accounts.problems.push({
      side: work.observation.side,
      uid: action.uid,
      title: action.title,
      code: 'item.not-representable',
      detail,
    })
  }
}

/** Dry run: the same work, printed instead of done. */
function plannedOnly(work: Work, accounts: Accounts): void {
  if (work.kind === 'unfit') {
    noteUnfit(work, accounts)
    return
  }
  const actions = actionsOf(work)
  for (const action of actions) accounts.act(action, 'planned')
  accounts.note(workKey(work), plannedHeading(work, actions))
}

function plannedHeading(work: Exclude<Work, UnfitWork>, actions: readonly Action[]) {
  if (work.kind === 'create') return work.replaces ? 'conflicts' : 'created'
  if (work.kind === 'remove') return 'removed'
  if (work.conflicts.length > 0) return 'conflicts'
  if (actions.some((action) => action.action === 'update')) return 'updated'
  return actions.some((action) => action.action === 'skip') ? 'skipped' : 'unchanged'
}

function workKey(work: Exclude<Work, UnfitWork>): string {
  if (work.kind === 'remove') return `pair:${work.itemPair.id}`
  if (work.kind === 'create') return bookKey(work.replaces, work.observation.side, work.source.id)
  return bookKey(work.itemPair, 'exchange', work.items.exchange.id)
}

function keyOf(entry: Writing): string {
  switch (entry.kind) {
    case 'create':
      return bookKey(entry.replaces, entry.source.side, entry.source.itemId)
    case 'adopt':
      return `${entry.exchange.itemId}@exchange`
    case 'merge':
    case 'remove':
      return `pair:${entry.itemPair.id}`
    default:
      return unreachable(entry)
  }
}

function progress(context: PassContext, done: number, total: number): void {
  context.onProgress({ kind: 'acting', email: context.email, collection: context.pair.name, done, total })
}

function progressAction(context: PassContext, action: Action): void {
  context.onProgress({ kind: 'action', email: context.email, collection: context.pair.name, action, outcome: 'done' })
}
