/** The service over a memory store and two simulated servers, for the tests of what an administrator does. Faults are set by the test. */
import { createConnector } from '../../src/engine/service.ts'
import type { Event } from '../../src/model/event.ts'
import type { Every } from '../../src/ports/clock.ts'
import { NO_METRICS } from '../../src/ports/metrics.ts'
import type { Connector } from '../../src/ports/service.ts'
import type { SideName } from '../../src/ports/side.ts'
import type { StateStore } from '../../src/ports/state-store.ts'
import { GUARD_DEFAULTS, type GuardLimits } from '../../src/sync/guard.ts'
import { Chance, SimClock, simHash } from '../sim/chance.ts'
import type { FaultKind } from '../sim/faults.ts'
import { MemoryStore } from '../sim/memory-store.ts'
import { quietLog } from '../sim/process.ts'
import { type SimItem, SimServer } from '../sim/server.ts'
import { SimSide } from '../sim/side.ts'

export const EMAIL = 'anna@corp.test'
export const PAIR_ID = '00c0ffee-0000-4000-8000-000000000000'
const HOUR_MS = 3_600_000

export type AdminWorld = {
  store: StateStore
  connector: Connector
  clock: SimClock
  servers: Record<SideName, SimServer>
  /** Fires once, at the next chance that this side has. */
  once: (side: SideName, fault: FaultKind) => void
  /** Somebody acts just before the next write reaches this side. */
  beforeWrite: (side: SideName, act: () => void | Promise<void>) => void
  /** Everything that was committed, for looking at the order of things. */
  commits: string[]
  /** A pass that is expected to end well. */
  sync: () => Promise<void>
  call: { signal: AbortSignal }
}

export type AdminWorldOptions = {
  store?: (clock: SimClock) => Promise<StateStore>
  guards?: Partial<GuardLimits>
  every?: Every
}

export async function adminWorld(options: AdminWorldOptions = {}): Promise<AdminWorld> {
  const clock = new SimClock()
  const chance = new Chance(7)
  const raw = options.store ? await options.store(clock) : new MemoryStore(clock, chance)
  const commits: string[] = []
  const store = watched(raw, commits)
  const servers = { exchange: new SimServer('exchange'), nextcloud: new SimServer('nextcloud') }
  const faults = new Set<string>()
  let act: () => void | Promise<void> = () => {}
  let busy: void | Promise<void>
  const side = (name: SideName) => {
    const around = {
      faults: { happens: (kind: FaultKind) => faults.delete(`${name}:${kind}`), chance, enabled: true },
      nowMs: () => clock.nowMs(),
      step: async (_: string, run: () => unknown) => {
        const result = run()
        await busy
        busy = undefined
        return result
      },
      // No process dies here: the moment before a write is used for somebody's edit.
      die: () => {
        busy = act()
      },
      people: () => {},
      listing: () => {},
      watch: { writing: () => commits.push(`write:${name}`), creating() {}, updated() {}, removing() {}, purging() {} },
      trace: () => {},
    }
    return new SimSide(servers[name], around as unknown as ConstructorParameters<typeof SimSide>[1])
  }
  const sides = { exchange: side('exchange'), nextcloud: side('nextcloud') }
  const connector = createConnector({
    store,
    openScratch: async () => new MemoryStore(clock, chance),
    desk: null,
    users: async () => [
      { email: EMAIL, nextcloudUser: 'anna', source: 'users-file', enabled: true, state: 'active', identity: null },
    ],
    openPairs: async ({ mailbox, lease, store: open }) => {
      const [known] = await open.collectionPairs(mailbox.id)
      const pair = known ?? newPair(mailbox.id)
      if (!known) await open.commit(lease, [{ kind: 'put-collection-pair', pair }])
      return { opened: [{ pair, sides }], unopened: [] }
    },
    hash: async () => simHash,
    options: {
      batchSaveSize: 10,
      conflictPolicy: 'exchange',
      schedulingAuthority: 'nextcloud',
      windowPastDays: null,
      windowFutureDays: null,
      guards: { ...GUARD_DEFAULTS, ...options.guards },
      archiveRetentionDays: 90,
      floatingZone: 'UTC',
      scrubIntervalMs: 1_000 * HOUR_MS,
    },
    intervals: { normalMs: 300_000, criticalMs: 30_000 },
    batchLimit: 10,
    parallelMax: 2,
    decode: (_, document) => JSON.parse(document.text) as Event,
    rotateKey: async () => ({ rewrapped: 0 }),
    testPool: () => Promise.reject(new Error('not in this world')),
    holder: 'test',
    clock,
    every: options.every ?? (() => () => {}),
    random: chance,
    log: quietLog,
    metrics: NO_METRICS,
    shared: null,
    accounts: async () => null,
    endpointsOf: () => ({ exchange: 'exchange', nextcloud: 'nextcloud' }),
    daemonParts: async () => ({ sources: [], serve: async () => null }),
    reload: async () => {},
    close: async () => {},
  })
  const call = { signal: new AbortController().signal }
  return {
    store,
    connector,
    clock,
    servers,
    once: (name, fault) => faults.add(`${name}:${fault}`),
    beforeWrite: (name, does) => {
      act = does
      faults.add(`${name}:crash-before`)
    },
    commits,
    sync: async () => {
      clock.advance(HOUR_MS)
      const report = await connector.syncUser(EMAIL, { dryRun: false, allowDeletes: null, ...call })
      if (report.outcome !== 'in-step') throw new Error(`pass ended ${report.outcome}: ${JSON.stringify(report)}`)
    },
    call,
  }
}

