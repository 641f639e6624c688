/**
 * The canonical task into an iCalendar document: a patch of the native one, or a new one (law I19). Each part is read from the
 * VTODO, compared, and written only where it differs; DTSTAMP and LAST-MODIFIED move only with such a change.
 */
import { ICAL_PRODUCT } from '../../limits.ts'
import { differingPaths, flatten } from '../../model/flat.ts'
import type { Loss } from '../../model/item.ts'
import type { Task } from '../../model/task.ts'
import type { CalTime } from '../../model/time.ts'
import { ConnectorError } from '../../ports/errors.ts'
import { patchBody } from './body.ts'
import type { IcalWriteContext, Reading } from './context.ts'
import { type Component, dropLines, newComponent, parseDocument, printDocument, setLine } from './document.ts'
import {
  patchCategories,
  patchText,
  readImportance,
  readSensitivity,
  writeImportance,
  writeSensitivity,
} from './fields.ts'
import { makeLine } from './lines.ts'
import { escapeText } from './text.ts'
import { zoneBook } from './times.ts'
import { localiseDates, patchDates } from './todo-dates.ts'
import { fitTodo } from './todo-fit.ts'
import { patchProgress } from './todo-progress.ts'
import { readTodo, readTodoCalendar, todoParts } from './todo-read.ts'
import { patchTodoReminder } from './todo-reminder.ts'
import { patchRule } from './todo-rule.ts'
import { utcValue } from './values.ts'
import { stamp } from './write-overrides.ts'
import { patchZones } from './write-zones.ts'

export type WrittenTodo = { text: string; losses: Loss[] }

/**
 * `native` null makes a new document. A native document that already says what is wanted comes back as the same text.
 * Throws ConnectorError `item.unreadable` for a native document that cannot be read, `item.not-representable` without a UID.
 */
export function writeTodo(native: string | null, model: Task, context: IcalWriteContext): WrittenTodo {
  const { item: wanted, losses } = fitTodo(model)
  if (wanted.uid === '') throw new ConnectorError('item.not-representable', { reason: 'no-uid' })
  const calendar = native === null ? newCalendar(wanted, context) : parseDocument(native)
  const { task: before } = readTodoCalendar(calendar, context)
  if (native !== null && (same(before, wanted) || same(before, model))) return { text: native, losses }
  const reading: Reading = { book: zoneBook(calendar), floatingZone: context.floatingZone }
  const { master, overrides } = todoParts(calendar, reading)
  if (wanted.uid !== before.uid)
    for (const todo of [master, ...overrides]) setLine(todo, makeLine('UID', '', escapeText(wanted.uid)))
  const times: CalTime[] = []
  const moved = patchSchedule(master, wanted, { ...reading, write: (time) => times.push(time) })
  patchFields(master, wanted, reading)
  if (native !== null) stamp(master, moved, context)
  patchZones(calendar, times)
  dropLines(calendar, 'METHOD')
  const text = printDocument(calendar)
  return { text, losses: [...losses, ...unexpected(text, wanted, context)] }
}

function patchSchedule(todo: Component, wanted: Task, writing: Reading & { write: (time: CalTime) => void }): boolean {
  const dates = patchDates(todo, wanted, writing)
  const rule = patchRule(todo, wanted, writing)
  // Only once it is known that the rule's days are not those of UTC.
  if (!rule && !dates) return false
  if (wanted.recurrence !== null && wanted.recurrence.pattern.kind !== 'rrule') {
    localiseDates(todo, writing)
    patchRule(todo, wanted, writing)
  }
  return true
}

function patchFields(todo: Component, wanted: Task, reading: Reading): void {
  patchText(todo, 'SUMMARY', wanted.title)
  patchBody(todo, wanted.body)
  patchProgress(todo, wanted, reading)
  if (readImportance(todo) !== wanted.importance) writeImportance(todo, wanted.importance)
  if (readSensitivity(todo) !== wanted.sensitivity) writeSensitivity(todo, wanted.sensitivity)
  patchCategories(todo, wanted.categories)
  patchTodoReminder(todo, wanted.reminder, reading)
}

function newCalendar(wanted: Task, context: IcalWriteContext): Component {
  const now = utcValue(context.nowMs)
  const todo = newComponent('VTODO', [
    makeLine('UID', '', escapeText(wanted.uid)),
    makeLine('DTSTAMP', '', now),
    makeLine('CREATED', '', now),
    makeLine('LAST-MODIFIED', '', now),
    makeLine('STATUS', '', 'NEEDS-ACTION'),
  ])
  const calendar = newComponent('VCALENDAR', [
    makeLine('VERSION', '', '2.0'),
    makeLine('PRODID', '', ICAL_PRODUCT),
    makeLine('CALSCALE', '', 'GREGORIAN'),
  ])
  calendar.children.push(todo)
  return calendar
}

function same(one: Task, other: Task): boolean {
  return one.uid === other.uid && differingPaths(flatten(one), flatten(other)).length === 0
}

/** Reads back what was written (I19 holds in production too): a difference would be a defect, and is named rather than passed over. */
function unexpected(text: string, wanted: Task, context: IcalWriteContext): Loss[] {
  const { task } = readTodo(text, context)
  return differingPaths(flatten(task), flatten(wanted)).map((path) => ({
    path,
    reason: 'value-not-held',
    detail: 'reads back differently',
  }))
}
