/**
 * The Exchange lens for tasks, writing: the elements of a new task, and the field changes that turn what Exchange holds into what
 * shall be there. Untouched properties are never mentioned (I19).
 */
import { canonicalJson } from '../../model/flat.ts'
import type { Json } from '../../model/item.ts'
import type { Task } from '../../model/task.ts'
import { type EwsFieldChange, field, type XmlNode } from './change.ts'
import type { EwsContext } from './context.ts'
import { dayText } from './day.ts'
import { extendedElement } from './extended.ts'
import { UID_FIELD } from './identity.ts'
import { IMPORTANCE, SENSITIVITY } from './names.ts'
import { progressChanges, progressNodes } from './task-progress.ts'
import { taskRuleNode } from './task-recurrence.ts'
import { clearTaskMark, markTask } from './task-unfinished.ts'
import { extendedNode, TOKEN_FIELD } from './unfinished.ts'
import { bodyNode } from './write-fields.ts'

type Property = { uri: string; value(task: Task): unknown; node(task: Task): XmlNode | null }

const text = (name: string, value: string | number | boolean): XmlNode => ({ name, text: String(value) })

/** In the order of the schema (MS-OXWSCORE ItemType). */
const ITEM_PROPERTIES: readonly Property[] = [
  { uri: 'item:Subject', value: ({ title }) => title, node: ({ title }) => text('Subject', title) },
  {
    uri: 'item:Sensitivity',
    value: ({ sensitivity }) => sensitivity,
    node: ({ sensitivity }) => text('Sensitivity', SENSITIVITY.toEws[sensitivity]),
  },
  { uri: 'item:Body', value: ({ body }) => body, node: (task) => bodyNode(task) },
  {
    uri: 'item:Categories',
    value: ({ categories }) => categories,
    node: ({ categories }) => categoriesNode(categories),
  },
  {
    uri: 'item:Importance',
    value: ({ importance }) => importance,
    node: ({ importance }) => text('Importance', IMPORTANCE.toEws[importance]),
  },
  {
    uri: 'item:ReminderDueBy',
    value: ({ reminder }) => reminder,
    node: ({ reminder }) => reminder && text('ReminderDueBy', `${reminder.atUtc}Z`),
  },
  {
    uri: 'item:ReminderIsSet',
    value: ({ reminder }) => reminder !== null,
    node: ({ reminder }) => text('ReminderIsSet', reminder !== null),
  },
]

/** t:Categories; null when there are none. */
export function categoriesNode(categories: readonly string[]): XmlNode | null {
  return categories.length === 0
    ? null
    : { name: 'Categories', children: categories.map((category) => text('String', category)) }
}

/** Properties of a Task for CreateItem, in the order of the schema. `task` is fitted; `token`: value of the journal's property. */
export function taskElements(task: Task, context: EwsContext, token: string | null): XmlNode[] {
  const { CompleteDate, PercentComplete, Status } = progressNodes(task, context)
  const nodes = [
    ...ITEM_PROPERTIES.map((property) => property.node(task)),
    token === null ? null : extendedNode(TOKEN_FIELD, token),
    task.uid === '' ? null : extendedElement(UID_FIELD, task.uid),
    CompleteDate,
    task.due === null ? null : text('DueDate', dayText(task.due)),
    PercentComplete,
    ruleNode(task),
    task.start === null ? null : text('StartDate', dayText(task.start)),
    Status,
  ]
  return nodes.filter((node) => node !== null)
}

function ruleNode(task: Task): XmlNode | null {
  const anchor = task.start ?? task.due
  return anchor === null ? null : taskRuleNode(task, anchor)
}

/**
 * UpdateItem changes from `current` (what Exchange truly holds) to `desired` (fitted). `first` is a request of its own: when the
 * dates of a repeating task change, Exchange leaves a copy of the task behind (EWS reference, UpdateItem (Task)), so the rule is
 * taken away before, under a mark by which a stop in between is known.
 */
export function taskChanges(
  current: Task,
  desired: Task,
  at: { context: EwsContext; marked: boolean },
): { first: EwsFieldChange[]; changes: EwsFieldChange[] } {
  const fields = ITEM_PROPERTIES.filter((property) => !same(property.value(current), property.value(desired))).flatMap(
    (property) => changeOf(property, desired),
  )
  const repeats = current.recurrence !== null || current.regeneration !== null
  const moved = current.start !== desired.start || current.due !== desired.due
  const first = repeats && moved && !at.marked ? [...markTask(current), CLEAR_RULE] : []
  const schedule = scheduleChanges(
    first.length > 0 ? { ...current, recurrence: null, regeneration: null } : current,
    desired,
  )
  const clear = first.length > 0 || at.marked ? [clearTaskMark()] : []
  return { first, changes: [...fields, ...schedule, ...progressChanges(current, desired, at.context), ...clear] }
}

const CLEAR_RULE: EwsFieldChange = { kind: 'delete', field: field('task:Recurrence') }

function changeOf(property: Property, desired: Task): EwsFieldChange[] {
  const value = property.node(desired)
  if (value !== null) return [{ kind: 'set', field: field(property.uri), value }]
  // A time without a reminder means nothing; only the switch counts.
  return property.uri === 'item:ReminderDueBy' ? [] : [{ kind: 'delete', field: field(property.uri) }]
}

/** Dates first: the rule begins with one of them. */
function scheduleChanges(current: Task, desired: Task): EwsFieldChange[] {
  const changes: EwsFieldChange[] = []
  for (const [name, before, after] of [
    ['StartDate', current.start, desired.start],
    ['DueDate', current.due, desired.due],
  ] as const) {
    if (before === after) continue
    const uri = field(`task:${name}`)
    changes.push(
      after === null ? { kind: 'delete', field: uri } : { kind: 'set', field: uri, value: text(name, dayText(after)) },
    )
  }
  const rule = (task: Task) => [task.recurrence, task.regeneration]
  if (same(rule(current), rule(desired))) return changes
  const node = ruleNode(desired)
  changes.push(node === null ? CLEAR_RULE : { kind: 'set', field: field('task:Recurrence'), value: node })
  return changes
}

function same(one: unknown, other: unknown): boolean {
  return canonicalJson(one as Json) === canonicalJson(other as Json)
}
