/** Contract of a StateStore: leases, claims and the fence (I20). */
import { describe, expect, test } from 'vitest'
import { held, leasedPair, observation, put } from './state-store-builders.ts'
import type { StoreFixture } from './state-store-suite.ts'

const LEASE = { holder: 'replica-1', ttlMs: 60_000 }

export function leaseSuite(fixture: StoreFixture): void {
  /** What time does to a lease, without the waiting. */
  const runOut = async (mailboxId: string) => {
    await fixture
      .store()
      .database.db.updateTable('mailbox')
      .set({ lease_until_ms: 1 })
      .where('id', '=', mailboxId)
      .execute()
  }
  const putOne = (pairId: string) => [put(observation(pairId, 'exchange', 'e-1'))]

  describe('leases', () => {
    test('has one holder; the fence grows with each taking', async () => {
      const { id } = await fixture.store().ensureMailbox('ada@example.test')
      const first = await held(fixture.store(), id)
      expect(first.fence).toBe(1)
      const second = await fixture.store().acquireLease(id, { holder: 'replica-2', ttlMs: 1000 })
      expect(second).toMatchObject({ kind: 'busy', holder: 'replica-1' })
      // Two tasks of one process exclude each other as well.
      expect(await fixture.store().acquireLease(id, LEASE)).toMatchObject({ kind: 'busy' })
      await fixture.store().releaseLease(first)
      expect((await held(fixture.store(), id, { holder: 'replica-2' })).fence).toBe(2)
    })

    test('goes to exactly one of many that try at once', async () => {
      const { id } = await fixture.store().ensureMailbox('ada@example.test')
      const stores = fixture.kind.shared ? [fixture.store(), await fixture.another()] : [fixture.store()]
      const tries = Array.from({ length: 20 }, (_, at) =>
        (stores[at % stores.length] ?? fixture.store()).acquireLease(id, { holder: `replica-${at}`, ttlMs: 60_000 }),
      )
      const results = await Promise.all(tries)
      expect(results.filter(({ kind }) => kind === 'held')).toHaveLength(1)
    })

    test('refuses a commit once the lease ran out, though nobody took it', async () => {
      const { lease, pair } = await leasedPair(fixture.store())
      await runOut(lease.mailboxId)
      await expect(fixture.store().commit(lease, putOne(pair.id))).rejects.toMatchObject({
        code: 'lease.lost',
        fields: { reason: 'ran-out' },
      })
      expect(await fixture.store().renewLease(lease, 60_000)).toBe(false)
      expect(await fixture.store().knownItems(pair.id, 'exchange')).toEqual([])
    })

    test('refuses a commit with an old fence, and so the paused replica writes nothing', async () => {
      const { lease, mailbox, pair } = await leasedPair(fixture.store())
      await runOut(mailbox.id)
      const taken = await held(fixture.store(), mailbox.id, { holder: 'replica-1' })
      await expect(fixture.store().commit(lease, putOne(pair.id))).rejects.toMatchObject({
        code: 'lease.lost',
        fields: { fence: 1, currentFence: 2, reason: 'taken' },
      })
      await fixture.store().releaseLease(lease)
      await fixture.store().commit(taken, putOne(pair.id))
      expect(await fixture.store().knownItems(pair.id, 'exchange')).toHaveLength(1)
    })

    test('runs out by the time of the database', async () => {
      const { id } = await fixture.store().ensureMailbox('ada@example.test')
      const first = await held(fixture.store(), id, { ttlMs: 50 })
      const deadlineMs = Date.now() + 20_000
      let attempt = await fixture.store().acquireLease(id, LEASE)
      while (attempt.kind === 'busy' && Date.now() < deadlineMs) attempt = await fixture.store().acquireLease(id, LEASE)
      expect(attempt).toEqual({ kind: 'held', lease: { mailboxId: id, holder: 'replica-1', fence: first.fence + 1 } })
    })

    test('is renewed by its holder only', async () => {
      const { lease } = await leasedPair(fixture.store())
      expect(await fixture.store().renewLease({ ...lease, holder: 'replica-2' }, 1000)).toBe(false)
      expect(await fixture.store().renewLease({ ...lease, fence: 0 }, 1000)).toBe(false)
      const until = async () => {
        const attempt = await fixture.store().acquireLease(lease.mailboxId, LEASE)
        return attempt.kind === 'busy' ? attempt.untilMs : 0
      }
      const beforeMs = await until()
      expect(await fixture.store().renewLease(lease, 3_600_000)).toBe(true)
      expect((await until()) - beforeMs).toBeGreaterThan(3_000_000)
    })

    test('refuses a lease for a mailbox that does not exist', async () => {
      await expect(fixture.store().acquireLease('nobody', LEASE)).rejects.toMatchObject({ code: 'usage.unknown-user' })
    })
  })

  describe('claims', () => {
    test('gives due, active, unleased mailboxes by priority and time', async () => {
      const store = fixture.store()
      const plan = [
        { email: 'late@x.test', nextRunAtMs: Date.now() + 3_600_000, priority: 0, status: 'active' },
        { email: 'second@x.test', nextRunAtMs: 2000, priority: 1, status: 'active' },
        { email: 'first@x.test', nextRunAtMs: 1000, priority: 1, status: 'active' },
        { email: 'urgent@x.test', nextRunAtMs: 5000, priority: 0, status: 'active' },
        { email: 'paused@x.test', nextRunAtMs: 1000, priority: 0, status: 'paused' },
        { email: 'halted@x.test', nextRunAtMs: 1000, priority: 0, status: 'halted' },
      ] as const
      for (const fields of plan) {
        const mailbox = await store.ensureMailbox(fields.email)
        const lease = await held(store, mailbox.id)
        await store.commit(lease, [{ kind: 'put-mailbox', mailbox: { ...mailbox, ...fields } }])
        await store.releaseLease(lease)
      }
      const one = await store.claimDue({ holder: 'replica-1', limit: 1, ttlMs: 60_000 })
      const rest = await store.claimDue({ holder: 'replica-2', limit: 10, ttlMs: 60_000 })
      expect(one.map(({ mailbox }) => mailbox.email)).toEqual(['urgent@x.test'])
      expect(rest.map(({ mailbox }) => mailbox.email)).toEqual(['first@x.test', 'second@x.test'])
      expect(rest[0]?.lease).toMatchObject({ holder: 'replica-2', fence: 2 })
      expect(await store.claimDue({ holder: 'replica-3', limit: 10, ttlMs: 60_000 })).toEqual([])
    })

    test('takes over what a dead replica held', async () => {
      await fixture.store().ensureMailbox('ada@example.test')
      const [lost] = await fixture.store().claimDue({ holder: 'replica-1', limit: 5, ttlMs: 60_000 })
      await runOut(lost?.mailbox.id ?? '')
      const [taken] = await fixture.store().claimDue({ holder: 'replica-2', limit: 5, ttlMs: 60_000 })
      expect(taken?.lease.fence).toBe((lost?.lease.fence ?? 0) + 1)
    })

    test.runIf(fixture.kind.shared)('never gives one mailbox to two replicas', async () => {
      for (let at = 0; at < 30; at += 1) await fixture.store().ensureMailbox(`user${at}@x.test`)
      const replicas = [fixture.store(), await fixture.another(), await fixture.another()]
      const claimed = await Promise.all(
        Array.from({ length: 15 }, (_, at) =>
          (replicas[at % 3] ?? fixture.store()).claimDue({ holder: `replica-${at % 3}`, limit: 4, ttlMs: 60_000 }),
        ),
      )
      const ids = claimed.flat().map(({ mailbox }) => mailbox.id)
      expect(ids).toHaveLength(30)
      expect(new Set(ids).size).toBe(30)
    })
  })
}
