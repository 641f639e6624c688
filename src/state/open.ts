/** Opens the state store that a connection string names. */
import { randomBytes, randomUUID } from 'node:crypto'
import { STATE_LOCK_WAIT_MS } from '../limits.ts'
import { ConnectorError } from '../ports/errors.ts'
import type { Log } from '../ports/log.ts'
import { parseConnectionString } from './connection.ts'
import type { StateDatabase } from './database.ts'
import { type KeyRingOptions, keyRing, rewrapKeys } from './keys.ts'
import { KEY_BYTES, type RandomBytes } from './seal.ts'
import { openSqlite } from './sqlite.ts'
import { SqlStateStore } from './store.ts'

export type StateStoreOptions = {
  /** `sqlite:PATH`, `sqlite::memory:`, `postgres://...` */
  connectionString: string
  /** 32 bytes (archive-key.ts). Null: what needs it throws `state.key-missing`, the rest works. */
  archiveKey: Uint8Array | null
  /** While the key is being changed: what it wrapped is rewrapped when it is first used. */
  previousArchiveKey?: Uint8Array | null
  log?: Log
  /** How long an operation waits for another writer; STATE_LOCK_WAIT_MS when not given. */
  lockWaitMs?: number
  /** This machine's clock: that of the leases on SQLite; PostgreSQL has its own. For simulations and tests, as the two below. */
  nowMs?: () => number
  uuid?: () => string
  randomBytes?: RandomBytes
}

/** Creates a missing SQLite file but no tables (`migrate`). PostgreSQL is first reached by the first call. Throws `config.invalid`, `state.*`. */
export async function openStateStore(options: StateStoreOptions): Promise<SqlStateStore> {
  const database = await openStateDatabase(options)
  const ring = keyRingOptions(options)
  return new SqlStateStore({
    database,
    keys: keyRing(database, ring),
    uuid: options.uuid ?? randomUUID,
    randomBytes: ring.randomBytes,
  })
}

/**
 * Makes `archiveKey` the key of the database in place of `previousArchiveKey`. Only the two wrapped keys are rewritten, so it is
 * quick and all or nothing. Gives how many were rewrapped: 0 when it had been done already. Throws `state.key-missing` when neither key fits.
 */
export async function rotateArchiveKey(
  options: StateStoreOptions & { archiveKey: Uint8Array; previousArchiveKey: Uint8Array },
): Promise<{ rewrapped: number }> {
  const database = await openStateDatabase(options)
  try {
    return { rewrapped: await rewrapKeys(database, { ...keyRingOptions(options), archiveKey: options.archiveKey }) }
  } finally {
    await database.close()
  }
}

function keyRingOptions(options: StateStoreOptions): KeyRingOptions {
  const { archiveKey, previousArchiveKey = null } = options
  for (const key of [archiveKey, previousArchiveKey]) {
    if (key !== null && key.length !== KEY_BYTES) {
      throw new ConnectorError('bug', { where: 'state', reason: `an archive key has ${key.length} bytes` })
    }
  }
  return { archiveKey, previousArchiveKey, randomBytes: options.randomBytes ?? randomBytes, log: options.log ?? null }
}

async function openStateDatabase(options: StateStoreOptions): Promise<StateDatabase> {
  const connection = parseConnectionString(options.connectionString)
  const { label } = connection
  const lockWaitMs = options.lockWaitMs ?? STATE_LOCK_WAIT_MS
  if (connection.kind === 'sqlite') {
    return await openSqlite(connection.path, { label, lockWaitMs, nowMs: options.nowMs ?? Date.now })
  }
  const { openPostgres } = await import('./postgres.ts')
  return openPostgres(connection.url, { label, lockWaitMs, log: options.log ?? null, nowMs: options.nowMs ?? Date.now })
}
