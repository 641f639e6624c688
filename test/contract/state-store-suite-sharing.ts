/** Contract of a StateStore: what replicas share. Places at service accounts, marks, wakes, nonces, numbers, the log. */

import { describe, expect, test } from 'vitest'
import type { LogWindow } from '../../src/ports/shared-work.ts'
import type { SqlStateStore } from '../../src/state/store.ts'
import { held } from './state-store-builders.ts'
import type { StoreFixture } from './state-store-suite.ts'

const TTL = 60_000

export function sharingSuite(fixture: StoreFixture): void {
  const claim = (store: SqlStateStore, limit: number, names: string[], usersMax = 2) =>
    store.claimDue({ holder: 'replica-1', limit, ttlMs: TTL, accounts: { names, usersMax } })
  const mailboxes = async (store: SqlStateStore, count: number, accountOf: (email: string) => string | null) => {
    for (let at = 0; at < count; at += 1) await store.ensureMailbox(`user${at}@x.test`)
    await store.assignAccounts(accountOf, 'unassigned')
  }
  const due = async (store: SqlStateStore) =>
    (await store.database.db.selectFrom('mailbox').select('next_run_at_ms').executeTakeFirstOrThrow()).next_run_at_ms

  describe('places at service accounts', () => {
    test('are never more than allowed, over all replicas that claim at once', async () => {
      const store = fixture.store()
      await store.ensurePlaces({ names: ['svc-a', 'svc-b'], usersMax: 3 })
      await mailboxes(store, 30, (email) => (/[02468]@/.test(email) ? 'svc-a' : 'svc-b'))
      const stores = fixture.kind.shared ? [store, await fixture.another(), await fixture.another()] : [store]
      const claims = await Promise.all(
        Array.from({ length: 12 }, (_, at) => claim(stores[at % stores.length] ?? store, 4, ['svc-a', 'svc-b'], 3)),
      )
      expect(claims.flat()).toHaveLength(6)
      expect((await store.numbers()).slotsUsed).toBe(6)
      expect((await store.numbers()).due).toBe(24)
    })

    test('come back with the lease, and with a lease that ran out', async () => {
      const store = fixture.store()
      await store.ensurePlaces({ names: ['svc-a'], usersMax: 1 })
      await mailboxes(store, 3, () => 'svc-a')
      const [first] = await claim(store, 5, ['svc-a'], 1)
      expect(await claim(store, 5, ['svc-a'], 1)).toEqual([])
      if (first === undefined) throw new Error('nothing claimed')
      await store.releaseLease(first.lease)
      const [second] = await claim(store, 5, ['svc-a'], 1)
      expect(second?.lease.mailboxId).toBeDefined()
      await store.database.db
        .updateTable('mailbox')
        .set({ lease_until_ms: 1 })
        .where('lease_holder', 'is not', null)
        .execute()
      await store.database.db.updateTable('service_account_slot').set({ lease_until_ms: 1 }).execute()
      expect(await claim(store, 5, ['svc-a'], 1)).toHaveLength(1)
      // Whoever was too late takes nothing away from its successor.
      if (second !== undefined) await store.releaseLease(second.lease)
      expect((await store.numbers()).slotsUsed).toBe(1)
    })

    test('are renewed with the lease', async () => {
      const store = fixture.store()
      await store.ensurePlaces({ names: ['svc-a'], usersMax: 1 })
      await mailboxes(store, 1, () => 'svc-a')
      const [only] = await claim(store, 1, ['svc-a'], 1)
      if (only === undefined) throw new Error('nothing claimed')
      await store.renewLease(only.lease, 10 * TTL)
      const rows = await store.database.db
        .selectFrom('mailbox')
        .innerJoin('service_account_slot', 'mailbox.id', 'service_account_slot.mailbox_id')
        .select(['mailbox.lease_until_ms as lease', 'service_account_slot.lease_until_ms as place'])
        .execute()
      expect(rows[0]?.place).toBe(rows[0]?.lease)
    })

    test('of a full account do not keep the mailboxes of another one waiting', async () => {
      const store = fixture.store()
      await store.ensurePlaces({ names: ['svc-a', 'svc-b'], usersMax: 1 })
      await mailboxes(store, 10, (email) => (email.startsWith('user9') ? 'svc-b' : 'svc-a'))
      const claims = await claim(store, 10, ['svc-a', 'svc-b'], 1)
      expect(claims.map(({ mailbox }) => mailbox.email)).toContain('user9@x.test')
      expect(claims).toHaveLength(2)
    })

    test('are taken one by one by who holds a lease already, and are full for the next', async () => {
      const store = fixture.store()
      await store.ensurePlaces({ names: ['svc-a'], usersMax: 1 })
      await mailboxes(store, 2, () => 'svc-a')
      const ids = (await store.listMailboxes()).map(({ id }) => id)
      const first = await held(store, ids[0] ?? '')
      const second = await held(store, ids[1] ?? '')
      const place = { account: 'svc-a', usersMax: 1, ttlMs: TTL }
      expect(await store.takePlace(first, place)).toBe(true)
      expect(await store.takePlace(second, place)).toBe(false)
      await store.releaseLease(first)
      expect(await store.takePlace(second, place)).toBe(true)
    })

    test('follow a mailbox whose account went away', async () => {
      const store = fixture.store()
      await mailboxes(store, 3, () => 'svc-old')
      await store.ensurePlaces({ names: ['svc-new'], usersMax: 4 })
      expect(await claim(store, 9, ['svc-new'])).toEqual([])
      expect(await store.assignAccounts(() => 'svc-new', 'unassigned')).toBe(0)
      expect(await store.assignAccounts(() => 'svc-new', 'all')).toBe(3)
      expect(await claim(store, 9, ['svc-new'], 4)).toHaveLength(3)
    })
  })

  describe('marks', () => {
    test('make a mailbox due, only ever earlier, unless it is paused or backs off', async () => {
      const store = fixture.store()
      for (const [email, fields] of [
        ['idle@x.test', {}],
        ['failing@x.test', { attempts: 3 }],
        ['paused@x.test', { status: 'paused' }],
      ] as const) {
        const mailbox = await store.ensureMailbox(email)
        const lease = await held(store, mailbox.id)
        const later = { ...mailbox, nextRunAtMs: Date.now() + 1e6, ...fields }
        await store.commit(lease, [{ kind: 'put-mailbox', mailbox: later }])
        await store.releaseLease(lease)
      }
      expect(await store.markDue(['IDLE@x.test', 'failing@x.test', 'paused@x.test', 'unknown@x.test'])).toBe(1)
      const claims = await store.claimDue({ holder: 'replica-1', limit: 9, ttlMs: TTL })
      expect(claims.map(({ mailbox }) => mailbox.email)).toEqual(['idle@x.test'])
    })

    test('that come during a pass are not lost when the pass ends: the mailbox is due again at once', async () => {
      const store = fixture.store()
      await store.ensureMailbox('ada@x.test')
      const [claimed] = await store.claimDue({ holder: 'replica-1', limit: 1, ttlMs: TTL })
      if (claimed === undefined) throw new Error('nothing claimed')
      await store.markDue(['ada@x.test'])
      const mailbox = { ...claimed.mailbox, nextRunAtMs: Date.now() + 300_000 }
      await store.commit(claimed.lease, [{ kind: 'put-mailbox', mailbox }])
      await store.releaseLease(claimed.lease)
      const [again] = await store.claimDue({ holder: 'replica-1', limit: 1, ttlMs: TTL })
      if (again === undefined) throw new Error('the mark was lost')
      // Taken up once; the next end puts it off.
      await store.commit(again.lease, [{ kind: 'put-mailbox', mailbox }])
      expect(await due(store)).toBe(mailbox.nextRunAtMs)
    })

    if (fixture.kind.name === 'PostgreSQL')
      test('wake the other replicas', async () => {
        const stop = new AbortController()
        let wakes = 0
        const listening = (await fixture.another()).listen(() => (wakes += 1), stop.signal)
        await expect.poll(() => wakes).toBe(1)
        await fixture.store().ensureMailbox('ada@x.test')
        await fixture.store().markDue(['ada@x.test'])
        await expect.poll(() => wakes).toBe(2)
        stop.abort()
        await listening
      })
  })

  describe('clocks', () => {
    test('of replicas may differ: a mailbox is due by the time of the database', async () => {
      const hourAhead = await fixture.another({ nowMs: () => Date.now() + 3_600_000 })
      const store = fixture.kind.name === 'PostgreSQL' ? hourAhead : fixture.store()
      const clockMs = () => Date.now() + (store === hourAhead ? 3_600_000 : 0)
      const mailbox = await store.ensureMailbox('ada@x.test')
      const lease = await held(store, mailbox.id)
      const later = { ...mailbox, nextRunAtMs: clockMs() + 60_000, lastSuccessAtMs: clockMs() }
      await store.commit(lease, [{ kind: 'put-mailbox', mailbox: later }])
      expect(Math.abs((await due(store)) - Date.now() - 60_000)).toBeLessThan(5_000)
      // Written again as it was read, it does not move.
      const again = await store.mailboxByEmail('ada@x.test')
      if (again === null) throw new Error('gone')
      await store.commit(lease, [{ kind: 'put-mailbox', mailbox: again }])
      expect(await store.mailboxByEmail('ada@x.test')).toEqual(again)
    })
  })

  describe('nonces, numbers and the log', () => {
    test('a nonce is new once, for all replicas, until it runs out', async () => {
      const store = fixture.store()
      const other = fixture.kind.shared ? await fixture.another() : store
      expect(await store.remember('n-1', TTL)).toBe(true)
      expect(await other.remember('n-1', TTL)).toBe(false)
      expect(await other.remember('n-2', -1)).toBe(true)
      expect(await other.remember('n-2', TTL)).toBe(true)
    })

    test('replicas are there as long as they say so, and gone at once when they say that', async () => {
      const store = fixture.store()
      const other = fixture.kind.shared ? await fixture.another() : store
      expect(await store.present('b', TTL)).toEqual(['b'])
      expect(await other.present('a', TTL)).toEqual(['a', 'b'])
      expect(await store.present('b', -1)).toEqual(['a'])
      expect(await store.present('b', TTL)).toEqual(['a', 'b'])
      await other.absent('a')
      expect(await store.present('b', TTL)).toEqual(['b'])
    })

    test('an empty database has numbers, too', async () => {
      expect(await fixture.store().numbers()).toEqual({
        mailboxes: { active: 0, paused: 0, halted: 0 },
        failing: 0,
        due: 0,
        overdueMs: 0,
        oldestSuccessMs: 0,
        openConflicts: 0,
        leases: 0,
        slotsUsed: 0,
      })
    })

    test('a mailbox that never succeeded ages from its creation', async () => {
      const store = fixture.store()
      const { id } = await store.ensureMailbox('ada@x.test')
      await store.database.db.updateTable('mailbox').set({ created_at_ms: 1000 }).where('id', '=', id).execute()
      expect((await store.numbers()).oldestSuccessMs).toBeGreaterThan(1e12)
      const lease = await held(store, id)
      expect(await store.numbers()).toMatchObject({ leases: 1, due: 0, mailboxes: { active: 1 } })
      await store.releaseLease(lease)
      expect(await store.numbers()).toMatchObject({ leases: 0, due: 1 })
    })

    test('the log keeps its newest lines only', async () => {
      const store = fixture.store()
      const lines = Array.from({ length: 30 }, (_, at) => ({ atMs: at, level: 'info', line: `{"n":${at}}` }))
      for (let at = 0; at < 30; at += 10) await store.writeLog('replica-1', lines.slice(at, at + 10), 15)
      const kept = await store.database.db.selectFrom('log_line').select('line').orderBy('id').execute()
      expect(kept.map(({ line }) => line)).toEqual(lines.slice(15).map(({ line }) => line))
    })

    test('the log is read newest first, by level, time and place', async () => {
      const store = fixture.store()
      const levels = ['info', 'warn', 'error']
      const lines = Array.from({ length: 9 }, (_, at) => ({ atMs: at, level: levels[at % 3] ?? '', line: `${at}` }))
      await store.writeLog('replica-1', lines, 100)
      const read = async (window: Partial<LogWindow>) =>
        (await store.readLog({ levels, limit: 100, ...window })).map(({ line }) => line).join('')
      expect(await read({})).toBe('876543210')
      expect(await read({ levels: ['warn', 'error'], limit: 3 })).toBe('875')
      expect(await read({ sinceMs: 6.2 })).toBe('876')
      const [newest] = await store.readLog({ levels, limit: 1 })
      expect(newest).toMatchObject({ atMs: 8, level: 'error', replica: 'replica-1', line: '8' })
      expect(await read({ beforeId: newest?.id, limit: 2 })).toBe('76')
      expect(await read({ afterId: (newest?.id ?? 0) - 2 })).toBe('87')
    })
  })
}
