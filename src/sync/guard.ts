/**
 * Guards: pure checks that stop a collection's plan before it does something big by mistake (promises.md, table of guards; I21).
 * A guard that trips executes nothing of that collection and waits for a person.
 */
import type { ItemId, SideName } from '../ports/side.ts'
import type { ReleasedGuard } from '../ports/state-store.ts'
import { otherSide } from './decide.ts'
import { emptySide, exceeds, rolledBack } from './guard-listing.ts'
import type { Plan } from './plan.ts'

/** All configurable (`Service__Guards__*`); percentages of the base. */
export type GuardLimits = {
  deletesMax: number
  deletesMaxPercent: number
  deletesPerDayMaxPercent: number
  changesMinItems: number
  changesMaxPercent: number
  rollbackMaxPercent: number
}

export const GUARD_DEFAULTS: GuardLimits = {
  deletesMax: 10,
  deletesMaxPercent: 25,
  deletesPerDayMaxPercent: 50,
  changesMinItems: 20,
  changesMaxPercent: 90,
  rollbackMaxPercent: 5,
}

export type GuardName =
  | 'deletions-in-pass'
  | 'deletions-per-day'
  | 'empty-side'
  | 'mass-change'
  | 'collection-identity'
  | 'server-rolled-back'

/**
 * What a full listing of one side said, when there was one. `rolledBack`: its feed had gone back to an earlier point. `aged`: its cursor
 * was only too old to be trusted. `toldRemoved`: those of the vanished items whose removal its feed had told just before.
 */
export type Listing = {
  side: SideName
  listed: number
  vanished: number
  appeared: number
  rolledBack?: boolean
  aged?: boolean
  toldRemoved?: ReadonlySet<ItemId>
}

export type GuardInput = {
  plan: Plan
  /** Item pairs now, and those of them that earlier rounds of this pass removed. */
  baseCount: number
  removedInPass: number
  /** Mailbox-wide: item pairs now, and removals written in the last 24 hours. */
  mailboxBaseCount: number
  removedInLastDay: number
  listings: readonly Listing[]
  limits: GuardLimits
  /** `--allow-deletes N`. */
  allowDeletes: number | null
  /** What halted the collection before, and is on record. */
  halted: ReleasedGuard | null
  /** Guards that an administrator released (`users resume`), with the numbers they were halted at. */
  released: readonly ReleasedGuard[]
}

export type Verdict =
  | { kind: 'pass' }
  | { kind: 'halt'; guard: GuardName; side?: SideName; numbers: Record<string, number> }

export function guard(input: GuardInput): Verdict {
  const isAllowed = isNumberAllowed(input.plan, input.allowDeletes)
  const verdicts = [emptySide(input), rolledBack(input), massChange(input)]
  if (!isAllowed) verdicts.push(deletesInPass(input), deletesPerDay(input))
  const isSeen = (guard: GuardName) => isAllowed && input.halted === null && LISTING_GUARDS.has(guard)
  const stops = (verdict: Verdict) => verdict.kind === 'halt' && !isSeen(verdict.guard) && !isReleased(verdict, input)
  return verdicts.find(stops) ?? { kind: 'pass' }
}

/** What a full listing gave away. */
const LISTING_GUARDS: ReadonlySet<string> = new Set<GuardName>(['empty-side', 'server-rolled-back'])

/** The plan's exact number of deletions was allowed: whoever says it has seen the plan. */
export function isNumberAllowed(plan: Plan, allowDeletes: number | null): boolean {
  return allowDeletes !== null && allowDeletes > 0 && allowDeletes === countRemovals(plan)
}

/**
 * What is on record, once the exact number was allowed: a listing's guard is released with it. One that is not on record stops the plan
 * all the same, because another cause may lead to the same number.
 */
export function releasedByNumber<T extends ReleasedGuard>(halted: T | null): (T & { released?: true }) | null {
  return halted && LISTING_GUARDS.has(halted.guard) ? { ...halted, released: true } : halted
}

export function countRemovals(plan: Plan): number {
  return plan.entries.filter((entry) => entry.kind === 'remove').length
}

function massChange({ plan, baseCount, limits }: GuardInput): Verdict {
  if (baseCount <= limits.changesMinItems) return { kind: 'pass' }
  for (const side of ['exchange', 'nextcloud'] as const) {
    const changed = plan.entries.filter((entry) => entry.kind === 'merge' && entry.changed !== otherSide(side)).length
    if (exceeds(changed, baseCount, limits.changesMaxPercent)) {
      return { kind: 'halt', guard: 'mass-change', side, numbers: { base: baseCount, changed } }
    }
  }
  return { kind: 'pass' }
}

/** Of the whole pass: what its earlier rounds removed counts. */
function deletesInPass({ plan, baseCount, removedInPass, limits }: GuardInput): Verdict {
  const deletions = countRemovals(plan)
  const inPass = deletions + removedInPass
  const base = baseCount + removedInPass
  if (deletions === 0 || inPass <= limits.deletesMax || !exceeds(inPass, base, limits.deletesMaxPercent))
    return { kind: 'pass' }
  return { kind: 'halt', guard: 'deletions-in-pass', numbers: { base, deletions } }
}

/** The same floor as for one pass applies: removing two of three items is an ordinary day. */
function deletesPerDay(input: GuardInput): Verdict {
  const deletions = countRemovals(input.plan)
  if (deletions === 0) return { kind: 'pass' }
  const inDay = deletions + input.removedInLastDay
  const baseAtStart = input.mailboxBaseCount + input.removedInLastDay
  if (inDay <= input.limits.deletesMax || !exceeds(inDay, baseAtStart, input.limits.deletesPerDayMaxPercent)) {
    return { kind: 'pass' }
  }
  return { kind: 'halt', guard: 'deletions-per-day', numbers: { base: baseAtStart, deletions, inDay } }
}

/** The base is what other numbers are measured by; where nothing is listed it is the number at stake. */
function isMeasure(guard: string, name: string): boolean {
  return name === 'base' && guard !== 'empty-side'
}

/** Deletions are released by their exact number only; other guards by `users resume`, for numbers no larger than those seen. */
function isReleased(verdict: Extract<Verdict, { kind: 'halt' }>, { released }: GuardInput): boolean {
  if (verdict.guard.startsWith('deletions')) return false
  return released.some(
    ({ guard, side, numbers }) =>
      guard === verdict.guard &&
      side === verdict.side &&
      Object.entries(verdict.numbers).every(([name, value]) => isMeasure(guard, name) || value <= (numbers[name] ?? 0)),
  )
}
