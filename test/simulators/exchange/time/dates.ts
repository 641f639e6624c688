/** xs:dateTime in and out. A value without offset belongs to the zone of the request's TimeZoneContext, else UTC. */
import { fromWall, offsetAt, type Zone } from './zones.ts'

export const MINUTE_MS = 60_000
export const DAY_MS = 86_400_000

const DATE_TIME = /^(-?\d{4,})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(\.\d+)?(Z|[+-]\d\d:\d\d)?$/

/** Epoch ms, or undefined when the text is no xs:dateTime. */
export function parseDateTime(text: string, zone: Zone): number | undefined {
  const match = DATE_TIME.exec(text.trim())
  if (!match) return undefined
  const [, year, month, day, hour, minute, second, , offset] = match
  const wall = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second))
  if (Number.isNaN(wall)) return undefined
  if (offset === 'Z') return wall
  if (offset) {
    const sign = offset.startsWith('-') ? -1 : 1
    return wall - sign * (Number(offset.slice(1, 3)) * 60 + Number(offset.slice(4, 6))) * MINUTE_MS
  }
  return fromWall(zone, wall)
}

/** UTC with Z, or with the offset of the zone when a TimeZoneContext asks for one. */
export function formatDateTime(at: number, zone?: Zone): string {
  if (!zone || zone.id === 'UTC') return `${new Date(at).toISOString().slice(0, 19)}Z`
  const offset = offsetAt(zone, at)
  const wall = new Date(at + offset).toISOString().slice(0, 19)
  const minutes = Math.abs(Math.round(offset / MINUTE_MS))
  const hh = String(Math.floor(minutes / 60)).padStart(2, '0')
  const mm = String(minutes % 60).padStart(2, '0')
  return `${wall}${offset < 0 ? '-' : '+'}${hh}:${mm}`
}

/** `YYYY-MM-DD` of a wall time held as if it were UTC. */
export function dateText(wall: number): string {
  return new Date(wall).toISOString().slice(0, 10)
}

/** Midnight (as if UTC) of an xs:date; an offset behind it is cut, as Exchange does in recurrence ranges. */
export function parseDate(text: string): number | undefined {
  const match = /^(\d{4})-(\d\d)-(\d\d)(Z|[+-]\d\d:\d\d)?$/.exec(text.trim())
  if (!match) return undefined
  const at = Date.UTC(Number(match[1]), Number(match[2]) - 1, Number(match[3]))
  return Number.isNaN(at) ? undefined : at
}

export function startOfDay(wall: number): number {
  return Math.floor(wall / DAY_MS) * DAY_MS
}
