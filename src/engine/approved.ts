/** An approved plan: the actions that an administrator saw in a dry run. A pass that is held to it writes nothing else. */
import type { Action, ApprovedPlan, PlannedAction, UserReport } from '../ports/report.ts'
import type { CollectionPair } from '../ports/state-store.ts'

type Named = Pick<CollectionPair, 'kind' | 'name'>

/** What must be the same for an action to be the approved one: the item, what is done to it, and the versions it was decided on. */
function keyOf({ kind, name }: Named, action: PlannedAction): string {
  const { side, uid, reason, versions } = action
  const { exchange = '', nextcloud = '' } = versions
  return JSON.stringify([kind, name, action.action, side, uid, reason, exchange, nextcloud])
}

export type Approved = { has(pair: Named, action: Action): boolean }

function keysOf(plan: ApprovedPlan): Set<string> {
  return new Set(plan.flatMap((pair) => pair.actions.map((action) => keyOf(pair, action))))
}

export function approvedOf(plan: ApprovedPlan): Approved {
  const keys = keysOf(plan)
  return { has: (pair, action) => action.action === 'skip' || keys.has(keyOf(pair, action)) }
}

/** Actions that only one of the two has. What is merely left alone does not count: nothing is written for it. */
export function planDifference(approved: ApprovedPlan, now: UserReport): { added: number; dropped: number } {
  const before = keysOf(writing(approved))
  const after = keysOf(writing(now.pairs))
  return {
    added: [...after].filter((key) => !before.has(key)).length,
    dropped: [...before].filter((key) => !after.has(key)).length,
  }
}

function writing(plan: ApprovedPlan): ApprovedPlan {
  return plan.map((pair) => ({ ...pair, actions: pair.actions.filter(({ action }) => action !== 'skip') }))
}
