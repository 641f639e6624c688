/** The Recurrence element, read and written (MS-OXWSCDATA RecurrenceType). */
import { EwsError } from '../errors.ts'
import {
  DAY_NAMES,
  type DayName,
  type DayOrClass,
  type Pattern,
  type Range,
  type Recurrence,
  type WeekIndex,
} from '../recurrence.ts'
import { dateText, parseDate } from '../time/dates.ts'
import { firstText, type Node, textElement, wrap } from '../xml.ts'

const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
]

function invalid(message: string): EwsError {
  return new EwsError('ErrorCalendarInvalidRecurrence', message)
}

function integer(node: Node, name: string, range: [number, number]): number {
  const value = Number(firstText(node, name))
  if (!Number.isInteger(value) || value < range[0] || value > range[1]) throw invalid(`${name} is out of range.`)
  return value
}

function readPattern(node: Node): Pattern {
  const interval = () => integer(node, 'Interval', [1, 999])
  const month = () => MONTHS.indexOf(firstText(node, 'Month') ?? '') + 1
  const days = () => (firstText(node, 'DaysOfWeek') ?? '').trim() as DayOrClass
  const index = () => firstText(node, 'DayOfWeekIndex') as WeekIndex
  switch (node.name) {
    case 'DailyRecurrence':
      return { kind: 'DailyRecurrence', interval: interval() }
    case 'WeeklyRecurrence': {
      const names = (firstText(node, 'DaysOfWeek') ?? '').trim().split(/\s+/)
      if (!names.every((name) => (DAY_NAMES as readonly string[]).includes(name))) {
        throw new EwsError(
          'ErrorCalendarInvalidDayForWeeklyRecurrence',
          'Day, Weekday and WeekendDay are not valid here.',
        )
      }
      const sorted = DAY_NAMES.filter((name) => names.includes(name))
      const firstDay = (firstText(node, 'FirstDayOfWeek') ?? 'Sunday') as DayName
      return { kind: 'WeeklyRecurrence', interval: integer(node, 'Interval', [1, 99]), days: sorted, firstDay }
    }
    case 'AbsoluteMonthlyRecurrence':
      return {
        kind: node.name,
        interval: integer(node, 'Interval', [1, 99]),
        day: integer(node, 'DayOfMonth', [1, 31]),
      }
    case 'RelativeMonthlyRecurrence':
      return { kind: node.name, interval: integer(node, 'Interval', [1, 99]), days: days(), index: index() }
    case 'AbsoluteYearlyRecurrence':
      return { kind: node.name, month: month(), day: integer(node, 'DayOfMonth', [1, 31]) }
    case 'RelativeYearlyRecurrence':
      return { kind: node.name, month: month(), days: days(), index: index() }
    default:
      throw invalid(`Unknown pattern ${node.name}.`)
  }
}

function readRange(node: Node): Range {
  const startDate = parseDate(firstText(node, 'StartDate') ?? '')
  if (startDate === undefined) throw invalid('StartDate is missing.')
  switch (node.name) {
    case 'NoEndRecurrence':
      return { kind: node.name, startDate }
    case 'EndDateRecurrence': {
      const endDate = parseDate(firstText(node, 'EndDate') ?? '')
      if (endDate === undefined || endDate < startDate) {
        throw new EwsError('ErrorCalendarEndDateIsEarlierThanStartDate', 'The end date is earlier than the start date.')
      }
      return { kind: node.name, startDate, endDate }
    }
    case 'NumberedRecurrence':
      return { kind: node.name, startDate, count: integer(node, 'NumberOfOccurrences', [1, 999]) }
    default:
      throw invalid(`Unknown range ${node.name}.`)
  }
}

export function readRecurrence(node: Node): Recurrence {
  const [pattern, range] = node.children
  if (!pattern || !range) throw invalid('A recurrence needs a pattern and a range.')
  return { pattern: readPattern(pattern), range: readRange(range) }
}

function patternXml(pattern: Pattern): string {
  switch (pattern.kind) {
    case 'DailyRecurrence':
      return textElement('Interval', pattern.interval)
    case 'WeeklyRecurrence':
      return (
        textElement('Interval', pattern.interval) +
        textElement('DaysOfWeek', pattern.days.join(' ')) +
        textElement('FirstDayOfWeek', pattern.firstDay)
      )
    case 'AbsoluteMonthlyRecurrence':
      return textElement('Interval', pattern.interval) + textElement('DayOfMonth', pattern.day)
    case 'RelativeMonthlyRecurrence':
      return (
        textElement('Interval', pattern.interval) +
        textElement('DaysOfWeek', pattern.days) +
        textElement('DayOfWeekIndex', pattern.index)
      )
    case 'AbsoluteYearlyRecurrence':
      return textElement('DayOfMonth', pattern.day) + textElement('Month', MONTHS[pattern.month - 1])
    case 'RelativeYearlyRecurrence':
      return (
        textElement('DaysOfWeek', pattern.days) +
        textElement('DayOfWeekIndex', pattern.index) +
        textElement('Month', MONTHS[pattern.month - 1])
      )
  }
}

function rangeXml(range: Range): string {
  const start = textElement('StartDate', dateText(range.startDate))
  if (range.kind === 'EndDateRecurrence') return start + textElement('EndDate', dateText(range.endDate))
  if (range.kind === 'NumberedRecurrence') return start + textElement('NumberOfOccurrences', range.count)
  return start
}

export function recurrenceXml(recurrence: Recurrence): string {
  const { pattern, range } = recurrence
  return wrap('Recurrence', wrap(pattern.kind, patternXml(pattern)) + wrap(range.kind, rangeXml(range)))
}
