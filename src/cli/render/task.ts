/** The fields of a task for a person, in the order of src/cli/render/item.ts. */
import type { Task } from '../../model/task.ts'
import { repeatText } from './repeat.ts'

/** Label and value; an empty value is left out. */
export function taskFields(task: Task): [string, string][] {
  const { recurrence, regeneration } = task
  const again = regeneration ? `${regeneration.kind} (interval ${regeneration.interval}) after it is done` : ''
  return [
    ['title', task.title],
    ['start', task.start ?? ''],
    ['due', task.due ?? ''],
    ['status', `${task.status}, ${task.percentComplete} %`],
    ['completed', task.completed ?? ''],
    ['repeats', recurrence ? repeatText(recurrence) : again],
    ['sensitivity', task.sensitivity === 'normal' ? '' : task.sensitivity],
    ['importance', task.importance === 'normal' ? '' : task.importance],
    ['categories', task.categories.join(', ')],
    ['reminder', task.reminder ? `${task.reminder.atUtc.replace('T', ' ')} UTC` : ''],
    ['text', task.body?.text ?? ''],
    ['UID', task.uid],
  ]
}
