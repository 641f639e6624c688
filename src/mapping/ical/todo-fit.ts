/** What a VTODO holds of a task: nearly everything, in the lens' one canonical form (law I19: reading what was written gives this). */
import { isDateText } from '../../model/civil.ts'
import type { Fit, Loss } from '../../model/item.ts'
import type { Task } from '../../model/task.ts'
import type { DateText } from '../../model/time.ts'
import { cleanLabel, cleanText } from './text.ts'
import { fitDates } from './todo-dates.ts'
import { fitProgress } from './todo-progress.ts'
import { fitRule } from './todo-rule.ts'
import { localTextOfValue } from './values.ts'

/** Always fits. Losses name what had to be adjusted. */
export function fitTodo(task: Task): Extract<Fit<Task>, { kind: 'fits' }> {
  const losses: Loss[] = []
  const given = { start: fitDate(task.start), due: fitDate(task.due) }
  const dates = fitDates(given)
  if (dates.due !== given.due) losses.push({ path: 'schedule', reason: 'clamped', detail: 'due before the start' })
  const { lost, ...rule } = fitRule({ ...dates, recurrence: task.recurrence, regeneration: task.regeneration })
  if (lost) losses.push({ path: 'schedule', reason: 'value-not-held', detail: 'repeats, but from no date' })
  const item: Task = {
    kind: 'task',
    uid: cleanLabel(task.uid).trim(),
    title: cleanText(task.title),
    body: fitBody(task.body),
    ...fitProgress({ ...task, completed: fitDate(task.completed) }),
    ...dates,
    importance: task.importance,
    sensitivity: task.sensitivity,
    categories: [...new Set(task.categories.map((name) => cleanLabel(name).trim()))]
      .filter((name) => name !== '')
      .sort(),
    reminder: fitReminder(task.reminder),
    ...rule,
  }
  return { kind: 'fits', item, losses }
}

function fitDate(date: DateText | null): DateText | null {
  return date !== null && isDateText(date) && date >= '0002' ? date : null
}

function fitReminder(reminder: Task['reminder']): Task['reminder'] {
  const local = reminder && localTextOfValue(`${reminder.atUtc}Z`)
  return local ? { atUtc: local } : null
}

function fitBody(body: Task['body']): Task['body'] {
  if (!body) return null
  const text = cleanText(body.text)
  const html = body.html === null ? '' : cleanText(body.html)
  return text === '' && html === '' ? null : { text, html: html === '' ? null : html }
}
