/**
 * RRULE to Exchange's patterns (RFC 5545 section 3.3.10, MS-OXWSCDATA RecurrencePatternType). Only a rule with exactly the same
 * occurrences becomes a pattern; every other rule is kept word for word and lives on the Nextcloud side only (REC-4, REC-8).
 */
import { civilOf, dateTextOf, dayOfText, daysInMonth, weekdayOf } from '../../model/civil.ts'
import { fitsPattern } from '../../model/pattern-days.ts'
import type { Recurrence, RecurrenceEnd, RecurrencePattern } from '../../model/recurrence.ts'
import type { CalTime } from '../../model/time.ts'
import { localInFrame, localOf } from '../../model/zone-time.ts'
import { monthDay, relativeOf, weekdays } from './rrule-days.ts'
import { rruleParts } from './rrule-parts.ts'
import { isDateValue, isUtcValue, localTextOfValue } from './values.ts'

type Parts = ReadonlyMap<string, string>

const KNOWN = new Set(['FREQ', 'INTERVAL', 'COUNT', 'UNTIL', 'BYDAY', 'BYMONTHDAY', 'BYMONTH', 'BYSETPOS', 'WKST'])

/** The recurrence that a rule means for a series with this start. */
export function recurrenceOfRule(value: string, start: CalTime, floatingZone: string): Recurrence {
  const parts = rruleParts(value)
  const pattern = patternOf(parts, start)
  const end = endOf(parts, start, floatingZone)
  const from = dayOfText(localOf(start))
  // A start that the rule itself does not give counts as an occurrence in RFC 5545 and is moved by Exchange: not the same series.
  if (!pattern || !end || !fitsPattern(pattern, from, from)) return verbatim(value)
  if (end.kind === 'until' && dayOfText(end.date) < from) return verbatim(value)
  return { pattern, end }
}

/** A rule (or several parts, one a line) that only Nextcloud holds. Its COUNT and UNTIL are inside the text. */
export function verbatim(text: string): Recurrence {
  return { pattern: { kind: 'rrule', text }, end: { kind: 'never' } }
}

function endOf(parts: Parts, start: CalTime, floatingZone: string): RecurrenceEnd | null {
  const count = parts.get('COUNT')
  const until = parts.get('UNTIL')
  if (count !== undefined)
    return until === undefined && isPositive(count) ? { kind: 'count', count: Number(count) } : null
  if (until === undefined) return { kind: 'never' }
  const local = localTextOfValue(until)
  if (local === null) return null
  // A date means the whole day, also where the start has a time (RFC 2445; widespread).
  if (isDateValue(until) || start.kind === 'date') return { kind: 'until', date: local.slice(0, 10) }
  const inZone = isUtcValue(until) ? localInFrame({ kind: 'utc', local }, start, floatingZone) : local
  const early = inZone.slice(11) < start.local.slice(11)
  return { kind: 'until', date: dateTextOf(dayOfText(inZone) - (early ? 1 : 0)) }
}

function patternOf(parts: Parts, start: CalTime): RecurrencePattern | null {
  for (const name of parts.keys()) if (!KNOWN.has(name)) return null
  const interval = parts.get('INTERVAL') ?? '1'
  if (!isPositive(interval)) return null
  switch (parts.get('FREQ')) {
    case 'DAILY':
      return dailyPattern(parts, Number(interval))
    case 'WEEKLY':
      return weeklyPattern(parts, Number(interval), start)
    case 'MONTHLY':
      return parts.has('BYMONTH') ? null : monthlyPattern(parts, Number(interval), start)
    case 'YEARLY':
      return yearlyPattern(parts, Number(interval), start)
    default:
      return null
  }
}

function dailyPattern(parts: Parts, interval: number): RecurrencePattern | null {
  if (hasAny(parts, 'BYMONTHDAY', 'BYMONTH', 'BYSETPOS')) return null
  const byDay = parts.get('BYDAY')
  if (byDay === undefined) return { kind: 'daily', interval }
  const days = weekdays(byDay)
  return days && interval === 1 ? { kind: 'weekly', interval, days, firstDay: 'MO' } : null
}

function weeklyPattern(parts: Parts, interval: number, start: CalTime): RecurrencePattern | null {
  if (hasAny(parts, 'BYMONTHDAY', 'BYMONTH', 'BYSETPOS')) return null
  const days = weekdays(parts.get('BYDAY') ?? weekdayOf(dayOfText(localOf(start))))
  const firstDay = weekdays(parts.get('WKST') ?? 'MO')?.[0]
  return days && firstDay ? { kind: 'weekly', interval, days, firstDay } : null
}

function monthlyPattern(parts: Parts, interval: number, start: CalTime): RecurrencePattern | null {
  if (parts.has('BYDAY')) {
    const relative = relativeOf(parts)
    return relative && { kind: 'monthlyRelative', interval, ...relative }
  }
  // A multiple of twelve months always falls into the start's month, so its days are known to exist.
  const month = interval % 12 === 0 ? civilOf(dayOfText(localOf(start))).month : null
  const day = monthDay(parts, start, month)
  return day === null ? null : { kind: 'monthlyOnDay', interval, day }
}

/** Every n-th year, n > 1, is every 12 n-th month. */
function yearlyPattern(parts: Parts, interval: number, start: CalTime): RecurrencePattern | null {
  const startMonth = civilOf(dayOfText(localOf(start))).month
  if (!parts.has('BYMONTH') && hasAny(parts, 'BYDAY', 'BYMONTHDAY')) return null
  const month = Number(parts.get('BYMONTH') ?? startMonth)
  if (month !== startMonth) return null
  if (parts.has('BYDAY')) {
    const relative = relativeOf(parts)
    if (!relative) return null
    return interval === 1
      ? { kind: 'yearlyRelative', month, ...relative }
      : { kind: 'monthlyRelative', interval: interval * 12, ...relative }
  }
  const day = monthDay(parts, start, month)
  if (day === null) return null
  return interval === 1
    ? { kind: 'yearlyOnDay', month, day: Math.min(day, daysInMonth(2000, month)) }
    : { kind: 'monthlyOnDay', interval: interval * 12, day }
}

function isPositive(text: string): boolean {
  return /^\d{1,9}$/.test(text) && Number(text) >= 1
}

function hasAny(parts: Parts, ...names: string[]): boolean {
  return names.some((name) => parts.has(name))
}
