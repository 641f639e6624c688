/** How a task repeats: RRULE counted from its start (or due), and Exchange's regeneration, which only a property of ours can hold. */
import { isDateText } from '../../model/civil.ts'
import { sameValue } from '../../model/flat-values.ts'
import type { Json } from '../../model/item.ts'
import type { Recurrence, RecurrenceEnd } from '../../model/recurrence.ts'
import type { Regeneration, Task } from '../../model/task.ts'
import type { CalTime } from '../../model/time.ts'
import { localOf } from '../../model/zone-time.ts'
import type { Reading } from './context.ts'
import { type Component, dropLines, insertLines, lineOf, linesOf, setLine } from './document.ts'
import { makeLine } from './lines.ts'
import { recurrenceOfRule, verbatim } from './recurrence-read.ts'
import { ruleOfRecurrence } from './recurrence-write.ts'
import { rruleParts } from './rrule-parts.ts'
import { dayIn, todoTimes } from './todo-dates.ts'
import { dateValue, localTextOfValue } from './values.ts'

export type Rule = Pick<Task, 'recurrence' | 'regeneration'>

const REGENERATION = 'X-EXC-REGENERATION'
const KINDS = { DAILY: 'daily', WEEKLY: 'weekly', MONTHLY: 'monthly', YEARLY: 'yearly' } as const

export function readRule(todo: Component, reading: Reading): Rule {
  const recurrence = readRecurrence(todo, reading)
  if (recurrence) return { recurrence, regeneration: null }
  return { recurrence: null, regeneration: regenerationOf(lineOf(todo, REGENERATION)?.value ?? '') }
}

/** Several rules, further dates, or a start whose day depends on the zone: kept word for word. */
function readRecurrence(todo: Component, reading: Reading): Recurrence | null {
  const rules = linesOf(todo, 'RRULE').map((line) => line.value.trim())
  const others = ['EXRULE', 'RDATE'].flatMap((name) =>
    linesOf(todo, name).map((line) => `${name}:${line.value.trim()}`),
  )
  const [rule] = rules
  if (rule === undefined) return null
  const anchor = anchorOf(todo, reading)
  if (rules.length > 1 || others.length > 0) return verbatim([...rules, ...others].join('\n'))
  if (!anchor || dayIn(anchor, reading) !== localOf(anchor).slice(0, 10)) return verbatim(rule)
  return recurrenceOfRule(rule, anchor, reading.floatingZone)
}

/** What the rule is counted from. */
export function anchorOf(todo: Component, reading: Reading): CalTime | null {
  const { start, due } = todoTimes(todo, reading)
  return start ?? due
}

/** What a VTODO holds of a rule; `lost` when there is nothing to count from. */
export function fitRule(task: Pick<Task, 'start' | 'due' | 'recurrence' | 'regeneration'>): Rule & { lost: boolean } {
  const { recurrence, regeneration } = task
  const date = task.start ?? task.due
  if (recurrence?.pattern.kind === 'rrule') {
    const text = recurrence.pattern.text.trim()
    const anchored = date !== null && !text.includes('\n')
    const fitted = anchored ? recurrenceOfRule(text, { kind: 'date', date }, 'UTC') : verbatim(text)
    return { recurrence: fitted, regeneration: null, lost: false }
  }
  if (recurrence && date === null) return { recurrence: null, regeneration: fitRegeneration(regeneration), lost: true }
  if (recurrence && date !== null) {
    const anchor: CalTime = { kind: 'date', date }
    const early = recurrence.end.kind === 'until' && recurrence.end.date < date
    const kept: Recurrence = early ? { ...recurrence, end: { kind: 'until', date } } : recurrence
    const fitted = recurrenceOfRule(ruleOfRecurrence(kept, anchor, 'UTC'), anchor, 'UTC')
    return { recurrence: fitted, regeneration: null, lost: false }
  }
  return { recurrence: null, regeneration: fitRegeneration(regeneration), lost: false }
}

function fitRegeneration(regeneration: Regeneration | null): Regeneration | null {
  return regeneration && regenerationOf(regenerationText(regeneration))
}

/** Writes the rule; the dates are in their place already. */
export function patchRule(todo: Component, wanted: Rule, reading: Reading): boolean {
  const current = readRule(todo, reading)
  const { recurrence, regeneration } = wanted
  if (same(current, { recurrence, regeneration })) return false
  if (!same(current.recurrence, wanted.recurrence)) {
    dropLines(todo, 'RRULE', 'EXRULE', 'RDATE')
    insertLines(todo, ruleLines(todo, wanted.recurrence, reading), 'DTSTART')
  }
  if (wanted.regeneration) setLine(todo, makeLine(REGENERATION, '', regenerationText(wanted.regeneration)))
  else dropLines(todo, REGENERATION)
  return true
}

function ruleLines(todo: Component, recurrence: Recurrence | null, reading: Reading) {
  const anchor = anchorOf(todo, reading)
  if (!recurrence) return []
  if (recurrence.pattern.kind !== 'rrule')
    return anchor ? [makeLine('RRULE', '', ruleOfRecurrence(recurrence, anchor, reading.floatingZone))] : []
  return recurrence.pattern.text.split('\n').map((text) => {
    const other = /^(EXRULE|RDATE):(.*)$/.exec(text)
    return other?.[1] ? makeLine(other[1], '', other[2] ?? '') : makeLine('RRULE', '', text)
  })
}

function regenerationText({ kind, interval, end }: Regeneration): string {
  const until =
    end.kind === 'count' ? `;COUNT=${end.count}` : end.kind === 'until' ? `;UNTIL=${dateValue(end.date)}` : ''
  return `FREQ=${kind.toUpperCase()};INTERVAL=${interval}${until}`
}

function regenerationOf(value: string): Regeneration | null {
  const parts = rruleParts(value)
  const kind = KINDS[(parts.get('FREQ') ?? '') as keyof typeof KINDS]
  const interval = Number(parts.get('INTERVAL') ?? 1)
  if (!kind || !Number.isInteger(interval) || interval < 1 || interval > 999_999_999) return null
  return { kind, interval, end: endOf(parts) }
}

function endOf(parts: ReadonlyMap<string, string>): RecurrenceEnd {
  const count = Number(parts.get('COUNT') ?? 0)
  if (Number.isInteger(count) && count >= 1 && count <= 999_999_999) return { kind: 'count', count }
  const date = localTextOfValue(parts.get('UNTIL') ?? '')?.slice(0, 10)
  return date !== undefined && isDateText(date) ? { kind: 'until', date } : { kind: 'never' }
}

function same(one: unknown, other: unknown): boolean {
  return sameValue(one as Json, other as Json)
}
