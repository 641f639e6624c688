/** The fields of an event, and what each does not hold on Exchange. Everything a limit says has lines that show it. See table.ts. */
import type { Limit, MappedField } from './table.ts'

const RULE = 'RRULE:FREQ=WEEKLY;BYDAY=MO;COUNT=5'
const ORGANIZER = 'ORGANIZER;CN=Anna:mailto:anna@example.org'
const limit = (says: string, loss: string, ...lines: string[]): Limit => ({ says, loss, lines })
const alarm = (trigger: string) => [
  'BEGIN:VALARM',
  'ACTION:DISPLAY',
  'DESCRIPTION:x',
  `TRIGGER:${trigger}`,
  'END:VALARM',
]
const TEAMS = '<a href="https://teams.microsoft.com/l/meetup-join/1">Join</a>'
const NOT_WRITTEN = 'the item is not written to Exchange'

export const EVENT_FIELDS: readonly MappedField[] = [
  {
    path: 'title',
    label: 'Title',
    direction: 'both',
    limits: [
      limit('more than 255 characters are cut', 'title too-long', `SUMMARY:${'x'.repeat(256)}`),
      limit('line breaks become spaces', 'title value-not-held', 'SUMMARY:One\\nTwo'),
    ],
  },
  {
    path: 'location',
    label: 'Place',
    direction: 'both',
    limits: [
      limit('more than 255 characters are cut', 'location too-long', `LOCATION:${'x'.repeat(256)}`),
      limit('line breaks become spaces', 'location value-not-held', 'LOCATION:One\\nTwo'),
    ],
  },
  {
    path: 'body',
    label: 'Description',
    direction: 'both',
    limits: [
      {
        says: 'a text never replaces the HTML body of an online meeting',
        lines: ['DESCRIPTION:Edited'],
        loss: 'body server-owned',
        onto: [`<t:Body BodyType="HTML">${TEAMS.replaceAll('<', '&lt;')}</t:Body>`],
      },
    ],
  },
  { path: 'showAs', label: 'Shown as', direction: 'both', limits: [] },
  { path: 'sensitivity', label: 'Privacy', direction: 'both', limits: [] },
  { path: 'importance', label: 'Importance', direction: 'both', limits: [] },
  {
    path: 'status',
    label: 'Status',
    direction: 'toNextcloud',
    limits: [
      limit('tentative has no property; the time is shown as tentative', 'status no-such-field', 'STATUS:TENTATIVE'),
      limit('cancelled is set by the server alone', 'status server-owned', 'STATUS:CANCELLED'),
    ],
  },
  {
    path: 'category:',
    label: 'Categories',
    direction: 'both',
    limits: [
      limit(
        'more than 255 characters are cut',
        `category:${'x'.repeat(256)} too-long`,
        `CATEGORIES:${'x'.repeat(256)}`,
      ),
    ],
  },
  {
    path: 'reminder',
    label: 'Reminder',
    direction: 'both',
    limits: [
      limit('after the start: at the start', 'reminder clamped', ...alarm('PT10M')),
      limit('more than five years before: five years', 'reminder clamped', ...alarm('-P2000D')),
    ],
  },
  {
    path: 'organizer',
    label: 'Organizer',
    direction: 'toNextcloud',
    limits: [
      limit(
        'a meeting of somebody else is never created as mine: the item goes there without its people',
        'organizer server-owned',
        'ORGANIZER:mailto:carla@example.org',
        'ATTENDEE:mailto:bob@example.org',
      ),
      limit(
        'attendees without an organizer: the mailbox becomes it',
        'organizer server-owned',
        'ATTENDEE:mailto:bob@example.org',
      ),
    ],
  },
  {
    path: 'attendee:',
    label: 'Attendees',
    direction: 'both',
    limits: [
      limit(
        'answers of others come from Exchange only',
        'attendee:bob@example.org server-owned',
        ORGANIZER,
        'ATTENDEE;PARTSTAT=ACCEPTED:mailto:bob@example.org',
      ),
      limit(
        'a non-participant is optional there',
        'attendee:bob@example.org value-not-held',
        ORGANIZER,
        'ATTENDEE;ROLE=NON-PARTICIPANT:mailto:bob@example.org',
      ),
      limit(
        `a declined meeting of somebody else: ${NOT_WRITTEN}`,
        'attendee:anna@example.org value-not-held',
        'ORGANIZER:mailto:carla@example.org',
        'ATTENDEE;PARTSTAT=DECLINED:mailto:anna@example.org',
      ),
    ],
  },
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
