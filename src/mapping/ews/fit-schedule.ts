/** Start, end and rule as Exchange would hold them. What no pattern of Exchange equals is not written at all (REC-8). */
import { DAY_MS, dayOfText } from '../../model/civil.ts'
import type { Event } from '../../model/event.ts'
import { expandOccurrences } from '../../model/expand.ts'
import type { Recurrence } from '../../model/recurrence.ts'
import type { CalTime } from '../../model/time.ts'
import { instantOf } from '../../model/zone-time.ts'
import { unreachable } from '../../ports/errors.ts'
import type { EwsContext, LossList } from './context.ts'
import { wallText } from './occurrence.ts'
import { normalPattern } from './recurrence.ts'
import { fitTime, isUtc, nextDate } from './time.ts'

/** MS-OXOCAL recurrence blob and EWS: larger values are refused (ErrorInvalidRecurrencePattern...). */
const INTERVAL_MAX = { daily: 999, weekly: 99, monthly: 99 } as const
const COUNT_MAX = 999
/** Occurrences looked at to see whether they would overlap: patterns repeat their smallest gap within these. */
const GAPS_CHECKED = 64

export type Schedule = Pick<Event, 'start' | 'end' | 'recurrence'>

/** Null: not representable; the reason is among the losses. */
export function fitSchedule(event: Event, at: { context: EwsContext; losses: LossList }): Schedule | null {
  const { losses } = at
  const refuse = (detail: string) => {
    losses.add('schedule', 'recurrence-not-representable', detail)
    return null
  }
  if (event.extraStarts.length > 0) return refuse('further dates')
  const times = fitTimes(event, at)
  if (event.recurrence === null) return { ...times, recurrence: null }
  if (times.start.kind === 'utc' && event.start.kind === 'zoned' && !isUtc(event.start.zone)) {
    return refuse(`Exchange knows no zone like ${event.start.zone}`)
  }
  if (times.start.kind === 'zoned' && wallText(times.start).slice(0, 17) !== wallText(event.start).slice(0, 17)) {
    return refuse(`there is no ${wallText(event.start)} in ${times.start.zone}`)
  }
  const recurrence = { ...event.recurrence, pattern: normalPattern(event.recurrence.pattern, times.start) }
  const reason = whyNot(recurrence, times, at.context)
  return reason === null ? { ...times, recurrence } : refuse(reason)
}

/** Start and end of a single event, a master or an exception. */
export function fitTimes(
  times: { start: CalTime; end: CalTime; recurrence?: Recurrence | null },
  at: { context: EwsContext; losses: LossList },
): { start: CalTime; end: CalTime } {
  const { context, losses } = at
  const keep = times.recurrence ? 'wall' : 'instant'
  const start = fitTime(keep === 'wall' ? wholeMinutes(times.start, losses) : times.start, keep, at)
  if (start.kind === 'date') {
    const date = times.end.kind === 'date' ? times.end.date : times.end.local.slice(0, 10)
    if (date > start.date) return { start, end: { kind: 'date', date } }
    losses.add('schedule', 'clamped', 'an all-day event lasts a day')
    return { start, end: { kind: 'date', date: nextDate(start.date) } }
  }
  if (times.end.kind === 'date') return { start, end: start }
  const end = fitTime(keep === 'wall' ? wholeMinutes(times.end, losses) : times.end, keep, { context, losses: quiet })
  if (instantOf(end, context.floatingZone) >= instantOf(start, context.floatingZone)) return { start, end }
  losses.add('schedule', 'clamped', 'the end was before the start')
  return { start, end: start }
}

const quiet: LossList = { add: () => undefined, forOccurrence: () => quiet }

/** Exchange keeps the times of a series in minutes (MS-OXOCAL 2.2.1.44.1 StartTimeOffset). */
function wholeMinutes(time: CalTime, losses: LossList): CalTime {
  if (time.kind === 'date' || time.local.endsWith(':00')) return time
  losses.add('schedule', 'clamped', 'seconds')
  return { ...time, local: `${time.local.slice(0, 17)}00` }
}

function whyNot(recurrence: Recurrence, times: { start: CalTime; end: CalTime }, context: EwsContext): string | null {
  const { pattern, end } = recurrence
  switch (pattern.kind) {
    case 'rrule':
      return pattern.text
    case 'daily':
      if (pattern.interval > INTERVAL_MAX.daily) return `every ${pattern.interval} days`
      break
    case 'weekly':
      if (pattern.interval > INTERVAL_MAX.weekly) return `every ${pattern.interval} weeks`
      if (pattern.days.length === 0) return 'no weekday'
      break
    case 'monthlyOnDay':
    case 'monthlyRelative':
      if (pattern.interval > INTERVAL_MAX.monthly) return `every ${pattern.interval} months`
      break
    case 'yearlyOnDay':
    case 'yearlyRelative':
      break
    default:
      return unreachable(pattern)
  }
  if (end.kind === 'count' && end.count > COUNT_MAX) return `${end.count} occurrences`
  const series = { start: times.start, recurrence, floatingZone: context.floatingZone }
  const [first] = expandOccurrences(series, { limit: 1 })
  // Exchange would move the start to the first date of the pattern; iCalendar counts the start itself.
  if (first === undefined || wallText(first) !== wallText(times.start)) return 'the start is not on the rule'
  return overlaps(recurrence, times, context) ? 'longer than its interval' : null
}

/** Occurrences may not overlap (ErrorOccurrenceTimeSpanTooBig). */
function overlaps(
  recurrence: Recurrence,
  { start, end }: { start: CalTime; end: CalTime },
  context: EwsContext,
): boolean {
  const lengthMs = instantOf(end, context.floatingZone) - instantOf(start, context.floatingZone)
  if (lengthMs < DAY_MS || (start.kind === 'date' && lengthMs <= DAY_MS + DAY_MS / 8)) return false
  const lengthDays = lengthMs / DAY_MS
  const series = { start, recurrence, floatingZone: context.floatingZone }
  const days = expandOccurrences(series, { limit: GAPS_CHECKED }).map((time) => dayOfText(wallText(time)))
  return days.some((day, index) => index > 0 && day - (days[index - 1] ?? day) < Math.floor(lengthDays))
}
