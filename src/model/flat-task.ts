/** The flat form of a task. Status, percentage and day of completion drive one another, so they are one unit; so are the dates and how it repeats. */
import { SCHEDULE_PATH } from './flat-event.ts'
import { CATEGORY_PREFIX, suffixesOf, valueAt } from './flat-values.ts'
import type { FieldPath, FlatItem, Json } from './item.ts'
import type { Task } from './task.ts'

type Progress = Pick<Task, 'status' | 'percentComplete' | 'completed'>
type Schedule = Pick<Task, 'start' | 'due' | 'recurrence' | 'regeneration'>

const NOT_BEGUN: Progress = { status: 'notStarted', percentComplete: 0, completed: null }
const NO_DATES: Schedule = { start: null, due: null, recurrence: null, regeneration: null }

export function flattenTask(task: Task): FlatItem {
  const { status, percentComplete, completed, start, due, recurrence, regeneration } = task
  const flat = new Map<FieldPath, Json>()
  flat.set('title', task.title)
  if (task.body) flat.set('body', { text: task.body.text, html: task.body.html })
  flat.set('progress', { status, percentComplete, completed })
  flat.set('importance', task.importance)
  flat.set('sensitivity', task.sensitivity)
  if (task.reminder) flat.set('reminder', { atUtc: task.reminder.atUtc })
  for (const category of [...task.categories].sort()) flat.set(CATEGORY_PREFIX + category, true)
  flat.set(SCHEDULE_PATH, { start, due, recurrence, regeneration } as unknown as Json)
  return flat
}

export function unflattenTask(flat: FlatItem, uid: string): Task {
  return {
    kind: 'task',
    uid,
    title: valueAt(flat, 'title', ''),
    body: valueAt<Task['body']>(flat, 'body', null),
    ...valueAt(flat, 'progress', NOT_BEGUN),
    importance: valueAt<Task['importance']>(flat, 'importance', 'normal'),
    sensitivity: valueAt<Task['sensitivity']>(flat, 'sensitivity', 'normal'),
    reminder: valueAt<Task['reminder']>(flat, 'reminder', null),
    categories: suffixesOf(flat, CATEGORY_PREFIX),
    ...valueAt(flat, SCHEDULE_PATH, NO_DATES),
  }
}
