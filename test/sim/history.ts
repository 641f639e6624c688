/**
 * One simulated history: a safety phase with faults, then a liveness phase without. Everything must come to rest, equal on both
 * sides, nothing doubled, and every value that a person wrote still somewhere.
 */
import type { UserReport } from '../../src/ports/report.ts'
import { simHash } from './chance.ts'
import type { FaultKind, Mask } from './faults.ts'
import type { Tables } from './memory-store.ts'
import { restViolations, violationsOf } from './oracle.ts'
import type { SimItem, SimServer } from './server.ts'
import { EMAIL, HOUR_MS, type SimulateOptions, Simulation } from './simulate.ts'

export type History = {
  seed: number
  mask: Mask
  violations: string[]
  fired: ReadonlyMap<FaultKind, number>
  passes: number
  /** Passes without faults until both sides were in step. */
  passesToRest: number
  /** A digest of everything that happened: the same seed gives the same one. */
  digest: string
}

type Backups = { states: Tables[]; servers: Map<SimServer, (readonly SimItem[])[]> }

const LIVENESS_PASSES_MAX = 12

/** Safety phase, then liveness phase, then the verdict. */
export async function simulate(options: SimulateOptions): Promise<History> {
  const world = new Simulation(options)
  const { chance, clock } = world
  const backups: Backups = { states: [], servers: new Map() }
  for (let count = chance.below(6) * world.collections.length; count > 0; count--) world.someoneActs()
  for (let pass = 2 + chance.below(8); pass > 0; pass--) {
    for (let count = chance.below(4); count > 0; count--) world.someoneActs()
    disturb(world, backups)
    const report = await world.pass({ dryRun: chance.happens(0.1) })
    world.violations.push(...booksOf(report))
    if (chance.happens(0.3)) await release(world)
    clock.advance(chance.below(4) * HOUR_MS)
  }
  world.faults.enabled = false
  world.stepClock(0)
  const passesToRest = await comeToRest(world)
  world.violations.push(...violationsOf(world))
  return {
    seed: options.seed,
    mask: options.mask,
    violations: world.violations,
    fired: world.faults.fired,
    passes: world.passes,
    passesToRest,
    digest: digestOf(world),
  }
}

function digestOf(world: Simulation): string {
  const items = world.servers.flatMap((server) => [...server.items.values()])
  return simHash(
    JSON.stringify([items, world.passes, [...world.faults.fired], [...world.archived], world.clock.nowMs()]),
  )
}

/** What befalls servers and state between two passes. */
function disturb(world: Simulation, backups: Backups): void {
  const { faults, store, chance } = world
  if (faults.happens('state-lost')) store.wipe()
  const state = faults.happens('state-restored') ? faults.chance.pick(backups.states) : undefined
  if (state !== undefined) store.restore(state)
  backups.states.push(store.snapshot())
  if (faults.happens('config-changed')) world.configHash = `config-${1 + chance.below(3)}`
  const collection = faults.chance.pick(world.collections)
  if (!collection) return
  if (faults.happens('ids-change')) collection.servers.exchange.reassignIds()
  const server = collection.servers[faults.chance.happens(0.5) ? 'exchange' : 'nextcloud']
  if (faults.happens('side-emptied')) loseItems(world, server, () => server.rollBack([]))
  const old = faults.happens('side-rolled-back') ? faults.chance.pick(backups.servers.get(server) ?? []) : undefined
  if (old) loseItems(world, server, () => server.rollBack(old))
  if (faults.happens('folder-recreated')) recreateFolder(world, server)
  for (const one of world.servers) backups.servers.set(one, [...(backups.servers.get(one) ?? []), one.backup()])
}

