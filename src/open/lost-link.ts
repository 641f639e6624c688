/** A link of which one collection is gone: it halts, and goes on as a person says. */
import type { NewLink } from '../nextcloud/link-collections.ts'
import { ConnectorError } from '../ports/errors.ts'
import type { CollectionPair, HaltReason } from '../ports/state-store.ts'
import type { LostLink } from './decide-links.ts'
import { isLost, type Linking, LOST_GUARD, linkOf, makeEnds, type Opened, startOver } from './open-link.ts'

/**
 * LOS-1: a collection that is not there any more is a question for a person, never an empty one, and never a reason to delete the other.
 * Released (`users resume`), it is made again and filled from the other side.
 */
export async function openLost(linking: Linking, lost: LostLink): Promise<Opened> {
  const { pair } = lost
  return isLost(pair) && pair.halt?.released ? makeAgain(linking, lost) : halted(linking, lost)
}

async function halted(linking: Linking, { pair, choice, side, inTrash }: LostLink): Promise<Opened> {
  const { user, clock, log } = linking.opening
  const base = await user.store.countItemPairs(pair.id)
  const sinceMs = isLost(pair) && pair.halt ? pair.halt.sinceMs : clock.nowMs()
  const halt: HaltReason = { guard: LOST_GUARD, side, numbers: { base }, sinceMs }
  const waiting: CollectionPair = { ...pair, status: 'halted', halt, link: linkOf(linking, choice) }
  await user.store.commit(user.lease, [{ kind: 'put-collection-pair', pair: waiting }])
  log.warn({ collection: pair.name, side, base }, 'a collection is gone on one side: it waits for a person')
  const fields = { collection: pair.name, side, ...(inTrash && { reason: 'in-trash' }) }
  const code = side === 'exchange' ? 'exchange.folder-not-found' : 'nextcloud.collection-not-found'
  return {
    opened: [],
    unopened: [{ name: pair.name, kind: pair.kind, error: new ConnectorError(code, fields), halted: waiting }],
  }
}

async function makeAgain(linking: Linking, { pair, choice, side, folder, collection }: LostLink): Promise<Opened> {
  const name = folder?.name ?? collection?.displayName ?? pair.name
  const link: NewLink = {
    choice,
    folder: side === 'nextcloud' && folder ? { kind: 'existing', found: folder } : { kind: 'create', name },
    collection: side === 'exchange' && collection ? { kind: 'existing', found: collection } : { kind: 'create', name },
  }
  const ends = await makeEnds(linking, link)
  return startOver(linking.opening, {
    ...pair,
    ...ends,
    exchangeIdentity: null,
    nextcloudIdentity: null,
    status: 'active',
    halt: null,
    link: linkOf(linking, choice),
  })
}
