/** Wall clock times to instants and back, for database zones and for zones that only their own rules describe. Pure: the zone data is the runtime's. */
import { Temporal } from 'temporal-polyfill'
import { unreachable } from '../ports/errors.ts'
import { DAY_MS, dayNumber, daysInMonth, localTextOf, WEEKDAYS, wallMsOf, weekdayIndexOf } from './civil.ts'
import type { CalTime, LocalText, ZoneId, ZoneRules, ZoneTransition } from './time.ts'

const MINUTE_MS = 60_000

/**
 * Milliseconds since the epoch. A date is its midnight in `floatingZone`, a floating time is read there too.
 * A wall clock time that a change of offset skips uses the offset before the gap, one that comes twice is the first
 * (RFC 5545 section 3.3.5; Temporal's "compatible").
 */
export function instantOf(time: CalTime, floatingZone: string): number {
  switch (time.kind) {
    case 'date':
      return wallToInstant(`${time.date}T00:00:00`, floatingZone)
    case 'floating':
      return wallToInstant(time.local, floatingZone)
    case 'utc':
      return wallMsOf(time.local)
    case 'zoned':
      if (time.rules) return rulesToInstant(wallMsOf(time.local), time.rules)
      return wallToInstant(time.local, isCustomZone(time.zone) ? floatingZone : time.zone)
    default:
      return unreachable(time)
  }
}

/** Wall clock time in a zone at an instant; whole seconds. A custom zone without rules reads as UTC. */
export function localAt(zone: ZoneId, instantMs: number, rules?: ZoneRules): LocalText {
  return localTextOf(instantMs + offsetMinutesAt(zone, instantMs, rules) * MINUTE_MS)
}

/** Offset east of UTC in minutes (fractions before about 1920). */
export function offsetMinutesAt(zone: ZoneId, instantMs: number, rules?: ZoneRules): number {
  if (rules) return offsetOfRulesAt(rules, instantMs)
  if (zone === 'UTC' || isCustomZone(zone)) return 0
  return Temporal.Instant.fromEpochMilliseconds(instantMs).toZonedDateTimeISO(zone).offsetNanoseconds / 6e10
}

export function isCustomZone(zone: ZoneId): boolean {
  return zone.startsWith('custom:')
}

/** The wall clock text of a time; midnight for a date. */
export function localOf(time: CalTime): LocalText {
  return time.kind === 'date' ? `${time.date}T00:00:00` : time.local
}

/** The same instant as wall clock in the zone of `frame` (for a date: the date there). Both kinds of floating use `floatingZone`. */
export function localInFrame(time: CalTime, frame: CalTime, floatingZone: string): LocalText {
  if (frame.kind === 'date' || time.kind === 'date' || sameFrame(time, frame)) return localOf(time)
  const instantMs = instantOf(time, floatingZone)
  switch (frame.kind) {
    case 'floating':
      return localAt(floatingZone, instantMs)
    case 'utc':
      return localTextOf(instantMs)
    case 'zoned':
      return isCustomZone(frame.zone) && !frame.rules
        ? localAt(floatingZone, instantMs)
        : localAt(frame.zone, instantMs, frame.rules)
    default:
      return unreachable(frame)
  }
}

/** Another wall clock time of the same kind and zone. */
export function withLocal(frame: CalTime, local: LocalText): CalTime {
  return frame.kind === 'date' ? { kind: 'date', date: local.slice(0, 10) } : { ...frame, local }
}

export function sameFrame(one: CalTime, other: CalTime): boolean {
  if (one.kind !== other.kind) return false
  return one.kind !== 'zoned' || other.kind !== 'zoned' || one.zone === other.zone
}

/** Wall clock milliseconds of a yearly change. */
export function transitionWallMs(change: ZoneTransition, year: number): number {
  const wanted = WEEKDAYS.indexOf(change.weekday)
  const first = dayNumber(year, change.month, 1)
  let day = first + ((wanted - weekdayIndexOf(first) + 7) % 7) + (change.week - 1) * 7
  if (day >= first + daysInMonth(year, change.month)) day -= 7
  return day * DAY_MS + wallMsOf(`1970-01-01T${change.time}`)
}

function wallToInstant(local: LocalText, zone: string): number {
  if (zone === 'UTC') return wallMsOf(local)
  return Temporal.PlainDateTime.from(local).toZonedDateTime(zone).epochMilliseconds
}

function rulesToInstant(wallMs: number, rules: ZoneRules): number {
  const standard = rules.standardOffsetMinutes * MINUTE_MS
  if (!rules.daylight) return wallMs - standard
  const daylight = rules.daylight.offsetMinutes * MINUTE_MS
  const earlier = wallMs - Math.max(standard, daylight)
  const later = wallMs - Math.min(standard, daylight)
  return earlier + offsetOfRulesAt(rules, earlier) * MINUTE_MS === wallMs ? earlier : later
}

function offsetOfRulesAt(rules: ZoneRules, instantMs: number): number {
  const { daylight, standardOffsetMinutes } = rules
  if (!daylight) return standardOffsetMinutes
  const year = Number(localTextOf(instantMs + standardOffsetMinutes * MINUTE_MS).slice(0, 4))
  const startMs = transitionWallMs(daylight.start, year) - standardOffsetMinutes * MINUTE_MS
  const endMs = transitionWallMs(daylight.end, year) - daylight.offsetMinutes * MINUTE_MS
  const inDaylight =
    startMs < endMs ? instantMs >= startMs && instantMs < endMs : instantMs >= startMs || instantMs < endMs
  return inDaylight ? daylight.offsetMinutes : standardOffsetMinutes
}
