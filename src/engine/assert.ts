/** Invariants that are checked while the program runs: what breaks one is a bug, and nothing is written because of it. */
import { ConnectorError } from '../ports/errors.ts'
import type { SideName } from '../ports/side.ts'
import type { ItemPair, Observation, PassCounts } from '../ports/state-store.ts'
import type { Plan, PlanEntry } from '../sync/plan.ts'

/**
 * Before a plan is executed: each item and each pair is dealt with once (I14), and a removal rests on an explicit not-found of the
 * other side (I8) and carries the version that the decision saw (I11); the original of a one-way link is left alone. Throws `bug`.
 */
export function assertPlan({ entries }: Plan, original: SideName | null = null): void {
  const seen = new Set<string>()
  for (const entry of entries) {
    for (const key of keysOf(entry)) {
      if (seen.has(key)) throw new ConnectorError('bug', { where: 'plan', detail: `${entry.kind} of an item twice` })
      seen.add(key)
    }
    if ((entry.kind === 'create' || entry.kind === 'remove') && entry.side === original)
      throw new ConnectorError('bug', { where: 'plan', detail: `${entry.kind} on the original of a one-way link` })
    if (entry.kind !== 'remove') continue
    const { expect, gone, side } = entry
    if (gone.state !== 'gone' || gone.side === side || expect.state !== 'present' || expect.version === null)
      throw new ConnectorError('bug', { where: 'plan', detail: 'a removal without evidence' })
  }
}

/** I25. The report says it in numbers; a wrong sum is a bug of the books, not of the sync, so it is told and not thrown. */
export function addsUp({ seen, ...headings }: PassCounts): boolean {
  const counts = Object.values(headings)
  return counts.every((count) => count >= 0) && counts.reduce((sum, count) => sum + count, 0) === seen
}

function keysOf(entry: PlanEntry): string[] {
  const { itemPair, observations } = partsOf(entry)
  return [...(itemPair ? [`pair:${itemPair.id}`] : []), ...observations.map((one) => keyOf(one.side, one.itemId))]
}

function keyOf(side: SideName, itemId: string): string {
  return `${side}:${itemId}`
}

function partsOf(entry: PlanEntry): { itemPair: ItemPair | null; observations: Observation[] } {
  switch (entry.kind) {
    case 'create':
      return { itemPair: entry.replaces, observations: [entry.source] }
    case 'merge':
      return { itemPair: entry.itemPair, observations: [entry.exchange, entry.nextcloud] }
    case 'adopt':
      return { itemPair: null, observations: [entry.exchange, entry.nextcloud] }
    case 'rebind':
      return { itemPair: entry.itemPair, observations: entry.other ? [entry.found, entry.other] : [entry.found] }
    case 'remove':
      return { itemPair: entry.itemPair, observations: [entry.expect, entry.gone] }
    case 'forget':
      return entry
    case 'settle':
      return { itemPair: entry.itemPair, observations: [entry.exchange, entry.nextcloud].filter((one) => one !== null) }
    case 'skip':
    case 'wait':
      return { itemPair: entry.itemPair, observations: [entry.observation] }
  }
}
