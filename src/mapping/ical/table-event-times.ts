/** When an event is: start, end, rule and the occurrences that differ, and what of them Exchange does not hold. See table.ts. */
import { limit, type MappedField } from './table.ts'

const RULE = 'RRULE:FREQ=WEEKLY;BYDAY=MO;COUNT=5'
const NOT_WRITTEN = 'the item is not written to Exchange'

export const EVENT_TIMES: readonly MappedField[] = [
  {
    path: 'schedule',
    label: 'Start, end, rule',
    direction: 'both',
    limits: [
      limit(
        'floating times get the zone of the mailbox',
        'schedule floating-time',
        'DTSTART:20260302T100000',
        'DTEND:20260302T110000',
      ),
      limit(
        'a zone without a Windows id of its own becomes the main zone of that id',
        'schedule zone-approximated',
        'DTSTART;TZID=Europe/Vienna:20260302T100000',
      ),
      limit('seconds of a series are cut', 'schedule clamped', RULE, 'DTSTART;TZID=Europe/Berlin:20260302T100030'),
      limit(
        `a rule that no pattern of Exchange equals: ${NOT_WRITTEN}`,
        'schedule recurrence-not-representable',
        'RRULE:FREQ=MONTHLY;BYMONTHDAY=2,16',
      ),
      limit(
        `further dates (RDATE): ${NOT_WRITTEN}`,
        'schedule recurrence-not-representable',
        'RDATE;TZID=Europe/Berlin:20260310T100000',
      ),
      limit(
        `more than 999 occurrences: ${NOT_WRITTEN}`,
        'schedule recurrence-not-representable',
        'RRULE:FREQ=DAILY;COUNT=1000',
      ),
    ],
  },
  {
    path: 'occurrence:',
    label: 'Deleted and changed occurrences',
    direction: 'both',
    limits: [
      limit(
        'one moved past its neighbour stays on its own day',
        'occurrence:2026-03-09T10:00:00 recurrence-not-representable',
        RULE,
        'END:VEVENT',
        'BEGIN:VEVENT',
        'UID:probe@example.org',
        'RECURRENCE-ID;TZID=Europe/Berlin:20260309T100000',
        'DTSTART;TZID=Europe/Berlin:20260320T100000',
        'SUMMARY:Probe',
      ),
    ],
  },
]
