/** Names of time zones: IANA, Windows, display names, prefixed and broken ones, and zones known only by their rules (TIM-1, TIM-2). */
import { ZONE_MEMO_MAX, ZONE_REFERENCE_YEAR } from '../limits.ts'
import type { CalTime, LocalText, ZoneId, ZoneRules, ZoneTransition } from '../model/time.ts'
import { memoize } from './memo.ts'
import {
  findCanonical,
  findForDisplayName,
  findForOffset,
  findForRules,
  findForWindows,
  findWindowsFor,
} from './zones-find.ts'
import { yearRules } from './zones-rules.ts'

export type ZoneQuery = { id: string; displayName?: string; rules?: ZoneRules; atYear?: number }
export type ResolvedZone = {
  zone: ZoneId
  /** Only for a custom zone; absent there too when nothing describes it. */
  rules?: ZoneRules
  how: 'iana' | 'windows' | 'display-name' | 'rules' | 'custom'
}

const canonicalMemo = memoize(findCanonical, ZONE_MEMO_MAX)
const windowsMemo = memoize(findForWindows, ZONE_MEMO_MAX)
const toWindowsMemo = memoize(findWindowsFor, ZONE_MEMO_MAX)
const displayMemo = memoize(findForDisplayName, ZONE_MEMO_MAX)
const offsetMemo = memoize(findForOffset, ZONE_MEMO_MAX)
const rulesMemo = memoize(findForRules, ZONE_MEMO_MAX)

/** The canonical IANA id (new names: Europe/Kyiv, Asia/Kolkata; `UTC` for all its names), or null. Producers' prefixes are dropped. */
export function canonicalZone(id: string): ZoneId | null {
  return canonicalMemo(id)
}

/** The main IANA zone of a Windows id (any case, Outlook's trailing number dropped), or null. */
export function windowsToIana(id: string): ZoneId | null {
  return windowsMemo(id)
}

/** The Windows id for an IANA zone, with the same rules today; null when Windows has none (Antarctica/Troll). */
export function ianaToWindows(zone: ZoneId): string | null {
  return toWindowsMemo(zone)
}

/** The zone's standard and daylight time in a year; null when that does not describe it (an offset changed for good, Ramadan). */
export function rulesOf(zone: ZoneId, year: number): ZoneRules | null {
  return canonicalZone(zone) === null ? null : yearRules(zone, year)
}

/** Finds out which zone is meant: by id, by display name, by its rules in `atYear`; else a custom zone that keeps its rules. */
export function resolveZone(query: ZoneQuery): ResolvedZone {
  for (const name of query.displayName ? [query.id, query.displayName] : [query.id]) {
    const iana = canonicalZone(name)
    if (iana) return { zone: iana, how: 'iana' }
    const windows = windowsToIana(name)
    if (windows) return { zone: windows, how: 'windows' }
    const display = displayMemo(name)
    if (display) return { zone: display, how: 'display-name' }
  }
  if (!query.rules) {
    const fixed = offsetMemo(query.id)
    return fixed ? { zone: fixed, how: 'display-name' } : { zone: `custom:${query.id}`, how: 'custom' }
  }
  const rules = canonicalRules(query.rules, query.id)
  const same = rulesMemo(`${query.atYear ?? ZONE_REFERENCE_YEAR} ${JSON.stringify({ ...rules, name: '' })}`)
  return same ? { zone: same, how: 'rules' } : { zone: `custom:${query.id}`, rules, how: 'custom' }
}

/** A wall clock time in a resolved zone. Times in the zone `UTC` are of kind `utc`: both sides mean the same by it. */
export function timeInZone(local: LocalText, resolved: Pick<ResolvedZone, 'zone' | 'rules'>): CalTime {
  if (resolved.zone === 'UTC') return { kind: 'utc', local }
  if (resolved.rules) return { kind: 'zoned', local, zone: resolved.zone, rules: resolved.rules }
  return { kind: 'zoned', local, zone: resolved.zone }
}

/** The same rules in one form: daylight time is the one further east, keys stand in one order, the name is the zone's. */
function canonicalRules(rules: ZoneRules, name: string): ZoneRules {
  const { daylight, standardOffsetMinutes } = rules
  if (!daylight || daylight.offsetMinutes === standardOffsetMinutes)
    return { name, standardOffsetMinutes, daylight: null }
  const swap = daylight.offsetMinutes < standardOffsetMinutes
  return {
    name,
    standardOffsetMinutes: swap ? daylight.offsetMinutes : standardOffsetMinutes,
    daylight: {
      offsetMinutes: swap ? standardOffsetMinutes : daylight.offsetMinutes,
      start: canonicalTransition(swap ? daylight.end : daylight.start),
      end: canonicalTransition(swap ? daylight.start : daylight.end),
    },
  }
}

function canonicalTransition({ month, week, weekday, time }: ZoneTransition): ZoneTransition {
  return { month, week, weekday, time }
}
