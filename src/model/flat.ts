/**
 * The flat form of an item: a map from field path to JSON value. Fingerprint, merge and dry run work on it,
 * so that they need to know nothing about events, tasks or contacts.
 */
import type { Attendee, Body, Event, EventFields, Occurrence, OccurrenceKey } from './event.ts'
import type { FieldPath, FlatItem, Item, Json } from './item.ts'
import type { CalTime } from './time.ts'

/** Paths that only make sense together: when one side changes the schedule, the other side's occurrences cannot be merged into it. */
export const SCHEDULE_PATH: FieldPath = 'schedule'
const OCCURRENCE_PREFIX = 'occurrence:'
const CATEGORY_PREFIX = 'category:'
const ATTENDEE_PREFIX = 'attendee:'

export function isSchedulePath(path: FieldPath): boolean {
  return path === SCHEDULE_PATH || path.startsWith(OCCURRENCE_PREFIX)
}

type Fields = Map<FieldPath, Json>

/** The flat form; insertion order is the order of the fields, then sorted elements. Absent values have no path. */
export function flatten(item: Item): FlatItem {
  const flat = flattenFields(item)
  flat.set(SCHEDULE_PATH, {
    start: item.start,
    end: item.end,
    recurrence: item.recurrence,
    extraStarts: item.extraStarts,
  } as unknown as Json)
  for (const key of Object.keys(item.occurrences).sort()) {
    const value = flattenOccurrence(item, key)
    if (value !== null) flat.set(OCCURRENCE_PREFIX + key, value)
  }
  return flat
}

/** The inverse of flatten. `uid` is identity, not a field, and is given back as it is. */
export function unflatten(flat: FlatItem, uid: string): Item {
  const schedule = flat.get(SCHEDULE_PATH) as unknown as Pick<Event, 'start' | 'end' | 'recurrence' | 'extraStarts'>
  const fields = unflattenFields(flat)
  const occurrences: Record<OccurrenceKey, Occurrence> = {}
  for (const path of [...flat.keys()].filter((candidate) => candidate.startsWith(OCCURRENCE_PREFIX)).sort()) {
    occurrences[path.slice(OCCURRENCE_PREFIX.length)] = unflattenOccurrence(flat.get(path) as FlatOccurrence, flat)
  }
  return { kind: 'event', uid, ...fields, ...schedule, occurrences }
}

/** The flat form with a patch laid over it: a path with `undefined` is taken away. */
export function applyPatch(flat: FlatItem, patch: ReadonlyMap<FieldPath, Json | undefined>): FlatItem {
  const result = new Map(flat)
  for (const [path, value] of patch) {
    if (value === undefined) result.delete(path)
    else result.set(path, value)
  }
  return result
}

/** Paths whose values differ, in a stable order. */
export function differingPaths(one: FlatItem, other: FlatItem): FieldPath[] {
  const paths = new Set([...one.keys(), ...other.keys()])
  return [...paths].filter((path) => !sameValue(one.get(path), other.get(path))).sort()
}

/** Equality of JSON values; the order of an object's keys does not matter. */
export function sameValue(one: Json | undefined, other: Json | undefined): boolean {
  if (one === undefined || other === undefined) return one === other
  return canonicalJson(one) === canonicalJson(other)
}

/** JSON text with sorted keys: equal values give equal texts. */
export function canonicalJson(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  const entries = Object.keys(value)
    .sort()
    .filter((key) => value[key] !== undefined)
  return `{${entries.map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key] as Json)}`).join(',')}}`
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
  const value = <T>(path: FieldPath, absent: T): T => (flat.has(path) ? (flat.get(path) as unknown as T) : absent)
  const suffixes = (prefix: string) =>
    [...flat.keys()]
      .filter((path) => path.startsWith(prefix))
      .map((path) => path.slice(prefix.length))
      .sort()
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
    categories: suffixes(CATEGORY_PREFIX),
    attendees: suffixes(ATTENDEE_PREFIX).map((email) => ({
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
