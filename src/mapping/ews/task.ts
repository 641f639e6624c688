/** The Exchange lens for tasks, reading: t:Task (MS-OXWSTASK 2.2.4.6) becomes a task of the model. */

import { localTextOf } from '../../model/civil.ts'
import type { Task } from '../../model/task.ts'
import type { DateText } from '../../model/time.ts'
import type { ExtendedField } from './change.ts'
import type { EwsContext } from './context.ts'
import { readDay } from './day.ts'
import { extendedText } from './extended.ts'
import { readBody, tidyCategories } from './fields.ts'
import { derivedUid, uidOf } from './identity.ts'
import { IMPORTANCE, SENSITIVITY } from './names.ts'
import { readProgress } from './task-progress.ts'
import { readTaskRule } from './task-recurrence.ts'
import { line } from './text.ts'
import { readInstant } from './time.ts'
import { child, childrenOf, textAt, type XmlElement } from './xml.ts'

/** PidLidTaskDeadOccurrence (MS-OXOTASK 2.2.2.2.8): no further occurrence comes from this one. */
export const DEAD_FIELD: ExtendedField = { kind: 'extended', set: 'Task', id: 0x8109, type: 'Boolean' }

/** Reads t:Task. Throws `item.unreadable` when a date or rule cannot be understood (I10). */
export function readTask(item: XmlElement, context: EwsContext): Task {
  const progress = readProgress(item, context)
  const dead = isDead(item)
  return {
    kind: 'task',
    // A completed occurrence is a copy of its series, our UID included: it must not pass for the series (REC-7).
    uid: dead ? derivedUid(item) : uidOf(item),
    title: line(textAt(item, 'Subject') ?? ''),
    body: readBody(child(item, 'Body')),
    ...progress,
    importance: IMPORTANCE.fromEws.get(textAt(item, 'Importance') ?? '') ?? 'normal',
    sensitivity: SENSITIVITY.fromEws.get(textAt(item, 'Sensitivity') ?? '') ?? 'normal',
    categories: tidyCategories(childrenOf(child(item, 'Categories'), 'String').map((category) => category.text)),
    reminder: readReminder(item),
    ...readSchedule(item, dead, context),
  }
}

/** The completed copy that a server leaves of an occurrence, or a series that came to its end: nothing will follow it. */
export function isDead(item: XmlElement): boolean {
  return extendedText(item, DEAD_FIELD)?.trim().toLowerCase() === 'true' && textAt(item, 'Status') === 'Completed'
}

function readSchedule(
  item: XmlElement,
  dead: boolean,
  context: EwsContext,
): Pick<Task, 'start' | 'due' | 'recurrence' | 'regeneration'> {
  const start = readDay(textAt(item, 'StartDate'), context)
  const due = notBefore(readDay(textAt(item, 'DueDate'), context), start)
  const rule = dead ? undefined : child(item, 'Recurrence')
  if (rule === undefined) return { start, due, recurrence: null, regeneration: null }
  return { start, due, ...readTaskRule(rule, start ?? due) }
}

function notBefore(due: DateText | null, start: DateText | null): DateText | null {
  return due !== null && start !== null && due < start ? start : due
}

/** For tasks, ReminderDueBy is the moment itself, in minutes: there is no start to count back from. */
function readReminder(item: XmlElement): Task['reminder'] {
  const at = textAt(item, 'ReminderDueBy')
  if (textAt(item, 'ReminderIsSet') !== 'true' || at === undefined) return null
  const minute = localTextOf(readInstant(at, { kind: 'none' })).slice(0, 17)
  return { atUtc: `${minute}00` }
}
