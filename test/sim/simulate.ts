/** The simulated world of one seed: two servers with one or two collections, people, a state store, and connector processes between them. */
import type { EngineOptions } from '../../src/engine/context.ts'
import type { Clock } from '../../src/ports/clock.ts'
import type { UserReport } from '../../src/ports/report.ts'
import type { ItemId, SideName } from '../../src/ports/side.ts'
import { GUARD_DEFAULTS } from '../../src/sync/guard.ts'
import { Chance, SimClock } from './chance.ts'
import { Faults, type Mask } from './faults.ts'
import { MemoryStore } from './memory-store.ts'
import { People } from './people.ts'
import { ConnectorProcess, type ProcessOptions } from './process.ts'
import { SimServer } from './server.ts'

export type SimulateOptions = { seed: number; mask: Mask; trace?: (line: string) => void }

export type Collection = { name: string; pairId: string; servers: Record<SideName, SimServer> }

/** Items that a server lost by itself. `halting`: so many, as last listed, that a guard must stop before they go on the other side. */
export type Loss = { server: SimServer; uids: ReadonlySet<string>; halting: boolean }

export const EMAIL = 'alice@corp.test'
export const HOUR_MS = 3_600_000
/** Their first digits spread the scrubs. */
const PAIR_IDS = ['00c0ffee-0000-4000-8000-000000000000', '7fc0ffee-0000-4000-8000-000000000000']

export class Simulation {
  readonly chance: Chance
  readonly clock = new SimClock()
  readonly faults: Faults
  readonly collections: Collection[]
  readonly people: People
  readonly store: MemoryStore
  readonly mask: Mask
  readonly trace: (line: string) => void
  readonly options: EngineOptions
  /** What was found wrong while it happened. */
  readonly violations: string[] = []
  /** Values of everything ever archived: a state that is lost or restored from a backup loses its archive with it. */
  readonly archived = new Set<string>()
  passes = 0
  /** The last process, that did its steps and may be dead by now. */
  last: Pick<ConnectorProcess, 'steps' | 'stalls'> = { steps: [], stalls: [] }
  configHash = 'config-1'
  loss: Loss | null = null
  /** What a person allows the next pass (`--allow-deletes`). */
  allowDeletes: number | null = null
  #skewMs = 0

  constructor(options: SimulateOptions) {
    this.chance = new Chance(options.seed)
    this.faults = new Faults(options.seed, options.mask)
    this.mask = options.mask
    this.trace = options.trace ?? (() => {})
    this.options = optionsOf(this.chance, options.mask)
    const names = this.chance.happens(0.3) ? ['Calendar', 'Team'] : ['Calendar']
    this.collections = names.map((name, index) => ({
      name,
      pairId: PAIR_IDS[index] ?? name,
      servers: { exchange: new SimServer('exchange'), nextcloud: new SimServer('nextcloud') },
    }))
    const around = { nowMs: () => this.clock.nowMs(), trace: this.trace }
    this.people = new People(new Chance(options.seed ^ 0x77), around)
    this.store = new MemoryStore(this.clock, new Chance(options.seed ^ 0x1234))
  }

  get servers(): SimServer[] {
    return this.collections.flatMap(({ servers }) => [servers.exchange, servers.nextcloud])
  }

  /** The clock of the machine that the connector runs on; the database has its own. */
  get machineClock(): Clock {
    return { nowMs: () => this.clock.nowMs() + this.#skewMs, sleep: (ms) => this.clock.sleep(ms) }
  }

  stepClock(hours = this.faults.chance.pick([-26, -2, 0, 2, 26]) ?? 0): void {
    this.#skewMs = hours * HOUR_MS
    this.trace(`* the machine's clock is ${hours} h off`)
  }

  /** One pass as one process; it may die on the way. */
  async pass(options: Omit<ProcessOptions, 'name'> = {}): Promise<UserReport | null> {
    this.passes++
    const process = new ConnectorProcess(this, { ...options, name: String(this.passes) })
    const report = await process.run()
    this.last = process
    // Whatever became of it, its lease runs out.
    if (!report) this.clock.advance(300_001)
    if (!options.dryRun) this.allowDeletes = null
    for (const server of this.servers) server.recentFrom = server.feed.length
    return report
  }

  someoneActs(when: 'between passes' | 'in a pass' = 'between passes'): void {
    const collection = this.chance.pick(this.collections)
    if (!collection) return
    const side = this.chance.happens(0.5) ? 'exchange' : 'nextcloud'
    const other = when === 'between passes' ? this.collections.find((one) => one !== collection) : undefined
    this.people.act(collection.servers[side], other?.servers[side])
  }

  /** When a list begins: does what the server lost call for a guard? If not, it is as if somebody had deleted it. */
  judgeLoss({ pairId, servers }: Collection, side: SideName): void {
    const server = servers[side]
    if (this.loss?.server !== server) return
    const pairs = this.store.itemPairs(pairId)
    const vanished = pairs.filter((pair) => !server.items.has(pair[side].id) && !server.byUid(pair.uid)).length
    const paired = new Set(pairs.map((pair) => pair.uid))
    const isUnknown = (id: string) => this.loss?.halting || !this.store.knows(pairId, side, id as ItemId)
    const appeared = [...server.items.values()].some((item) => !paired.has(item.model.uid) && isUnknown(item.id))
    const isEmpty = server.items.size === 0 && pairs.length > 0
    const isRollback = vanished > 1 && appeared && !this.faults.fired.has('unreadable-item')
    if (isEmpty || isRollback) this.loss = { ...this.loss, halting: true }
    else this.acceptLoss()
  }

  acceptLoss(): void {
    for (const uid of this.loss?.uids ?? []) this.people.acceptLoss(uid, this.servers)
    this.loss = null
  }
}

function optionsOf(chance: Chance, mask: Mask): EngineOptions {
  const conflictPolicy = chance.pick(['exchange', 'nextcloud', 'newest'] as const) ?? 'exchange'
  const strict = chance.happens(0.5)
  return {
    batchSaveSize: 1 + chance.below(4),
    conflictPolicy,
    schedulingAuthority: 'nextcloud',
    windowPastDays: null,
    windowFutureDays: null,
    guards: strict ? { ...GUARD_DEFAULTS, deletesMax: 2, changesMinItems: 3 } : GUARD_DEFAULTS,
    archiveRetentionDays: 9_999,
    floatingZone: 'UTC',
    scrubIntervalMs: mask === 'all' ? 24 * HOUR_MS : Number.MAX_SAFE_INTEGER,
  }
}
