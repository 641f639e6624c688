/**
 * Starts and ends: Exchange gives instants and the zones they are meant in; the model has wall clock times. Both zones are kept,
 * UTC stays UTC, dates stay dates (TIM-3, TIM-4).
 */
import { DAY_MS, dateTextOf, dayOfText, localTextOf, wallMsOf } from '../../model/civil.ts'
import type { CalTime, DateText, LocalText, ZoneId, ZoneRules } from '../../model/time.ts'
import { instantOf, isCustomZone, localAt } from '../../model/zone-time.ts'
import { ConnectorError, unreachable } from '../../ports/errors.ts'
import { canonicalZone, ianaToWindows, resolveZone, rulesOf, windowsToIana } from '../zones.ts'
import type { XmlNode } from './change.ts'
import type { EwsContext, LossList } from './context.ts'
import type { XmlElement } from './xml.ts'
import { definitionNode, definitionRules } from './zone-definition.ts'

/** The zone of a start or end as Exchange names it. `none`: Exchange gave no zone. */
export type EwsZone = { kind: 'none' } | { kind: 'utc' } | { kind: 'zoned'; zone: ZoneId; rules?: ZoneRules }

const DATE_TIME = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}:\d{2})(?:\.\d+)?(Z|[+-]\d{2}:\d{2})?$/
const UTC_ZONES: ReadonlySet<string> = new Set(['UTC', 'Etc/UTC', 'Etc/GMT'])

/** Reads StartTimeZone or EndTimeZone; `instant` tells the year whose rules count. */
export function readZone(definition: XmlElement | undefined, instant: string | undefined): EwsZone {
  const { Id: id = '', Name: displayName = '' } = definition?.attributes ?? {}
  if (definition === undefined || (id === '' && displayName === '')) return { kind: 'none' }
  const atYear = Number(instant?.slice(0, 4)) || 2000
  const rules = definitionRules(definition, atYear)
  const resolved = resolveZone({ id, displayName, atYear, ...(rules ? { rules } : {}) })
  if (isUtc(resolved.zone)) return { kind: 'utc' }
  if (!isCustomZone(resolved.zone)) return { kind: 'zoned', zone: resolved.zone }
  return resolved.rules ? { kind: 'zoned', zone: resolved.zone, rules: resolved.rules } : { kind: 'none' }
}

export function isUtc(zone: ZoneId): boolean {
  return UTC_ZONES.has(zone)
}

/** Milliseconds of an XML Schema dateTime. Without an offset it is wall clock time in the zone. */
export function readInstant(text: string, zone: EwsZone): number {
  const match = DATE_TIME.exec(text.trim())
  const [, date, clock, offset] = match ?? []
  if (date === undefined || clock === undefined) throw new ConnectorError('item.unreadable', { reason: 'time', text })
  if (offset === 'Z') return wallMsOf(`${date}T${clock}`)
  if (offset !== undefined) return Date.parse(`${date}T${clock}${offset}`)
  return zone.kind === 'zoned' ? instantOf(timeIn(zone, `${date}T${clock}`), zone.zone) : wallMsOf(`${date}T${clock}`)
}

/** Wall clock time in the zone, or UTC when Exchange gave none. */
export function readTime(text: string, zone: EwsZone): CalTime {
  const instantMs = readInstant(text, zone)
  if (zone.kind === 'zoned') return timeIn(zone, localAt(zone.zone, instantMs, zone.rules))
  return { kind: 'utc', local: localTextOf(instantMs) }
}

function timeIn(zone: Extract<EwsZone, { kind: 'zoned' }>, local: LocalText): CalTime {
  return { kind: 'zoned', local, zone: zone.zone, ...(zone.rules ? { rules: zone.rules } : {}) }
}

/**
 * The date of an all-day event's start or end: its midnight in the event's own zone. Other programs write other zones than they
 * mean (TIM-3: Paris, 22:00Z): a time that is no midnight there is tried in the mailbox's zone, then rounded to the nearest one.
 */
export function readDate(text: string, zone: EwsZone, context: EwsContext): DateText {
  const instantMs = readInstant(text, zone)
  const own = zone.kind === 'zoned' ? localAt(zone.zone, instantMs, zone.rules) : localTextOf(instantMs)
  if (isMidnight(own)) return own.slice(0, 10)
  const floating = localAt(context.floatingZone, instantMs)
  if (isMidnight(floating)) return floating.slice(0, 10)
  return dateTextOf(Math.round(wallMsOf(own) / DAY_MS))
}

