/** Contract of a StateStore: schema, mailboxes, keys. */
import { randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { NO_COUNTS } from '../../src/ports/counts.ts'
import { MIGRATIONS } from '../../src/state/migrations.ts'
import { archiveEntry, leasedPair } from './state-store-builders.ts'
import type { StoreFixture } from './state-store-suite.ts'

const NEWEST = MIGRATIONS.length

export function schemaSuite(fixture: StoreFixture): void {
  describe('schema', () => {
    test('refuses to work before it was migrated, and says so', async () => {
      const store = await fixture.fresh()
      await expect(store.check()).rejects.toMatchObject({ code: 'state.not-initialised' })
      expect(await store.migrate()).toEqual({ from: 0, to: NEWEST })
      await store.check()
      expect(await store.migrate()).toEqual({ from: NEWEST, to: NEWEST })
    })

    test('refuses a schema that a newer program made, and leaves it alone', async () => {
      const { database } = fixture.store()
      await database.db.insertInto('schema_version').values({ version: 99, applied_at_ms: 1 }).execute()
      await expect(fixture.store().check()).rejects.toMatchObject({
        code: 'state.newer-schema',
        fields: { version: 99 },
      })
      await expect(fixture.store().migrate()).rejects.toMatchObject({ code: 'state.newer-schema' })
    })

    test.runIf(fixture.kind.shared)('lets several migrate at once; one of them does it', async () => {
      const connectionString = await fixture.kind.newDatabase()
      const stores = await Promise.all([1, 2, 3, 4].map(() => fixture.another({ connectionString })))
      const results = await Promise.all(stores.map((store) => store.migrate()))
      expect(results.filter(({ from }) => from === 0)).toHaveLength(1)
      await Promise.all(stores.map((store) => store.check()))
    })
  })

  describe('mailboxes', () => {
    test('finds a mailbox whatever the case of its address', async () => {
      const made = await fixture.store().ensureMailbox('Ada@Example.test')
      expect(made).toMatchObject({ email: 'ada@example.test', status: 'active', attempts: 0, lastOutcome: null })
      expect(await fixture.store().ensureMailbox('ADA@example.TEST')).toEqual(made)
      expect(await fixture.store().mailboxByEmail('ada@EXAMPLE.test')).toEqual(made)
      expect(await fixture.store().mailboxByEmail('bob@example.test')).toBeNull()
    })

    test('makes one mailbox when several ask for it at once', async () => {
      const stores = fixture.kind.shared ? [fixture.store(), await fixture.another()] : [fixture.store()]
      const asked = [...stores, ...stores, ...stores].map((store) => store.ensureMailbox('ada@example.test'))
      const ids = new Set((await Promise.all(asked)).map(({ id }) => id))
      expect(ids.size).toBe(1)
      expect(await fixture.store().listMailboxes()).toHaveLength(1)
    })

    test('keeps what a commit puts, but neither id nor lease', async () => {
      const { mailbox, lease } = await leasedPair(fixture.store())
      const changed = {
        ...mailbox,
        status: 'paused',
        statusReason: 'on leave',
        nextRunAtMs: 12.6,
        attempts: 3,
        lastStartedAtMs: 5,
        lastOutcome: 'failed',
        lastPass: {
          counts: { ...NO_COUNTS, seen: 3, created: 3 },
          tookMs: 7,
          account: 'svc',
          lag: { ms: 42, atMs: 9 },
          errorCodes: ['exchange.throttled'],
        },
      } as const
      await fixture.store().commit(lease, [{ kind: 'put-mailbox', mailbox: changed }])
      expect(await fixture.store().mailboxByEmail(mailbox.email)).toEqual({ ...changed, nextRunAtMs: 13 })
      expect(await fixture.store().renewLease(lease, 1000)).toBe(true)
    })
  })

  describe('keys', () => {
    test('gives every store of the installation the same fingerprint key', async () => {
      const key = await fixture.store().fingerprintKey()
      expect(key).toHaveLength(32)
      if (!fixture.kind.shared) return
      const others = await Promise.all([fixture.another(), fixture.another()])
      for (const other of others) expect(Buffer.from(await other.fingerprintKey()).equals(key)).toBe(true)
    })

    test('makes the fingerprint key once when several need it first', async () => {
      const stores = fixture.kind.shared
        ? [fixture.store(), await fixture.another(), await fixture.another()]
        : [fixture.store()]
      const keys = await Promise.all(stores.map((store) => store.fingerprintKey()))
      expect(new Set(keys.map((key) => Buffer.from(key).toString('hex'))).size).toBe(1)
    })

    test.runIf(fixture.kind.shared)('says that the archive key is the wrong one', async () => {
      const { lease, pair } = await leasedPair(fixture.store())
      await fixture.store().commit(lease, [{ kind: 'put-archive', entry: archiveEntry(pair) }])
      const other = await fixture.another({ archiveKey: randomBytes(32) })
      await expect(other.check()).rejects.toMatchObject({ code: 'state.key-missing' })
      await expect(other.archiveEntries({})).rejects.toMatchObject({ code: 'state.key-missing' })
      const none = await fixture.another({ archiveKey: null })
      await expect(none.archiveEntries({})).rejects.toMatchObject({ code: 'state.key-missing' })
      await expect(none.fingerprintKey()).rejects.toMatchObject({ code: 'state.key-missing' })
    })
  })
}
