/** Exchange's patterns as RRULE (RFC 5545 section 3.3.10), with exactly the same occurrences. The counterpart of recurrence-read.ts. */
import { civilOf, dayOfText, daysInMonth } from '../../model/civil.ts'
import type { DayClass, DayIndex, Recurrence, RecurrenceEnd, RecurrencePattern } from '../../model/recurrence.ts'
import type { CalTime } from '../../model/time.ts'
import { instantOf, localOf, withLocal } from '../../model/zone-time.ts'
import { unreachable } from '../../ports/errors.ts'
import { dateValue, timeValue, utcValue } from './values.ts'

const POSITIONS: Readonly<Record<DayIndex, number>> = { first: 1, second: 2, third: 3, fourth: 4, last: -1 }
const CLASS_DAYS = { day: 'SU,MO,TU,WE,TH,FR,SA', weekday: 'MO,TU,WE,TH,FR', weekendDay: 'SU,SA' } as const

/** The RRULE value of a pattern (for an `rrule` pattern its own text, which may have several lines). */
export function ruleOfRecurrence({ pattern, end }: Recurrence, start: CalTime, floatingZone: string): string {
  if (pattern.kind === 'rrule') return pattern.text
  return patternText(pattern, start) + endText(end, start, floatingZone)
}

function patternText(pattern: Exclude<RecurrencePattern, { kind: 'rrule' }>, start: CalTime): string {
  switch (pattern.kind) {
    case 'daily':
      return `FREQ=DAILY${every(pattern.interval)}`
    case 'weekly': {
      const firstDay = pattern.firstDay === 'MO' ? '' : `;WKST=${pattern.firstDay}`
      return `FREQ=WEEKLY${every(pattern.interval)};BYDAY=${pattern.days.join()}${firstDay}`
    }
    case 'monthlyOnDay':
    case 'monthlyRelative': {
      const rest = pattern.kind === 'monthlyOnDay' ? null : relativeText(pattern)
      if (pattern.interval <= 12 || pattern.interval % 12 !== 0)
        return `FREQ=MONTHLY${every(pattern.interval)};${rest ?? monthDayText(dayOf(pattern), 28)}`
      const { month } = civilOf(dayOfText(localOf(start)))
      const days = rest ?? monthDayText(dayOf(pattern), daysInMonth(2001, month))
      return `FREQ=YEARLY${every(pattern.interval / 12)};BYMONTH=${month};${days}`
    }
    case 'yearlyOnDay':
      return `FREQ=YEARLY;BYMONTH=${pattern.month};${monthDayText(pattern.day, daysInMonth(2001, pattern.month))}`
    case 'yearlyRelative':
      return `FREQ=YEARLY;BYMONTH=${pattern.month};${relativeText(pattern)}`
    default:
      return unreachable(pattern)
  }
}

function dayOf(pattern: Extract<RecurrencePattern, { kind: 'monthlyOnDay' | 'monthlyRelative' }>): number {
  return pattern.kind === 'monthlyOnDay' ? pattern.day : 1
}

/** `sure`: the days that every month of the rule has. Beyond them: the last of the days 28 to n that the month has. */
function monthDayText(day: number, sure: number): string {
  if (day <= sure) return `BYMONTHDAY=${day}`
  if (day >= 31) return 'BYMONTHDAY=-1'
  return `BYMONTHDAY=${day === 29 ? '28,29' : '28,29,30'};BYSETPOS=-1`
}

function relativeText({ day, index }: { day: DayClass; index: DayIndex }): string {
  if (day === 'day' || day === 'weekday' || day === 'weekendDay')
    return `BYDAY=${CLASS_DAYS[day]};BYSETPOS=${POSITIONS[index]}`
  return `BYDAY=${POSITIONS[index]}${day}`
}

function every(interval: number): string {
  return interval === 1 ? '' : `;INTERVAL=${interval}`
}

/** UNTIL is the start of an occurrence on that date, in UTC where the start has a zone (section 3.3.10). */
function endText(end: RecurrenceEnd, start: CalTime, floatingZone: string): string {
  if (end.kind === 'never') return ''
  if (end.kind === 'count') return `;COUNT=${end.count}`
  if (start.kind === 'date') return `;UNTIL=${dateValue(end.date)}`
  const last = withLocal(start, end.date + start.local.slice(10))
  return `;UNTIL=${last.kind === 'floating' ? timeValue(last) : utcValue(instantOf(last, floatingZone))}`
}
