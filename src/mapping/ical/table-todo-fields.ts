/** The fields of a task, and what each does not hold on Exchange. Everything a limit says has lines that show it. See table.ts. */
import { limit, type MappedField } from './table.ts'

const long = 'x'.repeat(256)
const NOT_WRITTEN = 'the item is not written to Exchange'
const alarm = (...lines: string[]) => ['BEGIN:VALARM', 'DESCRIPTION:x', ...lines, 'END:VALARM']
const RULE = 'RRULE:FREQ=WEEKLY;BYDAY=MO'
const START = 'DTSTART;VALUE=DATE:20260302'

export const TASK_FIELDS: readonly MappedField[] = [
  {
    path: 'title',
    label: 'Title',
    direction: 'both',
    limits: [
      limit('more than 255 characters are cut', 'title too-long', `SUMMARY:${long}`),
      limit('line breaks become spaces', 'title value-not-held', 'SUMMARY:One\\nTwo'),
    ],
  },
  {
    path: 'body',
    label: 'Description',
    direction: 'both',
    limits: [],
  },
  {
    path: 'progress',
    label: 'Status, percentage, day of completion',
    direction: 'both',
    limits: [
      limit('cancelled is deferred there', 'progress value-not-held', 'STATUS:CANCELLED'),
      limit('100 % of what is not completed: 99 %', 'progress clamped', 'STATUS:IN-PROCESS', 'PERCENT-COMPLETE:100'),
      limit(
        'not started but begun: in progress',
        'progress value-not-held',
        'STATUS:NEEDS-ACTION',
        'PERCENT-COMPLETE:30',
      ),
      limit('without a day of completion Exchange writes one', 'progress server-owned', 'STATUS:COMPLETED'),
    ],
  },
  { path: 'importance', label: 'Importance', direction: 'both', limits: [] },
  { path: 'sensitivity', label: 'Privacy', direction: 'both', limits: [] },
  {
    path: 'category:',
    label: 'Categories',
    direction: 'both',
    limits: [limit('more than 255 characters are cut', `category:${long} too-long`, `CATEGORIES:${long}`)],
  },
  {
    path: 'reminder',
    label: 'Reminder',
    direction: 'both',
    limits: [
      limit(
        'seconds are cut',
        'reminder clamped',
        ...alarm('ACTION:DISPLAY', 'TRIGGER;VALUE=DATE-TIME:20260302T080030Z'),
      ),
    ],
  },
  {
    path: 'schedule',
    label: 'Start, due, repetition, regeneration',
    direction: 'both',
    limits: [
      limit('due before the start: due with it', 'DUE clamped', START, 'DUE;VALUE=DATE:20260301'),
      limit('a year that Exchange does not count', 'schedule value-not-held', 'DUE;VALUE=DATE:15000101'),
      limit(
        `a rule that no pattern of Exchange equals: ${NOT_WRITTEN}`,
        'schedule recurrence-not-representable',
        START,
        'RRULE:FREQ=SECONDLY',
      ),
      limit(
        `more than 999 times: ${NOT_WRITTEN}`,
        'schedule recurrence-not-representable',
        START,
        `${RULE};COUNT=1000`,
      ),
      limit(`a rule without any date: ${NOT_WRITTEN}`, 'schedule recurrence-not-representable', RULE),
      limit(
        'single occurrences stay on Nextcloud',
        'RECURRENCE-ID value-not-held',
        START,
        RULE,
        'END:VTODO',
        'BEGIN:VTODO',
        'UID:probe@example.org',
        'RECURRENCE-ID;VALUE=DATE:20260309',
        'SUMMARY:One of them',
      ),
    ],
  },
]
