/**
 * One process of the connector: it works with a lease on one pass, step by step. A step is a request to a server or a commit;
 * the process can die at any of them, lose the answer, or be stopped for so long that another process takes over.
 */
import { copyMailbox } from '../../src/engine/scratch.ts'
import { LEASE_TTL_MS, runUser } from '../../src/engine/user.ts'
import { ConnectorError } from '../../src/ports/errors.ts'
import type { Log } from '../../src/ports/log.ts'
import type { UserReport } from '../../src/ports/report.ts'
import type { SideName } from '../../src/ports/side.ts'
import type { Lease, StateChange, StateStore } from '../../src/ports/state-store.ts'
import { Chance, simHash } from './chance.ts'
import { MemoryStore } from './memory-store.ts'
import { openCollection } from './open-collection.ts'
import { valuesIn } from './people.ts'
import { SimSide, type Surroundings } from './side.ts'
import { type Collection, EMAIL, type Simulation } from './simulate.ts'
import { watchOf } from './watch.ts'

export type StepKind = 'read' | 'write' | 'commit'
/** Where a process ends, or loses an answer, on purpose: `before` and `after` kill it, the others only keep the answer from it. */
export type Interruption = 'before' | 'after' | 'no-answer-applied' | 'no-answer-not-applied'
export type Point = { step: number; how: Interruption }

export class ProcessDied extends Error {}

export const quietLog: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => quietLog }

/** `stallAt`: the step before which the process is stopped until another one has had its turn. */
export type ProcessOptions = {
  name: string
  dryRun?: boolean
  point?: Point | null
  mayStall?: boolean
  stallAt?: number | null
}

export class ConnectorProcess {
  readonly name: string
  readonly dryRun: boolean
  readonly allowDeletes: number | null
  lease: Lease | null = null
  dead = false
  readonly steps: StepKind[] = []
  /** Before which steps it was stopped so long that another process had its turn. */
  readonly stalls: number[] = []
  /** Removals by collection pair, for the watch. */
  readonly removed = new Map<string, number>()
  readonly #world: Simulation
  readonly #point: Point | null
  readonly #mayStall: boolean
  readonly #stallAt: number | null

  constructor(world: Simulation, options: ProcessOptions) {
    this.#world = world
    this.name = options.name
    this.dryRun = options.dryRun ?? false
    this.#point = options.point ?? null
    this.#mayStall = !this.dryRun && (options.mayStall ?? true)
    this.#stallAt = options.stallAt ?? null
    this.allowDeletes = world.allowDeletes
  }