function watched(store: StateStore, commits: string[]): StateStore {
  return new Proxy(store, {
    get: (target, property) => {
      const value = Reflect.get(target, property, target)
      if (typeof value !== 'function') return value
      if (property !== 'commit') return value.bind(target)
      return async (...args: Parameters<StateStore['commit']>) => {
        await target.commit(...args)
        commits.push(...args[1].map((change) => change.kind))
      }
    },
  })
}

function newPair(mailboxId: string) {
  return {
    id: PAIR_ID,
    mailboxId,
    kind: 'calendar' as const,
    name: 'Calendar',
    exchangeRef: 'e',
    nextcloudRef: 'n',
    exchangeIdentity: null,
    nextcloudIdentity: null,
    configHash: '',
    exchangeCursor: null,
    nextcloudCursor: null,
    firstPassDone: false,
    status: 'active' as const,
    halt: null,
    lastScrubAtMs: null,
  }
}

export function event(uid: string, parts: Partial<Event> = {}): Event {
  return {
    kind: 'event',
    uid,
    title: 'Meeting',
    body: null,
    location: '',
    showAs: 'busy',
    sensitivity: 'normal',
    importance: 'normal',
    status: 'none',
    categories: [],
    reminder: null,
    organizer: null,
    attendees: [],
    start: { kind: 'utc', local: '2030-02-01T10:00:00' },
    end: { kind: 'utc', local: '2030-02-01T11:00:00' },
    recurrence: null,
    extraStarts: [],
    files: [],
    occurrences: {},
    ...parts,
  }
}

export function only(server: SimServer, uid: string): SimItem {
  const found = [...server.items.values()].filter((item) => item.model.uid === uid)
  const [item] = found
  if (!item || found.length > 1) throw new Error(`${found.length} items with UID ${uid} on ${server.name}`)
  return item
}

/** A person edits an item on one side. */
export function edit(world: AdminWorld, side: SideName, parts: Partial<Event> & { uid: string }): void {
  const server = world.servers[side]
  const item = only(server, parts.uid)
  server.update(item.id, { ...item.model, ...parts }, world.clock.nowMs())
}

/** One item in step on both sides, then its title changed on both: Exchange wins, Nextcloud's version is archived. */
export async function conflicted(world: AdminWorld, uid = 'u1'): Promise<string> {
  world.servers.exchange.create(event(uid, { location: 'Room 1' }), null, 0)
  await world.sync()
  edit(world, 'exchange', { uid, title: 'Exchange title' })
  edit(world, 'nextcloud', { uid, title: 'Nextcloud title' })
  await world.sync()
  const [open] = await world.connector.admin.conflicts({ all: false })
  if (!open) throw new Error('no conflict')
  return open.conflict.id
}

export function titles(world: AdminWorld, uid = 'u1'): [string, string] {
  return [only(world.servers.exchange, uid).model.title, only(world.servers.nextcloud, uid).model.title]
}
