/** Start and due of a VTODO: DTSTART with DUE or DURATION (RFC 5545 section 3.6.2). The model has days; the times stay in the document. */

import type { CalTime, DateText } from '../../model/time.ts'
import { instantOf, localAt, localOf, withLocal } from '../../model/zone-time.ts'
import { unreachable } from '../../ports/errors.ts'
import { sameTime, timeLine } from './bounds.ts'
import type { Reading } from './context.ts'
import { type Component, dropLines, lineOf, setLine } from './document.ts'
import { plusDuration, timeOfLine } from './times.ts'
import { parseDuration } from './values.ts'

export type TodoDates = { start: DateText | null; due: DateText | null }
/** As the document has them. */
export type TodoTimes = { start: CalTime | null; due: CalTime | null }
export type DateWriting = Reading & { write: (time: CalTime) => void }

export function todoTimes(todo: Component, { book, floatingZone }: Reading): TodoTimes {
  const start = timeOfLine(lineOf(todo, 'DTSTART'), book)
  const due = timeOfLine(lineOf(todo, 'DUE'), book)
  if (due || !start) return { start, due }
  const duration = parseDuration(lineOf(todo, 'DURATION')?.value ?? '')
  return { start, due: duration && plusDuration(start, duration, floatingZone) }
}

/** `clamped`: due before the start (TIM-6). */
export function readDates(todo: Component, reading: Reading): TodoDates & { clamped: boolean } {
  const times = todoTimes(todo, reading)
  const start = times.start && dayIn(times.start, reading)
  const due = times.due && dayIn(times.due, reading)
  return { ...fitDates({ start, due }), clamped: start !== null && due !== null && due < start }
}

export function fitDates({ start, due }: TodoDates): TodoDates {
  return { start, due: start !== null && due !== null && due < start ? start : due }
}

/** The day in the time's own zone; of an instant the day in the user's zone. */
export function dayIn(time: CalTime, { floatingZone }: Pick<Reading, 'floatingZone'>): DateText {
  return inUserZone(time, floatingZone).slice(0, 10)
}

/** True when anything was written. */
export function patchDates(todo: Component, wanted: TodoDates, writing: DateWriting): boolean {
  const before = readDates(todo, writing)
  if (before.start === wanted.start && before.due === wanted.due) return false
  const old = todoTimes(todo, writing)
  if (before.start !== wanted.start)
    setTime(todo, 'DTSTART', { wanted: wanted.start, frame: old.start ?? old.due, writing })
  if (readDates(todo, writing).due !== wanted.due) {
    dropLines(todo, 'DURATION')
    setTime(todo, 'DUE', { wanted: wanted.due, frame: old.due ?? old.start, writing })
  }
  keepOrder(todo, writing)
  return true
}

type Setting = { wanted: DateText | null; frame: CalTime | null; writing: DateWriting }

/** The new day with the time and in the zone of the old one: a task due at three stays due at three. */
function setTime(todo: Component, name: 'DTSTART' | 'DUE', { wanted, frame, writing }: Setting): void {
  if (wanted === null) {
    dropLines(todo, name)
    return
  }
  const time = frame ? onDay(frame, wanted, writing.floatingZone) : ({ kind: 'date', date: wanted } as const)
  setLine(todo, timeLine(name, time, lineOf(todo, name)), name === 'DUE' ? 'DTSTART' : 'UID')
  writing.write(time)
}

/** DUE on the day of DTSTART but earlier: the end of that day is what was meant. */
function keepOrder(todo: Component, writing: DateWriting): void {
  const { start, due } = todoTimes(todo, writing)
  if (!start || !due || start.kind === 'date' || due.kind === 'date' || !lineOf(todo, 'DUE')) return
  if (instantOf(due, writing.floatingZone) >= instantOf(start, writing.floatingZone)) return
  const late = withTime(due, `${dayIn(due, writing)}T23:59:59`, writing.floatingZone)
  setLine(todo, timeLine('DUE', late, lineOf(todo, 'DUE')))
  writing.write(late)
}

function onDay(time: CalTime, date: DateText, floatingZone: string): CalTime {
  if (time.kind === 'date') return { kind: 'date', date }
  return withTime(time, date + inUserZone(time, floatingZone).slice(10), floatingZone)
}

/** `local` in the time's own zone; for an instant in the user's. */
function withTime(time: CalTime, local: string, floatingZone: string): CalTime {
  switch (time.kind) {
    case 'date':
    case 'floating':
    case 'zoned':
      return withLocal(time, local)
    case 'utc':
      return { kind: 'utc', local: localAt('UTC', instantOf({ kind: 'floating', local }, floatingZone)) }
    default:
      return unreachable(time)
  }
}

function inUserZone(time: CalTime, floatingZone: string): string {
  return time.kind === 'utc' ? localAt(floatingZone, instantOf(time, floatingZone)) : localOf(time)
}

/**
 * A rule counts days where the start is. An instant has its days in UTC, the model in the user's zone: before a rule is written
 * the same instant is written in that zone.
 */
export function localiseDates(todo: Component, writing: DateWriting): void {
  for (const name of ['DTSTART', 'DUE'] as const) {
    const line = lineOf(todo, name)
    const time = timeOfLine(line, writing.book)
    if (time?.kind !== 'utc') continue
    const local: CalTime = { kind: 'zoned', local: inUserZone(time, writing.floatingZone), zone: writing.floatingZone }
    if (sameTime(local, time)) continue
    setLine(todo, timeLine(name, local, line))
    writing.write(local)
  }
}
