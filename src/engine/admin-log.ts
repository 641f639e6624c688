/** The log that the replicas keep in the database, found again by level, mailbox, pass and time. Reads the state only. */
import { LOG_FOLLOW_OVERLAP_LINES, LOG_PAGE_LINES, WATCH_LINES_MAX, WATCH_PAUSE_MS } from '../limits.ts'
import type { LogEntry, LogFilter, LogFollow } from '../ports/administration.ts'
import type { KeptLine, LogWindow } from '../ports/shared-work.ts'
import { knownEmail } from './admin-who.ts'
import type { ServiceOptions } from './service.ts'

const LEVELS = ['debug', 'info', 'warn', 'error'] as const

/** The newest `limit` lines that fit, oldest first. */
export async function logs(service: ServiceOptions, filter: LogFilter): Promise<LogEntry[]> {
  const fits = await fitting(service, filter)
  const found: LogEntry[] = []
  const levels = levelsFrom(filter.level)
  for (let beforeId: number | undefined; found.length < filter.limit; ) {
    const window = { levels, sinceMs: filter.sinceMs, beforeId, limit: LOG_PAGE_LINES }
    const page = (await service.shared?.readLog(window)) ?? []
    found.push(...(await entriesOf(service, page)).filter(fits))
    beforeId = page.at(-1)?.id
    if (page.length < LOG_PAGE_LINES) break
  }
  return found.slice(0, filter.limit).reverse()
}

/** Tells the newest lines, then new ones as they are written, until the signal aborts. Replicas commit out of order, so each look overlaps the one before. */
export async function followLog(service: ServiceOptions, { signal, onEntry, ...filter }: LogFollow): Promise<void> {
  const fits = await fitting(service, filter)
  const levels = levelsFrom(filter.level)
  const look = async (window: Pick<LogWindow, 'afterId' | 'limit'>) =>
    ((await service.shared?.readLog({ levels, ...window })) ?? []).reverse()
  let page = await look({ limit: LOG_FOLLOW_OVERLAP_LINES })
  const first = await logs(service, filter)
  for (const entry of first) onEntry(entry)
  let seen = new Set([...page, ...first].map(({ id }) => id))
  let newestId = Math.max(0, ...seen)
  const beginId = page[0]?.id ?? 0
  while (!signal.aborted) {
    await service.clock.sleep(WATCH_PAUSE_MS, signal)
    page = await look({ afterId: Math.max(beginId - 1, newestId - LOG_FOLLOW_OVERLAP_LINES), limit: WATCH_LINES_MAX })
    const news = page.filter(({ id }) => !seen.has(id))
    for (const entry of (await entriesOf(service, news)).filter(fits)) onEntry(entry)
    seen = new Set([...seen, ...page.map(({ id }) => id)].filter((id) => id > newestId - 2 * LOG_FOLLOW_OVERLAP_LINES))
    newestId = Math.max(newestId, ...seen)
  }
}

function levelsFrom(level: LogFilter['level']): readonly string[] {
  return LEVELS.slice(LEVELS.indexOf(level))
}

/** Throws `usage.unknown-user`. */
async function fitting(service: ServiceOptions, { email, passId }: Pick<LogFilter, 'email' | 'passId'>) {
  await service.store.check()
  const wanted = email === undefined ? null : await knownEmail(service, email)
  return (entry: LogEntry) =>
    (wanted === null || entry.email === wanted) && (passId === undefined || entry.passId?.startsWith(passId) === true)
}

/** Lines name a mailbox by its id; people know it by its address. */
async function entriesOf({ store }: ServiceOptions, lines: readonly KeptLine[]): Promise<LogEntry[]> {
  if (lines.length === 0) return []
  const emails = new Map((await store.listMailboxes()).map(({ id, email }) => [id, email]))
  return lines.map(({ id, atMs, level, replica, line }) => {
    const { mailbox, passId, msg, level: _level, time: _time, ...fields } = fieldsOf(line)
    const email = typeof mailbox === 'string' ? (emails.get(mailbox) ?? null) : null
    const message = typeof msg === 'string' ? msg : line
    return { id, atMs, level, replica, email, passId: typeof passId === 'string' ? passId : null, message, fields }
  })
}

/** A line that is no JSON any more is shown as it is. */
function fieldsOf(line: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch {
    return {}
  }
}
