/** When a calendar object takes place: for calendar-query with a time range (RFC 4791 9.9) and for the end of a series. */
import rruleModule from 'rrule'
import { allNamed, type Component, itemsOf, textOf } from './ical.ts'
import { lengthMs, type Moment, momentOf, toUtc, wallOf } from './times.ts'

/** Nextcloud caps the last occurrence here (CalDavBackend::MAX_DATE). */
const MAX_MS = Date.UTC(2038, 0, 1)

export type Range = { startMs: number; endMs: number }

const overlaps = (startMs: number, endMs: number, range: Range): boolean =>
  startMs === endMs ? startMs >= range.startMs && startMs < range.endMs : startMs < range.endMs && endMs > range.startMs

/** Starts of a series as instants, without its EXDATEs and without the overridden ones. */
function* starts(item: Component, calendar: Component, first: Moment): Generator<number> {
  const excluded = new Set<number>()
  const wallsOf = (component: Component, name: string): number[] =>
    allNamed(component, name)
      .flatMap((property) => property.value.split(',').map((value) => momentOf({ ...property, value }, calendar)))
      .flatMap((moment) => (moment ? [moment.utcMs] : []))
  for (const ms of wallsOf(item, 'EXDATE')) excluded.add(ms)
  for (const other of itemsOf(calendar)) for (const ms of wallsOf(other, 'RECURRENCE-ID')) excluded.add(ms)
  const rule = textOf(item, 'RRULE')
  for (const ms of wallsOf(item, 'RDATE')) if (!excluded.has(ms)) yield ms
  if (rule === undefined) {
    if (!excluded.has(first.utcMs)) yield first.utcMs
    return
  }
  const options = rruleModule.RRule.parseString(rule)
  if (options.until) {
    const until = /UNTIL=([0-9TZ]+)/.exec(rule)?.[1] ?? ''
    const wall = wallOf(until) ?? 0
    const utc = until.endsWith('Z') ? wall + first.zone.offsetMs(wall) : until.length === 8 ? wall + 86_399_000 : wall
    options.until = new Date(utc)
  }
  const series = new rruleModule.RRule({ ...options, dtstart: new Date(first.wallMs) })
  let current: Date | null = series.after(new Date(first.wallMs), true)
  while (current && current.getTime() < MAX_MS) {
    const utcMs = toUtc(current.getTime(), first.zone)
    if (!excluded.has(utcMs)) yield utcMs
    current = series.after(current, false)
  }
}

function itemMatches(item: Component, calendar: Component, range: Range): boolean {
  const first = momentOf(allNamed(item, 'DTSTART')[0], calendar)
  const due = momentOf(allNamed(item, 'DUE')[0], calendar)
  const length = lengthMs(item, calendar)
  // A task without dates is in every range (RFC 4791 9.9, the last row of the VTODO table).
  if (!first) return item.name === 'VTODO' ? !due || overlaps(due.utcMs, due.utcMs, range) : false
  for (const startMs of starts(item, calendar, first)) {
    if (startMs >= range.endMs) return false
    if (overlaps(startMs, startMs + length, range)) return true
  }
  return false
}

export function matchesRange(calendar: Component, component: string, range: Range): boolean {
  return itemsOf(calendar).some((item) => item.name === component && itemMatches(item, calendar, range))
}

/** End of the last occurrence; infinite series end in 2038, as in Nextcloud. */
export function lastOccurrenceMs(calendar: Component): number {
  let last = 0
  for (const item of itemsOf(calendar)) {
    const first = momentOf(allNamed(item, 'DTSTART')[0], calendar)
    if (!first) return MAX_MS
    const rule = textOf(item, 'RRULE')
    if (rule !== undefined && !/(UNTIL|COUNT)=/.test(rule)) return MAX_MS
    const length = lengthMs(item, calendar)
    for (const startMs of starts(item, calendar, first)) last = Math.max(last, startMs + length)
  }
  return last
}
