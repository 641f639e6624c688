/**
 * Leaves a mailbox whose user withdrew: what was known is forgotten, so that a later consent adopts and never deletes (I5). Where the
 * user wants it, what the connector itself made on Nextcloud is taken away: archived first, and only as it was last seen in step.
 */
import { DAV_MULTIGET_MAX } from '../limits.ts'
import { ConnectorError } from '../ports/errors.ts'
import type { Side, SideItem } from '../ports/side.ts'
import type { CollectionPair, StateChange } from '../ports/state-store.ts'
import { type Held, withMailbox } from './admin-lease.ts'
import { archiveEntry } from './archive.ts'
import type { ServiceOptions } from './service.ts'

export type Leaving = {
  email: string
  signal: AbortSignal
  /** The Nextcloud side of a pair, to take away what was made there; null: everything stays. */
  sideOf: ((pair: CollectionPair) => Side) | null
}

export async function leaveMailbox(
  service: ServiceOptions,
  leaving: Leaving,
): Promise<{ removed: number; kept: number }> {
  const sum = { removed: 0, kept: 0 }
  if (!(await service.store.mailboxByEmail(leaving.email))) return sum
  await withMailbox(service, leaving, async (held) => {
    for (const pair of await held.store.collectionPairs(held.mailbox.id)) {
      if (leaving.sideOf && pair.nextcloudRef !== '') {
        const { removed, kept } = await removeMade(service, held, { pair, side: leaving.sideOf(pair) })
        sum.removed += removed
        sum.kept += kept
      }
      await held.store.commit(held.lease, forgotten(pair))
    }
  })
  return sum
}

function forgotten(pair: CollectionPair): StateChange[] {
  const fresh = {
    ...pair,
    exchangeIdentity: null,
    nextcloudIdentity: null,
    exchangeCursor: null,
    nextcloudCursor: null,
  }
  return [
    { kind: 'reset-collection-pair', pairId: pair.id },
    {
      kind: 'put-collection-pair',
      pair: { ...fresh, firstPassDone: false, status: 'active', halt: null, lastScrubAtMs: null },
    },
  ]
}

type Made = { pair: CollectionPair; side: Side }

async function removeMade(service: ServiceOptions, held: Held, { pair, side }: Made) {
  const ids = await held.store.madeItems(pair.id, 'nextcloud')
  let removed = 0
  for (let at = 0; at < ids.length; at += DAV_MULTIGET_MAX) {
    const unchanged = await inStep(held, { pair, side }, ids.slice(at, at + DAV_MULTIGET_MAX))
    if (held.signal.aborted) throw new ConnectorError('stopped')
    if (unchanged.length === 0) continue
    const keep = (item: SideItem): StateChange => ({
      kind: 'put-archive',
      entry: archiveEntry({ ...service, pair }, 'nextcloud', item, 'remove'),
    })
    await held.store.commit(held.lease, unchanged.map(keep))
    const outcomes = await side.remove(unchanged.map(({ id, version }) => ({ id, expect: version })))
    removed += outcomes.filter(({ kind }) => kind === 'removed').length
  }
  return { removed, kept: ids.length - removed }
}

/** As it was when both sides were last seen equal: Exchange has the same. What somebody changed on Nextcloud since then is theirs. */
async function inStep({ store }: Held, { pair, side }: Made, ids: Awaited<ReturnType<Held['store']['madeItems']>>) {
  const items: SideItem[] = []
  for (const result of await readOrNone(side, ids)) {
    if (result.kind !== 'present') continue
    const base = await store.itemPairBySide(pair.id, 'nextcloud', result.item.id)
    if (base?.nextcloud.version === result.item.version) items.push(result.item)
  }
  return items
}

/** A collection that its owner deleted holds nothing that could be taken away. */
async function readOrNone(side: Side, ids: Parameters<Side['read']>[0]) {
  try {
    return await side.read(ids)
  } catch (error) {
    if (error instanceof ConnectorError && error.code === 'nextcloud.collection-not-found') return []
    throw error
  }
}
