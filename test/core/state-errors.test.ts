/** What the state store says when the database is not as it should be. */
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterAll, describe, expect, test } from 'vitest'
import { ConnectorError } from '../../src/ports/errors.ts'
import { parseConnectionString } from '../../src/state/connection.ts'
import { checkConsistency } from '../../src/state/consistency.ts'
import { write } from '../../src/state/database.ts'
import { stateError } from '../../src/state/errors.ts'
import { openStateStore } from '../../src/state/open.ts'
import { ARCHIVE_KEY, leasedPair, synced } from '../contract/state-store-builders.ts'

const folder = mkdtempSync(join(tmpdir(), 'connector-errors-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const open = (connectionString: string) =>
  openStateStore({ connectionString, archiveKey: ARCHIVE_KEY, lockWaitMs: 200 })
const coded = (code: string, message = '') => Object.assign(new Error(message), { code })

describe('connection strings', () => {
  test('are named in errors without their password', () => {
    const urls = [
      'postgres://ada:s3cret@db.test:5433/sync?sslmode=require',
      'postgresql://ada:s3cret@db.test:5433/sync',
    ]
    for (const url of urls) expect(parseConnectionString(url).label).toBe('postgres://db.test:5433/sync')
  })

  test('are refused without being quoted', () => {
    for (const bad of ['mysql://ada:s3cret@db', 'postgres://ada:s3cret@db:notaport/x', 'sqlite:', 's3cret']) {
      let refusal: ConnectorError | null = null
      try {
        parseConnectionString(bad)
      } catch (error) {
        refusal = error as ConnectorError
      }
      expect(refusal?.code).toBe('config.invalid')
      expect(JSON.stringify([refusal?.fields, String(refusal?.cause), refusal?.message])).not.toContain('s3cret')
    }
  })
})

describe('errors of SQLite', () => {
  test('a full disk: nothing of the commit is there, and work goes on when there is room', async () => {
    const store = await open(`sqlite:${join(folder, 'full.db')}`)
    await store.migrate()
    const { lease, pair } = await leasedPair(store)
    const pages = await sql<{ page_count: number }>`pragma page_count`.execute(store.database.db)
    const limit = (count: number) => sql`pragma max_page_count = ${sql.lit(count)}`.execute(store.database.db)
    await limit((pages.rows[0]?.page_count ?? 0) + 2)
    const changes = Array.from({ length: 2000 }, (_, at) => synced(pair.id, String(at))).flat()
    await expect(store.commit(lease, changes)).rejects.toMatchObject({ code: 'state.disk-full' })
    expect(await store.countItemPairs(pair.id)).toBe(0)
    await limit(1_000_000)
    await store.commit(lease, changes)
    expect(await store.countItemPairs(pair.id)).toBe(2000)
    expect(await checkConsistency(store.database)).toEqual([])
    await store.close()
  })

  test('a transaction that SQLite rolled back by itself: the first error is the one that is told', async () => {
    const store = await open('sqlite::memory:')
    const work = write(store.database, async (trx) => {
      await sql`rollback`.execute(trx)
      throw new ConnectorError('state.disk-full')
    })
    await expect(work).rejects.toMatchObject({ code: 'state.disk-full' })
    await store.close()
  })

  test('a file that is no database', async () => {
    const file = join(folder, 'letter.db')
    writeFileSync(file, 'Dear Ada, this is not a database. '.repeat(100))
    await expect(open(`sqlite:${file}`)).rejects.toMatchObject({ code: 'state.corrupt' })
  })

  test('a folder that cannot be made', async () => {
    writeFileSync(join(folder, 'file'), '')
    await expect(open(`sqlite:${join(folder, 'file', 'x.db')}`)).rejects.toMatchObject({ code: 'state.unreachable' })
  })

  test('a database file is readable by its owner only', async () => {
    const file = join(folder, 'new', 'deep', 'connector.db')
    const store = await open(`sqlite:${file}`)
    await store.migrate()
    expect(statSync(file).mode & 0o077).toBe(0)
    expect(existsSync(`${file}-wal`) && statSync(`${file}-wal`).mode & 0o077).toBe(0)
    await store.close()
  })
})

describe('errors of PostgreSQL', () => {
  test('no server, no such host: unreachable, without the password', async () => {
    for (const host of ['127.0.0.1:1', 'no-such-host.invalid']) {
      const store = await open(`postgres://ada:s3cret@${host}/sync`)
      const refusal = (await store.check().catch((error) => error)) as ConnectorError
      expect(refusal.code).toBe('state.unreachable')
      expect(JSON.stringify([refusal.fields, refusal.message, refusal.cause, String(refusal.cause)])).not.toContain(
        's3cret',
      )
      await store.close()
    }
  })

  test.each([
    ['28P01', 'state.unreachable'],
    ['3D000', 'state.unreachable'],
    ['57P01', 'state.unreachable'],
    ['53300', 'state.unreachable'],
    ['ECONNRESET', 'state.unreachable'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'state.unreachable'],
    ['53100', 'state.disk-full'],
    ['ENOSPC', 'state.disk-full'],
    ['55P03', 'state.locked'],
    ['40P01', 'state.locked'],
    ['23505', 'state.corrupt'],
    ['XX001', 'state.corrupt'],
    ['42601', 'bug'],
    ['', 'bug'],
  ])('code %s is %s', (code, expected) => {
    expect(stateError(coded(code), 'postgres://db/sync').code).toBe(expected)
  })

  test('a lost connection has no code, and the values of a row are not shown', () => {
    expect(stateError(new Error('Connection terminated unexpectedly'), 'x').code).toBe('state.unreachable')
    expect(stateError(new Error('timeout exceeded when trying to connect'), 'x').code).toBe('state.unreachable')
    const duplicate = Object.assign(coded('23505', 'duplicate key'), {
      detail: 'Key (uid)=(private)',
      constraint: 'item_pair_exchange',
    })
    expect(JSON.stringify(stateError(duplicate, 'x').fields)).not.toContain('private')
    expect(stateError(duplicate, 'x').fields.reason).toContain('item_pair_exchange')
  })
})
