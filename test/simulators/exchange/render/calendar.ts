/** Properties of calendar items, most of them worked out from what is stored (MS-OXWSMTGS 2.2.4.6). */
import type { Call } from '../call.ts'
import { recurrenceXml } from '../fields/recurrence-xml.ts'
import type { Attendee, Fields, Person, StoredItem, View } from '../model.ts'
import { occurrences } from '../series.ts'
import { formatDateTime, MINUTE_MS } from '../time/dates.ts'
import { formatDuration, zoneXml } from '../time/zone-definition.ts'
import { toWall, type Zone } from '../time/zones.ts'
import { attribute, textElement, wrap } from '../xml.ts'
import { itemIdXml } from './ids.ts'

export function attendeesOf(fields: Fields): Attendee[] {
  return [...(fields.RequiredAttendees ?? []), ...(fields.OptionalAttendees ?? []), ...(fields.Resources ?? [])]
}

export function isOrganizer(fields: Fields, email: string): boolean {
  return !fields.Organizer || fields.Organizer.email.toLowerCase() === email
}

export function mailboxXml(person: Person): string {
  return wrap(
    'Mailbox',
    textElement('Name', person.name) +
      textElement('EmailAddress', person.email) +
      textElement('RoutingType', 'SMTP') +
      textElement('MailboxType', 'Mailbox'),
  )
}

function attendeesXml(element: string, attendees: Attendee[] | undefined): string {
  if (!attendees || attendees.length === 0) return ''
  const inner = attendees.map((attendee) =>
    wrap(
      'Attendee',
      mailboxXml(attendee) +
        textElement('ResponseType', attendee.response ?? 'Unknown') +
        (attendee.repliedAt === undefined ? '' : textElement('LastResponseTime', formatDateTime(attendee.repliedAt))),
    ),
  )
  return wrap(element, inner.join(''))
}

function occurrenceXml(element: string, view: View, call: Call): string {
  return wrap(
    element,
    itemIdXml(call.mailbox, view) +
      textElement('Start', formatDateTime(view.fields.Start ?? 0, call.outZone)) +
      textElement('End', formatDateTime(view.fields.End ?? 0, call.outZone)) +
      textElement('OriginalStart', formatDateTime(view.originalStart ?? 0, call.outZone)),
  )
}

function edgeXml(element: string, item: StoredItem, call: Call): string {
  if (element === 'LastOccurrence' && item.fields.Recurrence?.range.kind === 'NoEndRecurrence') return ''
  let found: View | undefined
  for (const view of occurrences(item)) {
    found = view
    if (element === 'FirstOccurrence') break
  }
  return found ? occurrenceXml(element, found, call) : ''
}

function modifiedXml(item: StoredItem, call: Call): string {
  const dates = [...(item.exceptions?.keys() ?? [])].sort((one, other) => one - other)
  if (dates.length === 0) return ''
  const wanted = new Set(dates)
  const parts: string[] = []
  for (const view of occurrences(item)) {
    if (view.date !== undefined && wanted.delete(view.date)) parts.push(occurrenceXml('Occurrence', view, call))
    if (wanted.size === 0) break
  }
  return parts.length === 0 ? '' : wrap('ModifiedOccurrences', parts.join(''))
}

function deletedXml(item: StoredItem, startOf: (date: number) => number, call: Call): string {
  const dates = [...(item.deletedDates ?? [])].sort((one, other) => one - other)
  if (dates.length === 0) return ''
  const inner = dates.map((date) =>
    wrap('DeletedOccurrence', textElement('Start', formatDateTime(startOf(date), call.outZone))),
  )
  return wrap('DeletedOccurrences', inner.join(''))
}

function wallXml(element: string, at: number | undefined, zone: Zone | undefined): string {
  if (at === undefined) return ''
  return textElement(element, zone ? formatDateTime(toWall(zone, at)).replace('Z', '') : formatDateTime(at))
}

/** MS-OXOCAL 2.2.1.10: bit 0 meeting, bit 1 received, bit 2 cancelled. */
function stateOf(fields: Fields, own: boolean): number {
  return (attendeesOf(fields).length > 0 ? 1 : 0) + (own ? 0 : 2) + (fields.IsCancelled ? 4 : 0)
}

export type RuleTimes = (date: number) => { start: number; end: number }

