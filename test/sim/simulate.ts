/**
 * One simulated history: the whole engine between two seeded servers. A safety phase with faults, then a liveness phase without:
 * everything must come to rest, equal on both sides, nothing doubled, and every value that a person wrote still somewhere.
 */

import type { EngineOptions } from '../../src/engine/context.ts'
import { copyMailbox } from '../../src/engine/scratch.ts'
import { runUser } from '../../src/engine/user.ts'
import type { Log } from '../../src/ports/log.ts'
import type { UserReport } from '../../src/ports/report.ts'
import type { CollectionPair, Lease, StateStore } from '../../src/ports/state-store.ts'
import { GUARD_DEFAULTS } from '../../src/sync/guard.ts'
import type { ConflictPolicy } from '../../src/sync/merge.ts'
import { Chance, SimClock, simHash } from './chance.ts'
import { type FaultKind, Faults, type Mask } from './faults.ts'
import { MemoryStore } from './memory-store.ts'
import { violationsOf } from './oracle.ts'
import { People } from './people.ts'
import { SimServer } from './server.ts'
import { SimSide } from './side.ts'

export type History = {
  seed: number
  mask: Mask
  violations: string[]
  fired: ReadonlyMap<FaultKind, number>
  passes: number
  /** A digest of everything that happened: the same seed gives the same one. */
  digest: string
}

export type SimulateOptions = { seed: number; mask: Mask; trace?: (line: string) => void }

const EMAIL = 'alice@corp.test'
const HOUR_MS = 3_600_000
const LIVENESS_PASSES_MAX = 12

class ProcessDied extends Error {}

export const quietLog: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => quietLog }

export class Simulation {
  readonly chance: Chance
  readonly clock = new SimClock()
  readonly faults: Faults
  readonly servers = { exchange: new SimServer('exchange'), nextcloud: new SimServer('nextcloud') }
  readonly people: People
  readonly store: MemoryStore
  readonly mask: Mask
  readonly trace: (line: string) => void
  /** Steps that the running process has taken; `dieAtStep` ends it there. */
  steps = 0
  dieAtStep: number | null = null
  dead = false
  passes = 0
  /** Everything ever archived: a state that is lost or restored from a backup loses its archive with it. */
  readonly archived: string[] = []
  readonly #policy: ConflictPolicy

  constructor(options: SimulateOptions) {
    this.chance = new Chance(options.seed)
    this.faults = new Faults(options.seed, options.mask)
    this.mask = options.mask
    this.#policy = this.chance.pick(['exchange', 'nextcloud', 'newest'] as const) ?? 'exchange'
    this.trace = options.trace ?? (() => {})
    this.people = new People(new Chance(options.seed ^ 0x77), () => this.clock.nowMs(), this.trace)
    this.store = new MemoryStore(this.clock, new Chance(options.seed ^ 0x1234))
  }

  /** One pass as one process; it may die on the way. */
  async pass(dryRun = false): Promise<UserReport | null> {
    this.passes++
    this.dead = false
    this.steps = 0
    const mailbox = await this.store.ensureMailbox(EMAIL)
    const attempt = await this.store.acquireLease(mailbox.id, { holder: `run-${this.passes}`, ttlMs: 300_000 })
    if (attempt.kind === 'busy') {
      this.clock.advance(300_000)
      return null
    }
    const store = this.#mortal(this.store)
    const report = await this.#run({ store, mailbox, lease: attempt.lease, dryRun })
    this.trace(
      `pass ${this.passes}: ${this.dead ? 'died' : `${report.outcome} ${JSON.stringify(report.pairs[0]?.counts)} ${report.error?.code ?? report.pairs[0]?.error?.code ?? ''}`}`,
    )
    if (!this.dead) await this.store.releaseLease(attempt.lease)
    for (const server of [this.servers.exchange, this.servers.nextcloud]) server.recentFrom = server.feed.length
    return this.dead ? null : report
  }

