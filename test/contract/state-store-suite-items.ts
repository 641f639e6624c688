/** Contract of a StateStore: commits, pairs, observations, pending work, export. */
import { describe, expect, test } from 'vitest'
import type { StateChange } from '../../src/ports/state-store.ts'
import { checkConsistency } from '../../src/state/consistency.ts'
import { openStateStore } from '../../src/state/open.ts'
import {
  ARCHIVE_KEY,
  collectionPair,
  cursor,
  held,
  intent,
  itemId,
  itemPair,
  leasedPair,
  observation,
  put,
  putItemPair,
  synced,
  version,
} from './state-store-builders.ts'
import type { StoreFixture } from './state-store-suite.ts'
import { pendingSuite } from './state-store-suite-pending.ts'

export function itemsSuite(fixture: StoreFixture): void {
  const store = () => fixture.store()

  describe('commit', () => {
    test('remembers what the connector made, once each, also after the pair was forgotten', async () => {
      const { lease, pair } = await leasedPair(store())
      const made = (id: string, side: 'exchange' | 'nextcloud' = 'nextcloud'): StateChange => ({
        ...{ kind: 'note-made', pairId: pair.id, side, itemId: itemId(id) },
      })
      await store().commit(lease, [made('/a.ics'), made('/b.ics'), made('e-1', 'exchange')])
      await store().commit(lease, [made('/a.ics'), { kind: 'reset-collection-pair', pairId: pair.id }])
      expect((await store().madeItems(pair.id, 'nextcloud')).toSorted()).toEqual(['/a.ics', '/b.ics'])
      expect(await store().madeItems(pair.id, 'exchange')).toEqual(['e-1'])
    })

    test('gives back what was put, field by field', async () => {
      const { mailbox, lease, pair } = await leasedPair(store())
      const full = collectionPair(mailbox.id, {
        id: pair.id,
        exchangeIdentity: 'folder-1',
        nextcloudIdentity: '/personal/',
        exchangeCursor: cursor('s1'),
        firstPassDone: true,
        status: 'halted',
        halt: { guard: 'deletions', numbers: { planned: 12, base: 20 }, sinceMs: 5, released: true },
        lastScrubAtMs: 9,
      })
      const seen = observation(pair.id, 'exchange', 'e-1', {
        state: 'unreadable',
        version: null,
        hashes: { 'attendees[a@x.test]': 'h' },
        spanStartMs: null,
        spanEndMs: -5,
        dirty: true,
        attempts: 2,
        retryAtMs: 77,
        problem: { code: 'item.unreadable', detail: 'no end' },
      })
      const base = itemPair(pair.id, '1')
      const opened = intent(pair.id, { expect: version('"0123"'), desiredHashes: { summary: 'd' } })
      await store().commit(lease, [
        { kind: 'put-collection-pair', pair: full },
        put(seen),
        putItemPair(base),
        { kind: 'open-intent', intent: opened },
      ])
      expect(await store().collectionPairs(mailbox.id)).toEqual([full])
      expect(await store().observations(pair.id, 'exchange', [itemId('e-1'), itemId('other')])).toEqual([seen])
      expect(await store().itemPairBySide(pair.id, 'nextcloud', itemId('n-1'))).toEqual(base)
      expect(await store().itemPairBySide(pair.id, 'exchange', itemId('n-1'))).toBeNull()
      expect(await store().openIntents(pair.id)).toEqual([opened])
      expect(await store().problems(pair.id)).toEqual([seen])
    })

    test('is all or nothing', async () => {
      const { lease, pair } = await leasedPair(store())
      const clash = { ...itemPair(pair.id, '1'), nextcloud: { id: itemId('n-9'), version: version('1'), hashes: {} } }
      await store().commit(lease, [putItemPair(itemPair(pair.id, '1'))])
      await expect(
        store().commit(lease, [put(observation(pair.id, 'exchange', 'e-2')), putItemPair(clash)]),
      ).rejects.toMatchObject({ code: 'state.corrupt' })
      expect(await store().knownItems(pair.id, 'exchange')).toEqual([])
      expect(await store().countItemPairs(pair.id)).toBe(1)
    })

    test('applies changes of the same row in their order', async () => {
      const { lease, pair } = await leasedPair(store())
      const [one, two] = [itemPair(pair.id, '1'), itemPair(pair.id, '1')]
      const opened = intent(pair.id)
      await store().commit(lease, [
        putItemPair(one),
        put(observation(pair.id, 'exchange', 'e-1', { version: version('1') })),
        put(observation(pair.id, 'exchange', 'e-1', { version: version('2') })),
        { kind: 'drop-item-pair', id: one.id },
        putItemPair(two),
        { kind: 'drop-observation', pairId: pair.id, side: 'exchange', itemId: itemId('e-1') },
        put(observation(pair.id, 'exchange', 'e-1', { version: version('3') })),
        { kind: 'open-intent', intent: opened },
        { kind: 'close-intent', token: opened.token },
        { kind: 'set-cursor', pairId: pair.id, side: 'nextcloud', cursor: cursor('c1') },
        { kind: 'set-cursor', pairId: pair.id, side: 'nextcloud', cursor: cursor('c2') },
      ])
      expect((await store().itemPairBySide(pair.id, 'exchange', itemId('e-1')))?.id).toBe(two.id)
      expect(await store().knownItems(pair.id, 'exchange')).toEqual([
        { itemId: 'e-1', version: '3', state: 'present', dirty: false },
      ])
      expect(await store().openIntents(pair.id)).toEqual([])
      expect((await store().collectionPairs(pair.mailboxId))[0]?.nextcloudCursor).toBe('c2')
    })

    test('resets a pair to before its first pass; intents stay', async () => {
      const { lease, pair } = await leasedPair(store())
      const full = { ...pair, exchangeCursor: cursor('s'), nextcloudCursor: cursor('t'), firstPassDone: true }
      await store().commit(lease, [
        { kind: 'put-collection-pair', pair: full },
        ...synced(pair.id, '1'),
        { kind: 'open-intent', intent: intent(pair.id) },
        { kind: 'reset-collection-pair', pairId: pair.id },
        put(observation(pair.id, 'nextcloud', 'n-2')),
      ])
      expect(await store().collectionPairs(pair.mailboxId)).toEqual([pair])
      expect(await store().countItemPairs(pair.id)).toBe(0)
      expect(await store().knownItems(pair.id, 'nextcloud')).toHaveLength(1)
      expect(await store().openIntents(pair.id)).toHaveLength(1)
    })

    test('holds one item that no database would: huge uid, U+0000, half a surrogate pair', async () => {
      const { lease, pair } = await leasedPair(store())
      const odd = ['x'.repeat(20_000), 'nul\u0000byte', 'half \ud83d pair', 'emoji 🎉', "quote' -- ;"]
      await store().commit(
        lease,
        odd.map((uid, at) =>
          put(observation(pair.id, 'exchange', `e-${at}`, { uid, hashes: { [uid.slice(0, 9)]: uid } })),
        ),
      )
      const found = await store().unpairedByUid(pair.id, 'exchange', odd)
      expect(found.map(({ itemId: id }) => id)).toEqual(odd.map((_, at) => `e-${at}`))
      expect(found[3]?.uid).toBe('emoji 🎉')
    })

    test('takes a large commit in one piece', async () => {
      const { lease, pair } = await leasedPair(store())
      const changes = Array.from({ length: 1500 }, (_, at) => synced(pair.id, String(at))).flat()
      await store().commit(lease, changes)
      expect(await store().countItemPairs(pair.id)).toBe(1500)
      const ids = Array.from({ length: 1500 }, (_, at) => itemId(`e-${at}`))
      expect(await store().observations(pair.id, 'exchange', ids)).toHaveLength(1500)
      const drops = ids.map(
        (id): StateChange => ({ kind: 'drop-observation', pairId: pair.id, side: 'exchange', itemId: id }),
      )
      await store().commit(lease, drops)
      expect(await store().knownItems(pair.id, 'exchange')).toEqual([])
      expect(await checkConsistency(store().database)).toEqual([
        'item pairs whose exchange item was never observed: 1500',
      ])
    })

    test('stays inside the mailbox of the lease', async () => {
      const { lease } = await leasedPair(store(), { email: 'ada@x.test' })
      const bob = await leasedPair(store(), { email: 'bob@x.test' })
      const [base, opened] = [itemPair(bob.pair.id, '1'), intent(bob.pair.id)]
      await store().commit(bob.lease, [putItemPair(base), { kind: 'open-intent', intent: opened }])
      const foreign: StateChange[] = [
        put(observation(bob.pair.id, 'exchange', 'e-1')),
        { kind: 'put-mailbox', mailbox: bob.mailbox },
        { kind: 'put-collection-pair', pair: bob.pair },
        { kind: 'put-collection-pair', pair: { ...bob.pair, mailboxId: lease.mailboxId } },
        { kind: 'reset-collection-pair', pairId: bob.pair.id },
        put(observation('no such pair', 'exchange', 'e-1')),
      ]
      for (const change of foreign) await expect(store().commit(lease, [change])).rejects.toMatchObject({ code: 'bug' })
      await store().commit(lease, [
        { kind: 'drop-item-pair', id: base.id },
        { kind: 'close-intent', token: opened.token },
      ])
      expect(await store().countItemPairs(bob.pair.id)).toBe(1)
      expect(await store().openIntents(bob.pair.id)).toHaveLength(1)
    })
  })

  pendingSuite(fixture)

  describe('export', () => {
    test('recreates a pair in another store', async () => {
      const { lease, pair } = await leasedPair(store())
      const changes = Array.from({ length: 700 }, (_, at) =>
        synced(pair.id, String(at), { dirty: at % 7 === 0 }),
      ).flat()
      await store().commit(lease, [...changes, { kind: 'open-intent', intent: intent(pair.id) }])
      const copy = await openStateStore({
        connectionString: 'sqlite::memory:',
        archiveKey: ARCHIVE_KEY,
        uuid: () => pair.mailboxId,
      })
      await copy.migrate()
      const copied = await copy.ensureMailbox('ada@example.test')
      const copyLease = await held(copy, copied.id)
      for await (const batch of store().exportPair(pair.id)) await copy.commit(copyLease, batch)
      expect(await copy.pending(pair.id, 1)).toEqual(await store().pending(pair.id, 1))
      expect(await copy.collectionPairs(copied.id)).toEqual(await store().collectionPairs(pair.mailboxId))
      expect(await copy.countItemPairs(pair.id)).toBe(700)
      expect(await copy.openIntents(pair.id)).toHaveLength(1)
      expect(await checkConsistency(copy.database)).toEqual([])
      await copy.close()
    })
  })
}
