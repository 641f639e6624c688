/** The searches behind zones.ts, which remembers their answers: slow, exact, without memory. */
import { findIana, findWindows, WINDOWS_TO_IANA_MAP } from 'windows-iana'
import { ZONE_REFERENCE_YEAR } from '../limits.ts'
import type { ZoneId, ZoneRules } from '../model/time.ts'
import { memoize } from './memo.ts'
import { IANA_OVERRIDES, IANA_RENAMES, WINDOWS_OVERRIDES } from './zones-data.ts'
import { WINDOWS_DISPLAY_NAMES } from './zones-display.ts'
import { yearRules, zoneHasRules } from './zones-rules.ts'

/** Old single-word IANA names; other words without a slash (Windows ids, "Factory") are no IANA zones. */
const WORD_ZONE =
  /^(UTC|GMT|UCT|Zulu|Universal|Greenwich|GMT[+-]?0|CET|MET|EET|WET|EST|MST|HST|[ECMP]ST\d[ECMP]DT|GB|NZ|PRC|ROC|ROK|W-SU|Cuba|Egypt|Eire|GB-Eire|Hongkong|Iceland|Iran|Israel|Jamaica|Japan|Kwajalein|Libya|Navajo|NZ-CHAT|Poland|Portugal|Singapore|Turkey)$/i

/** Every zone of the runtime by its canonical name: a list of 400 that takes 20 ms to make. */
const zoneNames = memoize(() => Intl.supportedValuesOf('timeZone').map((zone) => findCanonical(zone) ?? zone), 1)

export function findCanonical(id: string): ZoneId | null {
  const trimmed = id.trim().replaceAll(' ', '_')
  const exact = runtimeZone(trimmed)
  if (exact) return exact
  for (let slash = trimmed.indexOf('/'); slash >= 0; slash = trimmed.indexOf('/', slash + 1)) {
    const rest = runtimeZone(trimmed.slice(slash + 1))
    if (rest && (rest === 'UTC' || trimmed.slice(slash + 1).includes('/'))) return rest
  }
  return null
}

function runtimeZone(id: string): ZoneId | null {
  if (!/^[A-Za-z][\w+-]*(\/[\w+-]+){1,2}$/.test(id) && !WORD_ZONE.test(id)) return null
  try {
    const name = new Intl.DateTimeFormat('en', { timeZone: id }).resolvedOptions().timeZone
    return IANA_RENAMES[name] ?? name
  } catch {
    // The runtime's answer for an unknown name.
    return null
  }
}

export function findForWindows(id: string): ZoneId | null {
  const wanted = id.trim().toLowerCase()
  for (const name of [wanted, wanted.replace(/ \d+$/, '')]) {
    const override = Object.hasOwn(WINDOWS_OVERRIDES, name) ? WINDOWS_OVERRIDES[name] : undefined
    if (override) return override
    const entry = WINDOWS_TO_IANA_MAP.find((known) => known.windowsName.toLowerCase() === name)
    const iana = entry && findIana(entry.windowsName)[0]
    if (iana) return findCanonical(iana)
  }
  return null
}

export function findWindowsFor(zone: ZoneId): string | null {
  const canonical = findCanonical(zone)
  if (!canonical) return null
  const old = Object.keys(IANA_RENAMES).find((name) => IANA_RENAMES[name] === canonical)
  return IANA_OVERRIDES[canonical] ?? findWindows(canonical)[0] ?? (old && findWindows(old)[0]) ?? null
}

