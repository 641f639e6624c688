/** Exchange's recurrence patterns and their occurrences (MS-OXOCAL 2.2.1.44, MS-OXWSCDATA RecurrenceType), in wall clock time. */
import { DAY_MS, startOfDay } from './time/dates.ts'

export type DayName = 'Sunday' | 'Monday' | 'Tuesday' | 'Wednesday' | 'Thursday' | 'Friday' | 'Saturday'
export type DayOrClass = DayName | 'Day' | 'Weekday' | 'WeekendDay'
export type WeekIndex = 'First' | 'Second' | 'Third' | 'Fourth' | 'Last'

export type Pattern =
  | { kind: 'DailyRecurrence'; interval: number }
  | { kind: 'WeeklyRecurrence'; interval: number; days: DayName[]; firstDay: DayName }
  | { kind: 'AbsoluteMonthlyRecurrence'; interval: number; day: number }
  | { kind: 'RelativeMonthlyRecurrence'; interval: number; days: DayOrClass; index: WeekIndex }
  | { kind: 'AbsoluteYearlyRecurrence'; month: number; day: number }
  | { kind: 'RelativeYearlyRecurrence'; month: number; days: DayOrClass; index: WeekIndex }

/** Dates are midnights held as if UTC. `startDate` is the first occurrence's. */
export type Range =
  | { kind: 'NoEndRecurrence'; startDate: number }
  | { kind: 'EndDateRecurrence'; startDate: number; endDate: number }
  | { kind: 'NumberedRecurrence'; startDate: number; count: number }

export type Recurrence = { pattern: Pattern; range: Range }

export const DAY_NAMES: readonly DayName[] = [
  'Sunday',
  'Monday',
  'Tuesday',
  'Wednesday',
  'Thursday',
  'Friday',
  'Saturday',
]
const WEEK_INDEX: readonly WeekIndex[] = ['First', 'Second', 'Third', 'Fourth', 'Last']
/** Exchange itself ends an endless series in 4500; nobody looks further than this. */
const LAST_DATE = Date.UTC(2200, 0, 1)

function weekday(date: number): number {
  return new Date(date).getUTCDay()
}

function daysInMonth(year: number, month: number): number {
  return new Date(Date.UTC(year, month + 1, 0)).getUTCDate()
}

/** A month without that day uses its last day (MS-OXOCAL, "MonthNth/Month"). */
function absoluteDay(year: number, month: number, day: number): number {
  return Date.UTC(year, month, Math.min(day, daysInMonth(year, month)))
}

function matches(date: number, days: DayOrClass): boolean {
  const number = weekday(date)
  if (days === 'Day') return true
  if (days === 'Weekday') return number >= 1 && number <= 5
  if (days === 'WeekendDay') return number === 0 || number === 6
  return DAY_NAMES[number] === days
}

function relativeDay(year: number, month: number, rule: { days: DayOrClass; index: WeekIndex }): number {
  const found: number[] = []
  for (let day = 1; day <= daysInMonth(year, month); day++) {
    const date = Date.UTC(year, month, day)
    if (matches(date, rule.days)) found.push(date)
  }
  return (rule.index === 'Last' ? found.at(-1) : found[WEEK_INDEX.indexOf(rule.index)]) ?? Date.UTC(year, month, 1)
}

function* daily(from: number, interval: number): Generator<number> {
  for (let date = from; ; date += interval * DAY_MS) yield date
}

function* weekly(pattern: Extract<Pattern, { kind: 'WeeklyRecurrence' }>, from: number): Generator<number> {
  const first = DAY_NAMES.indexOf(pattern.firstDay)
  const week = from - ((weekday(from) - first + 7) % 7) * DAY_MS
  for (let start = week; ; start += pattern.interval * 7 * DAY_MS) {
    for (let day = 0; day < 7; day++) {
      const date = start + day * DAY_MS
      const name = DAY_NAMES[weekday(date)]
      if (date >= from && name && pattern.days.includes(name)) yield date
    }
  }
}

function* monthly(from: number, interval: number, dayOf: (year: number, month: number) => number): Generator<number> {
  const start = new Date(from)
  for (let step = 0; ; step += interval) {
    const month = start.getUTCMonth() + step
    const date = dayOf(start.getUTCFullYear() + Math.floor(month / 12), month % 12)
    if (date >= from) yield date
  }
}

function* yearly(from: number, month: number, dayOf: (year: number, month: number) => number): Generator<number> {
  for (let year = new Date(from).getUTCFullYear(); ; year++) {
    const date = dayOf(year, month)
    if (date >= from) yield date
  }
}

function* endless(pattern: Pattern, from: number): Generator<number> {
  switch (pattern.kind) {
    case 'DailyRecurrence':
      yield* daily(from, pattern.interval)
      break
    case 'WeeklyRecurrence':
      yield* weekly(pattern, from)
      break
    case 'AbsoluteMonthlyRecurrence':
      yield* monthly(from, pattern.interval, (year, month) => absoluteDay(year, month, pattern.day))
      break
    case 'RelativeMonthlyRecurrence':
      yield* monthly(from, pattern.interval, (year, month) => relativeDay(year, month, pattern))
      break
    case 'AbsoluteYearlyRecurrence':
      yield* yearly(from, pattern.month - 1, (year, month) => absoluteDay(year, month, pattern.day))
      break
    case 'RelativeYearlyRecurrence':
      yield* yearly(from, pattern.month - 1, (year, month) => relativeDay(year, month, pattern))
      break
  }
}

/** Dates of the occurrences, first to last; deleted and moved ones included, because they keep their index. */
export function* occurrenceDates(recurrence: Recurrence): Generator<number> {
  const { range, pattern } = recurrence
  let index = 0
  for (const date of endless(pattern, startOfDay(range.startDate))) {
    if (date > LAST_DATE) return
    if (range.kind === 'EndDateRecurrence' && date > range.endDate) return
    if (range.kind === 'NumberedRecurrence' && index >= range.count) return
    index++
    yield date
  }
}

/** Whether two recurrences give the same occurrences by the same rule. */
export function sameRecurrence(one: Recurrence | undefined, other: Recurrence | undefined): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}
