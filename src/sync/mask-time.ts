/**
 * Lays a change of the time block over an item whose words stay: how a moved masked copy moves its original, and a moved original
 * a masked copy that somebody wrote on. Pure; the words of the result are those of the item, whatever the change says.
 */
import type { Event, EventFields, Occurrence, OccurrenceKey } from '../model/event.ts'
import { isOccurrence } from '../model/expand.ts'
import { canonicalJson } from '../model/flat.ts'
import type { Json } from '../model/item.ts'
import type { CalTime } from '../model/time.ts'
import { localOf, withLocal } from '../model/zone-time.ts'

/** `from`: the masked view of `real`; `to`: what the view shall become. Only where these two differ does the result differ from `real`. */
export type TimeChange = { from: Event; to: Event }

export function applyTimeChange(real: Event, { from, to }: TimeChange): Event {
  const isMoved = !same(scheduleOf(from), scheduleOf(to))
  const showAs = from.showAs === to.showAs ? real.showAs : to.showAs
  const schedule = isMoved ? scheduleOf(to) : scheduleOf(real)
  const changed: Event = { ...real, ...schedule, showAs, occurrences: {} }
  const occurrences = new Map<OccurrenceKey, Occurrence>()
  for (const [key, own] of Object.entries(real.occurrences)) {
    if (own.kind === 'deleted' || from.occurrences[key] !== undefined) continue
    // It differs in words alone: its time follows the series.
    const kept = isMoved ? movedKey(changed, key) : key
    if (kept !== null && to.occurrences[kept] === undefined) occurrences.set(kept, regular(changed, kept, own.fields))
  }
  for (const [key, before] of Object.entries(from.occurrences)) {
    const own = real.occurrences[key]
    // An exception was taken back on the other side: its time is the rule's again, its words stay.
    if (!isMoved && before.kind === 'exception' && own?.kind === 'exception' && to.occurrences[key] === undefined)
      occurrences.set(key, regular(changed, key, own.fields))
  }
  for (const [key, wanted] of Object.entries(to.occurrences)) {
    occurrences.set(key, wanted.kind === 'deleted' ? wanted : exceptionOf(real, changed, { from, key, wanted }))
  }
  return { ...changed, occurrences: Object.fromEntries([...occurrences].sort(([a], [b]) => (a < b ? -1 : 1))) }
}

type Wanted = { from: Event; key: OccurrenceKey; wanted: Extract<Occurrence, { kind: 'exception' }> }

function exceptionOf(real: Event, changed: Event, { from, key, wanted }: Wanted): Occurrence {
  const before = from.occurrences[key]
  if (before !== undefined && same(before, wanted)) return real.occurrences[key] ?? before
  const own = ownAt(real, key)
  const wasShown = before?.kind === 'exception' ? before.fields.showAs : from.showAs
  const words = own ?? changed
  const showAs = own !== null && wanted.fields.showAs === wasShown ? own.showAs : wanted.fields.showAs
  return { kind: 'exception', start: wanted.start, end: wanted.end, fields: fieldsOf({ ...words, showAs }) }
}

/** The words of the exception of that day: moving a series moves its keys. */
function ownAt(real: Event, key: OccurrenceKey): EventFields | null {
  const direct = real.occurrences[key]
  if (direct?.kind === 'exception') return direct.fields
  const [, sameDay] = Object.entries(real.occurrences).find(([at]) => at.slice(0, 10) === key.slice(0, 10)) ?? []
  return sameDay?.kind === 'exception' ? sameDay.fields : null
}

/** The key of the same day in the changed series, or null when it has no occurrence then. */
function movedKey(changed: Event, key: OccurrenceKey): OccurrenceKey | null {
  const day = key.slice(0, 10)
  const moved = changed.start.kind === 'date' ? day : day + localOf(changed.start).slice(10)
  return isOccurrence(changed, moved) ? moved : null
}

function regular(changed: Event, key: OccurrenceKey, fields: EventFields): Occurrence {
  const start = at(changed.start, key)
  const lengthMs = wallMs(changed.end) - wallMs(changed.start)
  const end = at(changed.end, new Date(wallMs(start) + lengthMs).toISOString().slice(0, 19))
  return { kind: 'exception', start, end, fields: fieldsOf({ ...fields, showAs: changed.showAs }) }
}

function at(frame: CalTime, local: string): CalTime {
  return frame.kind === 'date' ? { kind: 'date', date: local.slice(0, 10) } : withLocal(frame, local)
}

function wallMs(time: CalTime): number {
  return Date.parse(time.kind === 'date' ? `${time.date}T00:00:00Z` : `${time.local}Z`)
}

function scheduleOf({ start, end, recurrence, extraStarts }: Event) {
  return { start, end, recurrence, extraStarts }
}

/** Of an event that stands in for an occurrence's words, only the fields. */
function fieldsOf(fields: EventFields): EventFields {
  const { title, body, location, showAs, sensitivity, importance, status } = fields
  const { categories, reminder, organizer, attendees } = fields
  return {
    title,
    body,
    location,
    showAs,
    sensitivity,
    importance,
    status,
    categories,
    reminder,
    organizer,
    attendees,
  }
}

function same(one: unknown, other: unknown): boolean {
  return canonicalJson(one as Json) === canonicalJson(other as Json)
}
