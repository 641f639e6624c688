/** An item of a response: the properties of its shape, in schema order. */
import type { Call } from '../call.ts'
import { completeNameXml } from '../fields/contacts.ts'
import { extendedXml } from '../fields/extended.ts'
import { mapiValue } from '../fields/mapi-properties.ts'
import { PROPERTIES } from '../fields/property-table.ts'
import type { ItemShape } from '../fields/shape.ts'
import type { Attachment, View } from '../model.ts'
import { ruleTimes } from '../series.ts'
import { formatDateTime, MINUTE_MS } from '../time/dates.ts'
import { nodeToXml, textElement, wrap } from '../xml.ts'
import { attachmentsXml } from './attachment.ts'
import { bodyXml, textFromHtml } from './body.ts'
import { attendeesOf, calendarPropertyXml } from './calendar.ts'
import { folderIdXml, idOf, itemIdXml } from './ids.ts'

const RIGHTS = ['CreateAssociated', 'CreateContents', 'CreateHierarchy', 'Delete', 'Modify', 'Read', 'ViewPrivateItems']

export function rightsXml(contents: boolean): string {
  const values = RIGHTS.map((name) => textElement(name, name.startsWith('Create') ? contents : true))
  return wrap('EffectiveRights', values.join(''))
}

export function attachmentsOf(view: View): Attachment[] {
  return view.exception?.attachments ?? view.item.attachments ?? []
}

/** What an occurrence changed last counts; an untouched one is as old as its master. */
function modifiedOf(view: View): number {
  return view.exception?.modified ?? view.item.modified
}

function previewOf(view: View): string {
  const body = view.fields.Body
  if (!body) return ''
  const text = body.type === 'HTML' ? textFromHtml(body.content) : body.content
  return text.replace(/\s+/g, ' ').trim().slice(0, 255)
}

function responseObjectsXml(view: View, call: Call): string {
  if (view.item.kind !== 'CalendarItem') return ''
  const own = !view.fields.Organizer || view.fields.Organizer.email.toLowerCase() === call.mailbox.email
  if (attendeesOf(view.fields).length === 0) return wrap('ResponseObjects', '<t:ForwardItem/>')
  const names = own
    ? ['CancelCalendarItem', 'ForwardItem']
    : ['AcceptItem', 'TentativelyAcceptItem', 'DeclineItem', 'ReplyToItem', 'ReplyAllToItem', 'ForwardItem']
  return wrap('ResponseObjects', names.map((name) => `<t:${name}/>`).join(''))
}

function displayTo(view: View): string {
  return (view.fields.RequiredAttendees ?? []).map((attendee) => attendee.name).join('; ')
}

function commonXml(view: View, name: string, shape: ItemShape, call: Call): string | undefined {
  const { fields, item } = view
  const time = (at: number) => textElement(name, formatDateTime(at, call.outZone))
  switch (name) {
    case 'ItemId':
      return itemIdXml(call.mailbox, view)
    case 'ParentFolderId':
      return folderIdXml(call.mailbox, call.mailbox.folder(item.folder), name)
    case 'ItemClass': {
      const suffix = view.type === 'Exception' ? 'IPM.OLE.CLASS.{00061055-0000-0000-C000-000000000046}' : undefined
      return textElement(name, suffix ?? fields.ItemClass ?? 'IPM.Note')
    }
    case 'Subject':
      return fields.Subject ? textElement(name, fields.Subject) : ''
    case 'Sensitivity':
    case 'Importance':
      return textElement(name, fields[name] ?? 'Normal')
    case 'Body':
      return bodyXml(name, fields.Body, shape.bodyType)
    case 'TextBody':
      return bodyXml(name, fields.Body, 'Text')
    case 'UniqueBody':
    case 'NormalizedBody':
      return bodyXml(name, fields.Body, shape.bodyType)
    case 'Attachments':
      return attachmentsXml(call.mailbox, view, attachmentsOf(view))
    case 'HasAttachments':
      return textElement(
        name,
        attachmentsOf(view).some((attachment) => !attachment.isInline),
      )
    case 'DateTimeReceived':
    case 'DateTimeSent':
    case 'DateTimeCreated':
      return time(item.created)
    case 'LastModifiedTime':
      return time(modifiedOf(view))
    case 'LastModifiedName':
      return textElement(name, call.mailbox.displayName)
    case 'Size':
      return textElement(name, 1024 + (fields.Body?.content.length ?? 0) * 2 + (fields.Subject?.length ?? 0) * 2)
    case 'Categories': {
      const categories = fields.Categories ?? []
      return categories.length === 0 ? '' : wrap(name, categories.map((text) => textElement('String', text)).join(''))
    }
    case 'IsSubmitted':
    case 'IsDraft':
    case 'IsFromMe':
    case 'IsResend':
    case 'IsUnmodified':
    case 'IsAssociated':
      return textElement(name, false)
    case 'ResponseObjects':
      return responseObjectsXml(view, call)
    case 'ReminderIsSet':
      return textElement(name, fields.ReminderIsSet ?? false)
    case 'ReminderMinutesBeforeStart':
      return textElement(name, fields.ReminderMinutesBeforeStart ?? 0)
    case 'ReminderDueBy':
      if (fields.Start === undefined) return undefined
      return fields.ReminderIsSet ? time(Math.floor(fields.Start / MINUTE_MS) * MINUTE_MS) : ''
    case 'ReminderNextTime':
      if (!fields.ReminderIsSet || fields.Start === undefined) return ''
      return time(fields.Start - (fields.ReminderMinutesBeforeStart ?? 0) * MINUTE_MS)
    case 'DisplayTo':
      return textElement(name, displayTo(view))
    case 'DisplayCc':
      return textElement(name, (fields.OptionalAttendees ?? []).map((attendee) => attendee.name).join('; '))
    case 'Culture':
      return fields.other?.Culture ? undefined : textElement(name, 'en-US')
    case 'EffectiveRights':
      return rightsXml(false)
    case 'ConversationId':
      return `<t:ConversationId Id="${Buffer.from(`conversation ${item.serial}`).toString('base64')}"/>`
    case 'InstanceKey':
      return textElement(name, Buffer.from(`${item.serial}`).toString('base64'))
    case 'StoreEntryId':
      return textElement(name, Buffer.from(idOf(call.mailbox, view)).toString('base64').slice(0, 64))
    case 'Preview':
      return textElement(name, previewOf(view))
    case 'WebClientReadFormQueryString':
      return textElement(
        name,
        `https://exchange.example/owa/?ItemID=${encodeURIComponent(idOf(call.mailbox, view))}&exvsurl=1`,
      )
    case 'ExtendedProperty':
      return shape.extended.map((path) => extendedPropertyXml(view, path)).join('')
    default:
      return undefined
  }
}

