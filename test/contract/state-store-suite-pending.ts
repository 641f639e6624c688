/** Contract of a StateStore: what is still to be decided upon, and what is known of items by uid. */
import { describe, expect, test } from 'vitest'
import { itemId, itemPair, leasedPair, observation, put, putItemPair, synced } from './state-store-builders.ts'
import type { StoreFixture } from './state-store-suite.ts'

export function pendingSuite(fixture: StoreFixture): void {
  const store = () => fixture.store()
  const names = async (pairId: string, nowMs: number) =>
    (await store().pending(pairId, nowMs)).map((row) => [row.exchange?.itemId ?? null, row.nextcloud?.itemId ?? null])

  describe('pending work', () => {
    test('is nothing when nothing is dirty', async () => {
      const { lease, pair } = await leasedPair(store())
      await store().commit(lease, synced(pair.id, '1'))
      expect(await store().pending(pair.id, 1)).toEqual([])
    })

    test('has both observations and the base in one row, whichever side is dirty', async () => {
      const { lease, pair } = await leasedPair(store())
      const base = itemPair(pair.id, '1')
      const exchange = observation(pair.id, 'exchange', 'e-1', { uid: 'uid-1' })
      const nextcloud = observation(pair.id, 'nextcloud', 'n-1', { uid: 'uid-1' })
      const sides = [
        [{ ...exchange, dirty: true }, nextcloud],
        [exchange, { ...nextcloud, dirty: true }],
        [
          { ...exchange, dirty: true },
          { ...nextcloud, dirty: true, state: 'gone', version: null },
        ],
      ] as const
      for (const [left, right] of sides) {
        await store().commit(lease, [putItemPair(base), put(left), put(right)])
        expect(await store().pending(pair.id, 1)).toEqual([{ itemPair: base, exchange: left, nextcloud: right }])
      }
    })

    test('has unpaired items one side at a time, even with the same uid', async () => {
      const { lease, pair } = await leasedPair(store())
      const fields = { uid: 'same', dirty: true }
      await store().commit(lease, [
        put(observation(pair.id, 'nextcloud', 'n-1', fields)),
        put(observation(pair.id, 'exchange', 'e-2', fields)),
        put(observation(pair.id, 'exchange', 'e-1', fields)),
      ])
      expect(await names(pair.id, 1)).toEqual([
        ['e-1', null],
        ['e-2', null],
        [null, 'n-1'],
      ])
      expect((await store().pending(pair.id, 1)).every((row) => row.itemPair === null)).toBe(true)
    })

    test('is ordered by uid, byte by byte, whatever the order of the commits', async () => {
      const { lease, pair } = await leasedPair(store())
      for (const uid of ['b', 'ä', 'B', 'a', 'Z']) {
        await store().commit(lease, [put(observation(pair.id, 'exchange', `e-${uid}`, { uid, dirty: true }))])
      }
      expect((await store().pending(pair.id, 1)).map((row) => row.exchange?.uid)).toEqual(['B', 'Z', 'a', 'b', 'ä'])
    })

    test('leaves out what waits for its retry, but not the other side of the pair', async () => {
      const { lease, pair } = await leasedPair(store())
      await store().commit(lease, [
        ...synced(pair.id, '1', { dirty: true, retryAtMs: 1000 }),
        ...synced(pair.id, '2', { dirty: true, retryAtMs: 1000 }),
        put(observation(pair.id, 'nextcloud', 'n-2', { uid: 'uid-2', dirty: true })),
        put(observation(pair.id, 'exchange', 'e-3', { uid: 'uid-3', dirty: true, retryAtMs: 1001 })),
      ])
      expect(await names(pair.id, 999)).toEqual([['e-2', 'n-2']])
      expect(await names(pair.id, 1000)).toEqual([
        ['e-1', 'n-1'],
        ['e-2', 'n-2'],
      ])
    })

    test('is kept apart for each pair', async () => {
      const ada = await leasedPair(store(), { email: 'ada@x.test' })
      const bob = await leasedPair(store(), { email: 'bob@x.test' })
      await store().commit(ada.lease, synced(ada.pair.id, '1', { dirty: true }))
      await store().commit(bob.lease, synced(bob.pair.id, '1'))
      expect(await names(ada.pair.id, 1)).toEqual([['e-1', 'n-1']])
      expect(await names(bob.pair.id, 1)).toEqual([])
    })

    test('finds all of many dirty items', async () => {
      const { lease, pair } = await leasedPair(store())
      const changes = Array.from({ length: 1203 }, (_, at) => synced(pair.id, String(at), { dirty: true })).flat()
      await store().commit(lease, changes)
      const rows = await store().pending(pair.id, 1)
      expect(rows).toHaveLength(1203)
      expect(rows.every((row) => row.itemPair !== null && row.exchange !== null && row.nextcloud !== null)).toBe(true)
    })
  })

  describe('items by uid', () => {
    test('finds present, unpaired items only', async () => {
      const { lease, pair } = await leasedPair(store())
      await store().commit(lease, [
        ...synced(pair.id, '1'),
        put(observation(pair.id, 'exchange', 'e-2', { uid: 'uid-1' })),
        put(observation(pair.id, 'exchange', 'e-3', { uid: 'uid-3', state: 'gone' })),
        put(observation(pair.id, 'exchange', 'e-4', { uid: 'uid-4' })),
        put(observation(pair.id, 'nextcloud', 'n-4', { uid: 'uid-4' })),
      ])
      const found = await store().unpairedByUid(pair.id, 'exchange', ['uid-1', 'uid-3', 'uid-4', 'uid-9'])
      expect(found.map((one) => one.itemId)).toEqual(['e-2', 'e-4'])
      expect(await store().unpairedByUid(pair.id, 'exchange', [])).toEqual([])
    })

    test('finds item pairs by uid', async () => {
      const { lease, pair } = await leasedPair(store())
      await store().commit(lease, [...synced(pair.id, '1'), ...synced(pair.id, '2')])
      const found = await store().itemPairsByUid(pair.id, ['uid-2', 'uid-2', 'uid-9'])
      expect(found.map((one) => one.exchange.id)).toEqual([itemId('e-2')])
    })
  })
}
