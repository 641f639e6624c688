/** Instants of iCalendar date-times: enough for time-range filters and for "this event is over" in scheduling. */
import { allNamed, type Component, type Property, paramOf, textOf } from './ical.ts'

const DAY_MS = 86_400_000

export type Moment = { wallMs: number; utcMs: number; isDate: boolean; zone: Zone }
/** Offset east of UTC in milliseconds for an instant. */
export type Zone = { name: string; offsetMs(utcMs: number): number }

export const UTC: Zone = { name: 'UTC', offsetMs: () => 0 }

function intlZone(name: string): Zone | undefined {
  let format: Intl.DateTimeFormat
  try {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: name,
      hourCycle: 'h23',
      ...{ year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' },
    })
  } catch {
    return undefined
  }
  return {
    name,
    offsetMs: (utcMs) => {
      const parts = new Map(format.formatToParts(utcMs).map((part) => [part.type, Number(part.value)]))
      const at = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0
      const wall = Date.UTC(at('year'), at('month') - 1, at('day'), at('hour'), at('minute'), at('second'))
      return wall - Math.floor(utcMs / 1000) * 1000
    },
  }
}

/** A zone that is not in the IANA list gets the standard offset of its VTIMEZONE, or UTC. */
function zoneOf(tzid: string | undefined, calendar: Component): Zone {
  if (tzid === undefined) return UTC
  const known = intlZone(tzid)
  if (known) return known
  const definition = calendar.components.find((part) => part.name === 'VTIMEZONE' && textOf(part, 'TZID') === tzid)
  const standard = definition?.components.find((part) => part.name === 'STANDARD')
  const match = /^([+-])(\d\d)(\d\d)/.exec(textOf(standard, 'TZOFFSETTO') ?? '')
  const minutes = match ? Number(`${match[1]}1`) * (Number(match[2]) * 60 + Number(match[3])) : 0
  return { name: tzid, offsetMs: () => minutes * 60_000 }
}

export function toUtc(wallMs: number, zone: Zone): number {
  const guess = wallMs - zone.offsetMs(wallMs)
  return wallMs - zone.offsetMs(guess)
}

/** `20260131`, `20260131T090000`, `20260131T090000Z`; the wall clock as if it were UTC. */
export function wallOf(value: string): number | undefined {
  const match = /^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)Z?)?$/.exec(value)
  if (!match) return undefined
  const [year, month, day, hour, minute, second] = match.slice(1).map((part) => Number(part ?? 0))
  return Date.UTC(year ?? 0, (month ?? 1) - 1, day ?? 1, hour ?? 0, minute ?? 0, second ?? 0)
}

export function momentOf(property: Property | undefined, calendar: Component): Moment | undefined {
  const wallMs = property && wallOf(property.value)
  if (!property || wallMs === undefined) return undefined
  const zone = property.value.endsWith('Z') ? UTC : zoneOf(paramOf(property, 'TZID'), calendar)
  return { wallMs, utcMs: toUtc(wallMs, zone), isDate: property.value.length === 8, zone }
}

export function durationMs(value: string): number {
  const match = /^([+-]?)P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/.exec(value)
  if (!match) return 0
  const [weeks, days, hours, minutes, seconds] = match.slice(2).map((part) => Number(part ?? 0))
  const ms =
    ((weeks ?? 0) * 7 + (days ?? 0)) * DAY_MS + (((hours ?? 0) * 60 + (minutes ?? 0)) * 60 + (seconds ?? 0)) * 1000
  return match[1] === '-' ? -ms : ms
}

/** Length of a VEVENT or VTODO (RFC 5545 3.6.1: a date without an end lasts one day, a time without an end none). */
export function lengthMs(item: Component, calendar: Component): number {
  const [start] = allNamed(item, 'DTSTART')
  const [end] = allNamed(item, item.name === 'VTODO' ? 'DUE' : 'DTEND')
  const from = momentOf(start, calendar)
  const to = momentOf(end, calendar)
  if (from && to) return Math.max(0, to.utcMs - from.utcMs)
  const duration = textOf(item, 'DURATION')
  if (duration !== undefined) return durationMs(duration)
  return from?.isDate ? DAY_MS : 0
}
