/** The properties of a calendar item on Exchange: which field each is part of, and which stay there alone. See ../ical/table.ts. */
import type { NativeProperty } from '../ical/table.ts'
import { EWS_EVENT_KEPT } from './table-event-kept.ts'

const element = (name: string, text: string) => `<t:${name}>${text}</t:${name}>`
const mapped = (property: string, path: string, values: readonly [string, string], note?: string): NativeProperty => {
  const name = property.slice(property.indexOf(':') + 1)
  const [from, to] = values.map((text) => [element(name, text)])
  return { property, path, ...(note === undefined ? {} : { note }), probe: { from: from ?? [], to: to ?? [] } }
}
const mailbox = (email: string) => element('Mailbox', element('EmailAddress', email) + element('RoutingType', 'SMTP'))
const attendee = (email: string) => element('Attendee', mailbox(email) + element('ResponseType', 'Unknown'))
const invited: readonly [string, string] = [attendee('bob@example.org'), attendee('eve@example.org')]
const FOREIGN = [
  element('Organizer', mailbox('carla@example.org')),
  element('RequiredAttendees', attendee('anna@example.org')),
]
const daily = (n: number) =>
  element('DailyRecurrence', element('Interval', String(n))) +
  element('NoEndRecurrence', element('StartDate', '2026-03-02'))
const SERIES = [element('CalendarItemType', 'RecurringMaster'), element('Recurrence', daily(1))]
const MOVED = [
  '<t:ItemId Id="x1"/>',
  element('Start', '2026-03-03T11:00:00Z'),
  element('End', '2026-03-03T12:00:00Z'),
  element('OriginalStart', '2026-03-03T09:00:00Z'),
].join('')
const EXCEPTION = element(
  'CalendarItem',
  [MOVED, element('UID', 'probe@example.org'), element('CalendarItemType', 'Exception')].join(''),
)

const file = (name: string, content: string) =>
  element(
    'Attachments',
    element(
      'FileAttachment',
      element('Name', name) + element('ContentType', 'text/plain') + element('Content', content),
    ),
  )

const MAPPED: readonly NativeProperty[] = [
  mapped('item:Subject', 'title', ['One', 'Two']),
  mapped('calendar:Location', 'location', ['One', 'Two']),
  {
    property: 'item:Body',
    path: 'body',
    note: 'text or HTML; an unchanged body is never written',
    probe: {
      from: ['<t:Body BodyType="HTML">&lt;p>One&lt;/p></t:Body>'],
      to: ['<t:Body BodyType="HTML">&lt;p>Two&lt;/p></t:Body>'],
    },
  },
  mapped('calendar:LegacyFreeBusyStatus', 'showAs', ['Busy', 'OOF']),
  mapped('item:Sensitivity', 'sensitivity', ['Normal', 'Personal']),
  mapped('item:Importance', 'importance', ['Normal', 'High']),
  mapped('calendar:IsCancelled', 'status', ['false', 'true']),
  mapped('item:Categories', 'category:', [element('String', 'One'), element('String', 'Two')]),
  mapped('item:ReminderIsSet', 'reminder', ['false', 'true']),
  {
    property: 'item:ReminderMinutesBeforeStart',
    path: 'reminder',
    probe: {
      from: [element('ReminderIsSet', 'true'), element('ReminderMinutesBeforeStart', '15')],
      to: [element('ReminderIsSet', 'true'), element('ReminderMinutesBeforeStart', '60')],
    },
  },
  {
    property: 'calendar:Organizer',
    path: 'organizer',
    note: 'of the series, never of an exception; not of an appointment without attendees',
    probe: {
      from: [element('Organizer', mailbox('anna@example.org')), element('RequiredAttendees', invited[0])],
      to: [element('Organizer', mailbox('carla@example.org')), element('RequiredAttendees', invited[0])],
    },
  },
  mapped('calendar:RequiredAttendees', 'attendee:', invited),
  mapped('calendar:OptionalAttendees', 'attendee:', invited),
  mapped('calendar:Resources', 'attendee:', invited, 'rooms and equipment'),
  {
    property: 'calendar:MyResponseType',
    path: 'attendee:',
    note: 'my answer in a meeting of somebody else; given as accept, tentative or decline, never as an edit',
    probe: {
      from: [...FOREIGN, element('MyResponseType', 'Accept')],
      to: [...FOREIGN, element('MyResponseType', 'Tentative')],
    },
  },
  mapped('calendar:Start', 'schedule', ['2026-03-02T09:00:00Z', '2026-03-02T09:30:00Z']),
  mapped('calendar:End', 'schedule', ['2026-03-02T10:00:00Z', '2026-03-02T11:00:00Z']),
  {
    property: 'calendar:IsAllDayEvent',
    path: 'schedule',
    note: 'dates on Nextcloud; midnights in the zone of the mailbox here',
    probe: {
      from: [element('Start', '2026-03-01T23:00:00Z'), element('End', '2026-03-02T23:00:00Z')],
      to: [
        element('Start', '2026-03-01T23:00:00Z'),
        element('End', '2026-03-02T23:00:00Z'),
        element('IsAllDayEvent', 'true'),
      ],
    },
  },
  {
    property: 'calendar:StartTimeZone',
    path: 'schedule',
    note: 'Windows id here, IANA id and VTIMEZONE on Nextcloud',
    probe: {
      from: ['<t:StartTimeZone Id="W. Europe Standard Time"/>'],
      to: ['<t:StartTimeZone Id="Romance Standard Time"/>'],
    },
  },
  {
    property: 'calendar:EndTimeZone',
    path: 'schedule',
    probe: {
      from: ['<t:EndTimeZone Id="W. Europe Standard Time"/>'],
      to: ['<t:EndTimeZone Id="Romance Standard Time"/>'],
    },
  },
  mapped('calendar:Recurrence', 'schedule', [daily(1), daily(2)]),
  {
    property: 'item:Attachments',
    path: 'file:',
    note: 'files; written by CreateAttachment and DeleteAttachment after the item',
    probe: { from: [file('a.txt', 'T25l')], to: [file('b.txt', 'VHdv')] },
  },
  {
    property: 'calendar:DeletedOccurrences',
    path: 'occurrence:',
    note: 'read only; written by deleting the occurrence itself',
    probe: {
      from: SERIES,
      to: [
        ...SERIES,
        element('DeletedOccurrences', element('DeletedOccurrence', element('Start', '2026-03-03T09:00:00Z'))),
      ],
    },
  },
  {
    property: 'calendar:ModifiedOccurrences',
    path: 'occurrence:',
    note: 'read only; written by updating the occurrence itself',
    probe: {
      from: SERIES,
      to: [...SERIES, element('ModifiedOccurrences', element('Occurrence', MOVED)), EXCEPTION],
    },
  },
]

export const EWS_EVENT_PROPERTIES: readonly NativeProperty[] = [...MAPPED, ...EWS_EVENT_KEPT]
