/** Exchange's words for the values of the model, both ways. They stand together so that a reader and a writer cannot disagree. */
import type { EventFields, PartStat } from '../../model/event.ts'
import type { DayClass, DayIndex } from '../../model/recurrence.ts'

/** A table model word -> Exchange word, and its inverse. */
type Words<T extends string> = { toEws: Readonly<Record<T, string>>; fromEws: ReadonlyMap<string, T> }

function words<T extends string>(toEws: Record<T, string>): Words<T> {
  const entries = Object.entries(toEws) as [T, string][]
  return { toEws, fromEws: new Map(entries.map(([model, ews]) => [ews, model])) }
}

/** LegacyFreeBusyType, MS-OXWSCDATA 2.2.3.17. NoData is read as busy. */
export const SHOW_AS = words<EventFields['showAs']>({
  free: 'Free',
  tentative: 'Tentative',
  busy: 'Busy',
  oof: 'OOF',
  workingElsewhere: 'WorkingElsewhere',
})

/** SensitivityChoicesType. */
export const SENSITIVITY = words<EventFields['sensitivity']>({
  normal: 'Normal',
  personal: 'Personal',
  private: 'Private',
  confidential: 'Confidential',
})

/** ImportanceChoicesType. */
export const IMPORTANCE = words<EventFields['importance']>({ low: 'Low', normal: 'Normal', high: 'High' })

/** ResponseTypeType. Only read: the server owns it. `Unknown` and `NoResponseReceived` both mean that no answer came. */
export const PART_STAT: ReadonlyMap<string, PartStat> = new Map<string, PartStat>([
  ['Unknown', 'needsAction'],
  ['NoResponseReceived', 'needsAction'],
  ['Organizer', 'accepted'],
  ['Accept', 'accepted'],
  ['Tentative', 'tentative'],
  ['Decline', 'declined'],
])

/** DayOfWeekType, MS-OXWSCDATA 2.2.3.6. */
export const DAY = words<DayClass>({
  MO: 'Monday',
  TU: 'Tuesday',
  WE: 'Wednesday',
  TH: 'Thursday',
  FR: 'Friday',
  SA: 'Saturday',
  SU: 'Sunday',
  day: 'Day',
  weekday: 'Weekday',
  weekendDay: 'WeekendDay',
})

/** DayOfWeekIndexType. */
export const DAY_INDEX = words<DayIndex>({
  first: 'First',
  second: 'Second',
  third: 'Third',
  fourth: 'Fourth',
  last: 'Last',
})

/** MonthNamesType; month 1 is January. */
export const MONTHS: readonly string[] = [
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