function isMidnight(local: LocalText): boolean {
  return local.endsWith('T00:00:00')
}

/**
 * The time as Exchange would give it back: floating times get the mailbox's zone, a zone without a Windows id its nearest
 * relative. `keep` says what stays when the rules differ: the instant (a single event) or the wall clock (a series).
 */
export function fitTime(
  time: CalTime,
  keep: 'instant' | 'wall',
  at: { context: EwsContext; losses: LossList },
): CalTime {
  const { context, losses } = at
  switch (time.kind) {
    case 'date':
    case 'utc':
      return time
    case 'floating':
      losses.add('schedule', 'floating-time', context.floatingZone)
      return fitTime({ kind: 'zoned', local: time.local, zone: context.floatingZone }, keep, at)
    case 'zoned': {
      const held = heldZone(time)
      if (held.kind === 'utc') {
        if (!isUtc(time.zone)) losses.add('schedule', 'zone-approximated', `${time.zone} -> UTC`)
        return { kind: 'utc', local: localTextOf(instantOf(time, context.floatingZone)) }
      }
      if (held.kind === 'none') return time
      if (held.zone !== time.zone) losses.add('schedule', 'zone-approximated', `${time.zone} -> ${held.zone}`)
      // Through the instant in any case: a wall clock time that a change of offset skips is not held (RFC 5545 section 3.3.5).
      const meant = keep === 'wall' ? timeIn(held, time.local) : time
      const local = localAt(held.zone, instantOf(meant, context.floatingZone), held.rules)
      const skipped = held.zone === time.zone && local !== time.local && keep === 'instant'
      if (skipped) losses.add('schedule', 'clamped', `no ${time.local} there`)
      return timeIn(held, local)
    }
    default:
      return unreachable(time)
  }
}

/** The zone that Exchange gives back for a zone that is written to it; `utc` when it can hold only the instant. */
function heldZone(time: Extract<CalTime, { kind: 'zoned' }>): EwsZone {
  const known = isCustomZone(time.zone) ? null : canonicalZone(time.zone)
  if (known !== null) {
    if (isUtc(known)) return { kind: 'utc' }
    const windows = ianaToWindows(known)
    const back = windows === null ? null : windowsToIana(windows)
    if (back !== null) return isUtc(back) ? { kind: 'utc' } : { kind: 'zoned', zone: back }
  }
  const year = Number(time.local.slice(0, 4))
  const rules = time.rules ?? (known === null ? null : rulesOf(known, year))
  if (rules === null) return { kind: 'utc' }
  return readZone({ ...NO_ELEMENT, ...asElement(definitionNode('StartTimeZone', rules)) }, time.local)
}

const NO_ELEMENT: XmlElement = { name: '', ns: '', attributes: {}, children: [], text: '' }

function asElement(node: XmlNode): XmlElement {
  const { name, attributes = {}, children = [], text = '' } = node
  return { name, ns: '', attributes, children: children.map(asElement), text }
}

/** StartTimeZone or EndTimeZone of a fitted time; a date is meant in the mailbox's zone. */
export function zoneNode(element: 'StartTimeZone' | 'EndTimeZone', time: CalTime, context: EwsContext): XmlNode {
  if (time.kind === 'utc') return { name: element, attributes: { Id: 'UTC' } }
  const zone = time.kind === 'zoned' ? time.zone : context.floatingZone
  const rules = time.kind === 'zoned' ? time.rules : undefined
  const known = rules ? null : canonicalZone(zone)
  const windows = known === null ? null : ianaToWindows(known)
  if (windows !== null) return { name: element, attributes: { Id: windows } }
  const own = rules ?? rulesOf(zone, Number((time.kind === 'date' ? time.date : time.local).slice(0, 4)))
  if (own === null) throw new ConnectorError('bug', { where: 'zoneNode', zone })
  return definitionNode(element, own)
}

/** Start or End: the instant in UTC. */
export function timeText(time: CalTime, context: EwsContext): string {
  return `${localTextOf(instantOf(time, context.floatingZone))}Z`
}

/** The day after a date. */
export function nextDate(date: DateText): DateText {
  return dateTextOf(dayOfText(date) + 1)
}
