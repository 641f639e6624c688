/** Finds the archive key: configured, or for SQLite a file beside the database that is made once and never overwritten. */
import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { ConnectorError } from '../ports/errors.ts'
import type { Log } from '../ports/log.ts'
import { MEMORY_PATH, parseConnectionString } from './connection.ts'
import { stateError } from './errors.ts'
import { KEY_BYTES } from './seal.ts'

const FILE_NAME = 'connector.key'
const CONFIG_KEY = 'Service__ArchiveConfiguration__EncryptionKey'

export type ArchiveKeyOptions = {
  connectionString: string
  /** Base64 of 32 bytes, as configured. */
  configured?: string | null
  log?: Log
}

/**
 * Throws `config.invalid` for a configured key that is no key, `state.key-missing` when there is none: always on PostgreSQL (several
 * machines need the same key), on SQLite when the database already has sealed content but its key file is gone.
 */
export function resolveArchiveKey({ connectionString, configured = null, log }: ArchiveKeyOptions): Uint8Array {
  if (configured !== null) return decodeKey(configured, { key: CONFIG_KEY })
  const connection = parseConnectionString(connectionString)
  if (connection.kind === 'postgres') {
    throw new ConnectorError('state.key-missing', {
      key: CONFIG_KEY,
      reason: 'PostgreSQL needs a configured archive key',
    })
  }
  if (connection.path === MEMORY_PATH) return randomBytes(KEY_BYTES)
  const keyFile = join(dirname(connection.path), FILE_NAME)
  try {
    if (!existsSync(keyFile)) {
      if (hasWrappedKeys(connection.path)) throw keyFileGone(keyFile)
      createKeyFile(keyFile)
      log?.info({ file: keyFile }, 'archive key created')
    }
    if ((statSync(keyFile).mode & 0o077) !== 0) log?.warn({ file: keyFile }, 'archive key can be read by other users')
    return decodeKey(readFileSync(keyFile, 'utf8'), { file: keyFile })
  } catch (error) {
    throw stateError(error, connection.label)
  }
}

/** The error says where the key came from, never what it is. */
function decodeKey(text: string, from: { key: string } | { file: string }): Uint8Array {
  const trimmed = text.trim()
  const key = Buffer.from(trimmed, 'base64')
  const canonical = /^[A-Za-z0-9+/]{43}=$/.test(trimmed)
  if (!canonical || key.length !== KEY_BYTES) {
    throw new ConnectorError('config.invalid', {
      ...from,
      problem: 'it must be the base64 of exactly 32 bytes (44 characters)',
    })
  }
  return key
}

/** Written aside and linked into place: it appears complete or not at all, and `link` never replaces a file that another process made first. */
function createKeyFile(keyFile: string): void {
  mkdirSync(dirname(keyFile), { recursive: true, mode: 0o700 })
  const aside = `${keyFile}.${process.pid}.${randomBytes(6).toString('hex')}`
  const file = openSync(aside, 'wx', 0o600)
  try {
    chmodSync(aside, 0o600)
    writeSync(file, `${randomBytes(KEY_BYTES).toString('base64')}\n`)
    fsyncSync(file)
    linkSync(aside, keyFile)
  } catch (error) {
    if (!existsSync(keyFile)) throw error
  } finally {
    closeSync(file)
    rmSync(aside)
  }
}

/** A new key for such a database would make its archive unreadable for good, silently. */
function hasWrappedKeys(path: string): boolean {
  if (!existsSync(path)) return false
  const database = new DatabaseSync(path, { readOnly: true })
  try {
    const table = database.prepare("select count(*) as found from sqlite_master where name = 'meta'").get()
    return (
      table?.found === 1 &&
      database.prepare("select count(*) as found from meta where key like '%-key'").get()?.found !== 0
    )
  } finally {
    database.close()
  }
}

function keyFileGone(keyFile: string): ConnectorError {
  return new ConnectorError('state.key-missing', {
    file: keyFile,
    reason: 'the key file of this database is gone: restore it from a backup',
  })
}
