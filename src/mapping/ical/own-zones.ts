/** Keeps an event in the zone that it has where Exchange cannot tell that zone from another one. Pure. */
import type { Event } from '../../model/event.ts'
import type { CalTime } from '../../model/time.ts'
import { ianaToWindows } from '../zones.ts'

type Bounds = Pick<Event, 'start' | 'end'>

/**
 * Windows has one zone where the zone database has several (Toronto and New York): what comes from Exchange in the one means the
 * other, when the event had it before.
 */
export function inOwnZones({ start, end }: Bounds, current: Bounds | null): Bounds {
  if (current === null) return { start, end }
  return { start: inOwnZone(start, current.start), end: inOwnZone(end, current.end) }
}

function inOwnZone(time: CalTime, own: CalTime): CalTime {
  if (time.kind !== 'zoned' || own.kind !== 'zoned' || time.zone === own.zone || time.rules || own.rules) return time
  const windows = ianaToWindows(time.zone)
  return windows !== null && windows === ianaToWindows(own.zone) ? { ...time, zone: own.zone } : time
}
