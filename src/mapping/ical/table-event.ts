/** The properties of a VEVENT: which field each is part of, and which stay on Nextcloud alone. See table.ts. */
import type { NativeProperty, Probe } from './table.ts'
import { ICAL_EVENT_KEPT } from './table-event-kept.ts'

const at = (from: string, to: string): Probe => ({ from: [from], to: [to] })
const RULE = 'RRULE:FREQ=WEEKLY;BYDAY=MO;COUNT=5'
const ORGANIZER = 'ORGANIZER;CN=Anna:mailto:anna@example.org'
const ATTENDEE = 'ATTENDEE:mailto:bob@example.org'
const alarm = (...lines: string[]) => ['BEGIN:VALARM', 'DESCRIPTION:x', ...lines, 'END:VALARM']
const DISPLAY = alarm('ACTION:DISPLAY', 'TRIGGER:-PT15M')

const MAPPED: readonly NativeProperty[] = [
  { property: 'SUMMARY', path: 'title', probe: at('SUMMARY:One', 'SUMMARY:Two') },
  { property: 'LOCATION', path: 'location', probe: at('LOCATION:One', 'LOCATION:Two') },
  { property: 'DESCRIPTION', path: 'body', probe: at('DESCRIPTION:One', 'DESCRIPTION:Two') },
  {
    property: 'X-ALT-DESC',
    path: 'body',
    note: 'HTML, as Outlook writes it; new documents have this form',
    probe: {
      from: ['DESCRIPTION:One', 'X-ALT-DESC;FMTTYPE=text/html:<b>One</b>'],
      to: ['DESCRIPTION:One', 'X-ALT-DESC;FMTTYPE=text/html:<i>One</i>'],
    },
  },
  {
    property: 'DESCRIPTION;ALTREP',
    path: 'body',
    note: 'HTML, as Thunderbird writes it',
    probe: at(
      'DESCRIPTION;ALTREP="data:text/html,%3Cb%3EOne%3C%2Fb%3E":One',
      'DESCRIPTION;ALTREP="data:text/html,%3Ci%3EOne%3C%2Fi%3E":One',
    ),
  },
  { property: 'TRANSP', path: 'showAs', probe: at('TRANSP:OPAQUE', 'TRANSP:TRANSPARENT') },
  {
    property: 'X-MICROSOFT-CDO-BUSYSTATUS',
    path: 'showAs',
    note: 'tentative, out of office, working elsewhere',
    probe: at('X-MICROSOFT-CDO-BUSYSTATUS:OOF', 'X-MICROSOFT-CDO-BUSYSTATUS:TENTATIVE'),
  },
  { property: 'CLASS', path: 'sensitivity', probe: at('CLASS:PUBLIC', 'CLASS:CONFIDENTIAL') },
  {
    property: 'X-EXC-SENSITIVITY',
    path: 'sensitivity',
    note: 'tells Exchange\'s "personal" from CLASS:PRIVATE',
    probe: { from: ['CLASS:PRIVATE'], to: ['CLASS:PRIVATE', 'X-EXC-SENSITIVITY:PERSONAL'] },
  },
  {
    property: 'PRIORITY',
    path: 'importance',
    note: '1 to 4 high, 6 to 9 low; the exact number stays',
    probe: at('PRIORITY:5', 'PRIORITY:1'),
  },
  { property: 'STATUS', path: 'status', probe: at('STATUS:CONFIRMED', 'STATUS:CANCELLED') },
  { property: 'CATEGORIES', path: 'category:', probe: at('CATEGORIES:One', 'CATEGORIES:Two') },
  {
    property: 'VALARM',
    path: 'reminder',
    note: 'the first one that shows or sounds, whole minutes before the start',
    probe: { from: DISPLAY, to: alarm('ACTION:DISPLAY', 'TRIGGER:-PT1H') },
  },
  {
    property: 'ORGANIZER',
    path: 'organizer',
    note: 'only where somebody is invited',
    probe: { from: [ORGANIZER, ATTENDEE], to: ['ORGANIZER:mailto:carla@example.org', ATTENDEE] },
  },
  {
    property: 'ATTENDEE',
    path: 'attendee:',
    note: 'CUTYPE, ROLE, PARTSTAT, CN and the address; other parameters stay',
    probe: { from: [ORGANIZER, ATTENDEE], to: [ORGANIZER, 'ATTENDEE:mailto:eve@example.org'] },
  },
  {
    property: 'DTSTART',
    path: 'schedule',
    probe: at('DTSTART;TZID=Europe/Berlin:20260302T100000', 'DTSTART;TZID=Europe/Berlin:20260302T103000'),
  },
  {
    property: 'DTEND',
    path: 'schedule',
    probe: at('DTEND;TZID=Europe/Berlin:20260302T110000', 'DTEND;TZID=America/New_York:20260302T060000'),
  },
  {
    property: 'DURATION',
    path: 'schedule',
    note: 'stays as long as it says what is wanted',
    probe: at('DURATION:PT1H', 'DURATION:PT2H'),
  },
  { property: 'RRULE', path: 'schedule', probe: at('RRULE:FREQ=DAILY', 'RRULE:FREQ=WEEKLY;BYDAY=MO') },
  {
    property: 'ATTACH;VALUE=BINARY',
    path: 'file:',
    note: 'files inside the event; FILENAME and FMTTYPE go along; not those of a single occurrence',
    probe: at(
      'ATTACH;FMTTYPE=text/plain;ENCODING=BASE64;VALUE=BINARY;FILENAME=a.txt:T25l',
      'ATTACH;FMTTYPE=text/plain;ENCODING=BASE64;VALUE=BINARY;FILENAME=b.txt:VHdv',
    ),
  },
  {
    property: 'EXDATE',
    path: 'occurrence:',
    probe: { from: [RULE], to: [RULE, 'EXDATE;TZID=Europe/Berlin:20260309T100000'] },
  },
  {
    property: 'RECURRENCE-ID',
    path: 'occurrence:',
    note: 'a component with every property of its own',
    probe: {
      from: [RULE],
      to: [
        RULE,
        'END:VEVENT',
        'BEGIN:VEVENT',
        'UID:probe@example.org',
        'RECURRENCE-ID;TZID=Europe/Berlin:20260309T100000',
        'DTSTART;TZID=Europe/Berlin:20260309T120000',
        'DTEND;TZID=Europe/Berlin:20260309T130000',
        'SUMMARY:Probe',
      ],
    },
  },
]

export const ICAL_EVENT_PROPERTIES: readonly NativeProperty[] = [...MAPPED, ...ICAL_EVENT_KEPT]
