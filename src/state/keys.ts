/**
 * The installation's own keys: random, made once, kept in `meta` wrapped by the archive key. A new archive key rewraps them
 * and leaves the archive and the field hashes as they are.
 */
import { createHmac } from 'node:crypto'
import { ConnectorError } from '../ports/errors.ts'
import type { Log } from '../ports/log.ts'
import { type Queries, read, type StateDatabase, write } from './database.ts'
import { KEY_BYTES, type RandomBytes, seal, unseal } from './seal.ts'

/** Names of the rows of `meta`. */
export const KEY_NAMES = ['archive-data-key', 'fingerprint-key'] as const
type KeyName = (typeof KEY_NAMES)[number]

export type ArchiveKeys = { archiveKey: Uint8Array | null; previousArchiveKey: Uint8Array | null }
export type KeyRingOptions = ArchiveKeys & { randomBytes: RandomBytes; log: Log | null }

export type KeyRing = {
  /** Makes the key at its first use. Throws `state.key-missing` without the right archive key, `state.corrupt` when the row is damaged. */
  key(name: KeyName): Promise<Uint8Array>
  /** Throws like `key` when the archive key does not open what is there; makes nothing. */
  verify(): Promise<void>
}

export function keyRing(state: StateDatabase, options: KeyRingOptions): KeyRing {
  const known = new Map<KeyName, Promise<Uint8Array>>()
  return {
    key(name) {
      const loaded = known.get(name) ?? load(state, options, name)
      known.set(name, loaded)
      // A failure is not remembered: the database may only have been away.
      loaded.catch(() => known.delete(name))
      return loaded
    },
    async verify() {
      if (options.archiveKey === null) return
      for (const name of KEY_NAMES) {
        const wrapped = await read(state, (db) => storedKey(db, name))
        if (wrapped !== null) unwrap(options, name, wrapped)
      }
    },
  }
}

async function load(state: StateDatabase, options: KeyRingOptions, name: KeyName): Promise<Uint8Array> {
  const { archiveKey, randomBytes } = options
  if (archiveKey === null)
    throw new ConnectorError('state.key-missing', { database: state.label, reason: 'no archive key is configured' })
  const wrapped =
    (await read(state, (db) => storedKey(db, name))) ?? (await create(state, { ...options, archiveKey, name }))
  const { key, current } = unwrap(options, name, wrapped)
  if (!current) {
    const value = wrap(archiveKey, key, { name, randomBytes })
    await write(state, (trx) =>
      trx.updateTable('meta').set({ value }).where('key', '=', name).where('value', '=', wrapped).execute(),
    )
    options.log?.info({ database: state.label, key: name }, 'key rewrapped for the new archive key')
  }
  return key
}

/** Two processes may do this at once; the row that came first is the key of both. */
async function create(
  state: StateDatabase,
  options: { archiveKey: Uint8Array; name: KeyName; randomBytes: RandomBytes },
): Promise<string> {
  const value = wrap(options.archiveKey, options.randomBytes(KEY_BYTES), options)
  return await write(state, async (trx) => {
    await trx
      .insertInto('meta')
      .values({ key: options.name, value })
      .onConflict((oc) => oc.column('key').doNothing())
      .execute()
    return (await storedKey(trx, options.name)) ?? value
  })
}

async function storedKey(db: Queries, name: KeyName): Promise<string | null> {
  const row = await db.selectFrom('meta').select('value').where('key', '=', name).executeTakeFirst()
  return row?.value ?? null
}

/** `v1.<name of the wrapping key>.<sealed key>`: the name tells a wrong key from a damaged row. */
function wrap(archiveKey: Uint8Array, key: Uint8Array, options: { name: KeyName; randomBytes: RandomBytes }): string {
  const sealed = seal(archiveKey, key, { context: options.name, randomBytes: options.randomBytes })
  return `v1.${keyId(archiveKey)}.${Buffer.from(sealed).toString('base64url')}`
}

function unwrap(keys: ArchiveKeys, name: KeyName, wrapped: string): { key: Uint8Array; current: boolean } {
  const [format, wrappedBy, sealed] = wrapped.split('.')
  if (format !== 'v1' || wrappedBy === undefined || sealed === undefined) throw damaged(name)
  for (const archiveKey of [keys.archiveKey, keys.previousArchiveKey]) {
    if (archiveKey === null || keyId(archiveKey) !== wrappedBy) continue
    const key = unseal(archiveKey, Buffer.from(sealed, 'base64url'), name)
    if (key === null || key.length !== KEY_BYTES) throw damaged(name)
    return { key, current: archiveKey === keys.archiveKey }
  }
  throw new ConnectorError('state.key-missing', {
    key: name,
    reason: 'the archive key is not the one that this database was made with',
  })
}

function keyId(archiveKey: Uint8Array): string {
  return createHmac('sha256', archiveKey).update('archive key id').digest('base64url').slice(0, 11)
}

function damaged(name: KeyName): ConnectorError {
  return new ConnectorError('state.corrupt', { key: name, reason: 'a wrapped key is damaged' })
}

/** Rewraps every key in one transaction. Gives how many were not yet under the new key. Throws like `KeyRing.key`. */
export async function rewrapKeys(
  state: StateDatabase,
  options: KeyRingOptions & { archiveKey: Uint8Array },
): Promise<number> {
  return await write(state, async (trx) => {
    let rewrapped = 0
    for (const name of KEY_NAMES) {
      const wrapped = await storedKey(trx, name)
      if (wrapped === null) continue
      const { key, current } = unwrap(options, name, wrapped)
      if (current) continue
      const value = wrap(options.archiveKey, key, { name, randomBytes: options.randomBytes })
      await trx.updateTable('meta').set({ value }).where('key', '=', name).execute()
      rewrapped += 1
    }
    return rewrapped
  })
}
