/** The archive key: where it comes from, what it protects, how it is changed. */
import { randomBytes } from 'node:crypto'
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import type { Log } from '../../src/ports/log.ts'
import { resolveArchiveKey } from '../../src/state/archive-key.ts'
import { openStateStore, rotateArchiveKey } from '../../src/state/open.ts'
import { seal, unseal } from '../../src/state/seal.ts'
import { archiveEntry, leasedPair } from '../contract/state-store-builders.ts'

const root = mkdtempSync(join(tmpdir(), 'connector-keys-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))
let folder = ''
let connectionString = ''
beforeEach(() => {
  folder = mkdtempSync(join(root, 'case-'))
  connectionString = `sqlite:${join(folder, 'data', 'connector.db')}`
})
const keyFile = () => join(folder, 'data', 'connector.key')

describe('the archive key', () => {
  test('is the configured one, whatever the database', () => {
    const key = randomBytes(32)
    const configured = `${key.toString('base64')}\n`
    expect(key.equals(resolveArchiveKey({ connectionString: 'postgres://db/x', configured }))).toBe(true)
    expect(key.equals(resolveArchiveKey({ connectionString, configured }))).toBe(true)
  })

  test('must be 32 bytes of base64, and a bad one is not quoted', () => {
    for (const configured of ['', 's3cret', randomBytes(31).toString('base64'), randomBytes(32).toString('hex')]) {
      const refused = () => resolveArchiveKey({ connectionString, configured })
      expect(refused).toThrow(expect.objectContaining({ code: 'config.invalid' }))
      expect(refused).not.toThrow(/s3cret/)
    }
  })

  test('is made once beside a SQLite file, for its owner only', () => {
    const first = resolveArchiveKey({ connectionString })
    expect(statSync(keyFile()).mode & 0o777).toBe(0o600)
    const written = readFileSync(keyFile(), 'utf8')
    expect(resolveArchiveKey({ connectionString })).toEqual(first)
    expect(readFileSync(keyFile(), 'utf8')).toBe(written)
  })

  test('is never overwritten, even when the file is not a key', () => {
    resolveArchiveKey({ connectionString })
    writeFileSync(keyFile(), 'damaged')
    expect(() => resolveArchiveKey({ connectionString })).toThrow(expect.objectContaining({ code: 'config.invalid' }))
    expect(readFileSync(keyFile(), 'utf8')).toBe('damaged')
  })

  test('must be configured for PostgreSQL', () => {
    const refused = () => resolveArchiveKey({ connectionString: 'postgres://db/x' })
    expect(refused).toThrow(expect.objectContaining({ code: 'state.key-missing' }))
  })

  test('is asked for, not made anew, when its file is gone but the database needs it', async () => {
    const store = await openStateStore({ connectionString, archiveKey: resolveArchiveKey({ connectionString }) })
    await store.migrate()
    rmSync(keyFile())
    expect(() => resolveArchiveKey({ connectionString })).not.toThrow() // nothing sealed yet
    rmSync(keyFile())
    await store.fingerprintKey()
    expect(() => resolveArchiveKey({ connectionString })).toThrow(
      expect.objectContaining({ code: 'state.key-missing' }),
    )
    await store.close()
  })

  test('is warned about when others can read it', () => {
    resolveArchiveKey({ connectionString })
    chmodSync(keyFile(), 0o644)
    const warnings: string[] = []
    const quiet = () => {}
    const log: Log = {
      debug: quiet,
      info: quiet,
      error: quiet,
      warn: (_, message) => warnings.push(message),
      child: () => log,
    }
    resolveArchiveKey({ connectionString, log })
    expect(warnings).toHaveLength(1)
  })
})

describe('changing the archive key', () => {
  const [oldKey, newKey] = [randomBytes(32), randomBytes(32)]

  async function filled() {
    const store = await openStateStore({ connectionString, archiveKey: oldKey })
    await store.migrate()
    const { lease, pair } = await leasedPair(store)
    const entry = archiveEntry(pair)
    await store.commit(lease, [{ kind: 'put-archive', entry }])
    const fingerprintKey = await store.fingerprintKey()
    await store.close()
    return { entry, fingerprintKey }
  }

  test('rewraps the keys and leaves archive and field hashes as they are', async () => {
    const { entry, fingerprintKey } = await filled()
    const change = { connectionString, archiveKey: newKey, previousArchiveKey: oldKey }
    expect(await rotateArchiveKey(change)).toEqual({ rewrapped: 2 })
    expect(await rotateArchiveKey(change)).toEqual({ rewrapped: 0 })
    const store = await openStateStore({ connectionString, archiveKey: newKey })
    await store.check()
    expect(await store.archiveEntries({})).toEqual([entry])
    expect(await store.fingerprintKey()).toEqual(fingerprintKey)
    await store.close()
    const old = await openStateStore({ connectionString, archiveKey: oldKey })
    await expect(old.check()).rejects.toMatchObject({ code: 'state.key-missing' })
    await old.close()
  })

  test('happens by itself at first use when the previous key is given as well', async () => {
    const { entry, fingerprintKey } = await filled()
    const both = await openStateStore({ connectionString, archiveKey: newKey, previousArchiveKey: oldKey })
    await both.check()
    expect(await both.archiveEntries({})).toEqual([entry])
    expect(await both.fingerprintKey()).toEqual(fingerprintKey)
    await both.close()
    const after = await openStateStore({ connectionString, archiveKey: newKey })
    await after.check()
    await after.close()
  })

  test('changes nothing when neither key fits', async () => {
    const { entry } = await filled()
    const change = { connectionString, archiveKey: newKey, previousArchiveKey: randomBytes(32) }
    await expect(rotateArchiveKey(change)).rejects.toMatchObject({ code: 'state.key-missing' })
    const store = await openStateStore({ connectionString, archiveKey: oldKey })
    expect(await store.archiveEntries({})).toEqual([entry])
    await store.close()
  })

  test('tells a damaged key from a wrong one', async () => {
    await filled()
    const store = await openStateStore({ connectionString, archiveKey: oldKey })
    const { db } = store.database
    const { value } = await db
      .selectFrom('meta')
      .selectAll()
      .where('key', '=', 'archive-data-key')
      .executeTakeFirstOrThrow()
    const at = value.length - 20
    const flipped = value.slice(0, at) + (value[at] === 'A' ? 'B' : 'A') + value.slice(at + 1)
    await db.updateTable('meta').set({ value: flipped }).where('key', '=', 'archive-data-key').execute()
    await expect(store.check()).rejects.toMatchObject({ code: 'state.corrupt' })
    await expect(store.archiveEntries({})).rejects.toMatchObject({ code: 'state.corrupt' })
    await store.close()
  })
})

describe('sealing', () => {
  const key = randomBytes(32)
  const sealed = seal(key, Buffer.from('content'), { context: 'entry-1', randomBytes })

  test('opens with the same key and context only', () => {
    expect(Buffer.from(unseal(key, sealed, 'entry-1') ?? '').toString()).toBe('content')
    expect(unseal(key, sealed, 'entry-2')).toBeNull()
    expect(unseal(randomBytes(32), sealed, 'entry-1')).toBeNull()
  })

  test('notices every changed or missing byte', () => {
    for (let at = 0; at < sealed.length; at += 1) {
      const changed = Uint8Array.from(sealed)
      changed[at] = (changed[at] ?? 0) ^ 1
      expect(unseal(key, changed, 'entry-1')).toBeNull()
      expect(unseal(key, sealed.subarray(0, at), 'entry-1')).toBeNull()
    }
  })

  test('never gives the same bytes twice', () => {
    const again = seal(key, Buffer.from('content'), { context: 'entry-1', randomBytes })
    expect(Buffer.from(again).equals(sealed)).toBe(false)
  })
})
