/**
 * The fields of a master or an exception as Exchange's properties: all of them for a creation, those that differ for an update.
 * An update never mentions a property whose value did not change, so that what Exchange holds beside it survives (I19).
 */
import type { Attendee, EventFields } from '../../model/event.ts'
import { canonicalJson } from '../../model/flat.ts'
import type { Json } from '../../model/item.ts'
import { type EwsFieldChange, field, type XmlNode } from './change.ts'
import { IMPORTANCE, SENSITIVITY, SHOW_AS } from './names.ts'
import { ATTENDEE_LISTS, readPerson } from './people.ts'
import { child, childrenOf, type XmlElement } from './xml.ts'

/** One property: its field URI, what of the fields it depends on, and its element, or null when there is nothing to hold. */
type Property = {
  uri: string
  value(fields: EventFields): unknown
  node(fields: EventFields, native: XmlElement | null): XmlNode | null
}

const text = (name: string, value: string | number | boolean): XmlNode => ({ name, text: String(value) })

/** In the order of the schema: MS-OXWSCORE ItemType, then MS-OXWSMTGS CalendarItemType. */
const ITEM_PROPERTIES: readonly Property[] = [
  { uri: 'item:Subject', value: (fields) => fields.title, node: (fields) => text('Subject', fields.title) },
  {
    uri: 'item:Sensitivity',
    value: (fields) => fields.sensitivity,
    node: (fields) => text('Sensitivity', SENSITIVITY.toEws[fields.sensitivity]),
  },
  { uri: 'item:Body', value: (fields) => fields.body, node: (fields) => bodyNode(fields) },
  {
    uri: 'item:Categories',
    value: (fields) => fields.categories,
    node: ({ categories }) =>
      categories.length === 0
        ? null
        : { name: 'Categories', children: categories.map((category) => text('String', category)) },
  },
  {
    uri: 'item:Importance',
    value: (fields) => fields.importance,
    node: (fields) => text('Importance', IMPORTANCE.toEws[fields.importance]),
  },
  {
    uri: 'item:ReminderIsSet',
    value: (fields) => fields.reminder !== null,
    node: (fields) => text('ReminderIsSet', fields.reminder !== null),
  },
  {
    uri: 'item:ReminderMinutesBeforeStart',
    value: (fields) => fields.reminder?.minutesBefore ?? null,
    node: ({ reminder }) => (reminder === null ? null : text('ReminderMinutesBeforeStart', reminder.minutesBefore)),
  },
]

const CALENDAR_PROPERTIES: readonly Property[] = [
  {
    uri: 'calendar:LegacyFreeBusyStatus',
    value: (fields) => fields.showAs,
    node: (fields) => text('LegacyFreeBusyStatus', SHOW_AS.toEws[fields.showAs]),
  },
  { uri: 'calendar:Location', value: (fields) => fields.location, node: (fields) => text('Location', fields.location) },
  ...ATTENDEE_LISTS.map(
    ({ element, role }): Property => ({
      uri: `calendar:${element}`,
      // Names are the directory's: a list is written when it names other people.
      value: (fields) => fields.attendees.filter((one) => one.role === role).map(({ email }) => email),
      node: (fields, native) =>
        attendeesNode(
          element,
          fields.attendees.filter((one) => one.role === role),
          native,
        ),
    }),
  ),
]

/** Everything, for CreateItem, in two parts: extended properties and times stand between and after them. */
export function createFields(fields: EventFields): { item: XmlNode[]; calendar: XmlNode[] } {
  const nodes = (properties: readonly Property[]) =>
    properties.map((property) => property.node(fields, null)).filter((node) => node !== null)
  return { item: nodes(ITEM_PROPERTIES), calendar: nodes(CALENDAR_PROPERTIES) }
}

/** What differs, for UpdateItem. `native` is the item as Exchange holds it: people that the model does not know stay invited. */
export function fieldChanges(current: EventFields, desired: EventFields, native: XmlElement): EwsFieldChange[] {
  const changes: EwsFieldChange[] = []
  for (const property of [...ITEM_PROPERTIES, ...CALENDAR_PROPERTIES]) {
    if (canonicalJson(property.value(current) as Json) === canonicalJson(property.value(desired) as Json)) continue
    const value = property.node(desired, native)
    const uri = field(property.uri)
    if (value !== null) changes.push({ kind: 'set', field: uri, value })
    // Minutes without a reminder mean nothing; only the switch counts.
    else if (property.uri !== 'item:ReminderMinutesBeforeStart') changes.push({ kind: 'delete', field: uri })
  }
  return changes
}

export function bodyNode({ body }: Pick<EventFields, 'body'>): XmlNode {
  if (body === null) return { name: 'Body', attributes: { BodyType: 'Text' }, text: '' }
  if (body.html === null) return { name: 'Body', attributes: { BodyType: 'Text' }, text: body.text }
  return { name: 'Body', attributes: { BodyType: 'HTML' }, text: body.html }
}

/** The list with the native entry of everyone who stays: name, routing and answer as Exchange knows them. */
function attendeesNode(element: string, attendees: readonly Attendee[], native: XmlElement | null): XmlNode | null {
  const known = new Map<string, XmlElement>()
  const unknown: XmlElement[] = []
  for (const list of native ? ATTENDEE_LISTS : []) {
    for (const entry of childrenOf(native ? child(native, list.element) : undefined, 'Attendee')) {
      const person = readPerson(entry)
      if (person) known.set(person.email, known.get(person.email) ?? entry)
      else if (list.element === element) unknown.push(entry)
    }
  }
  const entries = attendees.map((attendee): XmlNode => {
    const entry = known.get(attendee.email)
    return entry === undefined ? newAttendee(attendee) : keptAttendee(entry)
  })
  const all = [...entries, ...unknown.map(keptAttendee)]
  return all.length === 0 ? null : { name: element, children: all }
}

function newAttendee({ email, name }: Attendee): XmlNode {
  const address: XmlNode[] = [text('EmailAddress', email), text('RoutingType', 'SMTP')]
  return {
    name: 'Attendee',
    children: [{ name: 'Mailbox', children: name === '' ? address : [text('Name', name), ...address] }],
  }
}

function keptAttendee(entry: XmlElement): XmlNode {
  const kept = entry.children.filter((part) => part.name === 'Mailbox' || part.name === 'ResponseType')
  return { name: 'Attendee', children: kept.map(toNode) }
}

/** An element that was read, to be written again as it was. */
export function toNode(element: XmlElement): XmlNode {
  const { name, attributes, children } = element
  return children.length > 0
    ? { name, attributes, children: children.map(toNode) }
    : { name, attributes, text: element.text }
}
