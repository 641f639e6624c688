/** The fields of an event, and what each does not hold on Exchange. Everything a limit says has lines that show it. See table.ts. */
import { limit, type MappedField } from './table.ts'
import { EVENT_TIMES } from './table-event-times.ts'

const ORGANIZER = 'ORGANIZER;CN=Anna:mailto:anna@example.org'
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
    path: 'file:',
    label: 'Files',
    direction: 'both',
    limits: [
      limit(
        'files over the limit (`Service__AttachmentLimitInBytes`) stay where they are',
        'file: too-long',
        `ATTACH;ENCODING=BASE64;VALUE=BINARY:${'T25l'.repeat(400)}`,
      ),
    ],
  },
  ...EVENT_TIMES,
]