/** "(UTC+01:00) Amsterdam, Berlin, ..." in English, else in any language by a city that is an IANA zone with that offset. */
export function findForDisplayName(text: string): ZoneId | null {
  const match = /^\s*\((?:UTC|GMT)?\s*(?:([+-])\s?(\d{1,2})[:.]?(\d{2})?)?\)\s*(.*)$/i.exec(text)
  const places = (match?.[4] ?? text).trim().replace(/\s+\d+$/, '')
  const named = WINDOWS_DISPLAY_NAMES.find(([name]) => spokenName(name) === spokenName(places))
  if (named) return findForWindows(named[1])
  const offset = match && (Number(match[2] ?? 0) * 60 + Number(match[3] ?? 0)) * (match[1] === '-' ? -1 : 1)
  if (places === '') return offset === null || match?.[1] === undefined ? null : fixedZone(offset, ZONE_REFERENCE_YEAR)
  const cities = places.split(/[,;/]/).map(plainName)
  // Without an offset one city alone may be any word; two of one offset are a list of Windows.
  const known = cities.flatMap((city) => cityZone(city) ?? [])
  const wanted = offset ?? (known.length > 1 ? known[0]?.standardOffsetMinutes : undefined)
  const found = known.find((zone) => zone.standardOffsetMinutes === wanted)
  return found ? (findForWindows(findWindowsFor(found.zone) ?? '') ?? found.zone) : null
}

function cityZone(city: string): { zone: ZoneId; standardOffsetMinutes: number } | null {
  const zone = zoneNames('').find((candidate) => plainName(candidate.slice(candidate.lastIndexOf('/') + 1)) === city)
  const rules = zone ? yearRules(zone, ZONE_REFERENCE_YEAR) : null
  return zone && rules ? { zone, standardOffsetMinutes: rules.standardOffsetMinutes } : null
}

function spokenName(name: string): string {
  return name.toLowerCase().replace(/\s*&\s*/g, ' and ')
}

/** "UTC+11", "GMT-0330", "+01:00" in the sense of ISO 8601 (east is plus). */
export function findForOffset(text: string): ZoneId | null {
  const match = /^(?:UTC|GMT)?\s*([+-])(\d{1,2})(?::?(\d{2}))?$/i.exec(text.trim())
  if (!match) return null
  const minutes = Number(match[2]) * 60 + Number(match[3] ?? 0)
  return fixedZone(match[1] === '-' ? -minutes : minutes, ZONE_REFERENCE_YEAR)
}

function plainName(text: string): string {
  return text
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/[^a-z]/gi, '')
    .toLowerCase()
}

/** The main zone of every Windows zone, the busiest first: of several zones with the same rules people expect these. */
const mainZones = memoize(() => {
  const main = WINDOWS_TO_IANA_MAP.filter((entry) => entry.territory === '001').map((entry) => entry.windowsName)
  const names = ['W. Europe Standard Time', 'Eastern Standard Time', 'AUS Eastern Standard Time', ...main]
  return names.flatMap((name) => findForWindows(name) ?? [])
}, 1)

/** Windows' main zones first, so that common rules get a common name and survive the way to Exchange and back. */
export function findForRules(key: string): ZoneId | null {
  const year = Number(key.slice(0, key.indexOf(' ')))
  const rules: ZoneRules = { name: '', ...JSON.parse(key.slice(key.indexOf(' ') + 1)) }
  if (!rules.daylight) return fixedZone(rules.standardOffsetMinutes, year)
  const same = (zone: ZoneId) => zoneHasRules(zone, rules, year) && zoneHasRules(zone, rules, year + 1)
  return mainZones('').find(same) ?? zoneNames('').find(same) ?? null
}

/** A zone that never changes: the `Etc` zones have whole hours, for others any zone that has this offset all the year. */
function fixedZone(offsetMinutes: number, year: number): ZoneId | null {
  if (offsetMinutes === 0) return 'UTC'
  const hours = offsetMinutes / 60
  if (Number.isInteger(hours) && hours >= -12 && hours <= 14) return `Etc/GMT${hours > 0 ? '-' : '+'}${Math.abs(hours)}`
  const rules: ZoneRules = { name: '', standardOffsetMinutes: offsetMinutes, daylight: null }
  const same = (zone: ZoneId) => zoneHasRules(zone, rules, year) && zoneHasRules(zone, rules, year + 1)
  return zoneNames('').find(same) ?? null
}
