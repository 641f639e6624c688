/**
 * The canonical event into an iCalendar document: a patch of the native one, or a new one (law I19). Each part is read from the
 * component, compared, and written only where it differs; SEQUENCE, DTSTAMP and LAST-MODIFIED move only with such a change.
 */
import { ICAL_PRODUCT } from '../../limits.ts'
import type { Event, Occurrence, OccurrenceKey } from '../../model/event.ts'
import type { Loss } from '../../model/item.ts'
import type { CalTime } from '../../model/time.ts'
import { ConnectorError } from '../../ports/errors.ts'
import { patchBody } from './body.ts'
import { patchBounds, timeLine } from './bounds.ts'
import type { IcalWriteContext, Moment, Reading } from './context.ts'
import {
  type Component,
  copyComponent,
  dropLines,
  insertLine,
  lineOf,
  newComponent,
  parseDocument,
  printDocument,
  setLine,
} from './document.ts'
import { patchPlainFields } from './fields.ts'
import { fitEvent } from './fit-event.ts'
import { makeLine } from './lines.ts'
import { patchPeople } from './people.ts'
import { partsOf, readCalendar, readEvent } from './read-event.ts'
import { patchReminder } from './reminder.ts'
import { keyOfTime, overridesByKey, type Parts, sequenceOf, timeOfKey } from './series.ts'
import { escapeText } from './text.ts'
import { timeOfLine, zoneBook } from './times.ts'
import { utcValue } from './values.ts'
import { patchSeries } from './write-series.ts'
import { patchZones } from './write-zones.ts'

export type WrittenEvent = { text: string; losses: Loss[] }

type Writing = {
  context: IcalWriteContext
  calendar: Component
  parts: Parts
  reading: Reading
  before: Event
  wanted: Event
  /** Times that were written: their zones must be described. */
  times: CalTime[]
}

/**
 * `native` null makes a new document. A native document that already says what is wanted comes back as the same text.
 * Throws ConnectorError `item.unreadable` for a native document that cannot be read, `item.not-representable` without a UID.
 */
export function writeEvent(native: string | null, model: Event, context: IcalWriteContext): WrittenEvent {
  const { item: wanted, losses } = fitEvent(model, context)
  if (wanted.uid === '') throw new ConnectorError('item.not-representable', { reason: 'no-uid' })
  const calendar = native === null ? newCalendar(wanted, context) : parseDocument(native)
  const { event: before } = readCalendar(calendar, context)
  if (native !== null && (sameEvent(before, wanted) || sameEvent(before, model))) return { text: native, losses }
  const reading: Reading = { book: zoneBook(calendar), floatingZone: context.floatingZone }
  const parts = partsOf(calendar, reading)
  const writing: Writing = { context, calendar, parts, reading, before, wanted, times: [] }
  patchMaster(writing, native === null)
  patchOverrides(writing)
  patchZones(calendar, writing.times)
  dropLines(calendar, 'METHOD')
  const text = printDocument(calendar)
  return { text, losses: [...losses, ...unexpected(text, wanted, context)] }
}

export function sameEvent(one: Event, other: Event): boolean {
  return JSON.stringify(inOrder(one)) === JSON.stringify(inOrder(other))
}

/** Keys in one order, whoever built the object. */
function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder)
  if (value === null || typeof value !== 'object') return value
  const entries = Object.entries(value).filter(([, field]) => field !== undefined)
  return Object.fromEntries(
    entries.sort(([one], [other]) => (one < other ? -1 : 1)).map(([key, field]) => [key, inOrder(field)]),
  )
}

function newCalendar(wanted: Event, context: IcalWriteContext): Component {
  const now = utcValue(context.nowMs)
  const event = newComponent('VEVENT', [
    makeLine('UID', '', escapeText(wanted.uid)),
    makeLine('DTSTAMP', '', now),
    makeLine('CREATED', '', now),
    makeLine('LAST-MODIFIED', '', now),
    timeLine('DTSTART', wanted.start),
  ])
  const calendar = newComponent('VCALENDAR', [
    makeLine('VERSION', '', '2.0'),
    makeLine('PRODID', '', ICAL_PRODUCT),
    makeLine('CALSCALE', '', 'GREGORIAN'),
  ])
  calendar.children.push(event)
  return calendar
}

function patchMaster(writing: Writing, isNew: boolean): void {
  const { parts, reading, before, wanted, times, context } = writing
  const { master } = parts
  const write = (time: CalTime) => times.push(time)
  if (isNew) write(wanted.start)
  if (wanted.uid !== before.uid)
    for (const part of [master, ...parts.overrides]) setLine(part, makeLine('UID', '', escapeText(wanted.uid)))
  // A single instance that becomes a series is no instance any more.
  if (!isSeries(before) && isSeries(wanted)) dropLines(master, 'RECURRENCE-ID')
  const bounds = patchBounds(master, wanted, { ...reading, write })
  const series = patchSeries({ parts, before, wanted, reading, write })
  const recurring = isSeries(wanted)
  const fields = patchFields(master, wanted, { ...reading, start: wanted.start, end: wanted.end, recurring })
  if (!isNew && (bounds || series || fields || wanted.uid !== before.uid)) stamp(master, bounds || series, context)
}