  /** Null: another process holds the lease, or this one died. */
  async run(): Promise<UserReport | null> {
    const report = this.dryRun ? await this.#dryRun() : await this.#realRun()
    const pairs = report?.pairs.map(
      (pair) => `${JSON.stringify(pair.counts)} ${pair.error?.code ?? pair.halt?.guard ?? ''}`,
    )
    this.#world.trace(
      `pass ${this.name}: ${this.dead ? 'died' : `${report?.outcome} ${report?.error?.code ?? ''} ${pairs?.join(' | ')}`}`,
    )
    return this.dead ? null : report
  }

  async #realRun(): Promise<UserReport | null> {
    const { store } = this.#world
    const mailbox = await store.ensureMailbox(EMAIL)
    const attempt = await store.acquireLease(mailbox.id, { holder: this.name, ttlMs: LEASE_TTL_MS })
    if (attempt.kind === 'busy') return null
    this.lease = attempt.lease
    const report = await this.#runUser(this.#mortal(store), { mailbox, lease: attempt.lease })
    if (!this.dead) await store.releaseLease(attempt.lease)
    return report
  }

  /** As the service does it: no lease, and a copy of the state that is thrown away. */
  async #dryRun(): Promise<UserReport> {
    const { clock, store, servers } = this.#world
    const before = { state: store.snapshot(), writes: servers.map((server) => server.writes).join() }
    const scratch = new MemoryStore(clock, new Chance(1))
    const report = await this.#runUser(scratch, await copyMailbox(store, scratch, EMAIL))
    if (!store.isSameAs(before.state)) this.#world.violations.push('P5: a dry run changed the state')
    if (before.writes !== servers.map((server) => server.writes).join())
      this.#world.violations.push('P5: a dry run changed a server')
    return report
  }

  #runUser(store: StateStore, { mailbox, lease }: Awaited<ReturnType<typeof copyMailbox>>): Promise<UserReport> {
    const world = this.#world
    return runUser({
      store,
      mailbox,
      lease,
      openPairs: async () => {
        const opened = []
        for (const collection of world.collections) {
          const pair = await openCollection(store, {
            collection,
            configHash: world.configHash,
            mailboxId: mailbox.id,
            lease,
          })
          opened.push({ pair, sides: this.#sides(collection) })
        }
        return { opened, unopened: [] }
      },
      options: world.options,
      intervals: { normalMs: 300_000, criticalMs: 30_000 },
      hash: simHash,
      allowDeletes: this.allowDeletes,
      dryRun: this.dryRun,
      clock: world.machineClock,
      random: world.chance,
      log: quietLog,
      signal: new AbortController().signal,
      onProgress: () => {},
    })
  }

  #sides(collection: Collection) {
    const side = (name: SideName) => new SimSide(collection.servers[name], this.#around(collection, name))
    return { exchange: side('exchange'), nextcloud: side('nextcloud') }
  }

  #around(collection: Collection, side: SideName): Surroundings {
    const world = this.#world
    return {
      faults: world.faults,
      nowMs: () => world.clock.nowMs(),
      step: (kind, act, lost) => this.#step(kind, act, lost),
      die: () => this.#die(),
      people: () => world.someoneActs('in a pass'),
      listing: () => world.judgeLoss(collection, side),
      watch: watchOf(world, this, { collection, side }),
      trace: world.trace,
    }
  }

  async #step<T>(kind: StepKind, act: () => T | Promise<T>, lost: () => T): Promise<T> {
    if (this.dead) throw new ProcessDied()
    if (kind !== 'write') await this.#stall()
    const how = this.#point?.step === this.steps.length ? this.#point.how : null
    this.steps.push(kind)
    if (how === 'before') this.#die()
    if (how === 'no-answer-not-applied') return lost()
    const result = await act()
    if (this.dead) throw new ProcessDied()
    if (how === 'after') this.#die()
    return how === 'no-answer-applied' ? lost() : result
  }

  /** Never between the last check of the lease and the write: no check can see a stop at that very moment (docs/promises.md). */
  async #stall(): Promise<void> {
    const { faults, clock } = this.#world
    if (faults.happens('slow-answer')) clock.advance(faults.chance.below(200_000))
    if (faults.happens('clock-steps')) this.#world.stepClock()
    const isMeant = this.#stallAt === this.steps.length
    if (!isMeant && !(this.#mayStall && faults.happens('process-paused'))) return
    this.stalls.push(this.steps.length)
    this.#world.trace(`  pass ${this.name} is stopped`)
    clock.advance(LEASE_TTL_MS + 1)
    await new ConnectorProcess(this.#world, { name: `${this.name}'`, mayStall: false }).run()
    this.#world.trace(`  pass ${this.name} goes on`)
  }

  #die(): never {
    this.dead = true
    throw new ProcessDied()
  }

  /** The store as the process sees it: a commit can be the last thing it does, and a dead process commits nothing. */
  #mortal(store: MemoryStore): StateStore {
    const { faults, archived } = this.#world
    const unreachable = (): never => {
      throw new ConnectorError('state.unreachable')
    }
    return new Proxy(store, {
      get: (target, property) => {
        const value = Reflect.get(target, property, target)
        if (typeof value !== 'function') return value
        if (property !== 'commit') return value.bind(target)
        return (...args: Parameters<StateStore['commit']>) => {
          const act = async () => {
            if (faults.happens('crash-commit')) this.#die()
            await target.commit(...args)
            for (const value of archivedIn(args[1])) archived.add(value)
            if (faults.happens('crash-commit')) this.#die()
            if (faults.happens('commit-answer-lost')) unreachable()
          }
          return this.#step('commit', act, unreachable)
        }
      },
    })
  }
}

function archivedIn(changes: readonly StateChange[]): string[] {
  return changes.flatMap((change) => (change.kind === 'put-archive' ? [...valuesIn(change.entry.document.text)] : []))
}
