/** Builds the connector from its configuration: the only file that knows every concrete class. */
import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import type { Config } from './config/config.ts'
import type { EngineOptions } from './engine/context.ts'
import { createConnector, type ServiceOptions } from './engine/service.ts'
import type { OpenPairs } from './engine/user.ts'
import { listenerShare } from './exchange/push/share.ts'
import { decodeDocument } from './mapping/decode-document.ts'
import { fileUsers, type UserSource } from './nextcloud/user-entry.ts'
import { accountsView } from './open/accounts.ts'
import type { AppConnection, AppTools } from './open/app.ts'
import type { Clients, ClientTools } from './open/clients.ts'
import { knownEndpoints } from './open/known-endpoints.ts'
import { usersOf } from './open/users.ts'
import type { Clock, Every, Random } from './ports/clock.ts'
import type { NewsSource } from './ports/daemon.ts'
import type { Desk } from './ports/desk.ts'
import type { Probe } from './ports/diagnosis.ts'
import { ConnectorError } from './ports/errors.ts'
import type { Log } from './ports/log.ts'
import { type Metrics, NO_METRICS } from './ports/metrics.ts'
import type { PushSource } from './ports/push.ts'
import type { Connector } from './ports/service.ts'
import type { SharedWork } from './ports/shared-work.ts'
import { resolveArchiveKey } from './state/archive-key.ts'
import { keyedHash } from './state/keyed-hash.ts'
import { openStateStore, rotateArchiveKey } from './state/open.ts'
import type { SqlStateStore } from './state/store.ts'

export type ComposeOptions = {
  log: Log
  /** Of the program, for the Nextcloud app to show. */
  version?: string
  metrics?: Metrics
  clock?: Clock
  random?: Random
  /** For a log that is kept in the database, and one that counts what it drops. */
  onStore?: (store: SharedWork) => void
  onMetrics?: (metrics: Metrics) => void
}

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

const everyInterval: Every = (ms, act) => {
  const timer = setInterval(act, ms).unref()
  return () => clearInterval(timer)
}

const systemRandom: Random = { uuid: () => randomUUID(), fraction: () => Math.random() }

export async function compose(config: Config, options: ComposeOptions): Promise<Connector> {
  const { log, clock = systemClock, random = systemRandom } = options
  const store = await openStateStore(stateOptions(config, log))
  options.onStore?.(store)
  const holder = `${hostname()}:${process.pid}:${random.uuid().slice(0, 8)}`
  const metrics = exchangeable(options.metrics ?? NO_METRICS)
  options.onMetrics?.(metrics)
  const tools = { clock, random, log, metrics }
  const app = appOf(config, tools)
  const file = usersOf(config)
  const users = app ? appUsers(app) : fileUsers(file)
  const share = listenerShare(store, holder)
  const world = lazy(async () =>
    openWorld(config, { ...tools, users, store, share, endpoints: known.book, app: app && (await app.get()) }),
  )
  const known = knownEndpoints(config.exchange, store.endpoints)
  const accounts = accountsView(config, known)
  const desk = app && lazy(async () => openDesk(await app.get()))
  const openDesk = async (connection: AppConnection) => {
    const clients = async () => (await world.get()).clients
    const parts = { config, connection, shared: store, service, connector, clients, version: options.version ?? '' }
    return (await import('./open/desk.ts')).openDesk(parts)
  }
  const service: ServiceOptions = {
    desk: desk && (() => desk.get()),
    store,
    shared: store,
    accounts: async () => accounts.current((await world.made())?.accountHealth() ?? []),
    endpointsOf: (email) => serversOf(known.hostOf(email), config.nextcloud.app?.url ?? file.byEmail(email)?.davUrl),
    daemonParts: async (version) => {
      const { daemonParts } = await import('./open/daemon.ts')
      const sources = [exchangeNews(world), ...(desk ? [await newsOf(await desk.get(), tools)] : [])]
      const parts = { clock, log, nonces: store, users: users.everyone, sources, version }
      return daemonParts(config, { ...parts, useMetrics: metrics.use })
    },
    reload: async () => {
      await users.reload()
      accounts.reload()
      ;(await world.made())?.reload()
    },
    testPool: async (asked) => {
      const parts = { ...tools, store, users: users.everyone }
      return (await import('./open/pool-test.ts')).testPool(config, parts, asked)
    },
    openScratch,
    users: users.everyone,
    openPairs: async (user) => (await world.get()).openPairs(user),
    hash: once(async () => keyedHash(await store.fingerprintKey())),
    options: engineOptions(config),
    intervals: { normalMs: config.sync.intervalMs, criticalMs: config.sync.criticalIntervalMs },
    batchLimit: config.sync.batchLimit,
    parallelMax: config.sync.usersInParallelMax,
    decode: async (email, document) => {
      const zone = (await users.entryOf(email))?.timeZone
      return decodeDocument(document, { mailbox: email, floatingZone: zone ?? config.sync.defaultTimeZone })
    },
    rotateKey: () => rotateKey(config, log),
    holder,
    every: everyInterval,
    ...tools,
    close: async () => {
      await (await desk?.made())?.close()
      await (await world.made())?.close()
      await (await app?.made())?.close()
      await store.close()
    },
  }
  const connector = createConnector(service)
  return connector
}

