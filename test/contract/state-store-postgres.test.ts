/** What only PostgreSQL can do to a state store: end a connection, keep a row locked, refuse a sign-in, run out of connections. */
import pg from 'pg'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import type { ConnectorError } from '../../src/ports/errors.ts'
import type { Log } from '../../src/ports/log.ts'
import { openStateStore, type StateStoreOptions } from '../../src/state/open.ts'
import type { SqlStateStore } from '../../src/state/store.ts'
import { startPostgres, type TestPostgres } from '../postgres.ts'
import { ARCHIVE_KEY, leasedPair, observation, put } from './state-store-builders.ts'

const postgres = await startPostgres()
if (postgres.kind === 'running') suite(postgres)
else test.skip(`state store on PostgreSQL: ${postgres.reason}`, () => {})

function suite(server: TestPostgres): void {
  afterAll(() => server.stop())
  const opened: { close(): Promise<unknown> }[] = []
  afterEach(async () => {
    for (const one of opened.splice(0)) await one.close()
  })
  const open = async (connectionString: string, options: Partial<StateStoreOptions> = {}): Promise<SqlStateStore> => {
    const store = await openStateStore({ connectionString, archiveKey: ARCHIVE_KEY, ...options })
    opened.push(store)
    return store
  }
  const admin = async (connectionString: string) => {
    const client = new pg.Client({ connectionString })
    await client.connect()
    opened.push({ close: () => client.end() })
    return client
  }
  const TERMINATE =
    'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()'

  describe('PostgreSQL under a state store', () => {
    test('ends idle connections: it is logged, and the next call works', async () => {
      const url = await server.createDatabase()
      const warnings: string[] = []
      const quiet = () => {}
      const log: Log = {
        debug: quiet,
        info: quiet,
        error: quiet,
        warn: (_, message) => warnings.push(message),
        child: () => log,
      }
      const store = await open(url, { log })
      await store.migrate()
      await (await admin(url)).query(TERMINATE)
      await expect.poll(() => warnings).toContain('database connection lost')
      await store.check()
    })

    test('ends a connection inside a transaction: an error by name, nothing committed, and the process lives', async () => {
      const url = await server.createDatabase()
      const store = await open(url)
      await store.migrate()
      const { lease, pair } = await leasedPair(store)
      const other = await admin(url)
      const broken = store.database.db.transaction().execute(async (trx) => {
        await trx.updateTable('mailbox').set({ attempts: 7 }).execute()
        await other.query(TERMINATE)
        // The end of the connection arrives while no query is under way.
        await new Promise((resolve) => setTimeout(resolve, 100))
        await trx.updateTable('mailbox').set({ attempts: 8 }).execute()
      })
      await expect(broken).rejects.toThrow()
      expect((await store.mailboxByEmail('ada@example.test'))?.attempts).toBe(0)
      await store.commit(lease, [put(observation(pair.id, 'exchange', 'e-1'))])
    })

    test('keeps the mailbox row locked for another: locked after the wait, not for ever', async () => {
      const url = await server.createDatabase()
      const store = await open(url, { lockWaitMs: 200 })
      await store.migrate()
      const { lease, mailbox, pair } = await leasedPair(store)
      const other = await admin(url)
      await other.query('begin')
      await other.query('select * from mailbox for update')
      await expect(store.commit(lease, [put(observation(pair.id, 'exchange', 'e-1'))])).rejects.toMatchObject({
        code: 'state.locked',
      })
      // A claim does not wait for it.
      expect(await store.claimDue({ holder: 'replica-2', limit: 5, ttlMs: 1000 })).toEqual([])
      await other.query('rollback')
      await store.commit(lease, [put(observation(pair.id, 'exchange', 'e-1'))])
      expect((await store.mailboxByEmail(mailbox.email))?.id).toBe(mailbox.id)
    })

    test('decides about a lease by the time after a wait for the row, not before it', async () => {
      const url = await server.createDatabase()
      const store = await open(url)
      await store.migrate()
      const { lease, pair } = await leasedPair(store)
      const other = await admin(url)
      await other.query('begin')
      await other.query('select * from mailbox for update')
      const commit = store.commit(lease, [put(observation(pair.id, 'exchange', 'e-1'))])
      const outcome = commit.then(
        () => 'committed',
        (error: ConnectorError) => error.code,
      )
      await new Promise((resolve) => setTimeout(resolve, 300))
      // It ran out 100 ms ago, but later than the commit began.
      await other.query('update mailbox set lease_until_ms = extract(epoch from clock_timestamp()) * 1000 - 100')
      await other.query('commit')
      expect(await outcome).toBe('lease.lost')
    })

    test('does not have the database: unreachable, by name, without the password', async () => {
      const url = new URL(await server.createDatabase())
      url.password = 's3cret'
      url.pathname = '/no_such_database'
      const store = await open(url.href)
      const refusal = (await store.check().catch((error) => error)) as ConnectorError
      expect(refusal.code).toBe('state.unreachable')
      expect(refusal.fields.database).toBe(`postgres://${url.host}/no_such_database`)
      expect(JSON.stringify([refusal.fields, refusal.message, refusal.cause, String(refusal.cause)])).not.toContain(
        's3cret',
      )
    })

    test('is used with at most ten connections by many calls at once', async () => {
      const url = await server.createDatabase()
      const store = await open(url)
      await store.migrate()
      await Promise.all(Array.from({ length: 100 }, (_, at) => store.ensureMailbox(`user${at}@x.test`)))
      const { rows } = await (await admin(url)).query(
        "select count(*)::int as used from pg_stat_activity where datname = current_database() and application_name = 'connector'",
      )
      expect(rows[0].used).toBeLessThanOrEqual(10)
      expect(await store.listMailboxes()).toHaveLength(100)
    })
  })
}
