/** Items that were named as second ones of a UID become items of their own when the first one ends. */
import type { StateChange } from '../ports/state-store.ts'
import type { PassContext } from './context.ts'

/** Makes them pending again: the next round looks for, or makes, their counterpart. */
export async function freeDuplicates(context: PassContext, endedUids: readonly string[]): Promise<StateChange[]> {
  const uids = [...new Set(endedUids)].filter((uid) => uid !== '')
  if (uids.length === 0) return []
  const changes: StateChange[] = []
  for (const side of ['exchange', 'nextcloud'] as const) {
    for (const observation of await context.store.unpairedByUid(context.pair.id, side, uids)) {
      if (observation.dirty || observation.problem?.code !== 'item.duplicate-uid') continue
      changes.push({ kind: 'put-observation', observation: { ...observation, dirty: true, problem: null } })
    }
  }
  return changes
}
