/** The canonical task: what a VTODO and an Exchange task (MS-OXWSTASK) can both express. Exact times of a VTODO stay in its own document. */
import type { Body, Importance, Sensitivity } from './event.ts'
import type { Recurrence, RecurrenceEnd } from './recurrence.ts'
import type { DateText, LocalText } from './time.ts'

/** MS-OXWSTASK TaskStatusType, and `cancelled`, which only a VTODO can be. */
export type TaskStatus = 'notStarted' | 'inProgress' | 'completed' | 'waitingOnOthers' | 'deferred' | 'cancelled'

/** The next task is made so long after this one was completed (MS-OXWSTASK RegeneratingPatternBaseType). Interval >= 1. */
export type Regeneration = { kind: 'daily' | 'weekly' | 'monthly' | 'yearly'; interval: number; end: RecurrenceEnd }

/** An instant, as wall clock time in UTC. */
export type TaskReminder = { atUtc: LocalText }

export type Task = {
  kind: 'task'
  uid: string
  title: string
  body: Body | null
  status: TaskStatus
  /** 0..100, whole. 100 for a completed task. */
  percentComplete: number
  /** The day on which it was completed; null while it is not, and when nobody wrote it down. */
  completed: DateText | null
  /** Exchange cuts the time of start and due; a date in the time's own zone, in the user's zone for UTC. */
  start: DateText | null
  /** Not before `start`. */
  due: DateText | null
  importance: Importance
  sensitivity: Sensitivity
  /** Without duplicates and without order (kept sorted by code unit). */
  categories: string[]
  reminder: TaskReminder | null
  /** Counted from `start`, or from `due` where there is no start. Never together with `regeneration`. */
  recurrence: Recurrence | null
  regeneration: Regeneration | null
}
