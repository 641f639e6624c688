/** Start and end of a VEVENT: DTSTART with DTEND, DURATION or the default length of RFC 5545 section 3.6.1. */
import { dateTextOf, dayOfText } from '../../model/civil.ts'
import type { CalTime } from '../../model/time.ts'
import { instantOf, localOf, sameFrame, withLocal } from '../../model/zone-time.ts'
import { type Component, dropLines, lineOf, setLine } from './document.ts'
import { type ContentLine, makeLine, param, withParam } from './lines.ts'
import { plusDuration, timeOfLine, type ZoneBook } from './times.ts'
import { parseDuration, timeValue } from './values.ts'

/** The end; `clamped` when the document's own end lies before the start (it is taken as the start, or one day). */
export function endOfEvent(
  component: Component,
  start: CalTime,
  reading: { book: ZoneBook; floatingZone: string },
): { end: CalTime; clamped: boolean } {
  const { book, floatingZone } = reading
  const written = timeOfLine(lineOf(component, 'DTEND'), book)
  if (written) return fitEnd(start, sameKind(written, start), floatingZone)
  const duration = parseDuration(lineOf(component, 'DURATION')?.value ?? '')
  if (duration) return fitEnd(start, plusDuration(start, duration, floatingZone), floatingZone)
  return { end: start.kind === 'date' ? nextDay(start) : start, clamped: false }
}

/** An end that a calendar can hold: not before the start, and for an all-day event at least a day. */
export function fitEnd(start: CalTime, end: CalTime, floatingZone: string): { end: CalTime; clamped: boolean } {
  if (start.kind === 'date') {
    const late = end.kind === 'date' && end.date > start.date
    return late ? { end, clamped: false } : { end: nextDay(start), clamped: true }
  }
  if (sameFrame(start, end) && localOf(start) <= localOf(end)) return { end, clamped: false }
  const clamped = instantOf(end, floatingZone) < instantOf(start, floatingZone)
  return { end: clamped ? start : end, clamped }
}

export function patchBounds(
  component: Component,
  wanted: { start: CalTime; end: CalTime },
  reading: { book: ZoneBook; floatingZone: string; write: (time: CalTime) => void },
): boolean {
  const { start, end } = wanted
  const oldStart = timeOfLine(lineOf(component, 'DTSTART'), reading.book)
  const startChanged = !oldStart || !sameTime(oldStart, start)
  if (startChanged) {
    setLine(component, timeLine('DTSTART', start, lineOf(component, 'DTSTART')))
    reading.write(start)
  }
  const endLine = lineOf(component, 'DTEND')
  const oldEnd = timeOfLine(endLine, reading.book)
  const mixed = oldEnd !== null && (oldEnd.kind === 'date') !== (start.kind === 'date')
  const kept = endOfEvent(component, start, reading)
  // An end that only counts as this one because it lies before the new start must not stay behind there.
  const isStale = startChanged && kept.clamped
  // What another program mixed up stays as it wrote it, as long as nobody moves the event.
  const asWritten = !startChanged || (!mixed && !isStale)
  if (asWritten && sameTime(kept.end, end)) return startChanged
  dropLines(component, 'DURATION')
  if (sameTime(start, end)) dropLines(component, 'DTEND')
  else {
    setLine(component, timeLine('DTEND', end, endLine), 'DTSTART')
    reading.write(end)
  }
  return true
}

/** A property with this time; parameters of the old line other than VALUE and TZID stay. */
export function timeLine(name: string, time: CalTime, old: ContentLine | null = null): ContentLine {
  const kept = old ? withParam(withParam(old, 'TZID', null), 'VALUE', null).params : ''
  return makeLine(name, timeParams(time) + kept, timeValue(time))
}

export function timeParams(time: CalTime): string {
  if (time.kind === 'date') return ';VALUE=DATE'
  return time.kind === 'zoned' ? param('TZID', tzidOf(time)) : ''
}

export function tzidOf(time: Extract<CalTime, { kind: 'zoned' }>): string {
  return time.zone.startsWith('custom:') ? time.zone.slice('custom:'.length) : time.zone
}

export function sameTime(one: CalTime, other: CalTime): boolean {
  if (!sameFrame(one, other) || localOf(one) !== localOf(other)) return false
  return one.kind !== 'zoned' || other.kind !== 'zoned' || JSON.stringify(one.rules) === JSON.stringify(other.rules)
}

/** DATE and DATE-TIME mixed (not allowed, but written): the end takes the kind of the start. */
function sameKind(end: CalTime, start: CalTime): CalTime {
  if (start.kind === 'date' && end.kind !== 'date') {
    const date = end.local.slice(0, 10)
    return end.local.endsWith('T00:00:00') ? { kind: 'date', date } : nextDay({ kind: 'date', date })
  }
  return start.kind !== 'date' && end.kind === 'date' ? withLocal(start, `${end.date}T00:00:00`) : end
}

function nextDay(time: Extract<CalTime, { kind: 'date' }>): CalTime {
  return { kind: 'date', date: dateTextOf(dayOfText(time.date) + 1) }
}
