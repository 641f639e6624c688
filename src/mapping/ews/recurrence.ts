/** Reads recurrence patterns and ranges (MS-OXWSCDATA RecurrenceType, MS-OXWSMTGS 2.2.4.38). The model speaks Exchange's terms, so nothing is lost. */
import { isDateText, WEEKDAYS } from '../../model/civil.ts'
import type { DayClass, Recurrence, RecurrenceEnd, RecurrencePattern } from '../../model/recurrence.ts'
import type { CalTime, Weekday } from '../../model/time.ts'
import { ConnectorError, unreachable } from '../../ports/errors.ts'
import { DAY, DAY_INDEX, MONTHS } from './names.ts'
import { textAt, type XmlElement } from './xml.ts'

/** Reads t:Recurrence. Throws `item.unreadable` for a pattern that is not known: a series must not become a single event. */
export function readRecurrence(element: XmlElement, start: CalTime): Recurrence {
  const pattern = element.children.map(readPattern).find((candidate) => candidate !== null)
  const end = element.children.map(readEnd).find((candidate) => candidate !== null)
  if (!pattern || !end) throw unreadable(element.children.map((part) => part.name).join(' '))
  return { pattern: normalPattern(pattern, start), end }
}

function readPattern(element: XmlElement): RecurrencePattern | null {
  const interval = () => number(element, 'Interval')
  switch (element.name) {
    case 'DailyRecurrence':
      return { kind: 'daily', interval: interval() }
    case 'WeeklyRecurrence':
      return {
        kind: 'weekly',
        interval: interval(),
        days: readDays(element),
        // Exchange 2007 has no FirstDayOfWeek and counts weeks from Sunday; with interval 1 it does not matter.
        firstDay: textAt(element, 'FirstDayOfWeek') === undefined ? 'SU' : readWeekday(element, 'FirstDayOfWeek'),
      }
    case 'AbsoluteMonthlyRecurrence':
      return { kind: 'monthlyOnDay', interval: interval(), day: number(element, 'DayOfMonth') }
    case 'RelativeMonthlyRecurrence':
      return { kind: 'monthlyRelative', interval: interval(), day: readDay(element), index: readIndex(element) }
    case 'AbsoluteYearlyRecurrence':
      return { kind: 'yearlyOnDay', month: readMonth(element), day: number(element, 'DayOfMonth') }
    case 'RelativeYearlyRecurrence':
      return { kind: 'yearlyRelative', month: readMonth(element), day: readDay(element), index: readIndex(element) }
    default:
      return null
  }
}

function readEnd(element: XmlElement): RecurrenceEnd | null {
  switch (element.name) {
    case 'NoEndRecurrence':
      return { kind: 'never' }
    case 'EndDateRecurrence': {
      // xs:date may carry an offset (`2026-05-01Z`, `2026-05-01+02:00`): the date itself counts.
      const date = /^\d{4}-\d{2}-\d{2}/.exec(textAt(element, 'EndDate')?.trim() ?? '')?.[0]
      if (date === undefined || !isDateText(date)) throw unreadable('EndDate')
      return { kind: 'until', date }
    }
    case 'NumberedRecurrence':
      return { kind: 'count', count: number(element, 'NumberOfOccurrences') }
    default:
      return null
  }
}

/** Every twelfth month is every year: Exchange gives one for the other. */
export function normalPattern(pattern: RecurrencePattern, start: CalTime): RecurrencePattern {
  const month = Number((start.kind === 'date' ? start.date : start.local).slice(5, 7))
  switch (pattern.kind) {
    case 'monthlyOnDay':
      return pattern.interval === 12 ? { kind: 'yearlyOnDay', month, day: pattern.day } : pattern
    case 'monthlyRelative':
      return pattern.interval === 12
        ? { kind: 'yearlyRelative', month, day: pattern.day, index: pattern.index }
        : pattern
    case 'weekly':
      return { ...pattern, days: WEEKDAYS.filter((day) => pattern.days.includes(day)) }
    case 'daily':
    case 'yearlyOnDay':
    case 'yearlyRelative':
    case 'rrule':
      return pattern
    default:
      return unreachable(pattern)
  }
}

function number(element: XmlElement, name: string): number {
  const value = Number(textAt(element, name))
  if (!Number.isInteger(value) || value < 1) throw unreadable(name)
  return value
}

function readMonth(element: XmlElement): number {
  const index = MONTHS.indexOf(textAt(element, 'Month')?.trim() ?? '')
  if (index < 0) throw unreadable('Month')
  return index + 1
}

function readDay(element: XmlElement): DayClass {
  const day = DAY.fromEws.get(textAt(element, 'DaysOfWeek')?.trim() ?? '')
  if (day === undefined) throw unreadable('DaysOfWeek')
  return day
}

function readWeekday(element: XmlElement, name: string): Weekday {
  const day = WEEKDAYS.find((candidate) => DAY.toEws[candidate] === textAt(element, name)?.trim())
  if (day === undefined) throw unreadable(name)
  return day
}

/** Days of a week; Exchange may name them by class. */
function readDays(element: XmlElement): Weekday[] {
  const days = new Set<Weekday>()
  for (const name of textAt(element, 'DaysOfWeek')?.trim().split(/\s+/) ?? []) {
    const day = DAY.fromEws.get(name)
    if (day === undefined) throw unreadable('DaysOfWeek')
    for (const weekday of WEEKDAYS) if (belongs(weekday, day)) days.add(weekday)
  }
  return WEEKDAYS.filter((day) => days.has(day))
}

function belongs(weekday: Weekday, day: DayClass): boolean {
  const isWeekend = weekday === 'SA' || weekday === 'SU'
  return day === weekday || day === 'day' || day === (isWeekend ? 'weekendDay' : 'weekday')
}

function readIndex(element: XmlElement) {
  const index = DAY_INDEX.fromEws.get(textAt(element, 'DayOfWeekIndex')?.trim() ?? '')
  if (index === undefined) throw unreadable('DayOfWeekIndex')
  return index
}

function unreadable(what: string): ConnectorError {
  return new ConnectorError('item.unreadable', { reason: 'recurrence', what })
}
