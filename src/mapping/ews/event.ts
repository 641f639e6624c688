/** The Exchange lens, reading: a calendar item and the exceptions of its series become one event of the model. */
import type { Event, Occurrence, OccurrenceKey } from '../../model/event.ts'
import type { CalTime } from '../../model/time.ts'
import { instantOf, localOf } from '../../model/zone-time.ts'
import { ConnectorError } from '../../ports/errors.ts'
import type { EwsContext } from './context.ts'
import { readFields } from './fields.ts'
import { readFiles } from './files.ts'
import { eventUid } from './identity.ts'
import { isRegularException, nearestKey, unmoved } from './occurrence.ts'
import { readRecurrence } from './recurrence.ts'
import { type EwsZone, nextDate, readDate, readInstant, readTime, readZone } from './time.ts'
import { child, childrenOf, textAt, type XmlElement } from './xml.ts'

/**
 * Reads t:CalendarItem. `exceptions` are the items that the master's ModifiedOccurrences name. Throws `item.unreadable` when
 * something that an event cannot be without is missing: half an event must never be taken for a whole one (I10).
 */
export function readEvent(master: XmlElement, exceptions: readonly XmlElement[], context: EwsContext): Event {
  const { startZone, ...times } = readTimes(master, context)
  const recurrence = child(master, 'Recurrence')
  const fields = readFields(master, context)
  const event: Event = {
    kind: 'event',
    uid: eventUid(master) || (child(master, 'ItemId')?.attributes.Id ?? ''),
    ...fields,
    ...times,
    recurrence: recurrence ? readRecurrence(recurrence, times.start) : null,
    extraStarts: [],
    files: readFiles(master),
    occurrences: {},
  }
  if (event.recurrence) event.occurrences = readOccurrences(event, { master, exceptions, startZone, context })
  return event
}

type Times = { start: CalTime; end: CalTime; startZone: EwsZone }

/** Start and end, with the zones they are meant in. */
function readTimes(item: XmlElement, context: EwsContext): Times {
  const startText = textAt(item, 'Start')
  const endText = textAt(item, 'End')
  if (startText === undefined || endText === undefined) throw unreadable(startText === undefined ? 'Start' : 'End')
  const startZone = zoneOf(item, startText, context)
  const ownEndZone = readZone(child(item, 'EndTimeZone'), endText)
  const endZone = ownEndZone.kind === 'none' ? startZone : ownEndZone
  if (textAt(item, 'IsAllDayEvent') !== 'true') {
    const isSeries = textAt(item, 'CalendarItemType') !== 'Single'
    const time = isSeries ? readTime : readExactTime
    const start = time(startText, startZone)
    const end = readInstant(endText, endZone) < readInstant(startText, startZone) ? start : time(endText, endZone)
    return { start, end, startZone }
  }
  const start = readDate(startText, startZone, context)
  const end = readDate(endText, endZone, context)
  return {
    start: { kind: 'date', date: start },
    end: { kind: 'date', date: end > start ? end : nextDate(start) },
    startZone,
  }
}

/** A wall clock time that comes twice means the first one (RFC 5545 section 3.3.5): the second can only be said in UTC. */
function readExactTime(text: string, zone: EwsZone): CalTime {
  const time = readTime(text, zone)
  const isSecond = instantOf(time, 'UTC') !== readInstant(text, zone)
  return isSecond ? readTime(text, { kind: 'utc' }) : time
}

/**
 * A series needs a zone to repeat in: without one, Exchange means the mailbox's (TIM-2). The property of before Exchange 2010 is not asked
 * for (evolution-ews and exchangelib do not either), only read where a file has it.
 */
function zoneOf(item: XmlElement, startText: string, context: EwsContext): EwsZone {
  const zone = readZone(child(item, 'StartTimeZone'), startText)
  if (zone.kind !== 'none') return zone
  const older = child(item, 'MeetingTimeZone')?.attributes.TimeZoneName
  const named =
    older === undefined ? undefined : { name: '', ns: '', attributes: { Id: older }, children: [], text: '' }
  const meant = readZone(named, startText)
  if (meant.kind !== 'none') return meant
  return child(item, 'Recurrence') ? { kind: 'zoned', zone: context.floatingZone } : zone
}

