/** The faults of one seed: a swarm, so that each history has some kinds often and others never. docs/promises.md explains the exclusions. */
import { Chance } from './chance.ts'

export const FAULT_KINDS = [
  'read-fails',
  'unreadable-item',
  'write-fails-before',
  'answer-lost-applied',
  'answer-lost-not-applied',
  'write-refused',
  'crash-before',
  'crash-applied',
  'crash-commit',
  'commit-answer-lost',
  'feed-lags',
  'feed-repeats',
  'feed-false-removal',
  'feed-misses',
  'cursor-invalid',
  'list-truncated',
  'user-edits-during-pass',
  'overtaken-write',
  'process-paused',
  'slow-answer',
  'clock-steps',
  'state-lost',
  'state-restored',
  'ids-change',
  'config-changed',
  'side-emptied',
  'side-rolled-back',
  'folder-recreated',
] as const
export type FaultKind = (typeof FAULT_KINDS)[number]

/** `all`: every net is there. `no-scrub`: periodic comparison off, and so the faults that only it finds. `no-list`: list faults off, too. */
export type Mask = 'all' | 'no-scrub' | 'no-list'
export const MASKS: readonly Mask[] = ['all', 'no-scrub', 'no-list']

const NEEDS_SCRUB: readonly FaultKind[] = ['feed-misses', 'list-truncated']
/** What makes the connector list a side from the beginning. */
const LIST_FAULTS: readonly FaultKind[] = [
  'cursor-invalid',
  'state-lost',
  'state-restored',
  'ids-change',
  'config-changed',
  'side-emptied',
  'side-rolled-back',
  'folder-recreated',
]
/** Servers that lose or rename items of their own: one of these at most in a history, or nobody could say who lost what. */
const SERVER_DISASTERS: readonly FaultKind[] = ['ids-change', 'side-emptied', 'side-rolled-back', 'folder-recreated']

export class Faults {
  readonly #chance: Chance
  readonly #rates: ReadonlyMap<FaultKind, number>
  readonly fired = new Map<FaultKind, number>()
  enabled = true

  constructor(seed: number, mask: Mask) {
    this.#chance = new Chance(seed ^ 0x5f5f5f)
    const excluded = new Set<FaultKind>(mask === 'all' ? [] : NEEDS_SCRUB)
    if (mask === 'no-list') for (const kind of LIST_FAULTS) excluded.add(kind)
    const rates = new Map<FaultKind, number>()
    for (const kind of FAULT_KINDS) {
      const chosen = this.#chance.happens(0.35)
      const rate = this.#chance.fraction() ** 3 * 0.5
      if (chosen && !excluded.has(kind)) rates.set(kind, rate)
    }
    this.#rates = decidable(rates, this.#chance)
  }

  happens(kind: FaultKind): boolean {
    const rate = this.#rates.get(kind)
    if (!this.enabled || rate === undefined || !this.#chance.happens(rate)) return false
    this.fired.set(kind, (this.fired.get(kind) ?? 0) + 1)
    return true
  }

  get chance(): Chance {
    return this.#chance
  }
}

/** Takes away the combinations that no reader of the two servers can decide. */
function decidable(rates: Map<FaultKind, number>, chance: Chance): Map<FaultKind, number> {
  // A list or feed that silently lacks items and a state that lacks them too: no reader can tell a missing item from a new one.
  if (rates.has('list-truncated') || rates.has('feed-misses'))
    for (const kind of LIST_FAULTS) if (kind !== 'cursor-invalid') rates.delete(kind)
  // A mailbox that is just being moved, seen through a feed that does not tell of it yet, shows deletions and nothing else.
  if (rates.has('feed-lags')) rates.delete('ids-change')
  const disaster = chance.pick(SERVER_DISASTERS.filter((kind) => rates.has(kind)))
  for (const kind of SERVER_DISASTERS) if (kind !== disaster) rates.delete(kind)
  return rates
}
