/** The guards over what a full listing of a side said. Pure. */
import type { ItemId, SideName } from '../ports/side.ts'
import type { GuardInput, Listing, Verdict } from './guard.ts'
import type { Plan } from './plan.ts'

/** Nothing is listed, or nothing of the base (a new item in an emptied collection does not make it whole). */
export function emptySide({ listings, baseCount, plan }: GuardInput): Verdict {
  const isEmpty = ({ side, listed, vanished }: Listing) =>
    listed === 0 || vanished - countRebound(plan, side) >= Math.max(baseCount, 2)
  const empty = listings.find(isEmpty)
  if (!empty || baseCount === 0) return { kind: 'pass' }
  return { kind: 'halt', guard: 'empty-side', side: empty.side, numbers: { base: baseCount, listed: empty.listed } }
}

const NONE: ReadonlySet<ItemId> = new Set()

function countRebound(plan: Plan, side: SideName, except = NONE): number {
  return plan.entries.filter(
    (entry) => entry.kind === 'rebind' && entry.side === side && !except.has(entry.itemPair[side].id),
  ).length
}

/**
 * Known ids vanished and unknown ones appeared, or the feed itself went back: then vanished ones are enough. Items found again under a new
 * id (`rebind`) vanished only in name, and a server that tells of a removal in its feed did not forget it (docs/decisions/0009).
 */
export function rolledBack({ listings, baseCount, limits, plan }: GuardInput): Verdict {
  for (const { side, vanished, appeared, rolledBack, aged, toldRemoved = NONE } of listings) {
    const rebound = countRebound(plan, side)
    const lost = vanished - toldRemoved.size - countRebound(plan, side, toldRemoved)
    const lostMax = aged ? limits.deletesMax : 1
    // What an earlier listing found, in a pass that did not live to judge it, is known by now but still has to be created.
    const unknown = plan.entries.filter(
      (entry) => entry.kind === 'create' && entry.source.side === side && !entry.replaces,
    )
    if (
      (rolledBack || Math.max(appeared - rebound, unknown.length) > 0) &&
      lost > lostMax &&
      exceeds(lost, baseCount, limits.rollbackMaxPercent)
    ) {
      return { kind: 'halt', guard: 'server-rolled-back', side, numbers: { base: baseCount, vanished: lost, appeared } }
    }
  }
  return { kind: 'pass' }
}

export function exceeds(part: number, whole: number, percent: number): boolean {
  return part * 100 > whole * percent
}
