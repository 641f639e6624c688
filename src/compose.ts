/** Builds the connector from its configuration: the only file that knows every concrete class. */
import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import type { Config } from './config/config.ts'
import { resolveSecret } from './config/secret.ts'
import type { EngineOptions } from './engine/context.ts'
import { createConnector } from './engine/service.ts'
import type { OpenPairs } from './engine/user.ts'
import { decodeDocument } from './mapping/decode-document.ts'
import { loadUsersFile, type UsersFileEntry } from './nextcloud/users-file.ts'
import type { ClientTools } from './open/clients.ts'
import type { Clock, Random } from './ports/clock.ts'
import type { Log } from './ports/log.ts'
import { type Metrics, NO_METRICS } from './ports/metrics.ts'
import type { Connector } from './ports/service.ts'
import { resolveArchiveKey } from './state/archive-key.ts'
import { keyedHash } from './state/keyed-hash.ts'
import { openStateStore, rotateArchiveKey } from './state/open.ts'
import type { SqlStateStore } from './state/store.ts'

export type ComposeOptions = { log: Log; metrics?: Metrics; clock?: Clock; random?: Random }

/** Full comparisons of a collection that ignore its cursors, on average this often. */
const SCRUB_INTERVAL_MS = 24 * 3_600_000

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
  const { log, metrics = NO_METRICS, clock = systemClock, random = systemRandom } = options
  const store = await openStateStore(stateOptions(config, log))
  const users = usersOf(config)
  const world = lazy(() => openWorld(config, { users, store, clock, random, log }))
  return createConnector({
    store,
    openScratch: async () => {
      const scratch = await openStateStore({ connectionString: 'sqlite::memory:', archiveKey: new Uint8Array(32) })
      await scratch.migrate()
      return scratch
    },
    users: async () =>
      users().map(({ email, username }) => ({ email, nextcloudUser: username, source: 'users-file', enabled: true })),
    openPairs: async (user) => (await world.get()).openPairs(user),
    hash: once(async () => keyedHash(await store.fingerprintKey())),
    options: engineOptions(config),
    intervals: { normalMs: config.sync.intervalMs, criticalMs: config.sync.criticalIntervalMs },
    batchLimit: config.sync.batchLimit,
    parallelMax: config.sync.usersInParallelMax,
    decode: (email, document) => {
      const zone = users().find((entry) => entry.email === email)?.timeZone
      return decodeDocument(document, { mailbox: email, floatingZone: zone ?? config.sync.defaultTimeZone })
    },
    rotateKey: () => rotateKey(config, log),
    holder: `${hostname()}:${process.pid}:${random.uuid().slice(0, 8)}`,
    clock,
    random,
    log,
    metrics,
    close: async () => {
      await (await world.made())?.close()
      await store.close()
    },
  })
}

type World = { openPairs: OpenPairs; close(): Promise<void> }
type WorldTools = Omit<ClientTools, 'book' | 'markOf'> & {
  users: () => readonly UsersFileEntry[]
  store: SqlStateStore
}

/** Loaded when the first mailbox is due: a run with nothing to do must not wait for two HTTP stacks. */
async function openWorld(config: Config, tools: WorldTools): Promise<World> {
  const [{ createClients }, { openPairsOf }] = await Promise.all([
    import('./open/clients.ts'),
    import('./open/pairs.ts'),
  ])
  const { store } = tools
  const markOf = keyedHash(await store.fingerprintKey())
  const clients = createClients(config, { ...tools, book: store.accounts, markOf })
  const openPairs = openPairsOf({
    config,
    entryOf: (email) => tools.users().find((entry) => entry.email === email) ?? null,
    exchangeFor: clients.exchangeFor,
    davFor: clients.davFor,
    clock: tools.clock,
    random: tools.random,
    log: tools.log,
    fileHashes: new Map(),
  })
  return { openPairs, close: () => clients.close() }
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

/** Without a previous key it only says whether the present one fits. */
function rotateKey(config: Config, log: Log): Promise<{ rewrapped: number }> {
  const { previousArchiveKey, ...options } = stateOptions(config, log)
  return rotateArchiveKey({ ...options, previousArchiveKey: previousArchiveKey ?? options.archiveKey })
}

/** Read when first asked for: `db migrate` and `config check` need no users. */
function usersOf(config: Config): () => readonly UsersFileEntry[] {
  return once(() => {
    const defaultDavUrl = config.nextcloud.url ?? undefined
    return loadUsersFile(config.nextcloud.usersFile, { resolveSecret, defaultDavUrl }).users
  })
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

function once<T>(make: () => T): () => T {
  let made: { value: T } | null = null
  return () => {
    made ??= { value: make() }
    return made.value
  }
}

/** Made at the first `get`; `made` tells whether it was. */
function lazy<T>(make: () => Promise<T>): { get(): Promise<T>; made(): Promise<T | null> } {
  let making: Promise<T> | null = null
  return {
    get: () => {
      making ??= make()
      return making
    },
    // What could not be made was reported by who asked for it.
    made: async () => (making === null ? null : making.catch(() => null)),
  }
}
