/**
 * How far a task is: STATUS, PERCENT-COMPLETE and COMPLETED (RFC 5545 section 3.8.1.11, 3.8.1.8, 3.8.2.1), which programs write in
 * any combination. STATUS has no words for two of Exchange's; a mark beside the nearest word holds them.
 */
import type { Task, TaskStatus } from '../../model/task.ts'
import type { DateText } from '../../model/time.ts'
import { instantOf, localAt, localOf } from '../../model/zone-time.ts'
import type { Reading } from './context.ts'
import { type Component, dropLines, lineOf, setLine } from './document.ts'
import { setWord, word } from './fields.ts'
import { makeLine } from './lines.ts'
import { timeOfLine } from './times.ts'
import { utcValue } from './values.ts'

export type Progress = Pick<Task, 'status' | 'percentComplete' | 'completed'>

/** Counts only beside the STATUS that it was written with: whoever sets another one overrules it. */
const MARK = 'X-EXC-TASK-STATUS'
const WORDS: Readonly<Record<TaskStatus, { status: string; mark: string | null }>> = {
  notStarted: { status: 'NEEDS-ACTION', mark: null },
  inProgress: { status: 'IN-PROCESS', mark: null },
  completed: { status: 'COMPLETED', mark: null },
  cancelled: { status: 'CANCELLED', mark: null },
  waitingOnOthers: { status: 'IN-PROCESS', mark: 'WAITING' },
  deferred: { status: 'NEEDS-ACTION', mark: 'DEFERRED' },
}
const STATUSES = Object.keys(WORDS) as TaskStatus[]

export function readProgress(todo: Component, reading: Reading): Progress {
  const status = readStatus(todo)
  if (status !== 'completed') return { status, percentComplete: percentOf(todo) ?? 0, completed: null }
  return { status, percentComplete: 100, completed: completedOn(todo, reading) }
}

/** What a VTODO holds of a progress, in one form. */
export function fitProgress({ status, percentComplete, completed }: Progress): Progress {
  if (status === 'completed') return { status, percentComplete: 100, completed }
  const percent = Number.isFinite(percentComplete) ? Math.min(100, Math.max(0, Math.round(percentComplete))) : 0
  return { status, percentComplete: percent, completed: null }
}

/** True when anything was written. The day of completion keeps the time that it was written with. */
export function patchProgress(todo: Component, wanted: Progress, reading: Reading): boolean {
  const current = readProgress(todo, reading)
  if (
    current.status === wanted.status &&
    current.percentComplete === wanted.percentComplete &&
    current.completed === wanted.completed
  )
    return false
  if ((percentOf(todo) ?? 0) !== wanted.percentComplete)
    setWord(todo, 'PERCENT-COMPLETE', String(wanted.percentComplete))
  if (wanted.completed === null) dropLines(todo, 'COMPLETED')
  else if (completedOn(todo, reading) !== wanted.completed)
    setLine(todo, makeLine('COMPLETED', '', utcValue(noonOf(wanted.completed, reading))))
  // Not every program works the status out of the other two, as `readStatus` does.
  if (readStatus(todo) !== wanted.status || !lineOf(todo, 'STATUS')) {
    const { status, mark } = WORDS[wanted.status]
    setWord(todo, 'STATUS', status)
    setWord(todo, MARK, mark)
  }
  return true
}

/** Without STATUS the other two tell. */
function readStatus(todo: Component): TaskStatus {
  const status = word(todo, 'STATUS')
  const mark = word(todo, MARK)
  const marked = STATUSES.find(
    (one) => WORDS[one].status === status && WORDS[one].mark !== null && WORDS[one].mark === mark,
  )
  const plain = STATUSES.find((one) => WORDS[one].status === status && WORDS[one].mark === null)
  if (marked ?? plain) return marked ?? plain ?? 'notStarted'
  const percent = percentOf(todo) ?? 0
  if (percent === 100 || lineOf(todo, 'COMPLETED')) return 'completed'
  return percent > 0 ? 'inProgress' : 'notStarted'
}

function percentOf(todo: Component): number | null {
  const value = word(todo, 'PERCENT-COMPLETE')
  return /^\d{1,9}$/.test(value) ? Math.min(100, Number(value)) : null
}

/** COMPLETED is an instant: its day in the user's zone. */
function completedOn(todo: Component, { book, floatingZone }: Reading): DateText | null {
  const time = timeOfLine(lineOf(todo, 'COMPLETED'), book)
  if (time === null) return null
  const local = time.kind === 'utc' ? localAt(floatingZone, instantOf(time, floatingZone)) : localOf(time)
  return local.slice(0, 10)
}

/** COMPLETED must be in UTC; noon is the same day in the user's zone whatever the summer time does. */
function noonOf(date: DateText, { floatingZone }: Reading): number {
  return instantOf({ kind: 'floating', local: `${date}T12:00:00` }, floatingZone)
}
