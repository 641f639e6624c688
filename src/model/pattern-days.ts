/** On which days a pattern falls, with Exchange's meaning (MS-OXWSCDATA): the arithmetic behind the expansion of series. */
import { ConnectorError, unreachable } from '../ports/errors.ts'
import { civilOf, dayNumber, daysInMonth, WEEKDAYS, weekdayIndexOf } from './civil.ts'
import type { DayClass, DayIndex, RecurrencePattern } from './recurrence.ts'

const YEAR_MAX = 9999

/** Whether a date belongs to the pattern of a series that starts on `from` (both as day numbers). */
export function fitsPattern(pattern: RecurrencePattern, from: number, wanted: number): boolean {
  switch (pattern.kind) {
    case 'daily':
      return (wanted - from) % pattern.interval === 0
    case 'weekly': {
      if (!pattern.days.includes(WEEKDAYS[weekdayIndexOf(wanted)] ?? 'MO')) return false
      const weeks = (weekStart(wanted, pattern.firstDay) - weekStart(from, pattern.firstDay)) / 7
      return weeks % pattern.interval === 0
    }
    case 'monthlyOnDay':
    case 'monthlyRelative': {
      const months = monthsOf(wanted) - monthsOf(from)
      return months % pattern.interval === 0 && dayInMonth(pattern, monthsOf(wanted)) === wanted
    }
    case 'yearlyOnDay':
    case 'yearlyRelative':
      return civilOf(wanted).month === pattern.month && dayInMonth(pattern, monthsOf(wanted)) === wanted
    case 'rrule':
      return true
    default:
      return unreachable(pattern)
  }
}

/** The how-manieth occurrence a date of the pattern is, counted from `from` on (1 for the first); constant work. */
export function occurrenceNumber(pattern: RecurrencePattern, from: number, wanted: number): number {
  switch (pattern.kind) {
    case 'daily':
      return (wanted - from) / pattern.interval + 1
    case 'weekly': {
      const weeks = (weekStart(wanted, pattern.firstDay) - weekStart(from, pattern.firstDay)) / 7 / pattern.interval
      const before = (day: number) =>
        weekOffsets(pattern).filter((offset) => offset < day - weekStart(day, pattern.firstDay)).length
      return weeks * weekOffsets(pattern).length + before(wanted) - before(from) + 1
    }
    case 'monthlyOnDay':
    case 'monthlyRelative': {
      const missed = dayInMonth(pattern, monthsOf(from)) < from ? 1 : 0
      return (monthsOf(wanted) - monthsOf(from)) / pattern.interval + 1 - missed
    }
    case 'yearlyOnDay':
    case 'yearlyRelative': {
      const { year } = civilOf(from)
      const missed = dayInMonth(pattern, year * 12 + pattern.month - 1) < from ? 1 : 0
      return civilOf(wanted).year - year + 1 - missed
    }
    case 'rrule':
      throw new ConnectorError('bug', { where: 'occurrenceNumber', pattern: 'rrule' })
    default:
      return unreachable(pattern)
  }
}

/** Day numbers of the pattern from `from` on, ascending, ending with the year 9999. */
export function* patternDays(pattern: RecurrencePattern, from: number): Generator<number> {
  const lastDay = dayNumber(YEAR_MAX, 12, 31)
  switch (pattern.kind) {
    case 'daily':
      for (let day = from; day <= lastDay; day += pattern.interval) yield day
      return
    case 'weekly': {
      const offsets = weekOffsets(pattern)
      if (offsets.length === 0) return
      for (let week = weekStart(from, pattern.firstDay); week <= lastDay; week += 7 * pattern.interval)
        for (const offset of offsets) if (week + offset >= from) yield week + offset
      return
    }
    case 'monthlyOnDay':
    case 'monthlyRelative':
      for (let months = monthsOf(from); months < (YEAR_MAX + 1) * 12; months += pattern.interval) {
        const day = dayInMonth(pattern, months)
        if (day >= from) yield day
      }
      return
    case 'yearlyOnDay':
    case 'yearlyRelative':
      for (let year = civilOf(from).year; year <= YEAR_MAX; year += 1) {
        const day = dayInMonth(pattern, year * 12 + pattern.month - 1)
        if (day >= from) yield day
      }
      return
    case 'rrule':
      throw new ConnectorError('bug', { where: 'patternDays', pattern: 'rrule' })
    default:
      unreachable(pattern)
  }
}

/** Days from the beginning of the week, ascending, each once. */
function weekOffsets({ days, firstDay }: Extract<RecurrencePattern, { kind: 'weekly' }>): number[] {
  const first = WEEKDAYS.indexOf(firstDay)
  return [...new Set(days.map((day) => (WEEKDAYS.indexOf(day) - first + 7) % 7))].sort((one, other) => one - other)
}

type MonthPattern = Extract<RecurrencePattern, { day: unknown }>

function dayInMonth(pattern: MonthPattern, months: number): number {
  const year = Math.floor(months / 12)
  const month = (months % 12) + 1
  const first = dayNumber(year, month, 1)
  const length = daysInMonth(year, month)
  if (pattern.kind === 'monthlyOnDay' || pattern.kind === 'yearlyOnDay')
    return first + Math.min(pattern.day, length) - 1
  return relativeDay(first, length, pattern)
}

function relativeDay(first: number, length: number, { day, index }: { day: DayClass; index: DayIndex }): number {
  const step = index === 'last' ? -1 : 1
  let left = index === 'last' ? 1 : { first: 1, second: 2, third: 3, fourth: 4 }[index]
  let candidate = index === 'last' ? first + length - 1 : first
  for (;;) {
    if (inDayClass(candidate, day)) left -= 1
    if (left === 0) return candidate
    candidate += step
  }
}

function inDayClass(dayCount: number, day: DayClass): boolean {
  const index = weekdayIndexOf(dayCount)
  if (day === 'day') return true
  if (day === 'weekday') return index < 5
  return day === 'weekendDay' ? index >= 5 : WEEKDAYS[index] === day
}

function weekStart(dayCount: number, firstDay: (typeof WEEKDAYS)[number]): number {
  return dayCount - ((weekdayIndexOf(dayCount) - WEEKDAYS.indexOf(firstDay) + 7) % 7)
}

function monthsOf(dayCount: number): number {
  const { year, month } = civilOf(dayCount)
  return year * 12 + month - 1
}