function isSeries({ recurrence, extraStarts }: Event): boolean {
  return recurrence !== null || extraStarts.length > 0
}

/** Old overrides are found by their old key: after a change of the series' zone they still mean the same occurrence. */
function patchOverrides(writing: Writing): void {
  const { parts, reading, before, wanted, calendar } = writing
  const overrides = overridesByKey(parts, before.start, reading)
  for (const [key, component] of overrides) {
    const occurrence = wanted.occurrences[key]
    if (occurrence?.kind !== 'exception') {
      removeOverride(writing, key)
      continue
    }
    const id = lineOf(component, 'RECURRENCE-ID')
    const time = timeOfLine(id, reading.book)
    const moved = !time || keyOfTime(time, wanted.start, reading) !== key
    if (moved) setRecurrenceId(component, key, writing)
    const changed = patchOverride(component, occurrence, writing)
    if (moved || changed.bounds || changed.fields) stamp(component, moved || changed.bounds, writing.context)
  }
  for (const [key, occurrence] of Object.entries(wanted.occurrences)) {
    if (occurrence.kind !== 'exception' || overrides.has(key)) continue
    const component = copyComponent(parts.master)
    dropLines(component, 'RRULE', 'EXRULE', 'RDATE', 'EXDATE', 'RECURRENCE-ID', 'CREATED')
    setRecurrenceId(component, key, writing)
    patchOverride(component, occurrence, writing)
    stamp(component, false, writing.context)
    insertAfterEvents(calendar, component)
  }
}

function patchOverride(
  component: Component,
  wanted: Extract<Occurrence, { kind: 'exception' }>,
  { reading, times }: Writing,
): { bounds: boolean; fields: boolean } {
  const { start, end } = wanted
  const bounds = patchBounds(component, wanted, { ...reading, write: (time) => times.push(time) })
  return { bounds, fields: patchFields(component, wanted.fields, { ...reading, start, end, recurring: false }) }
}

function setRecurrenceId(component: Component, key: OccurrenceKey, { wanted, times }: Writing): void {
  const time = timeOfKey(key, wanted.start)
  if (!time) throw new ConnectorError('bug', { where: 'setRecurrenceId', key })
  const line = timeLine('RECURRENCE-ID', time)
  if (lineOf(component, 'RECURRENCE-ID')) setLine(component, line)
  else insertLine(component, line, 'UID')
  times.push(time)
}

function removeOverride({ parts, reading, before, calendar, context }: Writing, key: OccurrenceKey): void {
  const gone = parts.overrides.filter((override) => {
    const time = timeOfLine(lineOf(override, 'RECURRENCE-ID'), reading.book)
    return time && keyOfTime(time, before.start, reading) === key
  })
  calendar.children = calendar.children.filter((node) => node.kind === 'line' || !gone.includes(node))
  stamp(parts.master, false, context)
}

function patchFields(
  component: Component,
  wanted: Event | Extract<Occurrence, { kind: 'exception' }>['fields'],
  moment: Moment,
): boolean {
  const changed = [
    patchPlainFields(component, wanted),
    patchBody(component, wanted.body),
    patchPeople(component, wanted),
    patchReminder(component, wanted.reminder, moment),
  ]
  return changed.includes(true)
}

/** RFC 5546 section 2.1.4: SEQUENCE counts the organizer's changes of time; RFC 5545 section 3.8.7.2 and 3.8.7.3. */
function stamp(component: Component, scheduleChanged: boolean, context: IcalWriteContext): void {
  const now = utcValue(context.nowMs)
  setLine(component, makeLine('DTSTAMP', '', now))
  setLine(component, makeLine('LAST-MODIFIED', '', now))
  if (scheduleChanged && lineOf(component, 'ORGANIZER'))
    setLine(component, makeLine('SEQUENCE', '', String(sequenceOf(component) + 1)))
}

function insertAfterEvents(calendar: Component, component: Component): void {
  const last = calendar.children.findLastIndex((node) => node.kind === 'component' && node.name === 'VEVENT')
  calendar.children.splice(last + 1, 0, component)
}

/** Reads back what was written (I19 holds in production too): a difference would be a defect, and is named rather than passed over. */
function unexpected(text: string, wanted: Event, context: IcalWriteContext): Loss[] {
  const { event } = readEvent(text, context)
  if (sameEvent(event, wanted)) return []
  const names = Object.keys(wanted) as (keyof Event)[]
  const differing = names.filter(
    (name) => JSON.stringify(inOrder(event[name])) !== JSON.stringify(inOrder(wanted[name])),
  )
  return differing.map((path) => ({ path, reason: 'value-not-held', detail: 'reads back differently' }))
}
