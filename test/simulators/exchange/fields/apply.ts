/** SetItemField, DeleteItemField and AppendToItemField on Fields, with the refusals of a real server. */
import type { Call } from '../call.ts'
import { EwsError } from '../errors.ts'
import type { Fields } from '../model.ts'
import { attendeesOf } from '../render/calendar.ts'
import { makeNode, type Node } from '../xml.ts'
import { extendedKey } from './extended.ts'
import { type ItemKind, PROPERTY_BY_URI, type Property, propertyOf } from './property-table.ts'
import { readProperty, toCrLf } from './read.ts'
import { dictionaryOf } from './shape.ts'

export type Target = { call: Call; kind: ItemKind; occurrence: boolean }

const REFUSALS = {
  SetItemField: ['u', 'ErrorInvalidPropertySet', 'Set action is invalid for property.'],
  DeleteItemField: ['d', 'ErrorInvalidPropertyDelete', 'Delete action is not supported for this property.'],
  AppendToItemField: ['a', 'ErrorInvalidPropertyAppend', 'Append action is not supported for this property.'],
} as const

/** What an occurrence cannot have of its own. */
const SERIES_ONLY = new Set(['Recurrence', 'UID', 'MeetingTimeZone'])

type Action = keyof typeof REFUSALS

function propertyFor(path: Node, action: Action, target: Target): Property {
  const uri = path.attributes.FieldURI ?? ''
  const property = PROPERTY_BY_URI.get(uri)
  const shown = { path: `<t:FieldURI FieldURI="${uri}"/>` }
  const own = property && propertyOf(target.kind, property.name)
  if (!own || own.uri !== uri) {
    throw new EwsError('ErrorInvalidPropertyRequest', 'The property is not valid for this object type.', shown)
  }
  const [flag, code, message] = REFUSALS[action]
  if (!own.flags.includes(flag)) throw new EwsError(code, message, shown)
  if (target.occurrence && SERIES_ONLY.has(own.name)) {
    throw new EwsError(code, 'The property cannot be changed on an occurrence.', shown)
  }
  return own
}

/** The one property inside the item element of a change, which must be the path's. */
function onlyProperty(change: Node, target: Target): Node {
  const [, item] = change.children
  if (item?.children.length !== 1) throw new EwsError('ErrorIncorrectUpdatePropertyCount')
  const [property] = item.children
  if (!property) throw new EwsError('ErrorIncorrectUpdatePropertyCount')
  if (item.name !== target.kind && item.name !== 'Item')
    throw new EwsError('ErrorObjectTypeChanged', 'The item is of another type.')
  return property
}

function removeOther(fields: Fields, name: string): void {
  const { [name]: _gone, ...rest } = fields.other ?? {}
  fields.other = rest
}

function remove(fields: Fields, name: string, kind: ItemKind): void {
  // A task's rule is kept as it came, an event's is understood.
  const known = name === 'Recurrence' && kind === 'Task' ? undefined : name
  switch (known) {
    case 'Body':
    case 'Recurrence':
      fields[known] = null
      return
    case 'Subject':
    case 'Location':
      fields[known] = ''
      return
    case 'Categories':
    case 'RequiredAttendees':
    case 'OptionalAttendees':
    case 'Resources':
      fields[known] = []
      return
    default:
      if (name === 'EnhancedLocation') fields.Location = ''
      removeOther(fields, name)
  }
}

const ATTENDEES = new Set(['RequiredAttendees', 'OptionalAttendees', 'Resources'])

/** An attendee who stays keeps the answer that the server knows: a client cannot set it. */
function setValue(value: Node, fields: Fields, target: Target): void {
  const known = new Map(attendeesOf(fields).map((attendee) => [attendee.email.toLowerCase(), attendee]))
  readProperty(value, fields, target.call, target.kind)
  if (!ATTENDEES.has(value.name)) return
  const name = value.name as 'RequiredAttendees' | 'OptionalAttendees' | 'Resources'
  fields[name] = (fields[name] ?? []).map((attendee) => {
    const { response, repliedAt } = known.get(attendee.email.toLowerCase()) ?? {}
    return { ...attendee, ...(response && { response }), ...(repliedAt !== undefined && { repliedAt }) }
  })
}

