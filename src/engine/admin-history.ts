/** What was done to a mailbox's items, when and why: the answer to "why did my meeting vanish?". Reads the state only. */
import { HISTORY_LINES_MAX, WATCH_LINES_MAX, WATCH_OVERLAP_MS, WATCH_PAUSE_MS } from '../limits.ts'
import type { HistoryEntry, HistoryFilter, WatchEvent, WatchOptions } from '../ports/administration.ts'
import type { ActionLog, CollectionPair, Mailbox } from '../ports/state-store.ts'
import { knownEmail } from './admin-who.ts'
import type { ServiceOptions } from './service.ts'

/** Newest first. Titles are known of what is in the archive only: the state keeps no contents. */
export async function history(
  { store, ...service }: ServiceOptions,
  email: string,
  filter: HistoryFilter,
): Promise<HistoryEntry[]> {
  await store.check()
  const known = await knownEmail({ store, ...service }, email)
  const mailbox = await store.mailboxByEmail(known)
  if (!mailbox) return []
  const archived = await store.archiveEntries({ mailboxId: mailbox.id })
  const titles = new Map(archived.map(({ uid, title }) => [uid, title]))
  const wanted = filter.find?.toLowerCase()
  const isWanted = ({ uid }: ActionLog) =>
    wanted === undefined ||
    uid.toLowerCase().includes(wanted) ||
    titles.get(uid)?.toLowerCase().includes(wanted) === true
  const entries: HistoryEntry[] = []
  for (const pair of await store.collectionPairs(mailbox.id)) {
    const logs = await store.actionLogs({ pairId: pair.id, limit: HISTORY_LINES_MAX, ...since(filter.sinceMs) })
    for (const log of logs.filter(isWanted)) entries.push(entryOf(log, { email: known, pair, titles }))
  }
  return entries.sort((a, b) => b.log.atMs - a.log.atMs).slice(0, HISTORY_LINES_MAX)
}

type Owner = { email: string; pair: CollectionPair; titles: ReadonlyMap<string, string> }

function entryOf(log: ActionLog, { email, pair, titles }: Owner): HistoryEntry {
  return { log, email, collection: pair.name, kind: pair.kind, title: titles.get(log.uid) ?? null }
}

function since(sinceMs: number | undefined): { sinceMs?: number } {
  return sinceMs === undefined ? {} : { sinceMs }
}

/** Follows what all processes commit, until the signal aborts. Rows commit out of order, so each look overlaps the one before. */
export async function watch(service: ServiceOptions, { email, signal, onEvent }: WatchOptions): Promise<void> {
  const { store, clock } = service
  await store.check()
  const only = email === null ? null : await knownEmail(service, email)
  const startedAtMs = clock.nowMs()
  const owners = new Owners(service)
  let seen = new Set<string>()
  let sinceMs = startedAtMs
  while (!signal.aborted) {
    const events = await eventsSince(service, owners, sinceMs)
    for (const { key, event } of events)
      if (!seen.has(key) && event.atMs >= startedAtMs && (only === null || event.email === only)) onEvent(event)
    seen = new Set(events.map(({ key }) => key))
    sinceMs = Math.max(startedAtMs, clock.nowMs() - WATCH_OVERLAP_MS)
    await clock.sleep(WATCH_PAUSE_MS, signal)
  }
}

type Keyed = { key: string; event: WatchEvent }

async function eventsSince({ store }: ServiceOptions, owners: Owners, sinceMs: number): Promise<Keyed[]> {
  const { actions, passes } = await store.recentLogs({ sinceMs, limit: WATCH_LINES_MAX })
  const keyed: Keyed[] = []
  for (const log of actions) {
    const { passId, uid, action, side, atMs } = log
    const owner = await owners.of(log.pairId)
    const key = `action ${passId} ${uid} ${action} ${side} ${atMs}`
    keyed.push({ key, event: { what: 'action', atMs, ...owner, log } })
  }
  for (const log of passes) {
    const owner = await owners.of(log.pairId ?? '', log.mailboxId)
    keyed.push({ key: `pass ${log.id}`, event: { what: 'pass', atMs: log.endedAtMs, ...owner, log } })
  }
  return keyed.sort((a, b) => a.event.atMs - b.event.atMs)
}

type Named = { email: string; collection: string; kind: CollectionPair['kind'] | null }

/** Whose a pair is, asked again when an unknown one appears. */
class Owners {
  readonly #store: ServiceOptions['store']
  readonly #pairs = new Map<string, Named>()

  constructor({ store }: ServiceOptions) {
    this.#store = store
  }

  async of(pairId: string, mailboxId?: string): Promise<Named> {
    const known = this.#pairs.get(pairId)
    if (known) return known
    const pair = await this.#store.collectionPairById(pairId)
    const id = pair?.mailboxId ?? mailboxId
    const mailbox: Mailbox | undefined = (await this.#store.listMailboxes()).find((one) => one.id === id)
    const named = { email: mailbox?.email ?? '', collection: pair?.name ?? '', kind: pair?.kind ?? null }
    if (pair) this.#pairs.set(pairId, named)
    return named
  }
}
