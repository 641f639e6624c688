/**
 * The mark of a repeating task whose dates are being moved, which takes two requests. In between it holds no rule: the mark keeps
 * what it was before, so that a write that was cut short reads as not begun and is done again (P1, P2).
 */

import type { Task } from '../../model/task.ts'
import { ConnectorError } from '../../ports/errors.ts'
import type { EwsFieldChange } from './change.ts'
import { extendedElement, extendedText } from './extended.ts'
import { UNFINISHED_FIELD } from './unfinished.ts'
import type { XmlElement } from './xml.ts'

type Schedule = Pick<Task, 'start' | 'due' | 'recurrence' | 'regeneration'>

export function markTask({ start, due, recurrence, regeneration }: Task): EwsFieldChange[] {
  const kept: Schedule = { start, due, recurrence, regeneration }
  return [{ kind: 'set', field: UNFINISHED_FIELD, value: extendedElement(UNFINISHED_FIELD, JSON.stringify(kept)) }]
}

export function clearTaskMark(): EwsFieldChange {
  return { kind: 'delete', field: UNFINISHED_FIELD }
}

/** The task with the dates and the rule that it had before a write that did not come to its end. */
export function taskBefore(task: Task, item: XmlElement): Task {
  const text = extendedText(item, UNFINISHED_FIELD)
  if (text === null) return task
  const kept = parsed(text)
  // Half a task must never be taken for a whole one (I10).
  if (kept === null) throw new ConnectorError('item.unreadable', { reason: 'unfinished-mark' })
  return { ...task, ...kept }
}

function parsed(text: string): Schedule | null {
  try {
    const value = JSON.parse(text) as Partial<Schedule> | null
    if (value === null || typeof value !== 'object' || !('recurrence' in value)) return null
    const { start = null, due = null, recurrence = null, regeneration = null } = value
    return { start, due, recurrence, regeneration }
  } catch {
    return null
  }
}
