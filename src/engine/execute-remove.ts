/** Removing items: archived first (I16), conditional on the version that the decision saw (I11), always last in a pass. */

import { unreachable } from '../ports/errors.ts'
import type { RemoveOutcome, SideName } from '../ports/side.ts'
import type { StateChange } from '../ports/state-store.ts'
import { otherSide } from '../sync/decide.ts'
import type { Accounts } from './accounts.ts'
import { archiveEntry } from './archive.ts'
import type { PassContext } from './context.ts'
import { freeDuplicates } from './duplicates.ts'
import { readItems } from './observe.ts'
import { failed, isStop, logAction, unmoved } from './settle.ts'
import { actionsOf, type RemoveWork } from './work.ts'

export async function executeRemoves(
  context: PassContext,
  side: SideName,
  works: readonly RemoveWork[],
  accounts: Accounts,
) {
  if (works.length === 0) return
  const archive = works.map((work): StateChange => {
    return { kind: 'put-archive', entry: archiveEntry(context, side, work.target, 'remove') }
  })
  await context.store.commit(context.lease, archive)
  await context.checkpoint()
  const requests = works.map((work) => ({ id: work.target.id, expect: work.target.version, mail: work.mail }))
  const outcomes = await context.sides[side].remove(requests)
  const changes: StateChange[] = []
  for (const [index, work] of works.entries()) {
    const outcome = outcomes[index]
    if (outcome) changes.push(...(await settleRemove(context, work, outcome, accounts)))
  }
  await context.store.commit(context.lease, changes)
}

async function settleRemove(
  context: PassContext,
  work: RemoveWork,
  outcome: RemoveOutcome,
  accounts: Accounts,
): Promise<StateChange[]> {
  const key = `pair:${work.itemPair.id}`
  const report = (result: 'done' | 'deferred' | 'failed') => {
    for (const action of actionsOf(work)) accounts.act(action, result)
  }
  if (outcome.kind === 'removed' || outcome.kind === 'unknown') context.removals++
  switch (outcome.kind) {
    case 'removed':
    case 'gone':
      accounts.note(key, 'removed')
      report('done')
      return [...forgetPair(context, work), ...(await freeDuplicates(context, [work.itemPair.uid]))]
    case 'changed-underneath':
    case 'unknown': {
      // Edited meanwhile, or the answer was lost: a fresh look decides (edit beats delete, or it is gone).
      const { changes, items } = await readItems(context, work.side, [work.target.id])
      const isRefused = outcome.kind === 'changed-underneath' && items[0]?.version === work.target.version
      accounts.note(key, isRefused ? 'failed' : 'skipped')
      report(isRefused ? 'failed' : 'deferred')
      return isRefused ? [...changes, failed(context, work.gone, unmoved(work.side))] : changes
    }
    case 'refused':
      if (isStop(outcome.error)) return []
      accounts.note(key, 'failed')
      report('failed')
      return [failed(context, work.gone, outcome.error)]
    default:
      return unreachable(outcome)
  }
}

function forgetPair(context: PassContext, { itemPair, side, target }: RemoveWork): StateChange[] {
  const pairId = context.pair.id
  const reason = `gone-on-${otherSide(side)}`
  return [
    { kind: 'drop-item-pair', id: itemPair.id },
    { kind: 'drop-observation', pairId, side: 'exchange', itemId: itemPair.exchange.id },
    { kind: 'drop-observation', pairId, side: 'nextcloud', itemId: itemPair.nextcloud.id },
    logAction(context, { uid: itemPair.uid, action: 'remove', side, reason, before: target.version, after: null }),
  ]
}
