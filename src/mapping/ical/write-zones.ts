/** Sees to it that every zone of a written time is described in the document, and described truly (TIM-1). */
import { civilOf, DAY_MS, wallMsOf } from '../../model/civil.ts'
import type { CalTime } from '../../model/time.ts'
import { instantOf } from '../../model/zone-time.ts'
import { tzidOf } from './bounds.ts'
import { type Component, componentsOf } from './document.ts'
import { tzidOfZone } from './times.ts'
import { type Observance, observancesOf, offsetAtWall, rulesFromVtimezone } from './vtimezone-read.ts'
import { vtimezoneOf, vtimezoneOfRules } from './vtimezone-write.ts'

type Zoned = Extract<CalTime, { kind: 'zoned' }>

/** `times`: those that were written. A VTIMEZONE that is there stays, unless it gives one of them another offset or none. */
export function patchZones(calendar: Component, times: readonly CalTime[]): void {
  const byTzid = new Map<string, Zoned[]>()
  for (const time of times) {
    if (time.kind !== 'zoned') continue
    const tzid = tzidOf(time)
    byTzid.set(tzid, [...(byTzid.get(tzid) ?? []), time])
  }
  for (const [tzid, zoned] of byTzid) {
    const [first] = zoned
    if (!first) continue
    const existing = componentsOf(calendar, 'VTIMEZONE').find((zone) => tzidOfZone(zone) === tzid)
    const observances = existing ? observancesOf(existing) : []
    if (existing && zoned.every((time) => isTrue(observances, time))) continue
    const fromYear = Math.min(...zoned.map(yearOf))
    const zone = first.rules ? vtimezoneOfRules(tzid, first.rules, fromYear) : vtimezoneOf(first.zone, fromYear)
    if (existing) calendar.children.splice(calendar.children.indexOf(existing), 1, zone)
    else insertZone(calendar, zone)
  }
}

/** Right at the time itself and half a year later, where the other half of the rules holds. */
function isTrue(observances: readonly Observance[], time: Zoned): boolean {
  // Before its first year a VTIMEZONE tells an offset, and no rules.
  if (time.rules?.daylight && !rulesFromVtimezone(time.zone, observances, wallMsOf(time.local))?.daylight) return false
  const later = { ...time, local: halfYearLater(time.local) }
  return [time, later].every((at) => {
    const wallMs = wallMsOf(at.local)
    const offset = offsetAtWall(observances, wallMs)
    return offset !== null && wallMs - offset * 60_000 === instantOf(at, 'UTC')
  })
}

function halfYearLater(local: string): string {
  const month = Number(local.slice(5, 7))
  const year = Number(local.slice(0, 4)) + (month > 6 ? 1 : 0)
  return `${String(year).padStart(4, '0')}-${String(((month + 5) % 12) + 1).padStart(2, '0')}-15T12:00:00`
}

function yearOf(time: Zoned): number {
  return civilOf(Math.floor(wallMsOf(time.local) / DAY_MS)).year
}

function insertZone(calendar: Component, zone: Component): void {
  const at = calendar.children.findIndex((node) => node.kind === 'component' && node.name !== 'VTIMEZONE')
  calendar.children.splice(at < 0 ? calendar.children.length : at, 0, zone)
}
