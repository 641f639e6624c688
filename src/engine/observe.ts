/**
 * Observing: what changed on a side since the cursor. Hints say where to look, fresh reads say what is (I7); observations and the
 * cursor that covers them are committed together (I9); absence from a list is never a deletion (I8).
 */
import { FEED_PAGES_MAX } from '../limits.ts'
import { spanOf } from '../model/span.ts'
import { ConnectorError } from '../ports/errors.ts'
import type { Cursor, Hint, ItemId, ReadResult, SideItem, SideName } from '../ports/side.ts'
import type { CollectionPair, Observation, StateChange } from '../ports/state-store.ts'
import type { Listing } from '../sync/guard.ts'
import type { PassContext } from './context.ts'
import { verifyIdentity } from './identity.ts'

const SIDES = ['exchange', 'nextcloud'] as const

/** Ids read and committed at a time: bounds memory, and what a crash repeats. */
const READ_CHUNK = 100

/**
 * Observes both sides. `full`: compare everything, as after an invalid cursor and in a scrub. Feeds are followed at the same time;
 * comparing everything is rare and goes one side after the other, once both collections are known to be still the same.
 */
export async function observeBoth(context: PassContext, full: boolean): Promise<Listing[]> {
  const toCompare = new Set(SIDES.filter((side) => full || cursorOf(context, side) === null))
  const hearsay = new Map<SideName, Hearsay>()
  // Before comparing everything as well: only the feed can tell that a server was set back to an earlier time.
  const feeds = SIDES.filter((side) => cursorOf(context, side) !== null)
  // A failure of one is reported only after the other came to rest, so that no commit is left under way.
  const followed = await Promise.allSettled(feeds.map((side) => followFeed(context, side)))
  for (const [index, result] of followed.entries()) {
    if (result.status === 'rejected') throw result.reason
    const side = feeds[index]
    if (!side) continue
    hearsay.set(side, result.value)
    if (result.value.kind !== 'followed') toCompare.add(side)
  }
  if (toCompare.size > 0) await insistOnListing(context)
  for (const side of toCompare) await verifyIdentity(context, side)
  const listings: Listing[] = []
  for (const side of SIDES) {
    if (toCompare.has(side) || cursorOf(context, side) === null) {
      listings.push(await compareAll(context, side, hearsay.get(side)))
    }
  }
  return listings
}

/** What a listing says is judged by guards after it: a pass that dies in between leaves the next one to list again. */
async function insistOnListing(context: PassContext): Promise<void> {
  const pair: CollectionPair = { ...context.pair, lastScrubAtMs: null }
  await context.store.commit(context.lease, [{ kind: 'put-collection-pair', pair }])
  context.pair = pair
}

/** What the feed told before everything is compared. `removed`: what it named as removed while it was followed to its end. */
type Hearsay =
  | { kind: 'followed'; removed: ReadonlySet<ItemId> }
  | { kind: 'invalid'; rolledBack: boolean; aged: boolean }

async function followFeed(context: PassContext, side: SideName): Promise<Hearsay> {
  const removed = new Set<ItemId>()
  let cursor = cursorOf(context, side)
  for (let pages = 0; pages < FEED_PAGES_MAX; pages++) {
    await context.checkpoint()
    const page = await context.sides[side].changes(cursor)
    if (page.kind === 'cursor-invalid') {
      context.log.warn({ side, reason: page.reason }, 'cursor is invalid, comparing everything')
      return { kind: 'invalid', rolledBack: page.rolledBack ?? false, aged: page.aged ?? false }
    }
    for (const hint of page.hints) if (hint.kind === 'removed') removed.add(hint.id)
    const { changes } = await readHints(context, { side, hints: page.hints, seenBy: 'feed' })
    if (page.cursor !== cursor) changes.push(setCursor(context, side, page.cursor))
    if (changes.length > 0) await context.store.commit(context.lease, changes)
    rememberCursor(context, side, page.cursor)
    cursor = page.cursor
    if (!page.more) return { kind: 'followed', removed }
  }
  throw new ConnectorError('limit.reached', { limit: 'FEED_PAGES_MAX', side })
}