function extendedPropertyXml(view: View, wanted: { key: string; path: Record<string, string> }): string {
  const value = mapiValue(view, wanted.key)
  return value ? extendedXml(wanted.path, value) : ''
}

function dictionaryXml(view: View, name: string, shape: ItemShape): string {
  const stored = view.fields.other?.[name]
  if (!stored) return ''
  if (shape.names.has(name)) return stored.children.length === 0 ? '' : nodeToXml(stored)
  const wanted = shape.indexed.get(name)
  const kept = wanted ? stored.children.filter((entry) => wanted.has(entry.attributes.Key ?? '')) : stored.children
  return kept.length === 0 ? '' : nodeToXml({ ...stored, children: kept })
}

const DICTIONARIES = new Set(['EmailAddresses', 'PhoneNumbers', 'ImAddresses', 'PhysicalAddresses'])

function storedXml(view: View, name: string, shape: ItemShape): string {
  const stored = view.fields.other?.[name]
  if (!stored) return ''
  if (shape.indexed.has(name) || DICTIONARIES.has(name)) return dictionaryXml(view, name, shape)
  return nodeToXml(stored)
}

const COMPUTED: Record<string, (view: View) => string> = {
  CompleteName: (view) => completeNameXml(view.fields),
  IsComplete: (view) => textElement('IsComplete', view.fields.other?.Status?.text === 'Completed'),
  IsRecurring: (view) => textElement('IsRecurring', view.fields.other?.Recurrence !== undefined),
  IsTeamTask: () => textElement('IsTeamTask', false),
  ChangeCount: () => textElement('ChangeCount', 1),
  HasPicture: (view) =>
    textElement(
      'HasPicture',
      attachmentsOf(view).some((attachment) => attachment.isContactPhoto),
    ),
}

function propertyXml(view: View, name: string, shape: ItemShape, call: Call): string {
  const common = commonXml(view, name, shape, call)
  if (common !== undefined) return common
  if (view.item.kind === 'CalendarItem') {
    const own = calendarPropertyXml(view, name, call, (date) => ruleTimes(view.item, date))
    if (own !== undefined) return own
  } else {
    const computed = COMPUTED[name]?.(view)
    if (computed !== undefined) return computed
  }
  return storedXml(view, name, shape)
}

/** The whole element. A shape may name properties of other kinds: they are left out. */
export function itemXml(view: View, shape: ItemShape, call: Call): string {
  const parts: string[] = []
  for (const property of PROPERTIES[view.item.kind]) {
    const name = property.name.replace('*', '')
    if (name === 'ExtendedProperty') {
      if (shape.extended.length > 0) parts.push(propertyXml(view, name, shape, call))
    } else if (shape.wants(view.item.kind, property) || shape.indexed.has(name)) {
      parts.push(propertyXml(view, name, shape, call))
    }
  }
  return wrap(view.item.kind, parts.join(''))
}

/** Only the id, as answers to writes carry it. */
export function idOnlyXml(view: View, call: Call): string {
  return wrap(view.item.kind, itemIdXml(call.mailbox, view))
}
