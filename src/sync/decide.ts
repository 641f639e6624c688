/** Decides what to do with one item. Pure: the plan calls it for every item of a pass; the decision table test knows all rows. */

import { unreachable } from '../ports/errors.ts'
import type { SideName } from '../ports/side.ts'
import type { BaseSide, Observation } from '../ports/state-store.ts'
import { sameHashes } from './fingerprint.ts'

/**
 * What became of a paired item on one side since the base.
 * `touched`: another version with the same content; only the base's version moves on. `unseen`: nothing new is known.
 */
export type Change = 'unseen' | 'same' | 'touched' | 'changed' | 'gone' | 'unreadable'

/** Change of a paired item: its observation against its base. */
export function changeOf(base: BaseSide, observation: Observation | null): Change {
  if (!observation) return 'unseen'
  switch (observation.state) {
    case 'gone':
      return 'gone'
    case 'unreadable':
      return 'unreadable'
    case 'present':
      if (sameHashes(base.hashes, observation.hashes)) return observation.version === base.version ? 'same' : 'touched'
      return 'changed'
    default:
      return unreachable(observation.state)
  }
}

export type Decision =
  /** Nothing to write; the base takes over the versions seen. */
  | { kind: 'settle' }
  /** Merge by field; `both` tells that both sides changed. */
  | { kind: 'merge'; changed: SideName | 'both' }
  /** Gone on one side, unchanged on the other: remove it there. */
  | { kind: 'remove'; side: SideName }
  /** Gone on one side, edited on the other: the edit wins (I17) and the item is created again. */
  | { kind: 'recreate'; side: SideName }
  /** Gone on both. */
  | { kind: 'forget' }
  /** A side cannot be read: nothing is done to this item on either side (I10). */
  | { kind: 'blocked'; side: SideName }

/** The decision for a paired item. Total over all pairs of changes. */
export function decidePaired(exchange: Change, nextcloud: Change): Decision {
  if (exchange === 'unreadable') return { kind: 'blocked', side: 'exchange' }
  if (nextcloud === 'unreadable') return { kind: 'blocked', side: 'nextcloud' }
  if (exchange === 'gone' && nextcloud === 'gone') return { kind: 'forget' }
  if (exchange === 'gone') return nextcloud === 'changed' ? recreate('exchange') : remove('nextcloud')
  if (nextcloud === 'gone') return exchange === 'changed' ? recreate('nextcloud') : remove('exchange')
  if (exchange === 'changed' && nextcloud === 'changed') return { kind: 'merge', changed: 'both' }
  if (exchange === 'changed') return { kind: 'merge', changed: 'exchange' }
  if (nextcloud === 'changed') return { kind: 'merge', changed: 'nextcloud' }
  return { kind: 'settle' }
}

function remove(side: SideName): Decision {
  return { kind: 'remove', side }
}

function recreate(side: SideName): Decision {
  return { kind: 'recreate', side }
}

export function otherSide(side: SideName): SideName {
  return side === 'exchange' ? 'nextcloud' : 'exchange'
}
