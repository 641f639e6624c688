/** Restrictions and sort orders over items and folders (MS-OXWSSRCH 2.2.5). */
import { EwsError } from './errors.ts'
import { extendedKey } from './fields/extended.ts'
import { mapiValue } from './fields/mapi-properties.ts'
import { PROPERTY_BY_URI } from './fields/property-table.ts'
import type { ExtendedValue, Folder, View } from './model.ts'
import { folderIdOf, idOf } from './render/ids.ts'
import type { Mailbox } from './store.ts'
import { formatDateTime, parseDateTime } from './time/dates.ts'
import type { Zone } from './time/zones.ts'
import { first, type Node } from './xml.ts'

/** Undefined: the property is absent. An array matches when one of its elements does. */
export type Value = string | number | boolean | string[] | undefined
export type ValueOf = (path: Node) => Value

const UTC: Zone = { id: 'UTC', name: 'UTC', changes: [{ since: Number.NEGATIVE_INFINITY, offsetMs: 0 }] }
/** Worked out per item, so no query can use them. */
const UNSEARCHABLE = new Set([
  'calendar:UID',
  'calendar:IsRecurring',
  'calendar:CalendarItemType',
  'item:Size',
  'calendar:IsMeeting',
])

/** Numbers, times and booleans compare as such, not as texts. */
function typedValue(value: ExtendedValue | undefined, type: string): Value {
  if (!value || value.multi) return value?.values
  const [text = ''] = value.values
  if (['Integer', 'Long', 'Short', 'Double', 'Float', 'Currency'].includes(type)) return Number(text)
  if (type === 'SystemTime') return parseDateTime(text, UTC)
  return type === 'Boolean' ? /^(true|1)$/i.test(text) : text
}

export function itemValue(mailbox: Mailbox, view: View, path: Node): Value {
  if (path.name === 'ExtendedFieldURI') {
    return typedValue(mapiValue(view, extendedKey(path.attributes)), path.attributes.PropertyType ?? '')
  }
  const uri = path.attributes.FieldURI ?? ''
  if (path.name === 'IndexedFieldURI') throw new EwsError('ErrorUnsupportedPathForQuery', `No query on ${uri}.`)
  const property = PROPERTY_BY_URI.get(uri)
  if (!property?.flags.includes('f') || UNSEARCHABLE.has(uri)) {
    throw new EwsError('ErrorUnsupportedPathForQuery', 'The property can not be used with this type of restriction.', {
      path: `<t:FieldURI FieldURI="${uri}"/>`,
    })
  }
  const { fields, item } = view
  switch (property.name) {
    case 'ItemId':
      return idOf(mailbox, view)
    case 'ParentFolderId':
      return folderIdOf(mailbox, mailbox.folder(item.folder))
    case 'DateTimeCreated':
    case 'DateTimeReceived':
    case 'DateTimeSent':
      return item.created
    case 'LastModifiedTime':
      return view.exception?.modified ?? item.modified
    case 'Categories':
      return fields.Categories
    case 'Importance':
    case 'Sensitivity':
      return fields[property.name] ?? 'Normal'
    case 'ReminderIsSet':
    case 'IsAllDayEvent':
    case 'IsCancelled':
      return fields[property.name] ?? false
    case 'HasAttachments':
      return (item.attachments ?? []).length > 0
    default: {
      const value = (fields as Record<string, unknown>)[property.name]
      if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value
      return fields.other?.[property.name]?.text
    }
  }
}

export function folderValue(mailbox: Mailbox, folder: Folder, path: Node): Value {
  if (path.name === 'ExtendedFieldURI') {
    return typedValue(folder.extended[extendedKey(path.attributes)], path.attributes.PropertyType ?? '')
  }
  switch (path.attributes.FieldURI) {
    case 'folder:DisplayName':
      return folder.name
    case 'folder:FolderClass':
      return folder.folderClass
    case 'folder:FolderId':
      return folderIdOf(mailbox, folder)
    case 'folder:TotalCount':
      return folder.changes.size
    case 'folder:ChildFolderCount':
      return mailbox.children(folder.serial).length
    default:
      throw new EwsError('ErrorUnsupportedPathForQuery', `No query on ${path.attributes.FieldURI}.`)
  }
}

