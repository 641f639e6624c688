/** Builds the connector from its configuration: the only file that knows every concrete class. */
import { createHmac, randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { loadAdmins } from './config/admins.ts'
import type { Config } from './config/config.ts'
import { resolveSecret } from './config/secret.ts'
import type { EngineOptions } from './engine/context.ts'
import { createConnector } from './engine/service.ts'
import { accountFor } from './exchange/account.ts'
import { basicAuth } from './exchange/auth/basic.ts'
import { createEwsClient, type EwsClient } from './exchange/ews/client.ts'
import { createDavClient } from './nextcloud/dav/client.ts'
import { createDavTransport, type DavTransport } from './nextcloud/dav/transport.ts'
import { loadUsersFile, type UsersFileEntry } from './nextcloud/users-file.ts'
import { openPairsOf } from './open-pairs.ts'
import type { Clock, Random } from './ports/clock.ts'
import { ConnectorError } from './ports/errors.ts'
import type { Log } from './ports/log.ts'
import type { Connector } from './ports/service.ts'
import { resolveArchiveKey } from './state/archive-key.ts'
import { openStateStore } from './state/open.ts'
import type { KeyedHash } from './sync/fingerprint.ts'

export type ComposeOptions = { log: Log; clock?: Clock; random?: Random }

/** Full comparisons of a collection that ignore its cursors, on average this often. */
const SCRUB_INTERVAL_MS = 24 * 3_600_000
/** 96 bits of HMAC-SHA-256: enough to tell values apart, short enough for one row per field. */
const HASH_BYTES = 12

const systemClock: Clock = {
  nowMs: () => Date.now(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', done)
        resolve()
      }
      const timer = setTimeout(done, ms)
      signal?.addEventListener('abort', done, { once: true })
      if (signal?.aborted) done()
    }),
}

const systemRandom: Random = { uuid: () => randomUUID(), fraction: () => Math.random() }

export async function compose(config: Config, options: ComposeOptions): Promise<Connector> {
  const { log, clock = systemClock, random = systemRandom } = options
  const store = await openStateStore(stateOptions(config, log))
  const davTransport = createDavTransport({ ...tlsOf(config.nextcloud.caFile) })
  const exchange = exchangeClients(config, { log, clock })
  const users = usersOf(config)
  return createConnector({
    store,
    openScratch: async () => {
      const scratch = await openStateStore({ connectionString: 'sqlite::memory:', archiveKey: new Uint8Array(32) })
      await scratch.migrate()
      return scratch
    },
    users: async () =>
      users().map(({ email, username }) => ({ email, nextcloudUser: username, source: 'users-file', enabled: true })),
    openPairs: openPairsOf({
      config,
      entryOf: (email) => users().find((entry) => entry.email === email) ?? null,
      exchangeFor: (email) => exchange.clientFor(email),
      davFor: (entry, signal) => davClient(entry, { transport: davTransport, clock, random, log, signal }),
      clock,
      random,
      log,
      scrubIntervalMs: SCRUB_INTERVAL_MS,
    }),
    hash: once(async () => keyedHash(await store.fingerprintKey())),
    options: engineOptions(config),
    intervals: { normalMs: config.sync.intervalMs, criticalMs: config.sync.criticalIntervalMs },
    batchLimit: config.sync.batchLimit,
    parallelMax: config.sync.usersInParallelMax,
    holder: `${hostname()}:${process.pid}:${random.uuid().slice(0, 8)}`,
    clock,
    random,
    log,
    close: async () => {
      await Promise.allSettled([exchange.close(), davTransport.close()])
      await store.close()
    },
  })
}

function stateOptions(config: Config, log: Log) {
  const { connectionString } = config.database
  const { encryptionKey, previousEncryptionKey } = config.archive
  return {
    connectionString,
    archiveKey: resolveArchiveKey({ connectionString, configured: encryptionKey, log }),
    previousArchiveKey: previousEncryptionKey === null ? null : Buffer.from(previousEncryptionKey, 'base64'),
    log,
  }
}

/** Read when first asked for: `db migrate` and `config check` need no users. */
function usersOf(config: Config): () => readonly UsersFileEntry[] {
  return once(() => {
    const defaultDavUrl = config.nextcloud.url ?? undefined
    return loadUsersFile(config.nextcloud.usersFile, { resolveSecret, defaultDavUrl }).users
  })
}

/** One client per service account, shared by the mailboxes that it acts for: their connections and throttling belong together. */
function exchangeClients(config: Config, { log, clock }: { log: Log; clock: Clock }) {
  const clients = new Map<string, EwsClient>()
  const admins = once(() => loadAdmins(config.exchange.adminsFile).admins)
  const url = () => {
    if (config.exchange.ewsUrl !== null) return config.exchange.ewsUrl
    throw new ConnectorError('config.invalid', { problems: 'Service__ExchangeConfiguration__EwsUrl: is needed' })
  }
  const clientFor = (email: string): EwsClient => {
    const account = accountFor(email, admins())
    if (account?.kind !== 'on-premises' || config.exchange.type !== 'basic') {
      const problems = 'Service__ExchangeConfiguration__ExchangeType: this version signs in with 3 (Basic) only'
      throw new ConnectorError('config.invalid', { problems })
    }
    const known = clients.get(account.name)
    if (known) return known
    const auth = basicAuth({ username: account.username, password: account.password })
    const client = createEwsClient({ url: url(), auth, clock, log, ...tlsOf(config.exchange.caFile) })
    clients.set(account.name, client)
    return client
  }
  const close = () => Promise.allSettled([...clients.values()].map((client) => client.close()))
  return { clientFor, close }
}

function davClient(
  entry: UsersFileEntry,
  shared: { transport: DavTransport; clock: Clock; random: Random; log: Log; signal: AbortSignal },
) {
  const { value: password } = entry.appPassword()
  return createDavClient({ baseUrl: entry.davUrl, username: entry.username, password, ...shared })
}

function tlsOf(caFile: string | null): { tls?: { ca: string } } {
  if (caFile === null) return {}
  try {
    return { tls: { ca: readFileSync(caFile, 'utf8') } }
  } catch (error) {
    throw new ConnectorError('config.file', {
      path: caFile,
      reason: (error as NodeJS.ErrnoException).code ?? 'unreadable',
    })
  }
}

function engineOptions({ sync, guards, archive }: Config): EngineOptions {
  return {
    batchSaveSize: sync.batchSaveSize,
    conflictPolicy: sync.conflictPolicy,
    windowPastDays: sync.windowPastDays,
    windowFutureDays: sync.windowFutureDays,
    guards,
    archiveRetentionDays: archive.retentionDays,
    floatingZone: sync.defaultTimeZone,
    scrubIntervalMs: SCRUB_INTERVAL_MS,
  }
}

function keyedHash(key: Uint8Array): KeyedHash {
  return (text) => createHmac('sha256', key).update(text).digest().subarray(0, HASH_BYTES).toString('base64url')
}

function once<T>(make: () => T): () => T {
  let made: { value: T } | null = null
  return () => {
    made ??= { value: make() }
    return made.value
  }
}
