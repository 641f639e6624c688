/** The one reminder that both sides have, out of any number of VALARMs: the first that shows or sounds, as the instant when it does. */
import { localTextOf, wallMsOf } from '../../model/civil.ts'
import type { TaskReminder } from '../../model/task.ts'
import { instantOf } from '../../model/zone-time.ts'
import type { Reading } from './context.ts'
import { type Component, componentsOf, dropLines, lineOf, newComponent, setLine } from './document.ts'
import { makeLine, paramOf } from './lines.ts'
import { UNMIRRORED } from './reminder.ts'
import { plusDuration } from './times.ts'
import { todoTimes } from './todo-dates.ts'
import { isUtcValue, localTextOfValue, localValue, parseDuration } from './values.ts'

type Alarm = { component: Component; atMs: number }

export function readTodoReminder(todo: Component, reading: Reading): TaskReminder | null {
  const [first] = alarmsOf(todo, reading)
  return first ? { atUtc: localTextOf(first.atMs) } : null
}

/** After the dates: an alarm that is counted from a date that moved is written as the instant that is wanted. */
export function patchTodoReminder(todo: Component, wanted: TaskReminder | null, reading: Reading): boolean {
  const [first, ...others] = alarmsOf(todo, reading)
  if ((first ? localTextOf(first.atMs) : undefined) === wanted?.atUtc) return false
  if (wanted === null) {
    todo.children = todo.children.filter((node) => node !== first?.component)
    for (const other of others) setLine(other.component, makeLine(UNMIRRORED, '', 'TRUE'))
    return true
  }
  const trigger = makeLine('TRIGGER', ';VALUE=DATE-TIME', `${localValue(wanted.atUtc)}Z`)
  if (first) {
    setLine(first.component, trigger)
    // A snooze belongs to the old time (RFC 9074 section 6.1).
    dropLines(first.component, 'ACKNOWLEDGED')
    return true
  }
  const title = lineOf(todo, 'SUMMARY')?.value || 'Reminder'
  const alarm = [makeLine('ACTION', '', 'DISPLAY'), makeLine('DESCRIPTION', '', title), trigger]
  todo.children.push(newComponent('VALARM', alarm))
  return true
}

function alarmsOf(todo: Component, reading: Reading): Alarm[] {
  const out: Alarm[] = []
  for (const component of componentsOf(todo, 'VALARM')) {
    const action = lineOf(component, 'ACTION')?.value.trim().toUpperCase() ?? 'DISPLAY'
    if ((action !== 'DISPLAY' && action !== 'AUDIO') || lineOf(component, UNMIRRORED)) continue
    const atMs = instantOfAlarm(component, todo, reading)
    if (atMs !== null) out.push({ component, atMs })
  }
  return out
}

/** Null when it is counted from a date that the task does not have. */
function instantOfAlarm(alarm: Component, todo: Component, reading: Reading): number | null {
  const line = lineOf(alarm, 'TRIGGER')
  if (!line) return null
  const duration = parseDuration(line.value)
  if (!duration) {
    const local = localTextOfValue(line.value)
    return local !== null && isUtcValue(line.value) ? wallMsOf(local) : null
  }
  const { start, due } = todoTimes(todo, reading)
  // Without DTSTART the programs of today count from DUE, whatever RELATED says.
  const anchor = paramOf(line, 'RELATED')?.toUpperCase() === 'END' ? (due ?? start) : (start ?? due)
  if (!anchor) return null
  const frame = anchor.kind === 'date' ? ({ kind: 'floating', local: `${anchor.date}T00:00:00` } as const) : anchor
  return instantOf(plusDuration(frame, duration, reading.floatingZone), reading.floatingZone)
}
