/** The Exchange lens for tasks, fitting: what Exchange would give back of a task after it was written, and what would be lost (I19, P7). */
import { canonicalJson } from '../../model/flat.ts'
import type { Fit, Json, Loss } from '../../model/item.ts'
import type { Task } from '../../model/task.ts'
import type { DateText } from '../../model/time.ts'
import { fitBody } from './body.ts'
import { type EwsContext, type LossList, lossList } from './context.ts'
import { isHeldDay } from './day.ts'
import { fitCategories, fitLine } from './fit-fields.ts'
import { fitProgress } from './task-progress.ts'
import { fitTaskRule } from './task-recurrence.ts'

/** `current` is what Exchange holds of it now, null when it is about to be created. Pure; idempotent. */
export function fitTask(task: Task, context: EwsContext, current: Task | null = null): Fit<Task> {
  const found: Loss[] = []
  const losses = lossList(found)
  const schedule = fitTaskSchedule(task, { context, losses }, current)
  if (schedule === null) return { kind: 'unrepresentable', losses: found }
  const { body, htmlDropped } = fitBody(task.body)
  if (htmlDropped) losses.add('body', 'value-not-held', 'html and text differ')
  const item: Task = {
    kind: 'task',
    uid: task.uid,
    title: task.title === current?.title ? task.title : fitLine('title', task.title, losses),
    body,
    ...fitProgress(task, losses, current),
    importance: task.importance,
    sensitivity: task.sensitivity,
    categories: fitCategories(task.categories, losses),
    reminder: fitReminder(task.reminder, losses),
    ...schedule,
  }
  return { kind: 'fits', item, losses: found }
}

type Schedule = Pick<Task, 'start' | 'due' | 'recurrence' | 'regeneration'>

/** Null: not representable. What Exchange holds already, it can hold: it is not judged again. */
function fitTaskSchedule(
  task: Task,
  at: { context: EwsContext; losses: LossList },
  current: Task | null,
): Schedule | null {
  const { start, due, recurrence, regeneration } = task
  const asked: Schedule = { start, due, recurrence, regeneration }
  if (current !== null && sameSchedule(asked, current)) return asked
  const dates = fitDates(task, at.losses)
  const rule = fitTaskRule({ ...dates, recurrence, regeneration }, at)
  return rule && { ...dates, ...rule }
}

function sameSchedule(asked: Schedule, { start, due, recurrence, regeneration }: Schedule): boolean {
  return (
    canonicalJson(asked as unknown as Json) ===
    canonicalJson({ start, due, recurrence, regeneration } as unknown as Json)
  )
}

function fitDates({ start, due }: Task, losses: LossList): Pick<Task, 'start' | 'due'> {
  const held = (date: DateText | null) => (date !== null && isHeldDay(date) ? date : null)
  const fitted = { start: held(start), due: held(due) }
  if (fitted.start !== start || fitted.due !== due) losses.add('schedule', 'value-not-held', 'the year')
  if (fitted.start === null || fitted.due === null || fitted.due >= fitted.start) return fitted
  losses.add('schedule', 'clamped', 'due before it starts')
  return { start: fitted.start, due: fitted.start }
}

/** Exchange keeps reminders in minutes. */
function fitReminder(reminder: Task['reminder'], losses: LossList): Task['reminder'] {
  if (reminder === null || reminder.atUtc.endsWith(':00')) return reminder
  losses.add('reminder', 'clamped', 'seconds')
  return { atUtc: `${reminder.atUtc.slice(0, 17)}00` }
}