/** -1, 0, 1; undefined when the constant cannot be read as the value's type. */
function compare(value: string | number | boolean, constant: string): number | undefined {
  if (typeof value === 'boolean') return value === /^(true|1)$/i.test(constant.trim()) ? 0 : 1
  if (typeof value === 'number') {
    const other = parseDateTime(constant, UTC) ?? Number(constant)
    return Number.isNaN(other) ? undefined : Math.sign(value - other)
  }
  const [one, other] = [value.toLowerCase(), constant.toLowerCase()]
  return one < other ? -1 : one > other ? 1 : 0
}

function contains(node: Node, value: Value): boolean {
  const exact = node.attributes.ContainmentComparison === 'Exact'
  const fold = (text: string) => (exact ? text : text.toLowerCase())
  const wanted = fold(first(node, 'Constant')?.attributes.Value ?? '')
  const texts = Array.isArray(value) ? value : value === undefined ? [] : [String(value)]
  return texts.map(fold).some((text) => {
    switch (node.attributes.ContainmentMode ?? 'FullString') {
      case 'FullString':
        return text === wanted
      case 'Prefixed':
        return text.startsWith(wanted)
      case 'PrefixOnWords':
        return text.split(/\s+/).some((word) => word.startsWith(wanted))
      default:
        return text.includes(wanted)
    }
  })
}

function twoOperands(node: Node, read: ValueOf): boolean {
  const [path, operand] = node.children
  const constant = operand && first(operand, 'Constant')
  const value = path && read(path)
  const other = constant ? constant.attributes.Value : operand?.children[0] && read(operand.children[0])
  const text = typeof other === 'number' ? formatDateTime(other) : String(other ?? '')
  if (value === undefined) return node.name === 'IsNotEqualTo'
  const orders = (Array.isArray(value) ? value : [value]).map((one) => compare(one, text))
  const accept: Record<string, (order: number | undefined) => boolean> = {
    IsEqualTo: (order) => order === 0,
    IsNotEqualTo: (order) => order !== 0,
    IsGreaterThan: (order) => order === 1,
    IsGreaterThanOrEqualTo: (order) => order === 1 || order === 0,
    IsLessThan: (order) => order === -1,
    IsLessThanOrEqualTo: (order) => order === -1 || order === 0,
  }
  const test = accept[node.name]
  if (!test) throw new EwsError('ErrorUnsupportedQueryFilter', `The filter ${node.name} is not supported.`)
  return node.name === 'IsNotEqualTo' ? orders.every(test) : orders.some(test)
}

/** `node` is Restriction, or one search expression. */
export function matchesRestriction(node: Node, read: ValueOf): boolean {
  const [inner] = node.children
  switch (node.name) {
    case 'Restriction':
      return inner === undefined || matchesRestriction(inner, read)
    case 'And':
      return node.children.every((part) => matchesRestriction(part, read))
    case 'Or':
      return node.children.some((part) => matchesRestriction(part, read))
    case 'Not':
      return inner !== undefined && !matchesRestriction(inner, read)
    case 'Exists':
      return inner !== undefined && read(inner) !== undefined
    case 'Contains':
      return inner !== undefined && contains(node, read(inner))
    case 'Excludes': {
      const mask = Number(first(node, 'Bitmask')?.attributes.Value)
      return inner !== undefined && (Number(read(inner) ?? 0) & mask) === 0
    }
    default:
      return twoOperands(node, read)
  }
}

/** Stable; absent values come first. */
export function sortBy<T>(entries: T[], order: Node | undefined, read: (entry: T, path: Node) => Value): T[] {
  if (!order) return entries
  const keys = order.children.map((field) => ({
    path: field.children[0],
    down: field.attributes.Order === 'Descending',
  }))
  return [...entries].sort((one, other) => {
    for (const { path, down } of keys) {
      if (!path) continue
      const [left, right] = [read(one, path), read(other, path)]
      if (left === right) continue
      const before = left === undefined || (right !== undefined && left < right)
      return before === down ? 1 : -1
    }
    return 0
  })
}
