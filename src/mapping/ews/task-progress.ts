/**
 * Status, percentage and day of completion of a task. On Exchange they drive one another, and the last one that a request sets
 * decides (EWS reference, CompleteDate): so they are read, fitted and written as one.
 */
import type { Task, TaskStatus } from '../../model/task.ts'
import { type EwsFieldChange, field, type XmlNode } from './change.ts'
import type { EwsContext, LossList } from './context.ts'
import { completionText, isHeldDay, readDay } from './day.ts'
import { textAt, type XmlElement } from './xml.ts'

export type Progress = Pick<Task, 'status' | 'percentComplete' | 'completed'>

/** MS-OXWSTASK 2.2.5.2 TaskStatusType. */
const STATUS: Readonly<Record<Exclude<TaskStatus, 'cancelled'>, string>> = {
  notStarted: 'NotStarted',
  inProgress: 'InProgress',
  completed: 'Completed',
  waitingOnOthers: 'WaitingOnOthers',
  deferred: 'Deferred',
}

export function readProgress(item: XmlElement, context: EwsContext): Progress {
  const word = textAt(item, 'Status')?.trim()
  const known = (Object.keys(STATUS) as (keyof typeof STATUS)[]).find((status) => STATUS[status] === word)
  const percent = wholePercent(Number(textAt(item, 'PercentComplete') ?? '0'))
  const status = known ?? (textAt(item, 'IsComplete') === 'true' ? 'completed' : 'notStarted')
  if (status === 'completed') {
    return { status, percentComplete: 100, completed: readDay(textAt(item, 'CompleteDate'), context) }
  }
  // What no Exchange holds but a program may have written by force: read as what Exchange would make of it.
  const percentComplete = Math.min(percent, 99)
  const begun = status === 'notStarted' && percentComplete > 0
  return { status: begun ? 'inProgress' : status, percentComplete, completed: null }
}

function wholePercent(percent: number): number {
  return Number.isFinite(percent) ? Math.min(Math.max(Math.round(percent), 0), 100) : 0
}

/** What Exchange would make of it. `current`: what it holds now. */
export function fitProgress(wanted: Progress, losses: LossList, current: Progress | null): Progress {
  if (wanted.status === 'completed') return fitCompleted(wanted, losses, current)
  if (wanted.completed !== null) losses.add('progress', 'value-not-held', 'completed on a day, but not completed')
  const percent = wholePercent(wanted.percentComplete)
  if (wanted.status === 'cancelled') {
    losses.add('progress', 'value-not-held', 'cancelled: deferred on Exchange')
    return { status: 'deferred', percentComplete: Math.min(percent, 99), completed: null }
  }
  if (percent === 100) losses.add('progress', 'clamped', '100 % but not completed')
  const percentComplete = Math.min(percent, 99)
  if (wanted.status !== 'notStarted' || percentComplete === 0) {
    return { status: wanted.status, percentComplete, completed: null }
  }
  losses.add('progress', 'value-not-held', `not started, but ${percentComplete} % done`)
  return { status: 'inProgress', percentComplete, completed: null }
}

function fitCompleted(wanted: Progress, losses: LossList, current: Progress | null): Progress {
  const held = current?.status === 'completed' ? current.completed : null
  if (wanted.percentComplete !== 100) losses.add('progress', 'clamped', `completed, but ${wanted.percentComplete} %`)
  const day = wanted.completed !== null && isHeldDay(wanted.completed) ? wanted.completed : held
  if (day !== wanted.completed) {
    losses.add('progress', 'value-not-held', 'Exchange keeps a day of completion')
  } else if (day === null) losses.add('progress', 'server-owned', 'Exchange writes the day of completion')
  return { status: 'completed', percentComplete: 100, completed: day }
}

/**
 * The three properties by name. All of a completion are given: not every server works out one from another. In CreateItem, the
 * order of the schema puts the day first, so that Exchange may write its own day instead: see `isHeldProgress`.
 */
export function progressNodes(wanted: Progress, context: EwsContext): Record<ProgressName, XmlNode | null> {
  const { status, percentComplete, completed } = wanted
  const done = status === 'completed'
  return {
    CompleteDate:
      done && completed !== null ? { name: 'CompleteDate', text: completionText(completed, context) } : null,
    PercentComplete: percentComplete === 0 ? null : { name: 'PercentComplete', text: String(percentComplete) },
    Status: { name: 'Status', text: STATUS[status === 'cancelled' ? 'deferred' : status] },
  }
}

/** Whether Exchange holds the progress that was asked for; a day that nobody named is its own. */
export function isHeldProgress(held: Progress, wanted: Progress): boolean {
  if (held.status !== wanted.status || held.percentComplete !== wanted.percentComplete) return false
  return wanted.completed === null || held.completed === wanted.completed
}

export type ProgressName = 'CompleteDate' | 'PercentComplete' | 'Status'

/** For UpdateItem: the percentage first, because it moves the status, then the status, and the day of completion last: it decides. */
export function progressChanges(current: Progress, desired: Progress, context: EwsContext): EwsFieldChange[] {
  if (isHeldProgress(current, desired)) return []
  const { CompleteDate, PercentComplete, Status } = progressNodes(desired, context)
  const changed = current.percentComplete !== desired.percentComplete
  const percent = PercentComplete ?? (changed ? { name: 'PercentComplete', text: '0' } : null)
  return [
    ...(percent === null ? [] : [set('task:PercentComplete', percent)]),
    ...(Status === null ? [] : [set('task:Status', Status)]),
    ...(CompleteDate === null ? [] : [set('task:CompleteDate', CompleteDate)]),
  ]
}

function set(uri: string, value: XmlNode): EwsFieldChange {
  return { kind: 'set', field: field(uri), value }
}