type Parts = { master: XmlElement; exceptions: readonly XmlElement[]; startZone: EwsZone; context: EwsContext }
/** An exception as Exchange holds it, one that differs in nothing from the rule included. */
export type NativeException = {
  key: OccurrenceKey
  element: XmlElement
  occurrence: Extract<Occurrence, { kind: 'exception' }>
}

function readOccurrences(event: Event, parts: Parts): Record<OccurrenceKey, Occurrence> {
  const found: [OccurrenceKey, Occurrence][] = []
  for (const deleted of childrenOf(child(parts.master, 'DeletedOccurrences'), 'DeletedOccurrence')) {
    found.push([nearestKey(event, keyOf(event, textAt(deleted, 'Start'), parts)), { kind: 'deleted' }])
  }
  for (const { key, occurrence } of exceptionsOf(event, parts)) {
    if (!isRegularException(event, key, occurrence)) found.push([key, occurrence])
  }
  return Object.fromEntries(found.sort(([one], [other]) => (one < other ? -1 : 1)))
}

function exceptionsOf(event: Event, parts: Parts): NativeException[] {
  const { master, exceptions, context } = parts
  const items = new Map(exceptions.map((item) => [child(item, 'ItemId')?.attributes.Id, item]))
  return childrenOf(child(master, 'ModifiedOccurrences'), 'Occurrence').map((info) => {
    const element = items.get(child(info, 'ItemId')?.attributes.Id)
    if (element === undefined) throw unreadable('exception')
    const told = keyOf(event, textAt(info, 'OriginalStart') ?? textAt(element, 'OriginalStart'), parts)
    const key = nearestKey(event, told)
    const times = unmoved(readTimes(withZones(element, master), context), { told, key }, context)
    return { key, element, occurrence: { kind: 'exception', ...times, fields: readFields(element, context, master) } }
  })
}

/** The exceptions of a series by key, for writing onto them. `event` is what readEvent gave of the same document. */
export function readExceptions(
  event: Event,
  document: { master: XmlElement; exceptions: readonly XmlElement[] },
  context: EwsContext,
): Map<OccurrenceKey, NativeException> {
  const { startZone } = readTimes(document.master, context)
  const found = event.recurrence ? exceptionsOf(event, { ...document, startZone, context }) : []
  return new Map(found.map((exception) => [exception.key, exception]))
}

/** The key of an occurrence that was asked for by its number, to see that it is the one that was meant. */
export function occurrenceKeyOf(
  occurrence: XmlElement,
  series: { event: Event; master: XmlElement },
  context: EwsContext,
): OccurrenceKey {
  const { startZone } = readTimes(series.master, context)
  const text = textAt(occurrence, 'OriginalStart') ?? textAt(occurrence, 'Start')
  return nearestKey(series.event, keyOf(series.event, text, { startZone, context }))
}

/** An exception that names no zone of its own is meant in the master's. */
function withZones(item: XmlElement, master: XmlElement): XmlElement {
  if (child(item, 'StartTimeZone')) return item
  const zones = master.children.filter((part) => part.name === 'StartTimeZone' || part.name === 'EndTimeZone')
  return { ...item, children: [...item.children, ...zones] }
}

/** The key of an original start: its wall clock time in the zone of the master's start. */
function keyOf(
  event: Event,
  text: string | undefined,
  { startZone, context }: Pick<Parts, 'startZone' | 'context'>,
): OccurrenceKey {
  if (text === undefined) throw unreadable('OriginalStart')
  return event.start.kind === 'date' ? readDate(text, startZone, context) : localOf(readTime(text, startZone))
}

function unreadable(what: string): ConnectorError {
  return new ConnectorError('item.unreadable', { reason: 'calendar-item', what })
}
