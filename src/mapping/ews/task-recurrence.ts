/**
 * How a task repeats: the patterns of events, and regeneration, where the next task comes so long after this one was completed
 * (MS-OXWSTASK 2.2.4.5 TaskRecurrenceType). Exchange counts a series from its first task, the model from the one that is due now.
 */
import { dayOfText } from '../../model/civil.ts'
import type { Event } from '../../model/event.ts'
import { patternDays } from '../../model/pattern-days.ts'
import type { Recurrence, RecurrenceEnd } from '../../model/recurrence.ts'
import type { Regeneration, Task } from '../../model/task.ts'
import type { DateText } from '../../model/time.ts'
import { ConnectorError } from '../../ports/errors.ts'
import type { XmlNode } from './change.ts'
import type { EwsContext, LossList } from './context.ts'
import { fitSchedule } from './fit-schedule.ts'
import { readRecurrence } from './recurrence.ts'
import { recurrenceNode } from './recurrence-write.ts'
import { nextDate } from './time.ts'
import { textAt, type XmlElement } from './xml.ts'

export type TaskRule = Pick<Task, 'recurrence' | 'regeneration'>

const REGENERATIONS: Readonly<Record<Regeneration['kind'], string>> = {
  daily: 'DailyRegeneration',
  weekly: 'WeeklyRegeneration',
  monthly: 'MonthlyRegeneration',
  yearly: 'YearlyRegeneration',
}
/** As for recurrences: larger values are refused. */
const REGENERATION_INTERVAL_MAX: Readonly<Record<Regeneration['kind'], number>> = {
  daily: 999,
  weekly: 99,
  monthly: 99,
  yearly: 99,
}
const COUNT_MAX = 999

/** Reads t:Recurrence of a task. `anchor`: the date of the task that is due now. */
export function readTaskRule(element: XmlElement, anchor: DateText | null): TaskRule {
  const rangeStart = element.children.map((part) => textAt(part, 'StartDate')).find((text) => text !== undefined)
  const first = rangeStart?.trim().slice(0, 10) ?? anchor
  const regeneration = readRegeneration(element)
  if (regeneration !== null) return { recurrence: null, regeneration }
  const from = anchor ?? first
  if (from === null) throw new ConnectorError('item.unreadable', { reason: 'recurrence', what: 'StartDate' })
  const recurrence = readRecurrence(element, { kind: 'date', date: from })
  return { recurrence: { ...recurrence, end: remaining(recurrence, first ?? from, from) }, regeneration: null }
}

function readRegeneration(element: XmlElement): Regeneration | null {
  const kinds = Object.keys(REGENERATIONS) as Regeneration['kind'][]
  for (const part of element.children) {
    const kind = kinds.find((candidate) => REGENERATIONS[candidate] === part.name)
    if (kind === undefined) continue
    const interval = Number(textAt(part, 'Interval') ?? '1')
    if (!Number.isInteger(interval) || interval < 1) {
      throw new ConnectorError('item.unreadable', { reason: 'recurrence', what: 'Interval' })
    }
    return { kind, interval, end: readEnd(element) }
  }
  return null
}

/** The range of a regeneration, read as if it were a daily rule's. */
function readEnd(element: XmlElement): RecurrenceEnd {
  const daily = { ...element, name: 'DailyRecurrence', children: [{ ...NUMBER_ONE, name: 'Interval' }] }
  const ranges = element.children.filter((part) => /Recurrence$/.test(part.name))
  return readRecurrence({ ...element, children: [daily, ...ranges] }, { kind: 'date', date: '2000-01-01' }).end
}

const NUMBER_ONE: XmlElement = { name: '', ns: '', attributes: {}, children: [], text: '1' }

/** How many are left from the task that is due now on, when the range counts from an earlier one. */
function remaining({ pattern, end }: Recurrence, first: DateText, anchor: DateText): RecurrenceEnd {
  if (end.kind !== 'count' || first >= anchor) return end
  const due = dayOfText(anchor)
  let passed = 0
  for (const day of patternDays(pattern, dayOfText(first))) {
    if (day >= due || passed >= end.count) break
    passed += 1
  }
  return { kind: 'count', count: Math.max(1, end.count - passed) }
}

/** t:Recurrence of a task whose rule was fitted; null when it does not repeat. */
export function taskRuleNode(rule: TaskRule, anchor: DateText): XmlNode | null {
  const start = { kind: 'date', date: anchor } as const
  if (rule.recurrence) return recurrenceNode(rule.recurrence, start)
  if (!rule.regeneration) return null
  const { kind, interval, end } = rule.regeneration
  const daily = recurrenceNode({ pattern: { kind: 'daily', interval }, end }, start)
  const [, range] = daily.children ?? []
  const pattern: XmlNode = { name: REGENERATIONS[kind], children: [{ name: 'Interval', text: String(interval) }] }
  return { name: 'Recurrence', children: range ? [pattern, range] : [pattern] }
}

/** The rule as Exchange would hold it; `null`: it cannot, and the reason is among the losses (REC-8). */
export function fitTaskRule(
  task: Pick<Task, 'start' | 'due'> & TaskRule,
  at: { context: EwsContext; losses: LossList },
): TaskRule | null {
  const { recurrence, regeneration } = task
  if (recurrence === null && regeneration === null) return { recurrence, regeneration }
  const anchor = task.start ?? task.due
  const reason = anchor === null ? 'no date to count from' : whyNotRegenerating(regeneration, anchor)
  if (reason !== null || anchor === null) {
    at.losses.add('schedule', 'recurrence-not-representable', reason ?? '')
    return null
  }
  if (regeneration !== null) return { recurrence: null, regeneration }
  const fitted = fitSchedule(asEvent(recurrence, anchor), at)
  return fitted && { recurrence: fitted.recurrence, regeneration: null }
}

function whyNotRegenerating(regeneration: Regeneration | null, anchor: DateText): string | null {
  if (regeneration === null) return null
  const { kind, interval, end } = regeneration
  if (interval > REGENERATION_INTERVAL_MAX[kind]) return `${kind} regeneration every ${interval}`
  if (end.kind === 'count' && end.count > COUNT_MAX) return `${end.count} occurrences`
  return end.kind === 'until' && end.date < anchor ? 'it ends before it begins' : null
}

/** The rules of all-day events and of tasks have the same limits. */
function asEvent(recurrence: Recurrence | null, anchor: DateText): Event {
  return {
    kind: 'event',
    uid: '',
    title: '',
    body: null,
    location: '',
    showAs: 'free',
    sensitivity: 'normal',
    importance: 'normal',
    status: 'none',
    categories: [],
    reminder: null,
    organizer: null,
    attendees: [],
    start: { kind: 'date', date: anchor },
    end: { kind: 'date', date: nextDate(anchor) },
    recurrence,
    extraStarts: [],
    files: [],
    occurrences: {},
  }
}
