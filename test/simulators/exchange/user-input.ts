/** Plain objects for what a user does in Outlook, and for looking at what a mailbox holds. */
import { EwsError } from './errors.ts'
import type { ItemKind } from './fields/property-table.ts'
import { cleanSubject, toCrLf } from './fields/read.ts'
import type { Attachment, Attendee, BodyValue, Fields, Person, ResponseType } from './model.ts'
import type { Pattern, Range } from './recurrence.ts'
import { parseDate, parseDateTime, startOfDay } from './time/dates.ts'
import { toWall, type Zone, type ZoneTable } from './time/zones.ts'

export type RecurrenceInput = {
  pattern: Pattern
  /** Last date, `YYYY-MM-DD`, or number of occurrences; neither: endless. */
  until?: string
  count?: number
}

/** Times: `2026-03-01T09:00:00` in the event's zone, or with Z or an offset. */
export type EventInput = {
  subject?: string
  body?: BodyValue | string | null
  location?: string
  start?: string
  end?: string
  /** Windows id. Default UTC. */
  zone?: string
  endZone?: string
  allDay?: boolean
  categories?: string[]
  importance?: 'Low' | 'Normal' | 'High'
  sensitivity?: 'Normal' | 'Personal' | 'Private' | 'Confidential'
  showAs?: 'Free' | 'Tentative' | 'Busy' | 'OOF' | 'WorkingElsewhere' | 'NoData'
  /** Null: no reminder. */
  reminderMinutes?: number | null
  uid?: string
  organizer?: Person
  required?: Attendee[]
  optional?: Attendee[]
  resources?: Attendee[]
  myResponse?: ResponseType
  cancelled?: boolean
  recurrence?: RecurrenceInput | null
  /** Anything else, under the names of EWS. */
  fields?: Fields
}

const NAMES: [keyof EventInput, keyof Fields][] = [
  ['categories', 'Categories'],
  ['importance', 'Importance'],
  ['sensitivity', 'Sensitivity'],
  ['showAs', 'LegacyFreeBusyStatus'],
  ['uid', 'UID'],
  ['organizer', 'Organizer'],
  ['required', 'RequiredAttendees'],
  ['optional', 'OptionalAttendees'],
  ['resources', 'Resources'],
  ['myResponse', 'MyResponseType'],
  ['cancelled', 'IsCancelled'],
  ['allDay', 'IsAllDayEvent'],
]

function timeOf(text: string, zone: Zone): number {
  const at = parseDateTime(text, zone)
  if (at === undefined) throw new Error(`not a date and time: ${text}`)
  return at
}

function zoneFor(id: string, zones: ZoneTable): Zone {
  const zone = zones.find(id)
  if (!zone) throw new Error(`not a Windows time zone: ${id}`)
  return zone
}

function rangeOf(input: RecurrenceInput, startDate: number): Range {
  if (input.count !== undefined) return { kind: 'NumberedRecurrence', startDate, count: input.count }
  if (input.until === undefined) return { kind: 'NoEndRecurrence', startDate }
  return { kind: 'EndDateRecurrence', startDate, endDate: parseDate(input.until) ?? startDate }
}

/** What the input says, as fields; what it does not mention is absent. `base` are the fields that it changes. */
export function fieldsOf(input: EventInput, zones: ZoneTable, base: Fields = {}): Fields {
  const fields: Fields = {}
  if (input.subject !== undefined) fields.Subject = cleanSubject(input.subject)
  if (input.location !== undefined) fields.Location = input.location
  if (typeof input.body === 'string') fields.Body = { type: 'Text', content: toCrLf(input.body) }
  else if (input.body !== undefined) fields.Body = input.body && { ...input.body, content: toCrLf(input.body.content) }
  for (const [from, to] of NAMES) {
    if (input[from] !== undefined) Object.assign(fields, { [to]: input[from] })
  }
  if (input.zone !== undefined) {
    fields.StartTimeZone = zoneFor(input.zone, zones)
    fields.EndTimeZone = fields.StartTimeZone
  }
  if (input.endZone !== undefined) fields.EndTimeZone = zoneFor(input.endZone, zones)
  const zone = fields.StartTimeZone ?? base.StartTimeZone ?? zones.utc()
  if (input.start !== undefined) fields.Start = timeOf(input.start, zone)
  if (input.end !== undefined) fields.End = timeOf(input.end, fields.EndTimeZone ?? base.EndTimeZone ?? zone)
  if (input.reminderMinutes !== undefined) {
    fields.ReminderIsSet = input.reminderMinutes !== null
    if (input.reminderMinutes !== null) fields.ReminderMinutesBeforeStart = input.reminderMinutes
  }
  if (input.recurrence) {
    const start = fields.Start ?? base.Start
    if (start === undefined) throw new EwsError('ErrorCalendarInvalidRecurrence', 'a series needs a start')
    const startDate = startOfDay(toWall(zone, start))
    fields.Recurrence = { pattern: input.recurrence.pattern, range: rangeOf(input.recurrence, startDate) }
  } else if (input.recurrence === null) fields.Recurrence = null
  return { ...fields, ...input.fields }
}

/** A copy of what is stored, to look at. Dates of occurrences are `YYYY-MM-DD`, their original days. */
export type ItemSnapshot = {
  id: string
  changeKey: string
  folderId: string
  /** Distinguished name, else the display name. */
  folder: string
  kind: ItemKind
  fields: Fields
  exceptions: { date: string; id: string; fields: Fields }[]
  deletedDates: string[]
  attachments: { name: string; contentType: string; content: Buffer }[]
  createdMs: number
  modifiedMs: number
}

/** What a person attaches; `kind` for what is no file. */
export type FileInput = {
  name: string
  content: Buffer
  contentType?: string
  isContactPhoto?: boolean
  contentId?: string
  isInline?: boolean
  kind?: 'item' | 'reference'
}

export function attachmentOf(file: FileInput, at: { serial: number; nowMs: number }): Attachment {
  return {
    ...(file.kind ? { kind: file.kind } : {}),
    serial: at.serial,
    name: file.name,
    contentType: file.contentType ?? 'application/octet-stream',
    contentId: file.contentId,
    isInline: file.isInline ?? false,
    isContactPhoto: file.isContactPhoto ?? false,
    content: file.content,
    modified: at.nowMs,
  }
}