function loseItems(world: Simulation, server: SimServer, lose: () => void): void {
  const before = server.backup()
  lose()
  const after = server.backup()
  world.trace(`* ${server.name} loses items: ${before.map((item) => item.id)} -> ${after.map((item) => item.id)}`)
  world.people.serverLost(
    before,
    after,
    world.servers.filter((other) => other !== server),
  )
  world.people.serverReturned(server, before)
  const kept = new Set(after.map((item) => item.model.uid))
  const uids = new Set(before.map((item) => item.model.uid).filter((uid) => !kept.has(uid)))
  if (world.loss) world.acceptLoss()
  world.loss = { server, uids, halting: false }
}

/** Whoever made the folder anew imports the whole of it again, or a part, or nothing. */
function recreateFolder(world: Simulation, server: SimServer): void {
  const { chance } = world.faults
  const before = server.backup()
  const share = chance.pick([0, 0.4, 1]) ?? 0
  const imported = before.filter(() => chance.happens(share))
  server.recreateFolder(
    imported.map((item) => item.model),
    world.clock.nowMs(),
  )
  world.trace(`* ${server.name} folder made anew with ${[...server.items.keys()]}`)
  world.people.serverLost(
    before,
    imported,
    world.servers.filter((other) => other !== server),
  )
}

/** I25, for every pass that lived to report. */
function booksOf(report: UserReport | null): string[] {
  return (report?.pairs ?? []).flatMap(({ counts }) => {
    const { seen, ...headings } = counts
    const sum = Object.values(headings).reduce((total, count) => total + count, 0)
    return sum === seen && counts.unchanged >= 0 ? [] : [`I25: seen ${seen}, accounted ${sum}`]
  })
}

/** I2 and I3: without faults and edits the pairs converge, and one more pass writes nothing and changes no base. */
export async function comeToRest(world: Simulation): Promise<number> {
  const writes = () => world.servers.reduce((sum, server) => sum + server.writes, 0)
  const bases = () => JSON.stringify(world.collections.map(({ pairId }) => world.store.itemPairs(pairId)))
  let wasInStep = false
  for (let pass = 0; pass < LIVENESS_PASSES_MAX; pass++) {
    world.clock.advance(48 * HOUR_MS)
    const isSecondInStep = wasInStep
    const before = { writes: writes(), bases: bases() }
    const report = await world.pass()
    world.violations.push(...booksOf(report))
    await release(world)
    wasInStep = report?.outcome === 'in-step'
    // The first one may still take over versions that a pass before left for later.
    if (report?.outcome !== 'in-step' || !isSecondInStep || writes() !== before.writes || pass < 2) continue
    // What is gone on both sides is forgotten without a write: then there was still something to do.
    if (report.pairs.some(({ counts }) => counts.removed > 0)) continue
    if (bases() !== before.bases) world.violations.push('I3: a pass that wrote nothing changed a base')
    world.violations.push(...restViolations(world))
    return pass
  }
  world.violations.push('I2: no rest after the faults ended')
  return LIVENESS_PASSES_MAX
}

/** A person looks at what a guard stopped and lets it pass. */
export async function release(world: Simulation): Promise<void> {
  const mailbox = await world.store.ensureMailbox(EMAIL)
  const halted = (await world.store.collectionPairs(mailbox.id)).filter((pair) => pair.halt && !pair.halt.released)
  if (halted.length === 0) return
  const attempt = await world.store.acquireLease(mailbox.id, { holder: 'admin', ttlMs: 60_000 })
  if (attempt.kind !== 'held') return
  for (const pair of halted) {
    if (!pair.halt) continue
    world.trace(`* released ${pair.name}: ${pair.halt.guard} ${JSON.stringify(pair.halt.numbers)}`)
    if (pair.halt.guard.startsWith('deletions')) world.allowDeletes = pair.halt.numbers.deletions ?? null
    const released = { ...pair, halt: { ...pair.halt, released: true } }
    await world.store.commit(attempt.lease, [{ kind: 'put-collection-pair', pair: released }])
    if (pair.halt.guard !== 'mass-change' && pair.halt.guard !== 'collection-identity') world.acceptLoss()
  }
  await world.store.releaseLease(attempt.lease)
}
