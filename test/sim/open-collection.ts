/** Opens the simulated collection pairs as the program opens real ones: known, new, or under another configuration. */
import type { CollectionPair, Lease, StateStore } from '../../src/ports/state-store.ts'
import type { Collection } from './simulate.ts'

type Opening = { collection: Collection; configHash: string; mailboxId: string; lease: Lease }

export async function openCollection(store: StateStore, opening: Opening): Promise<CollectionPair> {
  const { collection, configHash, mailboxId, lease } = opening
  const known = (await store.collectionPairs(mailboxId)).find((pair) => pair.id === collection.pairId)
  if (known?.configHash === configHash) return known
  const fresh: CollectionPair = {
    ...(known ?? newPair(collection, mailboxId)),
    configHash,
    exchangeCursor: null,
    nextcloudCursor: null,
    exchangeIdentity: null,
    nextcloudIdentity: null,
    firstPassDone: false,
    lastScrubAtMs: null,
  }
  const put = { kind: 'put-collection-pair' as const, pair: fresh }
  // Another configuration: base and cursors are forgotten, the items are adopted again (I6).
  await store.commit(lease, known ? [{ kind: 'reset-collection-pair', pairId: known.id }, put] : [put])
  return fresh
}

function newPair({ pairId, name }: Collection, mailboxId: string): CollectionPair {
  return {
    id: pairId,
    mailboxId,
    kind: 'calendar',
    name,
    exchangeRef: `exchange-${name}`,
    nextcloudRef: `nextcloud-${name}`,
    exchangeIdentity: null,
    nextcloudIdentity: null,
    configHash: '',
    exchangeCursor: null,
    nextcloudCursor: null,
    firstPassDone: false,
    status: 'active',
    halt: null,
    lastScrubAtMs: null,
  }
}
