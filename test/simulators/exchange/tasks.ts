/**
 * Repeating tasks (MS-OXOTASK 3.1.4.6, EWS reference "UpdateItem (Task)"): one item stands for the series and shows the task that is
 * due now. Completing it, or giving it other dates, leaves a copy behind, and the item moves on to the next.
 */
import { readRecurrence } from './fields/recurrence-xml.ts'
import type { Fields, StoredItem } from './model.ts'
import { occurrenceDates } from './recurrence.ts'
import type { Mailbox } from './store.ts'
import { DAY_MS, dateText, parseDate } from './time/dates.ts'
import { firstText, makeNode, type Node } from './xml.ts'

/** PidLidTaskDeadOccurrence. */
const DEAD = '00062003-0000-0000-c000-000000000046:#33033:Boolean'
const REGENERATION = /^(Daily|Weekly|Monthly|Yearly)Regeneration$/

function dateOf(fields: Fields, name: string): number | undefined {
  const text = fields.other?.[name]?.text
  return text === undefined ? undefined : parseDate(text.slice(0, 10))
}

function dead(fields: Fields): Fields {
  const value = { path: {}, values: ['true'], multi: false }
  return { ...fields, ReminderIsSet: false, extended: { ...fields.extended, [DEAD]: value } }
}

/** The regeneration comes so long after the completion; Exchange counts down how many are left. */
function regenerated(rule: Node, completed: number): { date: number; rule: Node } | undefined {
  const pattern = rule.children.find(({ name }) => REGENERATION.test(name))
  const interval = Number(firstText(pattern, 'Interval') ?? '1')
  const at = new Date(completed)
  if (pattern?.name === 'DailyRegeneration') at.setUTCDate(at.getUTCDate() + interval)
  if (pattern?.name === 'WeeklyRegeneration') at.setUTCDate(at.getUTCDate() + 7 * interval)
  if (pattern?.name === 'MonthlyRegeneration') at.setUTCMonth(at.getUTCMonth() + interval)
  if (pattern?.name === 'YearlyRegeneration') at.setUTCFullYear(at.getUTCFullYear() + interval)
  const children = rule.children.map((part) => {
    if (part.name !== 'NumberedRecurrence') return part
    const left = Number(firstText(part, 'NumberOfOccurrences')) - 1
    const counted = part.children.map((one) =>
      one.name === 'NumberOfOccurrences' ? makeNode(one.name, String(left)) : one,
    )
    return { ...part, children: counted }
  })
  const left = children.find(({ name }) => name === 'NumberedRecurrence')
  if (left && Number(firstText(left, 'NumberOfOccurrences')) < 1) return undefined
  const last = parseDate(
    firstText(
      children.find(({ name }) => name === 'EndDateRecurrence'),
      'EndDate',
    ) ?? '',
  )
  if (last !== undefined && at.getTime() > last) return undefined
  return { date: at.getTime(), rule: { ...rule, children } }
}

function nextOf(before: Fields, after: Fields): { date: number; rule: Node } | undefined {
  const rule = before.other?.Recurrence
  if (!rule) return undefined
  if (rule.children.some(({ name }) => REGENERATION.test(name))) {
    return regenerated(rule, dateOf(after, 'CompleteDate') ?? 0)
  }
  const due = dateOf(before, 'StartDate') ?? dateOf(before, 'DueDate') ?? 0
  for (const date of occurrenceDates(readRecurrence(rule))) if (date > due) return { date, rule }
  return undefined
}

/** The item as it goes on: the next dates, not begun, the length of the one before. */
function advanced(before: Fields, after: Fields, next: { date: number; rule: Node }): Fields {
  const start = dateOf(before, 'StartDate')
  const due = dateOf(before, 'DueDate')
  const other: NonNullable<Fields['other']> = { ...after.other, Recurrence: next.rule }
  const day = (date: number) => `${dateText(date)}T00:00:00Z`
  if (start !== undefined) other.StartDate = makeNode('StartDate', day(next.date))
  const length = start !== undefined && due !== undefined ? due - start : 0
  if (due !== undefined) other.DueDate = makeNode('DueDate', day(next.date + length))
  other.Status = makeNode('Status', 'NotStarted')
  other.PercentComplete = makeNode('PercentComplete', '0')
  delete other.CompleteDate
  const reminder = other.ReminderDueBy?.text
  const from = start ?? due
  if (reminder !== undefined && from !== undefined) {
    const shifted = Date.parse(reminder) + Math.round((next.date - from) / DAY_MS) * DAY_MS
    other.ReminderDueBy = makeNode('ReminderDueBy', `${new Date(shifted).toISOString().slice(0, 19)}Z`)
  }
  return { ...after, other }
}

/**
 * Saves a change of a task that repeats. Gives the copy that stays behind, when there is one; the item holds the next then.
 * `item.fields` is what it was, `after` what the change made of it.
 */
export function saveRepeatingTask(
  mailbox: Mailbox,
  item: StoredItem,
  change: { after: Fields; nowMs: number },
): StoredItem | undefined {
  const before = item.fields
  const { after, nowMs } = change
  const rule = before.other?.Recurrence
  if (!rule || !after.other?.Recurrence || before.extended?.[DEAD]) return undefined
  const regenerates = rule.children.some(({ name }) => REGENERATION.test(name))
  const completed = after.other.Status?.text === 'Completed' && before.other?.Status?.text !== 'Completed'
  const moved = !regenerates && ['StartDate', 'DueDate'].some((name) => dateOf(before, name) !== dateOf(after, name))
  if (!completed && !moved) return undefined
  const next = nextOf(before, after)
  if (next === undefined) {
    if (completed) item.fields = dead(after)
    return undefined
  }
  item.fields = advanced(before, after, next)
  return mailbox.addItem(mailbox.folder(item.folder), 'Task', dead(after), nowMs)
}
