/** Contract of a StateStore: what replicas share about service accounts, and about where mailboxes are. */
import { describe, expect, test } from 'vitest'
import { DISCOVERY_KEPT_MS } from '../../src/limits.ts'
import { type AccountState, UNTRIED } from '../../src/ports/account-book.ts'
import type { StoreFixture } from './state-store-suite.ts'

const REFUSED: AccountState = {
  refusals: { count: 2, triesAtMs: [1_000, 61_000], restUntilMs: 400_000 },
  secretMark: 'mark',
  lastRefusal: { code: 'exchange.sign-in', reason: 'expired', atMs: 61_000 },
  provenAtMs: null,
  probe: { holder: 'replica-1', startedAtMs: 61_000, untilMs: 200_000 },
}

export function accountSuite(fixture: StoreFixture): void {
  describe('the account book', () => {
    test('begins empty, keeps what is put, and gives the result of the change', async () => {
      const { accounts } = fixture.store()
      expect(await accounts.read('svc')).toEqual(UNTRIED)
      expect(await accounts.update('svc', (before) => ({ after: REFUSED, result: before }))).toEqual(UNTRIED)
      expect(await accounts.read('svc')).toEqual(REFUSED)
      expect(await accounts.read('other')).toEqual(UNTRIED)
    })

    test('loses no change when many replicas change one account at once', async () => {
      const stores = fixture.kind.shared ? [fixture.store(), await fixture.another()] : [fixture.store()]
      const one = (before: AccountState) => {
        const count = (before.refusals?.count ?? 0) + 1
        return { after: { ...before, refusals: { count, triesAtMs: [], restUntilMs: 0 } }, result: count }
      }
      const counts = await Promise.all(
        Array.from({ length: 20 }, (_, at) =>
          (stores[at % stores.length] ?? fixture.store()).accounts.update('a', one),
        ),
      )
      expect(counts.sort((x, y) => x - y)).toEqual(Array.from({ length: 20 }, (_, at) => at + 1))
    })

    test('changes nothing when the change throws', async () => {
      const { accounts } = fixture.store()
      const broken = accounts.update('svc', () => {
        throw new Error('broken')
      })
      await expect(broken).rejects.toThrow()
      expect(await accounts.read('svc')).toEqual(UNTRIED)
    })

    test('keeps the later end of two pauses, with the last width', async () => {
      const { accounts } = fixture.store()
      expect(await accounts.backOff('svc@mail')).toBeNull()
      await accounts.noteBackOff('svc@mail', { untilMs: 9_000, width: 5, atMs: 1_000 })
      await accounts.noteBackOff('svc@mail', { untilMs: 8_000, width: 2, atMs: 2_000 })
      expect(await accounts.backOff('svc@mail')).toEqual({ untilMs: 9_000, width: 2, atMs: 2_000 })
      await accounts.noteBackOff('svc@mail', { untilMs: 12_000, width: 1, atMs: 3_000 })
      expect((await accounts.backOff('svc@mail'))?.untilMs).toBe(12_000)
    })
  })

  describe('where mailboxes are', () => {
    const HERE = { place: 'on-premises', url: 'https://a.test/EWS', foundAtMs: 1_000, failedAtMs: null } as const

    test('is kept per address, in whichever letters it is written, and put again', async () => {
      const { endpoints } = fixture.store()
      expect(await endpoints.read('anna@corp.test')).toBeNull()
      await endpoints.put('Anna@corp.test', HERE)
      await endpoints.put('ben@corp.test', HERE)
      const there = { place: 'cloud', url: 'https://b.test/EWS', foundAtMs: 2_000, failedAtMs: null } as const
      await endpoints.put('anna@CORP.test', there)
      expect(await endpoints.read('anna@corp.test')).toEqual(there)
      expect([...(await endpoints.all())].sort()).toEqual([
        ['anna@corp.test', there],
        ['ben@corp.test', HERE],
      ])
    })

    test('may fail: only at the address that is known', async () => {
      const { endpoints } = fixture.store()
      await endpoints.put('anna@corp.test', HERE)
      await endpoints.noteFailed('anna@corp.test', 'https://other.test/EWS', 5_000)
      expect((await endpoints.read('anna@corp.test'))?.failedAtMs).toBeNull()
      await endpoints.noteFailed('ANNA@corp.test', HERE.url, 5_000)
      expect((await endpoints.read('anna@corp.test'))?.failedAtMs).toBe(5_000)
    })

    test('is forgotten when nobody confirmed it for long', async () => {
      const { endpoints } = fixture.store()
      await endpoints.put('anna@corp.test', HERE)
      await endpoints.put('ben@corp.test', { ...HERE, foundAtMs: HERE.foundAtMs + DISCOVERY_KEPT_MS + 1 })
      expect([...(await endpoints.all()).keys()]).toEqual(['ben@corp.test'])
    })
  })
}
