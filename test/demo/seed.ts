/** What is in the three mailboxes and calendars of the demo before the first sync: everyday items of every shape, written for this project. */
import type { MailboxHandle } from '../simulators/exchange/mailbox-handle.ts'
import type { EventInput } from '../simulators/exchange/user-input.ts'
import type { PersonCalendar } from '../simulators/nextcloud/person-calendar.ts'

const DAY_MS = 86_400_000
const BERLIN = 'W. Europe Standard Time'
const NEW_YORK = 'Eastern Standard Time'

/** `YYYY-MM-DD`, so many days after the Monday of this week. */
export function day(offset: number, nowMs = Date.now()): string {
  const weekday = (new Date(nowMs).getUTCDay() + 6) % 7
  return new Date(nowMs + (offset - weekday) * DAY_MS).toISOString().slice(0, 10)
}

function at(offset: number, time: string): string {
  return `${day(offset)}T${time}:00`
}

const TITLES = [
  'Budget review',
  'Dentist',
  'Call with the Lyon office',
  'Interview: backend developer',
  'Car to the garage',
  'Prepare the board paper',
  'Lunch with Ines',
  'Release planning',
  'School concert',
  'Fire drill',
  'Data protection training',
  'Visit at the plant',
  'Quarterly figures',
  'Roof repair: craftsmen come',
  'Choir rehearsal',
  'Contract talk “Nordwind”',
]
const PLACES = [
  'Room 4.12',
  'Café Zur Mühle',
  'https://meet.example.org/r/4711',
  'Werk 2, Tor 3',
  'Lyon; salle “Rhône”, 2e étage',
  '',
]
const SHOW_AS = ['Busy', 'Free', 'Tentative', 'OOF', 'WorkingElsewhere'] as const
const LABELS = [['Customer'], ['Private'], ['Customer', 'Travel'], []]

/** Plain appointments that differ in everything that one can set in a form. */
function appointments(count: number, shift: number): EventInput[] {
  return Array.from({ length: count }, (_, index) => {
    const number = index + shift
    const hour = 8 + (number % 9)
    return {
      subject: `${TITLES[number % TITLES.length]}${number >= TITLES.length ? ` (${number})` : ''}`,
      start: at(number * 2 - 20, `${String(hour).padStart(2, '0')}:${number % 2 ? '30' : '00'}`),
      end: at(number * 2 - 20, `${String(hour + 1).padStart(2, '0')}:45`),
      zone: number % 5 === 4 ? NEW_YORK : BERLIN,
      location: PLACES[number % PLACES.length] ?? '',
      showAs: SHOW_AS[number % SHOW_AS.length] ?? 'Busy',
      categories: LABELS[number % LABELS.length] ?? [],
      sensitivity: number % 7 === 0 ? 'Private' : 'Normal',
      importance: number % 6 === 0 ? 'High' : 'Normal',
      reminderMinutes: number % 3 === 0 ? null : 5 * (number % 4) + 5,
      ...(number % 4 === 1 ? { body: `Agenda\n1. Welcome\n2. Numbers, item ${number}\n\nSee you — Ünal & Söhne` } : {}),
      ...(number % 8 === 2
        ? { body: { type: 'HTML' as const, content: `<p>See the <b>draft</b> no. ${number}.</p>` } }
        : {}),
    }
  })
}

/** Series of every Exchange pattern. */
function series(): EventInput[] {
  const time = (offset: number, from: string, to: string) => ({
    start: at(offset, from),
    end: at(offset, to),
    zone: BERLIN,
  })
  return [
    {
      subject: 'Stand-up',
      ...time(0, '09:00', '09:15'),
      recurrence: {
        pattern: {
          kind: 'WeeklyRecurrence',
          interval: 1,
          days: ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday'],
          firstDay: 'Monday',
        },
      },
    },
    {
      subject: 'Water the plants',
      ...time(1, '17:00', '17:10'),
      recurrence: { pattern: { kind: 'DailyRecurrence', interval: 3 }, count: 20 },
    },
    {
      subject: 'Payroll',
      ...time(2, '10:00', '11:00'),
      recurrence: { pattern: { kind: 'AbsoluteMonthlyRecurrence', interval: 1, day: 25 } },
    },
    {
      subject: 'Board on the last Friday',
      ...time(4, '14:00', '16:00'),
      recurrence: {
        pattern: { kind: 'RelativeMonthlyRecurrence', interval: 1, days: 'Friday', index: 'Last' },
        count: 12,
      },
    },
    {
      subject: 'First working day: report',
      ...time(0, '08:30', '09:00'),
      recurrence: { pattern: { kind: 'RelativeMonthlyRecurrence', interval: 1, days: 'Weekday', index: 'First' } },
    },
    {
      subject: 'Company birthday',
      start: at(3, '00:00'),
      end: at(4, '00:00'),
      allDay: true,
      zone: BERLIN,
      recurrence: { pattern: { kind: 'AbsoluteYearlyRecurrence', month: 5, day: 17 } },
    },
    {
      subject: 'Clocks change soon',
      ...time(6, '12:00', '12:30'),
      recurrence: { pattern: { kind: 'RelativeYearlyRecurrence', month: 10, days: 'Sunday', index: 'Last' } },
    },
  ]
}

