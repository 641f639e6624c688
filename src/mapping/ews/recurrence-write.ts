/** Writes recurrence patterns and ranges (MS-OXWSCDATA RecurrenceType): the inverse of recurrence.ts, in the order of the schema. */
import type { Recurrence, RecurrenceEnd, RecurrencePattern } from '../../model/recurrence.ts'
import type { CalTime } from '../../model/time.ts'
import { ConnectorError, unreachable } from '../../ports/errors.ts'
import type { XmlNode } from './change.ts'
import { DAY, DAY_INDEX, MONTHS } from './names.ts'

/** t:Recurrence. The start date is the day of the series' start in its own zone (REC-5: never re-zoned). */
export function recurrenceNode(recurrence: Recurrence, start: CalTime): XmlNode {
  const startDate = (start.kind === 'date' ? start.date : start.local).slice(0, 10)
  return { name: 'Recurrence', children: [patternNode(recurrence.pattern), rangeNode(recurrence.end, startDate)] }
}

function patternNode(pattern: RecurrencePattern): XmlNode {
  const text = (name: string, value: string | number): XmlNode => ({ name, text: String(value) })
  switch (pattern.kind) {
    case 'daily':
      return { name: 'DailyRecurrence', children: [text('Interval', pattern.interval)] }
    case 'weekly':
      return {
        name: 'WeeklyRecurrence',
        children: [
          text('Interval', pattern.interval),
          text('DaysOfWeek', pattern.days.map((day) => DAY.toEws[day]).join(' ')),
          text('FirstDayOfWeek', DAY.toEws[pattern.firstDay]),
        ],
      }
    case 'monthlyOnDay':
      return {
        name: 'AbsoluteMonthlyRecurrence',
        children: [text('Interval', pattern.interval), text('DayOfMonth', pattern.day)],
      }
    case 'monthlyRelative':
      return {
        name: 'RelativeMonthlyRecurrence',
        children: [
          text('Interval', pattern.interval),
          text('DaysOfWeek', DAY.toEws[pattern.day]),
          text('DayOfWeekIndex', DAY_INDEX.toEws[pattern.index]),
        ],
      }
    case 'yearlyOnDay':
      return {
        name: 'AbsoluteYearlyRecurrence',
        children: [text('DayOfMonth', pattern.day), text('Month', monthName(pattern.month))],
      }
    case 'yearlyRelative':
      return {
        name: 'RelativeYearlyRecurrence',
        children: [
          text('DaysOfWeek', DAY.toEws[pattern.day]),
          text('DayOfWeekIndex', DAY_INDEX.toEws[pattern.index]),
          text('Month', monthName(pattern.month)),
        ],
      }
    case 'rrule':
      throw new ConnectorError('bug', { where: 'recurrenceNode', kind: pattern.kind })
    default:
      return unreachable(pattern)
  }
}

function rangeNode(end: RecurrenceEnd, startDate: string): XmlNode {
  const start: XmlNode = { name: 'StartDate', text: startDate }
  switch (end.kind) {
    case 'never':
      return { name: 'NoEndRecurrence', children: [start] }
    case 'count':
      return {
        name: 'NumberedRecurrence',
        children: [start, { name: 'NumberOfOccurrences', text: String(end.count) }],
      }
    case 'until':
      return { name: 'EndDateRecurrence', children: [start, { name: 'EndDate', text: end.date }] }
    default:
      return unreachable(end)
  }
}

function monthName(month: number): string {
  return MONTHS[month - 1] ?? 'January'
}