/** XML of one property, empty when the item has none. Undefined: not a property of calendar items that is computed here. */
export function calendarPropertyXml(view: View, name: string, call: Call, ruleTimes: RuleTimes): string | undefined {
  const { fields, item } = view
  const own = isOrganizer(fields, call.mailbox.email)
  const master = view.type === 'RecurringMaster'
  const time = (at: number | undefined) => (at === undefined ? '' : textElement(name, formatDateTime(at, call.outZone)))
  switch (name) {
    case 'UID':
    case 'LegacyFreeBusyStatus':
    case 'Location':
      return fields[name] === undefined || fields[name] === '' ? '' : textElement(name, fields[name])
    case 'RecurrenceId':
    case 'OriginalStart':
      if (name === 'RecurrenceId' && view.type === 'Single') return time(fields.RecurrenceId)
      return name === 'OriginalStart' || view.type === 'Exception' ? time(view.originalStart) : ''
    case 'DateTimeStamp':
      return time(view.exception?.modified ?? item.modified)
    case 'Start':
    case 'End':
      return time(fields[name])
    case 'IsAllDayEvent':
    case 'IsCancelled':
    case 'MeetingRequestWasSent':
      return textElement(name, fields[name] ?? false)
    case 'IsResponseRequested':
      return textElement(name, fields.IsResponseRequested ?? true)
    case 'AllowNewTimeProposal':
      return textElement(name, fields.AllowNewTimeProposal ?? true)
    case 'IsMeeting':
      return textElement(name, attendeesOf(fields).length > 0 || !own)
    case 'IsRecurring':
      return textElement(name, view.type === 'Occurrence' || view.type === 'Exception')
    case 'CalendarItemType':
      return textElement(name, view.type)
    case 'MyResponseType':
      return textElement(name, own ? 'Organizer' : (fields.MyResponseType ?? 'NoResponseReceived'))
    case 'IsOrganizer':
      return textElement(name, own)
    case 'Organizer':
      return wrap(name, mailboxXml(fields.Organizer ?? { name: call.mailbox.displayName, email: call.mailbox.email }))
    case 'RequiredAttendees':
    case 'OptionalAttendees':
    case 'Resources':
      return attendeesXml(name, fields[name])
    case 'ConflictingMeetingCount':
    case 'AdjacentMeetingCount':
      return textElement(name, 0)
    case 'Duration':
      return textElement(
        name,
        formatDuration(Math.round(((fields.End ?? 0) - (fields.Start ?? 0)) / MINUTE_MS) * MINUTE_MS),
      )
    case 'TimeZone':
      return textElement(name, fields.StartTimeZone?.name)
    case 'AppointmentReplyTime':
      return time(fields.AppointmentReplyTime)
    case 'AppointmentSequenceNumber':
      return textElement(name, fields.AppointmentSequenceNumber ?? 0)
    case 'AppointmentState':
      return textElement(name, stateOf(fields, own))
    case 'Recurrence':
      return master && fields.Recurrence ? recurrenceXml(fields.Recurrence) : ''
    case 'FirstOccurrence':
    case 'LastOccurrence':
      return master ? edgeXml(name, item, call) : ''
    case 'ModifiedOccurrences':
      return master ? modifiedXml(item, call) : ''
    case 'DeletedOccurrences':
      return master ? deletedXml(item, (date) => ruleTimes(date).start, call) : ''
    case 'MeetingTimeZone':
      return wrap(name, '', attribute('TimeZoneName', fields.StartTimeZone?.id))
    case 'StartTimeZone':
    case 'EndTimeZone': {
      const zone = fields[name] ?? fields.StartTimeZone
      return zone ? zoneXml(name, zone) : ''
    }
    case 'StartTimeZoneId':
      return textElement(name, fields.StartTimeZone?.id)
    case 'EndTimeZoneId':
      return textElement(name, (fields.EndTimeZone ?? fields.StartTimeZone)?.id)
    case 'StartWallClock':
      return wallXml(name, fields.Start, fields.StartTimeZone)
    case 'EndWallClock':
      return wallXml(name, fields.End, fields.EndTimeZone ?? fields.StartTimeZone)
    case 'EnhancedLocation':
      return fields.Location ? wrap(name, textElement('DisplayName', fields.Location)) : ''
    default:
      return undefined
  }
}
