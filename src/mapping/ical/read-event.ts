/** iCalendar to the canonical event: one resource, that is a VEVENT or a series with its overrides (RFC 4791 section 4.1). */
import type { Event, EventFields, Occurrence, OccurrenceKey } from '../../model/event.ts'
import type { Loss } from '../../model/item.ts'
import type { CalTime } from '../../model/time.ts'
import { instantOf } from '../../model/zone-time.ts'
import { readBody } from './body.ts'
import { endOfEvent } from './bounds.ts'
import type { IcalReadContext, Moment, Reading } from './context.ts'
import { type Component, componentsOf, lineOf, linesOf, parseDocument, unreadable } from './document.ts'
import { readPlainFields } from './fields.ts'
import { readFiles } from './files.ts'
import { readPeople } from './people.ts'
import { readReminder } from './reminder.ts'
import { excludedKeys, isRanged, overridesByKey, type Parts, readExtraStarts, readRecurrence } from './series.ts'
import { unescapeText } from './text.ts'
import { timeOfLine, zoneBook } from './times.ts'

/** `problems` names what the text has and the model cannot say; it stays in the document. */
export type ReadEvent = { event: Event; problems: Loss[] }

/** Reads a resource. Throws ConnectorError `item.unreadable` with the field `reason` (UnreadableReason). */
export function readEvent(icsText: string, context: IcalReadContext): ReadEvent {
  return readCalendar(parseDocument(icsText), context)
}

/** The same of a parsed document. */
export function readCalendar(calendar: Component, context: IcalReadContext): ReadEvent {
  const reading: Reading = { book: zoneBook(calendar), floatingZone: context.floatingZone }
  const parts = partsOf(calendar, reading)
  const { master } = parts
  const start = startOf(master, reading)
  const recurrence = readRecurrence(parts, start, reading)
  const extraStarts = readExtraStarts(parts, start, reading)
  const { end, clamped } = endOfEvent(master, start, reading)
  const recurring = recurrence !== null || extraStarts.length > 0
  const problems: Loss[] = []
  const excluded = excludedKeys(master, { start, recurrence, extraStarts }, reading)
  const event: Event = {
    kind: 'event',
    uid: uidOf(master),
    ...readFields(master, { ...reading, start, end, recurring }),
    start,
    end,
    recurrence,
    extraStarts,
    files: readFiles(master),
    occurrences: readOccurrences(parts, { start, excluded, reading, problems }),
  }
  if (clamped) problems.push({ path: 'DTEND', reason: 'clamped', detail: 'the end is not after the start' })
  problems.push(...problemsOf(parts, recurrence !== null && recurrence.pattern.kind === 'rrule'))
  for (const tzid of reading.book.unknown) problems.push({ path: 'TZID', reason: 'zone-approximated', detail: tzid })
  return { event, problems }
}

/** Master and overrides. Throws when they are not the parts of one resource. */
export function partsOf(calendar: Component, reading: Reading): Parts {
  const events = componentsOf(calendar, 'VEVENT')
  if (events.length === 0) throw unreadable('no-event')
  const uids = new Set(events.map(uidOf))
  if (uids.has('')) throw unreadable('no-uid')
  if (uids.size > 1) throw unreadable('several-uids')
  const overrides = events.filter((event) => timeOfLine(lineOf(event, 'RECURRENCE-ID'), reading.book) !== null)
  const [master, second] = events.filter((event) => !overrides.includes(event))
  if (second) throw unreadable('several-masters')
  if (master) return { master, overrides, hasMaster: true }
  const inOrder = overrides.toSorted((one, other) => recurrenceMs(one, reading) - recurrenceMs(other, reading))
  const [first, ...others] = inOrder
  if (!first) throw unreadable('no-event')
  return { master: first, overrides: others, hasMaster: false }
}

export function readFields(component: Component, moment: Moment): EventFields {
  return {
    ...readPlainFields(component),
    body: readBody(component),
    reminder: readReminder(component, moment),
    ...readPeople(component),
  }
}

export function startOf(component: Component, reading: Reading): CalTime {
  const start = timeOfLine(lineOf(component, 'DTSTART'), reading.book)
  if (!start) throw unreadable('no-start')
  return start
}

function uidOf(component: Component): string {
  return unescapeText(lineOf(component, 'UID')?.value ?? '').trim()
}

function recurrenceMs(component: Component, reading: Reading): number {
  const time = timeOfLine(lineOf(component, 'RECURRENCE-ID'), reading.book)
  return time ? instantOf(time, reading.floatingZone) : 0
}

type Overrides = { start: CalTime; excluded: ReadonlySet<OccurrenceKey>; reading: Reading; problems: Loss[] }

/** An override and an EXDATE with one key: the override stays, nothing that a person wrote disappears. */
function readOccurrences(parts: Parts, { start, excluded, reading, problems }: Overrides): Event['occurrences'] {
  const found: [OccurrenceKey, Occurrence][] = [...excluded].map((key) => [key, { kind: 'deleted' }])
  for (const [key, component] of overridesByKey(parts, start, reading)) {
    const ownStart = startOf(component, reading)
    const { end, clamped } = endOfEvent(component, ownStart, reading)
    const fields = readFields(component, { ...reading, start: ownStart, end, recurring: false })
    found.push([key, { kind: 'exception', start: ownStart, end, fields }])
    if (clamped) problems.push({ path: 'DTEND', reason: 'clamped', detail: key })
  }
  const byKey = new Map(found)
  return Object.fromEntries([...byKey.entries()].sort(([one], [other]) => (one < other ? -1 : 1)))
}

function problemsOf(parts: Parts, verbatim: boolean): Loss[] {
  const out: Loss[] = []
  if (verbatim) {
    const ranged = parts.overrides.some(isRanged)
    out.push({
      path: ranged ? 'RECURRENCE-ID' : 'RRULE',
      reason: 'recurrence-not-representable',
      detail: ranged
        ? 'RANGE=THISANDFUTURE'
        : linesOf(parts.master, 'RRULE')
            .map((line) => line.value)
            .join(' '),
    })
  }
  if (linesOf(parts.master, 'RDATE').some((line) => line.value.includes('/')))
    out.push({ path: 'RDATE', reason: 'value-not-held', detail: 'PERIOD: the length of its own' })
  if (!parts.hasMaster)
    out.push({ path: 'RECURRENCE-ID', reason: 'value-not-held', detail: 'instances without their series' })
  return out
}