function append(fields: Fields, value: Node, target: Target): void {
  const added: Fields = {}
  readProperty(value, added, target.call, target.kind)
  if (value.name === 'Body') {
    const type = fields.Body?.type ?? added.Body?.type ?? 'Text'
    fields.Body = { type, content: toCrLf(`${fields.Body?.content ?? ''}${added.Body?.content ?? ''}`) }
    return
  }
  const name = value.name as 'RequiredAttendees' | 'OptionalAttendees' | 'Resources'
  fields[name] = [...(fields[name] ?? []), ...(added[name] ?? [])]
}

const ADDRESS_PARTS = ['Street', 'City', 'State', 'CountryOrRegion', 'PostalCode']

function inOrder(parts: Node[]): Node[] {
  return parts.sort((one, other) => ADDRESS_PARTS.indexOf(one.name) - ADDRESS_PARTS.indexOf(other.name))
}

/** Entries of a contact's dictionary: one key, and for addresses one part of it. */
function applyIndexed(change: Node, path: Node, fields: Fields, target: Target): string {
  const uri = path.attributes.FieldURI ?? ''
  const key = path.attributes.FieldIndex ?? ''
  const name = dictionaryOf(uri)
  const part = uri.startsWith('contacts:PhysicalAddress:') ? uri.slice('contacts:PhysicalAddress:'.length) : undefined
  const stored = fields.other?.[name] ?? makeNode(name)
  const others = stored.children.filter((entry) => entry.attributes.Key !== key)
  const old = stored.children.find((entry) => entry.attributes.Key === key)
  let entry: Node | undefined
  if (change.name === 'SetItemField') {
    const value = onlyProperty(change, target)
    const given = value.children.find((candidate) => candidate.attributes.Key === key)
    if (value.name !== name || !given) throw new EwsError('ErrorUpdatePropertyMismatch')
    const parts = (old?.children ?? []).filter((child) => child.name !== part)
    entry = part === undefined ? given : { ...given, children: inOrder([...parts, ...given.children]) }
  } else if (part !== undefined && old) {
    entry = { ...old, children: old.children.filter((child) => child.name !== part) }
  }
  fields.other = { ...fields.other, [name]: { ...stored, children: entry ? [...others, entry] : others } }
  return name
}

function applyExtended(change: Node, path: Node, fields: Fields, target: Target): string {
  const key = extendedKey(path.attributes)
  if (change.name === 'DeleteItemField') {
    const { [key]: _gone, ...rest } = fields.extended ?? {}
    fields.extended = rest
    return 'ExtendedProperty'
  }
  const value = onlyProperty(change, target)
  const added: Fields = {}
  readProperty(value, added, target.call, target.kind)
  if (!added.extended?.[key]) throw new EwsError('ErrorUpdatePropertyMismatch')
  fields.extended = { ...fields.extended, ...added.extended }
  return 'ExtendedProperty'
}

/** Applies all changes in order. Gives the names of what was changed; throws before anything is stored. */
export function applyChanges(changes: readonly Node[], fields: Fields, target: Target): Set<string> {
  const changed = new Set<string>()
  for (const change of changes) {
    const [path] = change.children
    if (!path) throw new EwsError('ErrorIncorrectUpdatePropertyCount')
    if (path.name === 'ExtendedFieldURI') {
      changed.add(applyExtended(change, path, fields, target))
      continue
    }
    if (path.name === 'IndexedFieldURI') {
      changed.add(applyIndexed(change, path, fields, target))
      continue
    }
    const property = propertyFor(path, change.name as Action, target)
    changed.add(property.name)
    if (change.name === 'DeleteItemField') {
      remove(fields, property.name, target.kind)
      continue
    }
    const value = onlyProperty(change, target)
    if (value.name !== property.name) throw new EwsError('ErrorUpdatePropertyMismatch')
    if (change.name === 'AppendToItemField') append(fields, value, target)
    else setValue(value, fields, target)
  }
  return changed
}
