/** The situations in which a crash hurts most, each just before the pass that meets it. */
import type { SideName } from '../../src/ports/side.ts'
import type { Scenario } from './crash.ts'
import type { Simulation } from './simulate.ts'

function server(world: Simulation, side: SideName) {
  const [collection] = world.collections
  if (!collection) throw new Error('no collection')
  return collection.servers[side]
}

function items(world: Simulation, side: SideName) {
  return [...server(world, side).items.values()]
}

function create(world: Simulation, side: SideName, count: number): void {
  for (let made = 0; made < count; made++) world.people.create(server(world, side))
}

/** A person changes the title of the item with that number. */
function retitle(world: Simulation, side: SideName, index: number): void {
  const item = server(world, side).byUid(uidAt(world, index))
  if (item) world.people.write(server(world, side), item, { ...item.model, title: world.people.value() })
}

function remove(world: Simulation, side: SideName, index: number): void {
  const item = server(world, side).byUid(uidAt(world, index))
  if (item) world.people.remove(server(world, side), item)
}

function uidAt(world: Simulation, index: number): string {
  return [...world.people.uids][index] ?? ''
}

/** Five items in step on both sides. */
async function inStep(world: Simulation): Promise<void> {
  create(world, 'exchange', 3)
  create(world, 'nextcloud', 2)
  for (let pass = 0; pass < 3; pass++) await world.pass()
}

export const SCENARIOS: readonly Scenario[] = [
  {
    name: 'first sync',
    left: 6,
    before: async (world) => {
      create(world, 'exchange', 3)
      create(world, 'nextcloud', 3)
    },
  },
  {
    name: 'first sync with the same items on both sides',
    left: 3,
    before: async (world) => {
      create(world, 'exchange', 3)
      for (const { model } of items(world, 'exchange')) server(world, 'nextcloud').create(model, null, 0)
      retitle(world, 'nextcloud', 1)
    },
  },
  {
    name: 'edits on both sides',
    left: 5,
    before: async (world) => {
      await inStep(world)
      retitle(world, 'exchange', 0)
      retitle(world, 'nextcloud', 1)
      const item = server(world, 'nextcloud').byUid(uidAt(world, 0))
      if (item) {
        const location = world.people.value()
        world.people.write(server(world, 'nextcloud'), item, { ...item.model, location })
      }
    },
  },
  {
    name: 'conflicts',
    left: 5,
    before: async (world) => {
      await inStep(world)
      for (const index of [0, 1, 2]) {
        retitle(world, 'exchange', index)
        retitle(world, 'nextcloud', index)
      }
    },
  },
  {
    name: 'deletions on both sides',
    left: 2,
    before: async (world) => {
      await inStep(world)
      remove(world, 'exchange', 0)
      remove(world, 'nextcloud', 1)
      remove(world, 'exchange', 2)
      remove(world, 'nextcloud', 2)
    },
  },
  {
    name: 'edit beats delete',
    left: 5,
    before: async (world) => {
      await inStep(world)
      remove(world, 'exchange', 0)
      retitle(world, 'nextcloud', 0)
      remove(world, 'nextcloud', 1)
      retitle(world, 'exchange', 1)
    },
  },
  {
    name: 'ids change, with an edit and a deletion on the other side',
    left: 4,
    before: async (world) => {
      await inStep(world)
      server(world, 'exchange').reassignIds()
      retitle(world, 'nextcloud', 0)
      remove(world, 'nextcloud', 1)
      retitle(world, 'exchange', 2)
    },
  },
  {
    name: 'state lost',
    left: 6,
    before: async (world) => {
      await inStep(world)
      world.store.wipe()
      retitle(world, 'nextcloud', 0)
      remove(world, 'exchange', 1)
      create(world, 'exchange', 1)
    },
  },
  {
    name: 'configuration changed',
    left: 6,
    before: async (world) => {
      await inStep(world)
      world.configHash = 'config-2'
      retitle(world, 'exchange', 0)
      create(world, 'nextcloud', 1)
    },
  },
  {
    name: 'a side emptied',
    left: 0,
    before: async (world) => {
      await inStep(world)
      const lost = server(world, 'exchange')
      const before = lost.backup()
      lost.rollBack([])
      world.people.serverLost(before, [], [server(world, 'nextcloud')])
      world.loss = { server: lost, uids: new Set(before.map((item) => item.model.uid)), halting: true }
    },
  },
]
