/**
 * Which replica listens for which service account: the one whose name fits the account best (rendezvous hashing), so that only the share
 * of a replica that comes or goes changes hands. An account is with one replica as a whole: Exchange counts its hanging connections.
 */
import { createHash } from 'node:crypto'
import { REPLICA_PRESENT_MS } from '../../limits.ts'
import type { ListenerShare } from '../../ports/push.ts'
import type { SharedWork } from '../../ports/shared-work.ts'

/** Where nobody else could listen. */
export const WHOLE_SHARE: ListenerShare = { current: async () => () => true, leave: async () => {} }

export function listenerShare(roll: Pick<SharedWork, 'present' | 'absent'>, replica: string): ListenerShare {
  return {
    current: async () => {
      const replicas = await roll.present(replica, REPLICA_PRESENT_MS)
      const known = new Map<string, boolean>()
      return (account) => {
        const isOurs = known.get(account) ?? listenerOf(account, replicas) === replica
        known.set(account, isOurs)
        return isOurs
      }
    },
    leave: () => roll.absent(replica),
  }
}

/** Pure. Null when there is no replica. */
export function listenerOf(account: string, replicas: readonly string[]): string | null {
  let best: { replica: string; weight: string } | null = null
  for (const replica of replicas) {
    const weight = createHash('sha256').update(`${replica}\n${account}`).digest('hex')
    if (best === null || weight > best.weight) best = { replica, weight }
  }
  return best?.replica ?? null
}
