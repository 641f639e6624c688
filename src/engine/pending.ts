/** The rows that a round plans: what is dirty, and the items of the same UID that it may belong to. */
import { ITEM_ATTEMPTS_QUARANTINE } from '../limits.ts'
import type { ItemId, SideName } from '../ports/side.ts'
import type { Observation, PendingRow } from '../ports/state-store.ts'
import type { PlanInput } from '../sync/plan.ts'
import { originalOfPair, type PassContext } from './context.ts'
import { readItems } from './observe.ts'

const DAY_MS = 86_400_000
/** Uids or ids per query: stays below the databases' limits on bound parameters. */
const QUERY_CHUNK = 500

export async function pendingRows(context: PassContext): Promise<PlanInput> {
  const nowMs = context.clock.nowMs()
  let rows = await context.store.pending(context.pair.id, nowMs)
  if (await retryUnreadable(context, rows)) rows = await context.store.pending(context.pair.id, nowMs)
  const uids = [...new Set(rows.filter((row) => !row.itemPair).map(uidOf))].filter((uid) => uid !== '')
  // A pair's other side may have vanished under its id and come back under another: look for its UID as well.
  const vanished = rows.filter((row) => row.exchange?.state === 'gone' || row.nextcloud?.state === 'gone').map(uidOf)
  const present = new Set(
    rows.flatMap((row) => [row.exchange, row.nextcloud]).map((one) => one && one.side + one.itemId),
  )
  const more: PendingRow[] = []
  const pairedUids = new Set<string>()
  for (const chunk of chunks([...new Set([...uids, ...vanished])])) {
    for (const side of ['exchange', 'nextcloud'] as const) {
      const found = await context.store.unpairedByUid(context.pair.id, side, chunk)
      for (const one of found) if (!present.has(one.side + one.itemId)) more.push(rowOf(one))
    }
    for (const itemPair of await context.store.itemPairsByUid(context.pair.id, chunk)) pairedUids.add(itemPair.uid)
  }
  const veils = await veilsOf(context)
  const original = originalOfPair(context.pair)
  return { rows: [...rows, ...more], pairedUids, veils, window: windowAt(context, nowMs), original }
}

/** Items whose turn to be tried again has come are read again first. True when anything was read. */
async function retryUnreadable(context: PassContext, rows: readonly PendingRow[]): Promise<boolean> {
  let any = false
  for (const side of ['exchange', 'nextcloud'] as const) {
    const ids = rows.flatMap((row): ItemId[] => {
      const observation = row[side]
      return observation?.state === 'unreadable' && observation.attempts > 0 ? [observation.itemId] : []
    })
    if (ids.length === 0) continue
    const { changes } = await readItems(context, side, ids)
    if (changes.length > 0) await context.store.commit(context.lease, changes)
    any = true
  }
  return any
}

/** Items of unknown UID count until they are quarantined: one broken item does not hold up a mailbox for ever. */
async function veilsOf(context: PassContext): Promise<PlanInput['veils']> {
  const problems = await context.store.problems(context.pair.id)
  const veil = (side: SideName) => {
    const unreadable = problems.filter((one) => one.side === side && one.state === 'unreadable')
    const unknown = unreadable.some((one) => one.uid === '' && one.attempts < ITEM_ATTEMPTS_QUARANTINE)
    return { uids: new Set(unreadable.map((one) => one.uid).filter((uid) => uid !== '')), unknown }
  }
  return { exchange: veil('exchange'), nextcloud: veil('nextcloud') }
}

function rowOf(observation: Observation): PendingRow {
  const row: PendingRow = { itemPair: null, exchange: null, nextcloud: null }
  row[observation.side as SideName] = observation
  return row
}

function uidOf(row: PendingRow): string {
  return row.itemPair?.uid ?? row.exchange?.uid ?? row.nextcloud?.uid ?? ''
}

function windowAt(context: PassContext, nowMs: number): PlanInput['window'] {
  const { windowPastDays, windowFutureDays } = context.options
  return {
    startMs: windowPastDays === null ? null : nowMs - windowPastDays * DAY_MS,
    endMs: windowFutureDays === null ? null : nowMs + windowFutureDays * DAY_MS,
  }
}

function* chunks<T>(items: readonly T[]): Generator<T[]> {
  for (let at = 0; at < items.length; at += QUERY_CHUNK) yield items.slice(at, at + QUERY_CHUNK)
}
