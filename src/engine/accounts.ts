/** The pass's books (I25): every item that was seen is counted once, under the first heading that fits. */
import { NO_COUNTS } from '../ports/counts.ts'
import type { Action, ActionOutcome, ItemProblem } from '../ports/report.ts'
import type { SideName } from '../ports/side.ts'
import type { ItemPair, PassCounts } from '../ports/state-store.ts'

const HEADINGS = ['failed', 'conflicts', 'created', 'updated', 'removed', 'skipped'] as const
type Heading = (typeof HEADINGS)[number]
type NotedAction = Action & { outcome: ActionOutcome }

/** Actions kept for the report of a real run; a dry run keeps all. */
const ACTIONS_KEPT_MAX = 10_000

export class Accounts {
  readonly #aliases = new Map<string, string>()
  readonly #headings = new Map<string, Heading | 'unchanged'>()
  readonly actions: NotedAction[] = []
  readonly problems: ItemProblem[] = []
  readonly #keepAll: boolean

  constructor(keepAllActions: boolean) {
    this.#keepAll = keepAllActions
  }

  /** `item`: as bookKey gives it. */
  note(item: string, heading: Heading | 'unchanged'): void {
    const key = this.#aliases.get(item) ?? item
    const before = this.#headings.get(key)
    if (before === undefined || rank(heading) < rank(before)) this.#headings.set(key, heading)
  }

  /** The item became this pair: it stays one item, whatever was noted of its two sides in an earlier round. */
  becamePair(item: string, { id, exchange, nextcloud }: Pick<ItemPair, 'id' | SideName>): void {
    const key = this.#aliases.get(item) ?? item
    const sides = [bookKey(null, 'exchange', exchange.id), bookKey(null, 'nextcloud', nextcloud.id)]
    for (const other of sides.filter((side) => side !== key)) {
      const heading = this.#headings.get(other)
      this.#headings.delete(other)
      if (heading !== undefined) this.note(key, heading)
      this.#aliases.set(other, key)
    }
    this.#aliases.set(`pair:${id}`, key)
  }

  act(action: Action, outcome: ActionOutcome): void {
    const interesting = outcome === 'failed' || action.action === 'skip' || action.conflict
    if (this.#keepAll || (interesting && this.actions.length < ACTIONS_KEPT_MAX))
      this.actions.push({ ...action, outcome })
  }

  /** `paired`: item pairs before the pass; those not noted were unchanged. */
  counts(paired: number): PassCounts {
    const counts: PassCounts = { ...NO_COUNTS }
    let notedPairs = 0
    for (const [item, heading] of this.#headings) {
      counts[heading]++
      if (item.startsWith('pair:')) notedPairs++
    }
    const untouched = paired - notedPairs
    counts.unchanged += untouched
    counts.seen = this.#headings.size + untouched
    return counts
  }
}

/** What the books call an item: by its pair, or by side and id while it belongs to none. */
export function bookKey(pair: { id: string } | null, side: SideName, itemId: string | null): string {
  return pair ? `pair:${pair.id}` : `${itemId}@${side}`
}

function rank(heading: Heading | 'unchanged'): number {
  return heading === 'unchanged' ? HEADINGS.length : HEADINGS.indexOf(heading)
}
