/** Plan entries that write nothing on either side: settling, forgetting, re-binding and naming what is skipped. */
import { ConnectorError, unreachable } from '../ports/errors.ts'
import type { Action } from '../ports/report.ts'
import type { BaseSide, ItemPair, Observation, StateChange } from '../ports/state-store.ts'
import { changedSince } from '../sync/fingerprint.ts'
import type { PlanEntry } from '../sync/plan.ts'
import { type Accounts, bookKey } from './accounts.ts'
import type { PassContext } from './context.ts'
import { freeDuplicates } from './duplicates.ts'
import { failed, settled } from './settle.ts'

const DAY_MS = 86_400_000
/** Rows changed per transaction. */
const COMMIT_CHUNK = 500

export async function executeQuiet(
  context: PassContext,
  entries: readonly PlanEntry[],
  accounts: Accounts,
): Promise<void> {
  const changes: StateChange[] = []
  for (const entry of entries) changes.push(...quietChanges(context, entry, accounts))
  const forgotten = entries.filter((entry) => entry.kind === 'forget')
  const ended = forgotten.flatMap(({ itemPair, observations }) => [
    ...(itemPair ? [itemPair.uid] : []),
    ...observations.map((one) => one.uid),
  ])
  changes.push(...(await freeDuplicates(context, ended)))
  for (let at = 0; at < changes.length; at += COMMIT_CHUNK) {
    await context.store.commit(context.lease, changes.slice(at, at + COMMIT_CHUNK))
  }
}

function quietChanges(context: PassContext, entry: PlanEntry, accounts: Accounts): StateChange[] {
  switch (entry.kind) {
    case 'settle':
      accounts.note(`pair:${entry.itemPair.id}`, 'unchanged')
      return settlePair(entry)
    case 'rebind':
      accounts.note(`pair:${entry.itemPair.id}`, 'unchanged')
      return rebind(context, entry)
    case 'forget':
      return forget(context, entry, accounts)
    case 'wait':
      accounts.note(keyOf(entry), 'skipped')
      return []
    case 'skip':
      return skip(context, entry, accounts)
    case 'create':
    case 'merge':
    case 'adopt':
    case 'remove':
      return []
    default:
      return unreachable(entry)
  }
}

/** Same content under another version: the base takes the versions over. */
function settlePair(entry: Extract<PlanEntry, { kind: 'settle' }>): StateChange[] {
  const { itemPair, exchange, nextcloud } = entry
  const moved = (base: BaseSide, seen: Observation | null): BaseSide =>
    seen?.state === 'present' && seen.version !== null ? { ...base, version: seen.version } : base
  const updated: ItemPair = {
    ...itemPair,
    exchange: moved(itemPair.exchange, exchange),
    nextcloud: moved(itemPair.nextcloud, nextcloud),
  }
  const observations = [exchange, nextcloud].filter((one) => one !== null).map((one) => settled(one))
  return [{ kind: 'put-item-pair', itemPair: updated }, ...observations]
}

/**
 * The pair goes on with the new id; its observations stay pending, so the next round sees edits made on the way. When it is not sure
 * that this is the item, what differs is nobody's edit: it becomes a conflict, and the loser is kept (P1).
 */
function rebind(context: PassContext, entry: Extract<PlanEntry, { kind: 'rebind' }>): StateChange[] {
  const { side, itemPair, found, other, sure } = entry
  const known = sure ? itemPair : withoutBase(itemPair, changedSince(itemPair[side].hashes, found.hashes))
  const base = { ...known[side], id: found.itemId }
  const changes: StateChange[] = [
    { kind: 'drop-observation', pairId: context.pair.id, side, itemId: itemPair[side].id },
    { kind: 'put-item-pair', itemPair: { ...known, [side]: base } },
    { kind: 'put-observation', observation: { ...found, dirty: true } },
  ]
  if (other) changes.push({ kind: 'put-observation', observation: sure ? other : { ...other, dirty: true } })
  return changes
}

/** The fields of these keys count as never seen equal. */
function withoutBase(itemPair: ItemPair, keys: ReadonlySet<string>): ItemPair {
  const without = (base: BaseSide): BaseSide => ({
    ...base,
    hashes: Object.fromEntries(Object.entries(base.hashes).filter(([key]) => !keys.has(key))),
  })
  return { ...itemPair, exchange: without(itemPair.exchange), nextcloud: without(itemPair.nextcloud) }
}

function forget(
  context: PassContext,
  entry: Extract<PlanEntry, { kind: 'forget' }>,
  accounts: Accounts,
): StateChange[] {
  if (entry.itemPair) accounts.note(`pair:${entry.itemPair.id}`, 'removed')
  const drops = entry.observations.map((observation): StateChange => {
    const { side, itemId } = observation
    return { kind: 'drop-observation', pairId: context.pair.id, side, itemId }
  })
  return entry.itemPair ? [{ kind: 'drop-item-pair', id: entry.itemPair.id }, ...drops] : drops
}

function skip(context: PassContext, entry: Extract<PlanEntry, { kind: 'skip' }>, accounts: Accounts): StateChange[] {
  const { observation, reason } = entry
  accounts.note(keyOf(entry), 'skipped')
  if (reason === 'outside-window') return [outside(context, observation)]
  if (reason === 'one-way') return [settled(observation)]
  // Not what was wrong with it before: by this name it becomes an item of its own when the first one ends.
  const duplicate = { code: 'item.duplicate-uid', detail: '' }
  const problem = reason === 'duplicate-uid' ? duplicate : (observation.problem ?? duplicate)
  accounts.problems.push({ side: observation.side, uid: observation.uid, title: '', ...problem })
  accounts.act(skipAction(observation, reason), 'deferred')
  if (reason === 'duplicate-uid') return [settled(observation, problem)]
  // Unreadable: asked again later, ever more rarely (LOS-8); a change of the item makes it pending at once.
  return [failed(context, observation, new ConnectorError('item.unreadable', { detail: problem.detail }))]
}

/** An item that begins after the window comes into it one day, without a word from its server. What ended before it never does. */
function outside({ options, clock }: PassContext, observation: Observation): StateChange {
  const { spanStartMs } = observation
  const { windowFutureDays } = options
  if (spanStartMs === null || windowFutureDays === null) return settled(observation)
  const retryAtMs = spanStartMs - windowFutureDays * DAY_MS
  if (retryAtMs <= clock.nowMs()) return settled(observation)
  return {
    kind: 'put-observation',
    observation: { ...observation, dirty: true, attempts: 0, retryAtMs, problem: null },
  }
}

function keyOf({ itemPair, observation }: Extract<PlanEntry, { kind: 'skip' | 'wait' }>): string {
  return bookKey(itemPair, observation.side, observation.itemId)
}

function skipAction(observation: Observation, reason: Action['reason']): Action {
  const { side, uid } = observation
  return {
    action: 'skip',
    side,
    reason,
    uid,
    title: '',
    when: '',
    changed: [],
    losses: [],
    conflict: false,
    versions: {},
  }
}