async function openScratch(): Promise<SqlStateStore> {
  const scratch = await openStateStore({ connectionString: 'sqlite::memory:', archiveKey: new Uint8Array(32) })
  await scratch.migrate()
  return scratch
}

async function newsOf(desk: Desk, tools: AppTools): Promise<NewsSource> {
  return (await import('./nextcloud/app/source.ts')).appNews(desk, tools)
}

/** The clients are made when the daemon begins to listen. */
function exchangeNews(world: { get(): Promise<World> }): NewsSource {
  let source: PushSource | null = null
  return {
    name: 'exchange',
    source: {
      run: async (...all) => {
        source = (await world.get()).push()
        await source.run(...all)
      },
      listening: () => source?.listening?.() ?? 0,
    },
  }
}

/** Looks at both servers for `doctor`; nothing is composed for it. Throws ConnectorError `config.*`. */
export async function probeServers(config: Config, log: Log): Promise<Probe> {
  const { createProbe } = await import('./open/probe.ts')
  const nextcloudUrl = config.nextcloud.url ?? usersOf(config).list()[0]?.davUrl
  if (nextcloudUrl === undefined)
    throw new ConnectorError('config.invalid', {
      key: 'Service__NextcloudConfiguration__Url',
      reason: 'no address is configured',
    })
  return createProbe(config, { clock: systemClock, random: systemRandom, log, nextcloudUrl })
}

type World = Pick<Clients, 'accountHealth' | 'push' | 'reload' | 'close'> & { openPairs: OpenPairs; clients: Clients }
type WorldTools = Omit<ClientTools, 'book' | 'markOf'> & {
  users: UserSource
  app: AppConnection | null
  store: SqlStateStore
}

/** Loaded when the first mailbox is due: a run with nothing to do must not wait for two HTTP stacks. */
async function openWorld(config: Config, { users, app, ...tools }: WorldTools): Promise<World> {
  const [{ createClients }, { openPairsOf }] = await Promise.all([
    import('./open/clients.ts'),
    import('./open/pairs.ts'),
  ])
  const { store } = tools
  const markOf = keyedHash(await store.fingerprintKey())
  const clients = createClients(config, { ...tools, book: store.accounts, markOf }, app)
  const openPairs = openPairsOf({
    config,
    entryOf: users.entryOf,
    exchangeAt: clients.exchangeAt,
    davFor: clients.davFor,
    clock: tools.clock,
    random: tools.random,
    log: tools.log,
    fileHashes: new Map(),
  })
  return {
    openPairs,
    clients,
    accountHealth: clients.accountHealth,
    push: clients.push,
    reload: clients.reload,
    close: () => clients.close(),
  }
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

/** Names of servers, for the back-off per server. */
function serversOf(exchangeHost: string, davUrl: string | undefined): { exchange: string; nextcloud: string } {
  return { exchange: `exchange:${exchangeHost}`, nextcloud: `nextcloud:${URL.parse(davUrl ?? '')?.host ?? ''}` }
}

/** Counts nowhere until somebody asks for the numbers. */
function exchangeable(first: Metrics): Metrics & { use(next: Metrics): void } {
  let current = first
  return {
    count: (...call) => current.count(...call),
    gauge: (...call) => current.gauge(...call),
    observe: (...call) => current.observe(...call),
    use: (next) => {
      current = next
    },
  }
}

/** The Nextcloud app, where one is configured; asked when something is first needed of it. */
function appOf(config: Config, tools: AppTools): Lazy<AppConnection> | null {
  const settings = config.nextcloud.app
  if (settings === null) return null
  return lazy(async () =>
    (await import('./open/app.ts')).openApp(settings, { ...tools, caFile: config.nextcloud.caFile }),
  )
}

function appUsers(app: Lazy<AppConnection>): UserSource {
  return {
    everyone: async () => (await app.get()).users.everyone(),
    entryOf: async (email) => (await app.get()).users.entryOf(email),
    reload: async () => (await app.made())?.users.reload(),
  }
}

function engineOptions({ sync, guards, archive }: Config): EngineOptions {
  return {
    batchSaveSize: sync.batchSaveSize,
    conflictPolicy: sync.conflictPolicy,
    schedulingAuthority: sync.schedulingAuthority,
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

type Lazy<T> = { get(): Promise<T>; made(): Promise<T | null> }

/** Made at the first `get`; `made` tells whether it was. */
function lazy<T>(make: () => Promise<T>): Lazy<T> {
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
