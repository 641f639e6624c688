/** The original starts of a series: what its pattern says, before exceptions. Exchange's meaning of patterns, used to match, check and bound series. */
import { dateTextOf, dayOfText } from './civil.ts'
import type { OccurrenceKey } from './event.ts'
import { fitsPattern, occurrenceNumber, patternDays } from './pattern-days.ts'
import type { Recurrence } from './recurrence.ts'
import type { CalTime } from './time.ts'
import { instantOf, localOf, withLocal } from './zone-time.ts'

export type Series = { start: CalTime; recurrence: Recurrence | null; floatingZone: string }
export type ExpandOptions = {
  /** At most so many occurrences. */
  limit: number
  /** Only occurrences that start before this instant. */
  untilMs?: number
}

/** See OccurrenceKey: wall clock in the zone of the series' start. Give it a time of that zone (`localInFrame`). */
export function occurrenceKey(time: CalTime): OccurrenceKey {
  return time.kind === 'date' ? time.date : time.local
}

/**
 * Original starts in order. The first is the first date on or after the start that fits the pattern (Exchange moves a start
 * that does not fit). A month without the day uses its last one. An `rrule` pattern is opaque here and gives its start only.
 */
export function expandOccurrences(series: Series, options: ExpandOptions): CalTime[] {
  const { start, recurrence, floatingZone } = series
  if (!recurrence || recurrence.pattern.kind === 'rrule') return options.limit > 0 ? [start] : []
  const out: CalTime[] = []
  const local = localOf(start)
  const limit = recurrence.end.kind === 'count' ? Math.min(options.limit, recurrence.end.count) : options.limit
  const lastDay = recurrence.end.kind === 'until' ? dayOfText(recurrence.end.date) : Number.POSITIVE_INFINITY
  if (limit <= 0) return out
  for (const day of patternDays(recurrence.pattern, dayOfText(local))) {
    if (day > lastDay) break
    const time = withLocal(start, dateTextOf(day) + local.slice(10))
    if (options.untilMs !== undefined && instantOf(time, floatingZone) >= options.untilMs) break
    out.push(time)
    if (out.length >= limit) break
  }
  return out
}

/** Whether the pattern itself has an occurrence with this key; constant work. */
export function isOccurrence(series: Pick<Series, 'start' | 'recurrence'>, key: OccurrenceKey): boolean {
  const { start, recurrence } = series
  if (!recurrence) return false
  if (recurrence.pattern.kind === 'rrule') return true
  const local = localOf(start)
  if (key.slice(10) !== (start.kind === 'date' ? '' : local.slice(10))) return false
  const wanted = dayOfText(key)
  const from = dayOfText(local)
  if (wanted < from) return false
  if (recurrence.end.kind === 'until' && wanted > dayOfText(recurrence.end.date)) return false
  if (!fitsPattern(recurrence.pattern, from, wanted)) return false
  return recurrence.end.kind !== 'count' || occurrenceNumber(recurrence.pattern, from, wanted) <= recurrence.end.count
}