/** Reads the feed from its beginning as a list, then asks for every known item that it did not name. The cursor counts only at the end. */
async function compareAll(context: PassContext, side: SideName, hearsay?: Hearsay): Promise<Listing> {
  const listed = new Set<ItemId>()
  let cursor: Cursor | null = null
  let appeared = 0
  for (let pages = 0; ; pages++) {
    if (pages >= FEED_PAGES_MAX) throw new ConnectorError('limit.reached', { limit: 'FEED_PAGES_MAX', side })
    await context.checkpoint()
    const page = await context.sides[side].changes(cursor)
    if (page.kind === 'cursor-invalid') throw new ConnectorError(badFeed(side), { reason: page.reason })
    for (const hint of page.hints) {
      if (hint.kind === 'changed') listed.add(hint.id)
      else listed.delete(hint.id)
    }
    const read = await readHints(context, { side, hints: page.hints, seenBy: 'listing' })
    appeared += read.appeared
    if (read.changes.length > 0) await context.store.commit(context.lease, read.changes)
    context.onProgress({
      kind: 'reading',
      email: context.email,
      collection: context.pair.name,
      side,
      items: listed.size,
    })
    cursor = page.cursor
    if (!page.more) break
  }
  const vanished = await confirmMissing(context, side, listed)
  await context.store.commit(context.lease, [setCursor(context, side, cursor)])
  rememberCursor(context, side, cursor)
  const told = hearsay?.kind === 'followed' ? hearsay.removed : new Set<ItemId>()
  const feed = hearsay?.kind === 'invalid' ? { rolledBack: hearsay.rolledBack, aged: hearsay.aged } : {}
  const toldRemoved = new Set([...vanished].filter((id) => told.has(id)))
  return { side, listed: listed.size, vanished: vanished.size, appeared, toldRemoved, ...feed }
}

/** Known items that a full list did not name: each is asked for. Gives those that are really gone and not yet dealt with. */
async function confirmMissing(
  context: PassContext,
  side: SideName,
  listed: ReadonlySet<ItemId>,
): Promise<ReadonlySet<ItemId>> {
  const known = await context.store.knownItems(context.pair.id, side)
  const unlisted = known.filter((item) => !listed.has(item.itemId))
  const missing = unlisted.filter((item) => item.state !== 'gone').map((item) => item.itemId)
  const vanished = new Set(unlisted.filter((item) => item.state === 'gone' && item.dirty).map((item) => item.itemId))
  for (let at = 0; at < missing.length; at += READ_CHUNK) {
    const { changes } = await readItems(context, side, missing.slice(at, at + READ_CHUNK))
    for (const change of changes) {
      if (change.kind === 'put-observation' && change.observation.state === 'gone')
        vanished.add(change.observation.itemId)
    }
    if (changes.length > 0) await context.store.commit(context.lease, changes)
  }
  return vanished
}

type ReadChanges = { changes: StateChange[]; appeared: number; items: SideItem[] }

type Hinted = { side: SideName; hints: readonly Hint[]; seenBy: Observation['seenBy'] }

/** Reads what the hints name unless the known version is the hinted one. */
async function readHints(context: PassContext, { side, hints, seenBy }: Hinted): Promise<ReadChanges> {
  const ids = [...new Set(hints.map((hint) => hint.id))]
  const known = await observationsById(context, side, ids)
  const versions = new Map(hints.map((hint) => [hint.id, hint.kind === 'changed' ? hint.version : null]))
  const removed = new Set(hints.filter((hint) => hint.kind === 'removed').map((hint) => hint.id))
  const toRead = ids.filter((id) => {
    const observation = known.get(id)
    // A removal of something unknown needs a look as well: feeds call new items removed (Nextcloud, MAX(operation)).
    if (observation?.state !== 'present' || removed.has(id)) return true
    const version = versions.get(id)
    return version == null || version !== observation.version
  })
  const result: ReadChanges = { changes: [], appeared: 0, items: [] }
  for (let at = 0; at < toRead.length; at += READ_CHUNK) {
    // Observations may be stored before their cursor, never after it: all chunks but the last are committed at once.
    if (result.changes.length > 0) await context.store.commit(context.lease, result.changes)
    const read = await readItems(context, side, toRead.slice(at, at + READ_CHUNK), seenBy)
    result.appeared += read.appeared
    result.changes = read.changes
  }
  return result
}

