/** A simulated world in which nothing happens by chance: for tests that say themselves what people and servers do. */
import type { SideName } from '../../src/ports/side.ts'
import { type SimItem, SimServer } from './server.ts'
import { Simulation } from './simulate.ts'

const SEED = 1

/** Exchange wins conflicts; one collection; no faults; guards as by default. */
export function quietWorld(trace?: (line: string) => void): Simulation {
  const world = new Simulation({ seed: SEED, mask: 'no-list', ...(trace && { trace }) })
  world.faults.enabled = false
  world.collections.splice(1)
  world.options.batchSaveSize = 2
  world.options.conflictPolicy = 'exchange'
  return world
}

/** The same with a second collection. */
export function quietWorldOfTwo(): Simulation {
  const world = quietWorld()
  const servers = { exchange: new SimServer('exchange'), nextcloud: new SimServer('nextcloud') }
  world.collections.push({ name: 'Team', pairId: '7fc0ffee-0000-4000-8000-000000000000', servers })
  return world
}

export function serverOf(world: Simulation, side: SideName): SimServer {
  const [collection] = world.collections
  if (!collection) throw new Error('no collection')
  return collection.servers[side]
}

/** The item that a person made as the `index`th, on that side; it must be there. */
export function itemOf(world: Simulation, side: SideName, index: number): SimItem {
  const item = serverOf(world, side).byUid([...world.people.uids][index] ?? '')
  if (!item) throw new Error(`no item ${index} on ${side}`)
  return item
}

export function create(world: Simulation, side: SideName, count: number): void {
  for (let made = 0; made < count; made++) world.people.create(serverOf(world, side))
}

export function retitle(world: Simulation, side: SideName, index: number): string {
  const item = itemOf(world, side, index)
  const title = world.people.value()
  world.people.write(serverOf(world, side), item, { ...item.model, title })
  return title
}

export function remove(world: Simulation, side: SideName, index: number): void {
  world.people.remove(serverOf(world, side), itemOf(world, side, index))
}

export function uidsOn(world: Simulation, side: SideName): string[] {
  return [...serverOf(world, side).items.values()].map((item) => item.model.uid).sort()
}

/** `count` items, in step on both sides. */
export async function inStep(world: Simulation, count: number): Promise<void> {
  create(world, 'exchange', Math.ceil(count / 2))
  create(world, 'nextcloud', Math.floor(count / 2))
  for (let pass = 0; pass < 3; pass++) await world.pass()
}
