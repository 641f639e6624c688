/**
 * The one reminder that both sides have, out of any number of VALARMs (RFC 5545 section 3.6.6). It is the first one that shows
 * or sounds and lies a whole number of minutes before the start; every other alarm stays as it is.
 */
import { wallMsOf } from '../../model/civil.ts'
import type { Reminder } from '../../model/event.ts'
import { instantOf } from '../../model/zone-time.ts'
import type { Moment } from './context.ts'
import { type Component, componentsOf, dropLines, lineOf, newComponent, setLine } from './document.ts'
import { makeLine, paramOf } from './lines.ts'
import { isUtcValue, localTextOfValue, minutesBeforeValue, parseDuration } from './values.ts'

/** Marks an alarm that stays on the Nextcloud side alone, because the mirrored reminder was taken away beside it. */
export const UNMIRRORED = 'X-EXC-UNMIRRORED'
const MINUTE_MS = 60_000

type Alarm = { component: Component; minutesBefore: number }

export function readReminder(event: Component, moment: Moment): Reminder | null {
  const [first] = alarmsOf(event, moment)
  return first ? { minutesBefore: first.minutesBefore } : null
}

export function patchReminder(event: Component, wanted: Reminder | null, moment: Moment): boolean {
  const [first, ...others] = alarmsOf(event, moment)
  if (first?.minutesBefore === wanted?.minutesBefore) return false
  if (wanted === null) {
    event.children = event.children.filter((node) => node !== first?.component)
    for (const other of others) setLine(other.component, makeLine(UNMIRRORED, '', 'TRUE'))
    return true
  }
  const trigger = makeLine('TRIGGER', '', minutesBeforeValue(wanted.minutesBefore))
  if (first) {
    setLine(first.component, trigger)
    // A snooze belongs to the old time (RFC 9074 section 6.1).
    dropLines(first.component, 'ACKNOWLEDGED')
    return true
  }
  const title = lineOf(event, 'SUMMARY')?.value || 'Reminder'
  event.children.push(
    newComponent('VALARM', [makeLine('ACTION', '', 'DISPLAY'), makeLine('DESCRIPTION', '', title), trigger]),
  )
  return true
}

function alarmsOf(event: Component, moment: Moment): Alarm[] {
  const out: Alarm[] = []
  for (const component of componentsOf(event, 'VALARM')) {
    const action = lineOf(component, 'ACTION')?.value.trim().toUpperCase() ?? 'DISPLAY'
    if ((action !== 'DISPLAY' && action !== 'AUDIO') || lineOf(component, UNMIRRORED)) continue
    const minutesBefore = minutesOf(component, moment)
    if (minutesBefore !== null && Number.isInteger(minutesBefore)) out.push({ component, minutesBefore })
  }
  return out
}

function minutesOf(component: Component, moment: Moment): number | null {
  const line = lineOf(component, 'TRIGGER')
  if (!line) return null
  const duration = parseDuration(line.value)
  if (duration) {
    const before = -(duration.days * 1440 + duration.exactMs / MINUTE_MS)
    if (paramOf(line, 'RELATED')?.toUpperCase() !== 'END') return before + 0
    return before - lengthMs(moment) / MINUTE_MS + 0
  }
  // An absolute time belongs to one occurrence only.
  const local = localTextOfValue(line.value)
  if (moment.recurring || local === null || !isUtcValue(line.value)) return null
  return (instantOf(moment.start, moment.floatingZone) - wallMsOf(local)) / MINUTE_MS
}

function lengthMs({ start, end, floatingZone }: Moment): number {
  return instantOf(end, floatingZone) - instantOf(start, floatingZone)
}
