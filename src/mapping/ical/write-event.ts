/**
 * The canonical event into an iCalendar document: a patch of the native one, or a new one (law I19). Each part is read from the
 * component, compared, and written only where it differs; SEQUENCE, DTSTAMP and LAST-MODIFIED move only with such a change.
 */
import { ICAL_PRODUCT } from '../../limits.ts'
import type { Event } from '../../model/event.ts'
import type { Loss } from '../../model/item.ts'
import type { CalTime } from '../../model/time.ts'
import { ConnectorError } from '../../ports/errors.ts'
import { patchBounds, timeLine } from './bounds.ts'
import type { IcalWriteContext, Reading } from './context.ts'
import { type Component, dropLines, newComponent, parseDocument, printDocument, setLine } from './document.ts'
import { patchFiles } from './files.ts'
import { fitEvent } from './fit-event.ts'
import { makeLine } from './lines.ts'
import { partsOf, readCalendar, readEvent } from './read-event.ts'
import { inOrder, sameEvent, withoutRegular } from './same-event.ts'
import type { Parts } from './series.ts'
import { escapeText } from './text.ts'
import { zoneBook } from './times.ts'
import { utcValue } from './values.ts'
import { patchFields, patchOverrides, stamp, type Writing } from './write-overrides.ts'
import { patchSeries } from './write-series.ts'
import { patchZones } from './write-zones.ts'

const NO_FILES: ReadonlyMap<string, string> = new Map()

export type WrittenEvent = { text: string; losses: Loss[] }

/**
 * `native` null makes a new document. A native document that already says what is wanted comes back as the same text.
 * Throws ConnectorError `item.unreadable` for a native document that cannot be read, `item.not-representable` without a UID.
 */
export function writeEvent(native: string | null, model: Event, context: IcalWriteContext): WrittenEvent {
  const document = native === null ? null : parseDocument(native)
  const held = document && readCalendar(document, context).event
  const { item: wanted, losses } = fitEvent(model, context, held)
  if (wanted.uid === '') throw new ConnectorError('item.not-representable', { reason: 'no-uid' })
  const calendar = document ?? newCalendar(wanted, context)
  const before = held ?? readCalendar(calendar, context).event
  const said = withoutRegular(before)
  if (native !== null && (sameEvent(said, withoutRegular(wanted)) || sameEvent(before, model)))
    return { text: native, losses }
  const reading: Reading = { book: zoneBook(calendar), floatingZone: context.floatingZone }
  const parts = withMaster(partsOf(calendar, reading), before, wanted)
  const writing: Writing = { context, calendar, parts, reading, before, wanted, times: [] }
  patchMaster(writing, native === null)
  patchOverrides(writing)
  patchZones(calendar, writing.times)
  dropLines(calendar, 'METHOD')
  const text = printDocument(calendar)
  return { text, losses: [...losses, ...unexpected(text, wanted, context)] }
}

function newCalendar(wanted: Event, context: IcalWriteContext): Component {
  const now = utcValue(context.nowMs)
  const event = newComponent('VEVENT', [
    makeLine('UID', '', escapeText(wanted.uid)),
    makeLine('DTSTAMP', '', now),
    makeLine('CREATED', '', now),
    makeLine('LAST-MODIFIED', '', now),
    timeLine('DTSTART', wanted.start),
    // Not needed after one day (RFC 5545 section 3.6.1), but not every program knows that default.
    ...(wanted.start.kind === 'date' ? [timeLine('DTEND', wanted.end)] : []),
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
  const bounds = patchBounds(master, wanted, { ...reading, write })
  const series = patchSeries({ parts, before, wanted, reading, write })
  const recurring = isSeries(wanted)
  const moment = { ...reading, start: wanted.start, end: wanted.end, recurring }
  const fields = [patchFields(master, wanted, moment), patchFiles(master, wanted.files, context.files ?? NO_FILES)]
  const changed = bounds || series || fields.includes(true)
  if (!isNew && (changed || wanted.uid !== before.uid)) stamp(master, bounds || series, context)
}

/** Instances without their series stay so while they are the same ones; else the one that stands for the series becomes its master. */
function withMaster(parts: Parts, before: Event, wanted: Event): Parts {
  const shape = ({ recurrence, extraStarts, occurrences }: Event) =>
    JSON.stringify(inOrder([recurrence, extraStarts, Object.keys(occurrences)]))
  if (parts.hasMaster || shape(before) === shape(wanted)) return parts
  dropLines(parts.master, 'RECURRENCE-ID')
  return { ...parts, hasMaster: true }
}

function isSeries({ recurrence, extraStarts }: Event): boolean {
  return recurrence !== null || extraStarts.length > 0
}

/** Reads back what was written (I19 holds in production too): a difference would be a defect, and is named rather than passed over. */
function unexpected(text: string, wanted: Event, context: IcalWriteContext): Loss[] {
  const [event, asked] = [withoutRegular(readEvent(text, context).event), withoutRegular(wanted)]
  if (sameEvent(event, asked)) return []
  const names = Object.keys(asked) as (keyof Event)[]
  const differing = names.filter(
    (name) => JSON.stringify(inOrder(event[name])) !== JSON.stringify(inOrder(asked[name])),
  )
  return differing.map((path) => ({ path, reason: 'value-not-held', detail: 'reads back differently' }))
}
