/** The properties of a VTODO: which field each is part of, and which stay on Nextcloud alone. See table.ts. */
import type { NativeProperty } from './table.ts'

const alarm = (...lines: string[]) => ['BEGIN:VALARM', 'DESCRIPTION:x', ...lines, 'END:VALARM']
const RULE = 'RRULE:FREQ=WEEKLY;BYDAY=MO'
const START = 'DTSTART;VALUE=DATE:20260302'

const of = (property: string, path: string | null, from: string, to: string, note?: string): NativeProperty => ({
  property,
  path,
  ...(note === undefined ? {} : { note }),
  probe: { from: [from], to: [to] },
})

export const ICAL_TODO_PROPERTIES: readonly NativeProperty[] = [
  of('SUMMARY', 'title', 'SUMMARY:One', 'SUMMARY:Two'),
  of('DESCRIPTION', 'body', 'DESCRIPTION:One', 'DESCRIPTION:Two'),
  {
    property: 'X-ALT-DESC',
    path: 'body',
    note: 'HTML',
    probe: {
      from: ['DESCRIPTION:One', 'X-ALT-DESC;FMTTYPE=text/html:<b>One</b>'],
      to: ['DESCRIPTION:One', 'X-ALT-DESC;FMTTYPE=text/html:<i>One</i>'],
    },
  },
  of('STATUS', 'progress', 'STATUS:NEEDS-ACTION', 'STATUS:IN-PROCESS'),
  {
    property: 'X-EXC-TASK-STATUS',
    path: 'progress',
    note: 'waiting on others, deferred: words that STATUS lacks',
    probe: { from: ['STATUS:IN-PROCESS'], to: ['STATUS:IN-PROCESS', 'X-EXC-TASK-STATUS:WAITING'] },
  },
  {
    property: 'PERCENT-COMPLETE',
    path: 'progress',
    probe: {
      from: ['STATUS:IN-PROCESS', 'PERCENT-COMPLETE:10'],
      to: ['STATUS:IN-PROCESS', 'PERCENT-COMPLETE:20'],
    },
  },
  {
    property: 'COMPLETED',
    path: 'progress',
    note: 'its day in the zone of the user; the time stays',
    probe: {
      from: ['STATUS:COMPLETED', 'COMPLETED:20260301T100000Z'],
      to: ['STATUS:COMPLETED', 'COMPLETED:20260302T100000Z'],
    },
  },
  of('PRIORITY', 'importance', 'PRIORITY:5', 'PRIORITY:1', '1 to 4 high, 6 to 9 low; the exact number stays'),
  of('CLASS', 'sensitivity', 'CLASS:PUBLIC', 'CLASS:CONFIDENTIAL'),
  {
    property: 'X-EXC-SENSITIVITY',
    path: 'sensitivity',
    note: 'tells Exchange\'s "personal" from CLASS:PRIVATE',
    probe: { from: ['CLASS:PRIVATE'], to: ['CLASS:PRIVATE', 'X-EXC-SENSITIVITY:PERSONAL'] },
  },
  of('CATEGORIES', 'category:', 'CATEGORIES:One', 'CATEGORIES:Two'),
  {
    property: 'VALARM',
    path: 'reminder',
    note: 'the first one that shows or sounds, as the instant when it does',
    probe: {
      from: alarm('ACTION:DISPLAY', 'TRIGGER;VALUE=DATE-TIME:20260302T080000Z'),
      to: alarm('ACTION:DISPLAY', 'TRIGGER;VALUE=DATE-TIME:20260302T090000Z'),
    },
  },
  of('DTSTART', 'schedule', START, 'DTSTART;VALUE=DATE:20260303', 'a day on Exchange; the time stays on Nextcloud'),
  of('DUE', 'schedule', 'DUE;VALUE=DATE:20260302', 'DUE;VALUE=DATE:20260303', 'the same'),
  {
    property: 'DURATION',
    path: 'schedule',
    note: 'stays as long as it says what is wanted',
    probe: { from: [START, 'DURATION:P1D'], to: [START, 'DURATION:P2D'] },
  },
  { property: 'RRULE', path: 'schedule', probe: { from: [START], to: [START, RULE] } },
  {
    property: 'X-EXC-REGENERATION',
    path: 'schedule',
    note: 'the next task comes so long after this one was completed; iCalendar has no word for it',
    probe: { from: [START], to: [START, 'X-EXC-REGENERATION:FREQ=WEEKLY;INTERVAL=2'] },
  },
  of('ATTACH', null, 'ATTACH:https://example.org/a', 'ATTACH:https://example.org/b'),
  of('ATTENDEE, ORGANIZER', null, 'ATTENDEE:mailto:a@example.org', 'ATTENDEE:mailto:b@example.org', 'assigned tasks'),
  of('LOCATION', null, 'LOCATION:a', 'LOCATION:b'),
  of('GEO', null, 'GEO:1;1', 'GEO:2;2'),
  of('URL', null, 'URL:https://example.org/a', 'URL:https://example.org/b'),
  of('COLOR', null, 'COLOR:red', 'COLOR:blue'),
  of('COMMENT', null, 'COMMENT:a', 'COMMENT:b'),
  of('CONTACT', null, 'CONTACT:a', 'CONTACT:b'),
  of('RESOURCES', null, 'RESOURCES:a', 'RESOURCES:b'),
  of('RELATED-TO', null, 'RELATED-TO:a', 'RELATED-TO:b', "subtasks of Nextcloud's Tasks"),
  of('X-APPLE-SORT-ORDER', null, 'X-APPLE-SORT-ORDER:1', 'X-APPLE-SORT-ORDER:2', "the order in Nextcloud's Tasks"),
  of('X-PINNED, X-OC-HIDESUBTASKS', null, 'X-PINNED:true', 'X-PINNED:false', "Nextcloud's Tasks"),
  of('X-*', null, 'X-THEIRS:a', 'X-THEIRS:b', 'properties of other programs'),
  {
    property: 'VALARM (others)',
    path: null,
    note: 'further alarms, alarms by mail',
    probe: {
      from: alarm(
        'ACTION:EMAIL',
        'SUMMARY:x',
        'ATTENDEE:mailto:a@example.org',
        'TRIGGER;VALUE=DATE-TIME:20260302T080000Z',
      ),
      to: alarm(
        'ACTION:EMAIL',
        'SUMMARY:x',
        'ATTENDEE:mailto:a@example.org',
        'TRIGGER;VALUE=DATE-TIME:20260302T090000Z',
      ),
    },
  },
]
