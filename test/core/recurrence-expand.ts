/** The occurrences of a t:Recurrence day by day, from Microsoft's description of each pattern and nothing else: slow, plain, without code of the connector. */
import type { XmlNode } from '../../src/mapping/ews/change.ts'

const DAY_MS = 86_400_000
const NAMES = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']
const MONTHS = [
  ...['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October'],
  ...['November', 'December'],
]

/** Dates (`YYYY-MM-DD`) of the series within so many years of its StartDate. */
export function expandRecurrenceXml(recurrence: XmlNode, years: number): string[] {
  const [pattern, range] = recurrence.children ?? []
  if (!pattern || !range) throw new Error('no pattern or range')
  const first = new Date(`${text(range, 'StartDate')}T00:00:00Z`)
  const after = new Date(first)
  after.setUTCFullYear(after.getUTCFullYear() + years)
  const lastDate = range.name === 'EndDateRecurrence' ? text(range, 'EndDate') : '9999-12-31'
  const count =
    range.name === 'NumberedRecurrence' ? Number(text(range, 'NumberOfOccurrences')) : Number.POSITIVE_INFINITY
  const out: string[] = []
  for (let day = first; day < after && out.length < count; day = new Date(day.getTime() + DAY_MS)) {
    if (!falls(pattern, day, first)) continue
    const date = day.toISOString().slice(0, 10)
    if (date > lastDate) break
    out.push(date)
  }
  return out
}

function text(node: XmlNode, name: string): string {
  const found = node.children?.find((child) => child.name === name)?.text
  if (found === undefined) throw new Error(`no ${name} in ${node.name}`)
  return found
}

function falls(pattern: XmlNode, day: Date, first: Date): boolean {
  const get = (name: string) => text(pattern, name)
  const months = (day.getUTCFullYear() - first.getUTCFullYear()) * 12 + day.getUTCMonth() - first.getUTCMonth()
  const inMonth = () => MONTHS[day.getUTCMonth()] === get('Month')
  switch (pattern.name) {
    case 'DailyRecurrence':
      return ((day.getTime() - first.getTime()) / DAY_MS) % Number(get('Interval')) === 0
    case 'WeeklyRecurrence': {
      const weekOf = (at: Date) =>
        at.getTime() - ((at.getUTCDay() - NAMES.indexOf(get('FirstDayOfWeek')) + 7) % 7) * DAY_MS
      const weeks = (weekOf(day) - weekOf(first)) / (7 * DAY_MS)
      return (
        weeks % Number(get('Interval')) === 0 &&
        get('DaysOfWeek')
          .split(' ')
          .includes(NAMES[day.getUTCDay()] ?? '')
      )
    }
    case 'AbsoluteMonthlyRecurrence':
      return months % Number(get('Interval')) === 0 && isDay(day, Number(get('DayOfMonth')))
    case 'AbsoluteYearlyRecurrence':
      return inMonth() && isDay(day, Number(get('DayOfMonth')))
    case 'RelativeMonthlyRecurrence':
      return months % Number(get('Interval')) === 0 && isRelative(day, get('DaysOfWeek'), get('DayOfWeekIndex'))
    case 'RelativeYearlyRecurrence':
      return inMonth() && isRelative(day, get('DaysOfWeek'), get('DayOfWeekIndex'))
    default:
      throw new Error(pattern.name)
  }
}

/** "If the month has fewer days, the last day of the month." */
function isDay(day: Date, wanted: number): boolean {
  return day.getUTCDate() === Math.min(wanted, lengthOf(day))
}

function lengthOf(day: Date): number {
  return new Date(Date.UTC(day.getUTCFullYear(), day.getUTCMonth() + 1, 0)).getUTCDate()
}

function isRelative(day: Date, kind: string, index: string): boolean {
  const weekdayOf = (date: number) => (day.getUTCDay() + 7 * 6 + date - day.getUTCDate()) % 7
  const isOfKind = (date: number) => {
    const weekday = weekdayOf(date)
    return kind === 'Day' || kind === NAMES[weekday] || kind === (weekday % 6 === 0 ? 'WeekendDay' : 'Weekday')
  }
  if (!isOfKind(day.getUTCDate())) return false
  const fits = Array.from({ length: lengthOf(day) }, (_, at) => at + 1).filter(isOfKind)
  const wanted = index === 'Last' ? fits.at(-1) : fits[['First', 'Second', 'Third', 'Fourth'].indexOf(index)]
  return day.getUTCDate() === wanted
}