/** Exchange holds 25 appointments, 7 series with their exceptions, a journey, days off and a meeting per person. */
export function seedExchange(mailbox: MailboxHandle, person: number): void {
  for (const event of appointments(25, person * 7)) mailbox.addEvent(event)
  const ids = series().map((event) => mailbox.addEvent(event))
  const [standUp, plants] = ids
  if (standUp) {
    mailbox.editOccurrence(standUp, 3, { subject: 'Stand-up with the guests', location: 'Big hall' })
    mailbox.deleteOccurrence(standUp, 5)
  }
  if (plants) mailbox.editOccurrence(plants, 2, { start: at(5, '18:00'), end: at(5, '18:10') })
  mailbox.addEvent({
    subject: 'Flight to New York',
    start: at(9, '10:15'),
    end: at(9, '13:05'),
    zone: BERLIN,
    endZone: NEW_YORK,
    showAs: 'OOF',
  })
  mailbox.addEvent({
    subject: 'Days off',
    start: at(14, '00:00'),
    end: at(19, '00:00'),
    allDay: true,
    zone: BERLIN,
    showAs: 'OOF',
  })
  mailbox.addEvent({
    subject: 'Kick-off “Polaris”',
    start: at(8, '13:00'),
    end: at(8, '14:30'),
    zone: BERLIN,
    location: 'Room 1',
    required: [{ name: 'Bruno Vidal', email: 'bruno@partner.test' }],
    optional: [{ name: 'Mei Tan', email: 'mei@partner.test' }],
  })
}

/** Nextcloud holds ten more: other clients' ways of writing the same kind of thing. */
export function seedNextcloud(calendar: PersonCalendar, person: number): void {
  for (const { uid, text } of seedDocuments(person)) calendar.put(`${uid}.ics`, text, { silent: true })
}

export function seedDocuments(person: number): { uid: string; text: string }[] {
  return documents().map((lines, index) => {
    const uid = `demo-${person}-${index}@cloud.test`
    const frame = ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//Demo//Calendar//EN', 'BEGIN:VEVENT', `UID:${uid}`]
    const text = [...frame, 'DTSTAMP:20260101T000000Z', ...lines, 'END:VEVENT', 'END:VCALENDAR', ''].join('\r\n')
    return { uid, text }
  })
}

/** `YYYYMMDD` of the first Monday of the next month. */
function firstMonday(): string {
  const start = new Date()
  start.setUTCMonth(start.getUTCMonth() + 1, 1)
  start.setUTCDate(1 + ((8 - start.getUTCDay()) % 7))
  return start.toISOString().slice(0, 10).replaceAll('-', '')
}

function documents(): string[][] {
  const stamp = (offset: number, time: string) => `${day(offset).replaceAll('-', '')}T${time}00`
  const date = (offset: number) => day(offset).replaceAll('-', '')
  return [
    ['SUMMARY:Parents’ evening', `DTSTART:${stamp(3, '1800')}Z`, 'DURATION:PT1H30M', 'LOCATION:School\\, room 7'],
    [
      'SUMMARY:Holiday on the lake',
      `DTSTART;VALUE=DATE:${date(20)}`,
      `DTEND;VALUE=DATE:${date(27)}`,
      'TRANSP:TRANSPARENT',
    ],
    [
      'SUMMARY:Swimming',
      `DTSTART:${stamp(1, '0600')}Z`,
      `DTEND:${stamp(1, '0700')}Z`,
      'RRULE:FREQ=WEEKLY;BYDAY=TU,TH;COUNT=12',
    ],
    [
      'SUMMARY:Rent',
      `DTSTART;VALUE=DATE:${firstMonday()}`,
      'RRULE:FREQ=MONTHLY;BYDAY=MO;BYSETPOS=1',
      'CATEGORIES:Home,Money',
    ],
    [
      'SUMMARY:Hairdresser',
      `DTSTART:${stamp(11, '1500')}Z`,
      `DTEND:${stamp(11, '1545')}Z`,
      'CLASS:PRIVATE',
      'PRIORITY:1',
    ],
    [
      'SUMMARY:Language course',
      `DTSTART:${stamp(2, '1700')}Z`,
      `DTEND:${stamp(2, '1830')}Z`,
      'RRULE:FREQ=WEEKLY;INTERVAL=2',
      `EXDATE:${stamp(16, '1700')}Z`,
    ],
    [
      'SUMMARY:Write to Aunt Olga',
      `DTSTART:${stamp(5, '0900')}Z`,
      `DTEND:${stamp(5, '0915')}Z`,
      'DESCRIPTION:Birthday\\nand the photos',
      'X-MY-COLOUR:teal',
    ],
    ['SUMMARY:Tea', `DTSTART:${stamp(6, '1500')}`, `DTEND:${stamp(6, '1530')}`],
    [
      'SUMMARY:Marathon training',
      `DTSTART:${stamp(4, '0500')}Z`,
      `DTEND:${stamp(4, '0630')}Z`,
      'RRULE:FREQ=DAILY;INTERVAL=2;COUNT=30',
      'GEO:52.5;13.4',
    ],
    // No Exchange pattern says this: it stays on Nextcloud, by name.
    [
      'SUMMARY:Full moon walk',
      `DTSTART:${stamp(7, '1900')}Z`,
      `DTEND:${stamp(7, '2000')}Z`,
      'RRULE:FREQ=MONTHLY;BYMONTHDAY=13;BYDAY=FR',
    ],
  ]
}
