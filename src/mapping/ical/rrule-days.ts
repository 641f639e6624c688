/** The day parts of an RRULE (BYDAY, BYMONTHDAY, BYSETPOS) as Exchange knows them: a day of the month, or the n-th day of a class (REC-4). */
import { civilOf, dayOfText, daysInMonth, WEEKDAYS } from '../../model/civil.ts'
import type { DayClass, DayIndex } from '../../model/recurrence.ts'
import type { CalTime, Weekday } from '../../model/time.ts'
import { localOf } from '../../model/zone-time.ts'

type Parts = ReadonlyMap<string, string>

const INDEXES: Readonly<Record<string, DayIndex>> = { 1: 'first', 2: 'second', 3: 'third', 4: 'fourth', '-1': 'last' }

/** The day n of "day n, or the last day of a shorter month"; null when the rule skips months instead. */
export function monthDay(parts: Parts, start: CalTime, month: number | null): number | null {
  const days = (parts.get('BYMONTHDAY') ?? String(civilOf(dayOfText(localOf(start))).day)).split(',').map(Number)
  const [first] = days
  if (first === undefined || days.some((day) => !Number.isInteger(day))) return null
  const position = parts.get('BYSETPOS')
  if (days.length === 1 && (position === undefined || position === '1' || position === '-1')) {
    if (first === -1) return 31
    // Days that every such month has. February counts with 28: a 29th would be skipped in most years.
    return first >= 1 && first <= (month === null ? 28 : daysInMonth(2001, month)) ? first : null
  }
  const last = Math.max(...days)
  const run = days.length === last - 27 && days.every((day) => day >= 28) && new Set(days).size === days.length
  return position === '-1' && last <= 31 && run ? last : null
}

/** `2TU`, `TU` with BYSETPOS=2, all seven, five or two days with BYSETPOS, or `TU` on one of the days 8 to 14. */
export function relativeOf(parts: Parts): { day: DayClass; index: DayIndex } | null {
  const byDay = parts.get('BYDAY') ?? ''
  const position = parts.get('BYSETPOS')
  const numbered = /^([+-]?\d)([A-Z]{2})$/.exec(byDay)
  if (numbered) {
    const day = weekdays(numbered[2] ?? '')?.[0]
    const index = INDEXES[Number(numbered[1])]
    return day && index && position === undefined && !parts.has('BYMONTHDAY') ? { day, index } : null
  }
  const days = weekdays(byDay)
  const day = days && dayClass(days)
  if (!day) return null
  const index = parts.has('BYMONTHDAY') ? indexOfDays(parts, days) : INDEXES[Number(position)]
  return index ? { day, index } : null
}

function indexOfDays(parts: Parts, days: readonly Weekday[]): DayIndex | null {
  if (days.length > 1 || parts.has('BYSETPOS')) return null
  const numbers = (parts.get('BYMONTHDAY') ?? '')
    .split(',')
    .map(Number)
    .sort((one, other) => one - other)
  const [first] = numbers
  if (first === undefined || numbers.length !== 7 || numbers.some((day, at) => day !== first + at)) return null
  return first === -7 ? 'last' : first % 7 === 1 ? (INDEXES[(first + 6) / 7] ?? null) : null
}

function dayClass(days: readonly Weekday[]): DayClass | null {
  const text = days.join()
  if (days.length === 1) return days[0] ?? null
  if (days.length === 7) return 'day'
  return text === 'MO,TU,WE,TH,FR' ? 'weekday' : text === 'SA,SU' ? 'weekendDay' : null
}

/** In the order of the week, each once; null when a part is no plain weekday. */
export function weekdays(text: string): Weekday[] | null {
  const named = text.split(',')
  if (named.some((name) => !WEEKDAYS.includes(name as Weekday))) return null
  return WEEKDAYS.filter((day) => named.includes(day))
}
