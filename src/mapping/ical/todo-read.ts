/** iCalendar to the canonical task: one VTODO, or a repeating one with its overrides, which stay in the document (RFC 5545 section 3.6.2). */
import type { Loss } from '../../model/item.ts'
import type { Task } from '../../model/task.ts'
import { readBody } from './body.ts'
import type { IcalReadContext, Reading } from './context.ts'
import { type Component, componentsOf, lineOf, linesOf, parseDocument, unreadable } from './document.ts'
import { readCategories, readImportance, readSensitivity, readText } from './fields.ts'
import { unescapeText } from './text.ts'
import { timeOfLine, zoneBook } from './times.ts'
import { readDates } from './todo-dates.ts'
import { readProgress } from './todo-progress.ts'
import { readTodoReminder } from './todo-reminder.ts'
import { readRule } from './todo-rule.ts'

/** `problems` names what the text has and the model cannot say; it stays in the document. */
export type ReadTodo = { task: Task; problems: Loss[] }

/** Throws ConnectorError `item.unreadable` with the field `reason` (UnreadableReason). */
export function readTodo(icsText: string, context: IcalReadContext): ReadTodo {
  return readTodoCalendar(parseDocument(icsText), context)
}

export function readTodoCalendar(calendar: Component, context: IcalReadContext): ReadTodo {
  const reading: Reading = { book: zoneBook(calendar), floatingZone: context.floatingZone }
  const { master, overrides } = todoParts(calendar, reading)
  const { start, due, clamped } = readDates(master, reading)
  const task: Task = {
    kind: 'task',
    uid: uidOf(master),
    title: readText(master, 'SUMMARY'),
    body: readBody(master),
    ...readProgress(master, reading),
    start,
    due,
    importance: readImportance(master),
    sensitivity: readSensitivity(master),
    categories: readCategories(master),
    reminder: readTodoReminder(master, reading),
    ...readRule(master, reading),
  }
  const problems: Loss[] = []
  if (clamped) problems.push({ path: 'DUE', reason: 'clamped', detail: 'due before the start' })
  if (task.recurrence?.pattern.kind === 'rrule') {
    const rules = linesOf(master, 'RRULE').map((line) => line.value)
    problems.push({ path: 'RRULE', reason: 'recurrence-not-representable', detail: rules.join(' ') })
  }
  if (overrides.length > 0)
    problems.push({ path: 'RECURRENCE-ID', reason: 'value-not-held', detail: `${overrides.length} single occurrences` })
  for (const tzid of reading.book.unknown) problems.push({ path: 'TZID', reason: 'zone-approximated', detail: tzid })
  return { task, problems }
}

/** The master, else (only instances were shared) the first instance. Throws when they are not the parts of one resource. */
export function todoParts(calendar: Component, reading: Reading): { master: Component; overrides: Component[] } {
  const todos = componentsOf(calendar, 'VTODO')
  if (todos.length === 0) throw unreadable('no-task')
  const uids = new Set(todos.map(uidOf))
  if (uids.has('')) throw unreadable('no-uid')
  if (uids.size > 1) throw unreadable('several-uids')
  const isOverride = (todo: Component) => timeOfLine(lineOf(todo, 'RECURRENCE-ID'), reading.book) !== null
  const masters = todos.filter((todo) => !isOverride(todo))
  if (masters.length > 1) throw unreadable('several-masters')
  const master = masters[0] ?? todos[0]
  if (!master) throw unreadable('no-task')
  return { master, overrides: todos.filter((todo) => todo !== master) }
}

function uidOf(todo: Component): string {
  return unescapeText(lineOf(todo, 'UID')?.value ?? '').trim()
}
