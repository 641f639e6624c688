/** The flat form of an event: a path per field, attendee and category, one for the schedule, one for each occurrence that differs. */
import type { Attendee, Body, Event, EventFields, Occurrence, OccurrenceKey } from './event.ts'
import type { EventFile } from './file.ts'
import { applyPatch, CATEGORY_PREFIX, differingPaths, suffixesOf, valueAt } from './flat-values.ts'
import type { FieldPath, FlatItem, Json } from './item.ts'
import type { CalTime } from './time.ts'

/** Paths that only make sense together: when one side changes the schedule, the other side's occurrences cannot be merged into it. */
export const SCHEDULE_PATH: FieldPath = 'schedule'
export const OCCURRENCE_PREFIX = 'occurrence:'
const ATTENDEE_PREFIX = 'attendee:'
const FILE_PREFIX = 'file:'

/** The file with this hash, when it is at hand: a flat form holds its name alone. */
export type FileSource = (hash: string) => EventFile | null

type Fields = Map<FieldPath, Json>

export function flattenEvent(event: Event): FlatItem {
  const flat = flattenFields(event)
  flat.set(SCHEDULE_PATH, {
    start: event.start,
    end: event.end,
    recurrence: event.recurrence,
    extraStarts: event.extraStarts,
  } as unknown as Json)
  for (const { hash, name } of event.files) flat.set(FILE_PREFIX + hash, { name })
  for (const key of Object.keys(event.occurrences).sort()) {
    const value = flattenOccurrence(event, key)
    if (value !== null) flat.set(OCCURRENCE_PREFIX + key, value)
  }
  return flat
}

export function unflattenEvent(flat: FlatItem, uid: string, fileSource: FileSource): Event {
  const schedule = flat.get(SCHEDULE_PATH) as unknown as Pick<Event, 'start' | 'end' | 'recurrence' | 'extraStarts'>
  const fields = unflattenFields(flat)
  const occurrences: Record<OccurrenceKey, Occurrence> = {}
  for (const key of suffixesOf(flat, OCCURRENCE_PREFIX)) {
    occurrences[key] = unflattenOccurrence(flat.get(OCCURRENCE_PREFIX + key) as FlatOccurrence, flat)
  }
  const files = suffixesOf(flat, FILE_PREFIX).map((hash): EventFile => {
    const { mediaType, bytes } = fileSource(hash) ?? { mediaType: '', bytes: 0 }
    return { hash, name: (flat.get(FILE_PREFIX + hash) as { name: string }).name, mediaType, bytes }
  })
  return { kind: 'event', uid, ...fields, ...schedule, files, occurrences }
}

function flattenFields(fields: EventFields): Fields {
  const flat: Fields = new Map()
  flat.set('title', fields.title)
  if (fields.body) flat.set('body', { text: fields.body.text, html: fields.body.html })
  if (fields.location !== '') flat.set('location', fields.location)
  flat.set('showAs', fields.showAs)
  flat.set('sensitivity', fields.sensitivity)
  flat.set('importance', fields.importance)
  if (fields.status !== 'none') flat.set('status', fields.status)
  if (fields.reminder) flat.set('reminder', { minutesBefore: fields.reminder.minutesBefore })
  if (fields.organizer) flat.set('organizer', { email: fields.organizer.email, name: fields.organizer.name })
  for (const category of [...fields.categories].sort()) flat.set(CATEGORY_PREFIX + category, true)
  for (const attendee of [...fields.attendees].sort((a, b) => (a.email < b.email ? -1 : 1))) {
    const { email, ...rest } = attendee
    flat.set(ATTENDEE_PREFIX + email, rest)
  }
  return flat
}

function unflattenFields(flat: FlatItem): EventFields {
  const value = <T>(path: FieldPath, absent: T): T => valueAt(flat, path, absent)
  return {
    title: value('title', ''),
    body: value<Body | null>('body', null),
    location: value('location', ''),
    showAs: value<EventFields['showAs']>('showAs', 'busy'),
    sensitivity: value<EventFields['sensitivity']>('sensitivity', 'normal'),
    importance: value<EventFields['importance']>('importance', 'normal'),
    status: value<EventFields['status']>('status', 'none'),
    reminder: value<EventFields['reminder']>('reminder', null),
    organizer: value<EventFields['organizer']>('organizer', null),
    categories: suffixesOf(flat, CATEGORY_PREFIX),
    attendees: suffixesOf(flat, ATTENDEE_PREFIX).map((email) => ({
      email,
      ...(flat.get(ATTENDEE_PREFIX + email) as unknown as Omit<Attendee, 'email'>),
    })),
  }
}

/** An exception as what it has of its own: `changes` holds the paths that differ from the master, null = taken away. */
type FlatOccurrence = 'deleted' | { start: CalTime; end: CalTime; changes: { [path: FieldPath]: Json } }

/** Null when the exception does not differ from the occurrence that the rule gives. */
function flattenOccurrence(event: Event, key: OccurrenceKey): Json | null {
  const occurrence = event.occurrences[key]
  if (occurrence === undefined) return null
  if (occurrence.kind === 'deleted') return 'deleted'
  const master = flattenFields(event)
  const own = flattenFields(occurrence.fields)
  const changes: { [path: FieldPath]: Json } = {}
  for (const path of differingPaths(master, own)) changes[path] = own.get(path) ?? null
  if (Object.keys(changes).length === 0 && isRegular(event, key, occurrence)) return null
  return { start: occurrence.start, end: occurrence.end, changes } as unknown as Json
}

function unflattenOccurrence(value: FlatOccurrence, flat: FlatItem): Occurrence {
  if (value === 'deleted') return { kind: 'deleted' }
  const patch = Object.entries(value.changes).map(([path, own]) => [path, own ?? undefined] as const)
  const fields = unflattenFields(applyPatch(flat, new Map(patch)))
  return { kind: 'exception', start: value.start, end: value.end, fields }
}

/** Does the exception start where the rule says and last as long as the master? Wall clock arithmetic, same zone only. */
function isRegular(event: Event, key: OccurrenceKey, occurrence: { start: CalTime; end: CalTime }): boolean {
  const sameForm = (one: CalTime, other: CalTime) =>
    one.kind === other.kind && (one.kind !== 'zoned' || one.zone === (other as typeof one).zone)
  if (!sameForm(event.start, occurrence.start) || !sameForm(event.end, occurrence.end)) return false
  if (!sameForm(event.start, event.end)) return false
  if (wallText(occurrence.start) !== key) return false
  return wallMs(occurrence.end) - wallMs(occurrence.start) === wallMs(event.end) - wallMs(event.start)
}

function wallText(time: CalTime): string {
  return time.kind === 'date' ? time.date : time.local
}

function wallMs(time: CalTime): number {
  return Date.parse(time.kind === 'date' ? `${time.date}T00:00:00Z` : `${time.local}Z`)
}
