/** Windows time zones: ids, display names, and offsets from the ICU data of Node. Exchange thinks in these ids only. */
import { findIana } from 'windows-iana'

/** Display names of the zones that tests meet most; others get one made from the offset and the id. */
const DISPLAY_NAMES: Record<string, string> = {
  UTC: '(UTC) Coordinated Universal Time',
  'GMT Standard Time': '(UTC+00:00) Dublin, Edinburgh, Lisbon, London',
  'Greenwich Standard Time': '(UTC+00:00) Monrovia, Reykjavik',
  'W. Europe Standard Time': '(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna',
  'Romance Standard Time': '(UTC+01:00) Brussels, Copenhagen, Madrid, Paris',
  'Central Europe Standard Time': '(UTC+01:00) Belgrade, Bratislava, Budapest, Ljubljana, Prague',
  'Central European Standard Time': '(UTC+01:00) Sarajevo, Skopje, Warsaw, Zagreb',
  'FLE Standard Time': '(UTC+02:00) Helsinki, Kyiv, Riga, Sofia, Tallinn, Vilnius',
  'GTB Standard Time': '(UTC+02:00) Athens, Bucharest',
  'Russian Standard Time': '(UTC+03:00) Moscow, St. Petersburg',
  'India Standard Time': '(UTC+05:30) Chennai, Kolkata, Mumbai, New Delhi',
  'Nepal Standard Time': '(UTC+05:45) Kathmandu',
  'China Standard Time': '(UTC+08:00) Beijing, Chongqing, Hong Kong, Urumqi',
  'Tokyo Standard Time': '(UTC+09:00) Osaka, Sapporo, Tokyo',
  'AUS Eastern Standard Time': '(UTC+10:00) Canberra, Melbourne, Sydney',
  'New Zealand Standard Time': '(UTC+12:00) Auckland, Wellington',
  'Eastern Standard Time': '(UTC-05:00) Eastern Time (US & Canada)',
  'Central Standard Time': '(UTC-06:00) Central Time (US & Canada)',
  'Mountain Standard Time': '(UTC-07:00) Mountain Time (US & Canada)',
  'US Mountain Standard Time': '(UTC-07:00) Arizona',
  'Pacific Standard Time': '(UTC-08:00) Pacific Time (US & Canada)',
  'Hawaiian Standard Time': '(UTC-10:00) Hawaii',
  'E. South America Standard Time': '(UTC-03:00) Brasilia',
}

/** Ids given out by GetServerTimeZones without a list. */
export const KNOWN_ZONE_IDS = Object.keys(DISPLAY_NAMES)

/** From `since` on (epoch ms) the zone is `offsetMs` ahead of UTC. */
export type ZoneChange = { since: number; offsetMs: number }

/** A zone as an item keeps it. `changes` is sorted and starts at -Infinity. */
export type Zone = {
  id: string
  name: string
  changes: readonly ZoneChange[]
  /** Of a zone that came with its own rules: the XML inside its element. */
  definition?: string
}

const FIRST_YEAR = 1970
const LAST_YEAR = 2060
const DAY_MS = 86_400_000

function offsetReader(iana: string): (at: number) => number {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: iana,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  return (at) => {
    const part: Record<string, number> = {}
    for (const { type, value } of format.formatToParts(at)) part[type] = Number(value)
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part
    return Date.UTC(year, month - 1, day, hour, minute, second) - at
  }
}

/** Scans month by month and halves the month in which the offset moved. */
function scan(iana: string): ZoneChange[] {
  const offsetAt = offsetReader(iana)
  const changes: ZoneChange[] = []
  let previous = Date.UTC(FIRST_YEAR, 0, 1)
  changes.push({ since: Number.NEGATIVE_INFINITY, offsetMs: offsetAt(previous) })
  for (let month = 1; month <= (LAST_YEAR - FIRST_YEAR) * 12; month++) {
    const next = Date.UTC(FIRST_YEAR, month, 1)
    // Twice a month: Morocco's and others' summer times are interrupted for about a month.
    for (const until of [previous + 15 * DAY_MS, next]) {
      const before = changes.at(-1)?.offsetMs
      if (offsetAt(until) === before) {
        previous = until
        continue
      }
      let low = previous
      let high = until
      while (high - low > 1000) {
        const middle = Math.floor((low + high) / 2000) * 1000
        if (offsetAt(middle) === before) low = middle
        else high = middle
      }
      changes.push({ since: high, offsetMs: offsetAt(high) })
      previous = until
    }
  }
  return changes
}

function displayName(id: string, changes: readonly ZoneChange[]): string {
  const known = DISPLAY_NAMES[id]
  if (known) return known
  const minutes = Math.round(Math.min(...changes.slice(-2).map((change) => change.offsetMs)) / 60_000)
  const text = `${String(Math.floor(Math.abs(minutes) / 60)).padStart(2, '0')}:${String(Math.abs(minutes) % 60).padStart(2, '0')}`
  return `(UTC${minutes < 0 ? '-' : '+'}${text}) ${id.replace(/ Standard Time$/, '')}`
}

/** One per simulator: scanning a zone takes milliseconds, so each is scanned once. */
export class ZoneTable {
  readonly #zones = new Map<string, Zone>()

  /** Undefined for an id that Windows does not know. */
  find(id: string): Zone | undefined {
    const cached = this.#zones.get(id)
    if (cached) return cached
    const iana = id === 'UTC' || id === 'tzone://Microsoft/Utc' ? 'Etc/UTC' : findIana(id)?.[0]
    if (!iana) return undefined
    const changes = iana === 'Etc/UTC' ? [{ since: Number.NEGATIVE_INFINITY, offsetMs: 0 }] : scan(iana)
    const zone = { id, name: displayName(id, changes), changes }
    this.#zones.set(id, zone)
    return zone
  }

  utc(): Zone {
    return this.find('UTC') ?? { id: 'UTC', name: 'UTC', changes: [{ since: Number.NEGATIVE_INFINITY, offsetMs: 0 }] }
  }
}

export function offsetAt(zone: Zone, at: number): number {
  let low = 0
  let high = zone.changes.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((zone.changes[middle]?.since ?? 0) <= at) low = middle
    else high = middle - 1
  }
  return zone.changes[low]?.offsetMs ?? 0
}

/** Wall clock as if it were UTC. */
export function toWall(zone: Zone, at: number): number {
  return at + offsetAt(zone, at)
}

/** A wall time in a gap moves forward, an ambiguous one is the first of the two (as Windows does). */
export function fromWall(zone: Zone, wall: number): number {
  const early = wall - offsetAt(zone, wall - DAY_MS)
  if (toWall(zone, early) === wall) return early
  const late = wall - offsetAt(zone, wall + DAY_MS)
  if (toWall(zone, late) === wall) return late
  return wall - offsetAt(zone, wall - DAY_MS)
}
