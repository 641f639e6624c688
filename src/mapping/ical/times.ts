/** Times of properties: value, VALUE and TZID together (RFC 5545 section 3.2.19), with the zone found out from its name or its VTIMEZONE. */
import { dateTextOf, dayOfText, localTextOf, wallMsOf } from '../../model/civil.ts'
import type { CalTime, LocalText, ZoneRules } from '../../model/time.ts'
import { isCustomZone, localInFrame, localOf, withLocal } from '../../model/zone-time.ts'
import { type ResolvedZone, resolveZone, timeInZone } from '../zones.ts'
import { type Component, componentsOf, lineOf } from './document.ts'
import { type ContentLine, paramOf } from './lines.ts'
import { unescapeText } from './text.ts'
import { type Duration, isUtcValue, localTextOfValue } from './values.ts'
import { type Observance, observancesOf, rulesFromVtimezone } from './vtimezone-read.ts'

/** The zones of one document. `unknown` collects TZIDs that nothing explains: their times are read as floating, and that is reported. */
export type ZoneBook = {
  resolve(tzid: string, local: LocalText): ResolvedZone
  unknown: Set<string>
}

/** TZID is TEXT in a VTIMEZONE (escaped) and a plain parameter elsewhere. */
export function tzidOfZone(zone: Component): string {
  return unescapeText(lineOf(zone, 'TZID')?.value ?? '').trim()
}

export function zoneBook(calendar: Component): ZoneBook {
  const components = componentsOf(calendar, 'VTIMEZONE')
  const known = new Map<string, Observance[]>()
  const unknown = new Set<string>()
  const yearly = new Map<string, ZoneRules>()
  const rulesAt = (tzid: string, zone: Component, local: LocalText): ZoneRules | null => {
    const year = `${tzid} ${local.slice(0, 4)}`
    const rules = yearly.get(year)
    if (rules) return rules
    const observances = known.get(tzid) ?? observancesOf(zone)
    known.set(tzid, observances)
    const found = rulesFromVtimezone(tzid, observances, wallMsOf(local))
    // With summer time they hold for the year; without it, only what is the offset at this very time is sure.
    if (found?.daylight) yearly.set(year, found)
    return found
  }
  return {
    unknown,
    resolve(tzid, local) {
      const byName = resolveZone({ id: tzid })
      if (byName.how !== 'custom') return byName
      const component = components.find((zone) => tzidOfZone(zone) === tzid.trim())
      if (!component) return byName
      const rules = rulesAt(tzid, component, local)
      const displayName = lineOf(component, 'X-LIC-LOCATION')?.value
      const query = { id: tzid, atYear: Number(local.slice(0, 4)) }
      const named = displayName === undefined ? query : { ...query, displayName }
      return resolveZone(rules ? { ...named, rules } : named)
    },
  }
}

/** Every time in the line's value (EXDATE and RDATE have lists; of a PERIOD the start counts). Values that are no times are left out. */
export function timesOfLine(line: ContentLine, book: ZoneBook): CalTime[] {
  return line.value.split(',').flatMap((value) => timeOfValue(value, line, book) ?? [])
}

export function timeOfLine(line: ContentLine | null, book: ZoneBook): CalTime | null {
  return line && timeOfValue(line.value, line, book)
}

export function timeOfValue(value: string, line: ContentLine, book: ZoneBook): CalTime | null {
  const text = value.includes('/') ? value.slice(0, value.indexOf('/')) : value
  const local = localTextOfValue(text)
  if (local === null) return null
  if (!/T/i.test(text) || paramOf(line, 'VALUE')?.toUpperCase() === 'DATE')
    return { kind: 'date', date: local.slice(0, 10) }
  if (isUtcValue(text)) return { kind: 'utc', local }
  const tzid = paramOf(line, 'TZID')
  if (tzid === null || tzid === '') return { kind: 'floating', local }
  const resolved = book.resolve(tzid, local)
  if (!isCustomZone(resolved.zone) || resolved.rules) return timeInZone(local, resolved)
  book.unknown.add(tzid)
  return { kind: 'floating', local }
}

/** The end of something that begins at `start` and lasts so long; in the start's own kind and zone (section 3.3.6). */
export function plusDuration(start: CalTime, duration: Duration, floatingZone: string): CalTime {
  const wallMs = wallMsOf(localOf(start))
  if (start.kind === 'date') {
    const days = duration.days + Math.ceil(duration.exactMs / 86_400_000)
    return { kind: 'date', date: dateTextOf(dayOfText(start.date) + days) }
  }
  const moved = withLocal(start, localTextOf(wallMs + duration.days * 86_400_000))
  if (duration.exactMs === 0 || start.kind !== 'zoned') return addExact(moved, duration.exactMs)
  const utc = localInFrame(moved, { kind: 'utc', local: '1970-01-01T00:00:00' }, floatingZone)
  const ended: CalTime = { kind: 'utc', local: localTextOf(wallMsOf(utc) + duration.exactMs) }
  return withLocal(start, localInFrame(ended, start, floatingZone))
}

function addExact(time: CalTime, exactMs: number): CalTime {
  return exactMs === 0 ? time : withLocal(time, localTextOf(wallMsOf(localOf(time)) + exactMs))
}
