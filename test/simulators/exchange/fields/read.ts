/** Reads the properties of an item in a request into Fields, with what Exchange does to values on the way in. */
import type { Call } from '../call.ts'
import { EwsError } from '../errors.ts'
import type { Attendee, Fields } from '../model.ts'
import { MINUTE_MS, parseDateTime } from '../time/dates.ts'
import { readZone } from '../time/zone-definition.ts'
import { first, firstText, type Node } from '../xml.ts'
import { readExtended } from './extended.ts'
import { readRecurrence } from './recurrence-xml.ts'

function readBoolean(node: Node): boolean {
  return node.text.trim() === 'true' || node.text.trim() === '1'
}

/** Exchange keeps lines as CRLF. */
export function toCrLf(text: string): string {
  return text.replace(/\r\n|\r|\n/g, '\r\n')
}

/** One line: tabs and breaks become blanks, ends are cut, 255 characters at most. */
export function cleanSubject(text: string): string {
  return text
    .replace(/[\r\n\t]+/g, ' ')
    .trim()
    .slice(0, 255)
}

function readAttendees(node: Node): Attendee[] {
  return node.children.map((attendee) => {
    const mailbox = first(attendee, 'Mailbox')
    const email = firstText(mailbox, 'EmailAddress') ?? ''
    const name = firstText(mailbox, 'Name') ?? ''
    if (email === '' && name === '') {
      throw new EwsError('ErrorInvalidRecipients', 'At least one recipient has no address.')
    }
    return { email, name: name === '' ? email : name }
  })
}

function dateOf(node: Node, call: Pick<Call, 'zone'>): number {
  const at = parseDateTime(node.text, call.zone)
  if (at === undefined) throw new EwsError('ErrorInvalidValueForProperty', `${node.name} is not a date and time.`)
  return at
}

/** Puts one property of a request into `fields`. The kind decides about names that mean different things (Recurrence). */
export function readProperty(node: Node, fields: Fields, call: Pick<Call, 'zone' | 'zones'>, kind: string): void {
  switch (node.name) {
    case 'Subject':
      fields.Subject = cleanSubject(node.text)
      return
    case 'Location':
      fields.Location = node.text.trim()
      return
    case 'ItemClass':
    case 'Sensitivity':
    case 'Importance':
    case 'UID':
    case 'LegacyFreeBusyStatus':
      fields[node.name] = node.text.trim()
      return
    case 'Body':
      fields.Body = { type: node.attributes.BodyType === 'HTML' ? 'HTML' : 'Text', content: toCrLf(node.text) }
      return
    case 'Categories':
      fields.Categories = [...new Set(node.children.map((entry) => entry.text.trim()).filter((text) => text !== ''))]
      return
    case 'ReminderIsSet':
    case 'IsAllDayEvent':
    case 'IsResponseRequested':
    case 'AllowNewTimeProposal':
      fields[node.name] = readBoolean(node)
      return
    case 'ReminderMinutesBeforeStart':
      fields.ReminderMinutesBeforeStart = Number(node.text.trim())
      return
    case 'Start':
    case 'End':
      fields[node.name] = dateOf(node, call)
      return
    case 'StartTimeZone':
    case 'EndTimeZone':
      fields[node.name] = readZone(node, call.zones)
      return
    case 'MeetingTimeZone': {
      const zone = call.zones.find(node.attributes.TimeZoneName ?? '')
      if (zone) fields.StartTimeZone = zone
      return
    }
    case 'RequiredAttendees':
    case 'OptionalAttendees':
    case 'Resources':
      fields[node.name] = readAttendees(node)
      return
    case 'ExtendedProperty': {
      const [key, value] = readExtended(node)
      fields.extended = { ...fields.extended, [key]: value }
      return
    }
    default:
      break
  }
  if (node.name === 'Recurrence' && kind === 'CalendarItem') {
    fields.Recurrence = readRecurrence(node)
    return
  }
  if (node.name === 'EnhancedLocation') fields.Location = (firstText(node, 'DisplayName') ?? '').trim()
  fields.other = { ...fields.other, [node.name]: normaliseOther(node, call) }
}

const TASK_DATES = new Set(['StartDate', 'DueDate', 'CompleteDate'])

/** Dates of tasks lose their time, reminders their seconds; all else is kept as it came. */
function normaliseOther(node: Node, call: Pick<Call, 'zone'>): Node {
  if (TASK_DATES.has(node.name)) {
    const at = dateOf(node, call)
    return { ...node, text: `${new Date(at).toISOString().slice(0, 10)}T00:00:00Z` }
  }
  if (node.name === 'ReminderDueBy') {
    const at = Math.floor(dateOf(node, call) / MINUTE_MS) * MINUTE_MS
    return { ...node, text: `${new Date(at).toISOString().slice(0, 19)}Z` }
  }
  return node
}
