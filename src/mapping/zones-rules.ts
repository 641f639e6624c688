/** Zones and their yearly rules: what rules a database zone has in a year, and which database zone has given rules. */
import { Temporal } from 'temporal-polyfill'
import { ZONE_YEARS_MEMO_MAX } from '../limits.ts'
import { civilOf, DAY_MS, daysInMonth, localTextOf, weekdayOf } from '../model/civil.ts'
import type { ZoneId, ZoneRules, ZoneTransition } from '../model/time.ts'
import { offsetMinutesAt, transitionWallMs } from '../model/zone-time.ts'
import { memoize } from './memo.ts'

/** A change of offset: from when on, and the offsets before and after, in minutes. */
export type OffsetChange = { atMs: number; beforeMinutes: number; afterMinutes: number }

const MINUTE_MS = 60_000
const changesMemo = memoize((key) => computeChanges(key), ZONE_YEARS_MEMO_MAX)

/** Changes of offset of a database zone within a year (UTC), in order. Changes that keep the offset are left out. */
export function offsetChanges(zone: ZoneId, year: number): readonly OffsetChange[] {
  return changesMemo(`${year} ${zone}`)
}

/** Offset in minutes at the beginning of a year (UTC). */
export function offsetAtYearStart(zone: ZoneId, year: number): number {
  const first = offsetChanges(zone, year)[0]
  return first ? first.beforeMinutes : offsetMinutesOf(yearStart(zone, year))
}

/** The rules of a database zone in a year, or null when one standard and one daylight time do not describe it. */
export function yearRules(zone: ZoneId, year: number): ZoneRules | null {
  const changes = offsetChanges(zone, year)
  const [one, two] = changes
  if (!one) return { name: zone, standardOffsetMinutes: offsetAtYearStart(zone, year), daylight: null }
  if (!two || changes.length > 2 || one.beforeMinutes !== two.afterMinutes) return null
  const [start, end] = one.afterMinutes > one.beforeMinutes ? [one, two] : [two, one]
  return {
    name: zone,
    standardOffsetMinutes: start.beforeMinutes,
    daylight: { offsetMinutes: start.afterMinutes, start: transitionOf(start), end: transitionOf(end) },
  }
}

/** Whether a zone changes its offset in a year exactly when the rules say. */
export function zoneHasRules(zone: ZoneId, rules: ZoneRules, year: number): boolean {
  // Two looks at the clock rule out nearly every zone; the exact comparison has to search the year.
  const looks = [Date.UTC(year, 0, 10), Date.UTC(year, 6, 10)]
  if (looks.some((atMs) => offsetMinutesAt(zone, atMs) !== offsetMinutesAt('', atMs, rules))) return false
  const changes = offsetChanges(zone, year)
  if (!rules.daylight) return changes.length === 0 && offsetAtYearStart(zone, year) === rules.standardOffsetMinutes
  if (changes.length !== 2) return false
  const standard = rules.standardOffsetMinutes
  const daylight = rules.daylight.offsetMinutes
  const startMs = transitionWallMs(rules.daylight.start, year) - standard * MINUTE_MS
  const endMs = transitionWallMs(rules.daylight.end, year) - daylight * MINUTE_MS
  return changes.every((change) =>
    change.beforeMinutes === standard
      ? change.atMs === startMs && change.afterMinutes === daylight
      : change.atMs === endMs && change.beforeMinutes === daylight && change.afterMinutes === standard,
  )
}

/** The n-th weekday of the month in which a change falls; the last one where both wordings fit. */
export function transitionOf(change: OffsetChange): ZoneTransition {
  return transitionAtWall(change.atMs + change.beforeMinutes * MINUTE_MS)
}

export function transitionAtWall(wallMs: number): ZoneTransition {
  const dayCount = Math.floor(wallMs / DAY_MS)
  const { year, month, day } = civilOf(dayCount)
  const week = day + 7 > daysInMonth(year, month) ? 5 : Math.ceil(day / 7)
  return {
    month,
    week: week as ZoneTransition['week'],
    weekday: weekdayOf(dayCount),
    time: localTextOf(wallMs).slice(11),
  }
}

function computeChanges(key: string): readonly OffsetChange[] {
  const year = Number(key.slice(0, key.indexOf(' ')))
  const zone = key.slice(key.indexOf(' ') + 1)
  if (zone === 'UTC') return []
  const endMs = Date.UTC(year + 1, 0, 1)
  const out: OffsetChange[] = []
  let current = yearStart(zone, year)
  for (;;) {
    const next = current.getTimeZoneTransition('next')
    if (!next || next.epochMilliseconds >= endMs) return out
    const beforeMinutes = offsetMinutesOf(next.subtract({ milliseconds: 1 }))
    const afterMinutes = offsetMinutesOf(next)
    if (beforeMinutes !== afterMinutes) out.push({ atMs: next.epochMilliseconds, beforeMinutes, afterMinutes })
    current = next
  }
}

function yearStart(zone: ZoneId, year: number): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(Date.UTC(year, 0, 1) - 1).toZonedDateTimeISO(zone)
}

function offsetMinutesOf(time: Temporal.ZonedDateTime): number {
  return time.offsetNanoseconds / 6e10
}