/** Fresh reads of items, as changes of the state. Observations that say nothing new are left out. */
export async function readItems(
  context: PassContext,
  side: SideName,
  ids: readonly ItemId[],
  seenBy?: Observation['seenBy'],
): Promise<ReadChanges> {
  if (ids.length === 0) return { changes: [], appeared: 0, items: [] }
  const known = await observationsById(context, side, ids)
  const results = await context.sides[side].read(ids)
  const changes: StateChange[] = []
  let appeared = 0
  for (const result of results) {
    const id = result.kind === 'present' ? result.item.id : result.id
    const before = known.get(id)
    const observation = observe(context, result, { side, before: before ?? null, seenBy })
    if (!observation) continue
    if (!before) appeared++
    changes.push({ kind: 'put-observation', observation })
  }
  return { changes, appeared, items: results.flatMap((result) => (result.kind === 'present' ? [result.item] : [])) }
}

type Before = { side: SideName; before: Observation | null; seenBy: Observation['seenBy'] | undefined }

function observe(context: PassContext, result: ReadResult, { side, before, seenBy: by }: Before): Observation | null {
  // A look in between (at what is about to be written) leaves it at what made it worth looking.
  const seenBy = by ?? before?.seenBy ?? 'listing'
  if (result.kind === 'present') {
    context.cache.put(side, result.item)
    const fresh = { ...observationOf(context, side, result.item, true), seenBy }
    return before && before.state === 'present' && before.version === fresh.version && !before.dirty ? null : fresh
  }
  if (result.kind === 'gone') {
    if (!before || before.state === 'gone') return null
    return { ...before, state: 'gone', dirty: true, seenBy, attempts: 0, retryAtMs: null, problem: null }
  }
  const problem = { code: result.error.code, detail: String(result.error.fields.detail ?? '') }
  if (before?.state === 'unreadable' && before.version === result.version) return null
  return {
    ...(before ?? blank(context, side, result.id)),
    state: 'unreadable',
    uid: result.uid ?? before?.uid ?? '',
    version: result.version,
    dirty: true,
    seenBy,
    attempts: 0,
    retryAtMs: null,
    problem,
  }
}

/** The observation of an item that was just read. */
export function observationOf(context: PassContext, side: SideName, item: SideItem, dirty: boolean): Observation {
  const span = spanOf(item.model, context.options.floatingZone)
  return {
    ...blank(context, side, item.id),
    version: item.version,
    uid: item.uid,
    hashes: context.prints.hashes(item.model),
    spanStartMs: span.startMs,
    spanEndMs: span.endMs,
    dirty,
  }
}

function blank(context: PassContext, side: SideName, itemId: ItemId): Observation {
  return {
    pairId: context.pair.id,
    side,
    itemId,
    state: 'present',
    version: null,
    uid: '',
    hashes: {},
    spanStartMs: null,
    spanEndMs: null,
    dirty: true,
    seenBy: 'listing',
    attempts: 0,
    retryAtMs: null,
    problem: null,
  }
}

async function observationsById(
  context: PassContext,
  side: SideName,
  ids: readonly ItemId[],
): Promise<Map<ItemId, Observation>> {
  if (ids.length === 0) return new Map()
  const rows = await context.store.observations(context.pair.id, side, ids)
  return new Map(rows.map((row) => [row.itemId, row]))
}

function cursorOf(context: PassContext, side: SideName): Cursor | null {
  return side === 'exchange' ? context.pair.exchangeCursor : context.pair.nextcloudCursor
}

function rememberCursor(context: PassContext, side: SideName, cursor: Cursor): void {
  context.pair = { ...context.pair, [side === 'exchange' ? 'exchangeCursor' : 'nextcloudCursor']: cursor }
}

function setCursor(context: PassContext, side: SideName, cursor: Cursor): StateChange {
  return { kind: 'set-cursor', pairId: context.pair.id, side, cursor }
}

function badFeed(side: SideName): 'exchange.bad-response' | 'nextcloud.bad-response' {
  return side === 'exchange' ? 'exchange.bad-response' : 'nextcloud.bad-response'
}