  async #run(process: {
    store: StateStore
    mailbox: Awaited<ReturnType<MemoryStore['ensureMailbox']>>
    lease: Lease
    dryRun: boolean
  }) {
    const scratch = process.dryRun ? new MemoryStore(this.clock, new Chance(1)) : null
    const copied = scratch ? await copyMailbox(process.store, scratch, EMAIL) : process
    return runUser({
      store: scratch ?? process.store,
      mailbox: copied.mailbox,
      lease: copied.lease,
      openPairs: async ({ mailbox, lease, store }) => {
        const pair = await openPair(store, mailbox.id, lease)
        return { opened: [{ pair, sides: this.#sides() }], unopened: [] }
      },
      options: this.#options(),
      intervals: { normalMs: 300_000, criticalMs: 30_000 },
      hash: simHash,
      allowDeletes: null,
      dryRun: process.dryRun,
      clock: this.clock,
      random: this.chance,
      log: quietLog,
      signal: new AbortController().signal,
      onProgress: () => {},
    })
  }

  #sides() {
    const around = {
      faults: this.faults,
      nowMs: () => this.clock.nowMs(),
      step: () => this.#step(),
      die: () => this.#die(),
      people: () => this.someoneActs(),
      trace: this.trace,
    }
    return {
      exchange: new SimSide(this.servers.exchange, around),
      nextcloud: new SimSide(this.servers.nextcloud, around),
    }
  }

  someoneActs(): void {
    this.people.act(this.chance.happens(0.5) ? this.servers.exchange : this.servers.nextcloud)
  }

  #options(): EngineOptions {
    return {
      batchSaveSize: 3,
      conflictPolicy: this.#policy,
      windowPastDays: null,
      windowFutureDays: null,
      guards: GUARD_DEFAULTS,
      archiveRetentionDays: 9_999,
      floatingZone: 'UTC',
      scrubIntervalMs: this.mask === 'all' ? 24 * HOUR_MS : Number.MAX_SAFE_INTEGER,
    }
  }

  #step(): void {
    if (this.dead) throw new ProcessDied()
    if (this.dieAtStep !== null && this.steps === this.dieAtStep) this.#die()
    this.steps++
  }

  #die(): never {
    this.dead = true
    throw new ProcessDied()
  }

  /** The store as the process sees it: a commit can be the last thing it does, and a dead process commits nothing. */
  #mortal(store: MemoryStore): StateStore {
    return new Proxy(store, {
      get: (target, property) => {
        const value = Reflect.get(target, property, target)
        if (typeof value !== 'function') return value
        if (property !== 'commit') return value.bind(target)
        return async (...args: Parameters<StateStore['commit']>) => {
          this.#step()
          if (this.faults.happens('crash-commit')) this.#die()
          await target.commit(...args)
          for (const change of args[1])
            if (change.kind === 'put-archive') this.archived.push(change.entry.document.text)
          if (this.faults.happens('crash-commit')) this.#die()
        }
      },
    })
  }
}

async function openPair(store: StateStore, mailboxId: string, lease: Lease): Promise<CollectionPair> {
  const [known] = await store.collectionPairs(mailboxId)
  if (known) return known
  const pair: CollectionPair = {
    id: '00c0ffee-0000-4000-8000-000000000000',
    mailboxId,
    kind: 'calendar',
    name: 'Calendar',
    exchangeRef: 'e',
    nextcloudRef: 'n',
    exchangeIdentity: null,
    nextcloudIdentity: null,
    configHash: '',
    exchangeCursor: null,
    nextcloudCursor: null,
    firstPassDone: false,
    status: 'active',
    halt: null,
    lastScrubAtMs: null,
  }
  await store.commit(lease, [{ kind: 'put-collection-pair', pair }])
  return pair
}

/** Safety phase, then liveness phase, then the verdict. */
export async function simulate(options: SimulateOptions): Promise<History> {
  const world = new Simulation(options)
  const violations: string[] = []
  const backups: string[] = []
  for (let count = world.chance.below(6); count > 0; count--) world.someoneActs()
  for (let pass = 2 + world.chance.below(8); pass > 0; pass--) {
    for (let count = world.chance.below(4); count > 0; count--) world.someoneActs()
    disturb(world, backups)
    const report = await world.pass(world.chance.happens(0.1))
    violations.push(...booksOf(report))
    world.clock.advance(world.chance.below(4) * HOUR_MS)
  }
  world.faults.enabled = false
  violations.push(...(await comeToRest(world)))
  violations.push(...violationsOf(world))
  const digest = simHash(
    JSON.stringify([...world.servers.exchange.items.values(), ...world.servers.nextcloud.items.values()]),
  )
  return { seed: options.seed, mask: options.mask, violations, fired: world.faults.fired, passes: world.passes, digest }
}

function disturb(world: Simulation, backups: string[]): void {
  const { faults, store, servers } = world
  if (faults.happens('state-lost')) store.wipe()
  const backup = faults.happens('state-restored') ? faults.chance.pick(backups) : undefined
  if (backup !== undefined) store.restore(backup)
  if (faults.happens('ids-change')) servers.exchange.reassignIds()
  backups.push(store.snapshot())
}

/** I25, for every pass that lived to report. */
function booksOf(report: UserReport | null): string[] {
  return (report?.pairs ?? []).flatMap(({ counts }) => {
    const { seen, ...headings } = counts
    const sum = Object.values(headings).reduce((total, count) => total + count, 0)
    return sum === seen && counts.unchanged >= 0 ? [] : [`I25: seen ${seen}, accounted ${sum}`]
  })
}

/** I2 and I3: without faults and edits the pair converges, and one more pass writes nothing. */
async function comeToRest(world: Simulation): Promise<string[]> {
  const writes = () => world.servers.exchange.writes + world.servers.nextcloud.writes
  for (let pass = 0; pass < LIVENESS_PASSES_MAX; pass++) {
    world.clock.advance(48 * HOUR_MS)
    const before = writes()
    const report = await world.pass()
    await release(world)
    if (report?.outcome === 'in-step' && writes() === before && pass > 1) return []
  }
  return ['I2: no rest after the faults ended']
}

/** A person looks at what a guard stopped and lets it pass. */
async function release(world: Simulation): Promise<void> {
  const mailbox = await world.store.ensureMailbox(EMAIL)
  const [pair] = await world.store.collectionPairs(mailbox.id)
  if (!pair?.halt || pair.halt.released) return
  const attempt = await world.store.acquireLease(mailbox.id, { holder: 'admin', ttlMs: 60_000 })
  if (attempt.kind !== 'held') return
  const released = { ...pair, halt: { ...pair.halt, released: true } }
  await world.store.commit(attempt.lease, [{ kind: 'put-collection-pair', pair: released }])
  await world.store.releaseLease(attempt.lease)
}
