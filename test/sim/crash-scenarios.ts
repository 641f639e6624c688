/** The situations in which a crash hurts most, each just before the pass that meets it. */
import type { Scenario } from './crash.ts'
import { create, inStep, itemOf, remove, retitle, serverOf } from './quiet.ts'

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
      for (const { model } of serverOf(world, 'exchange').items.values())
        serverOf(world, 'nextcloud').create(model, null, 0)
      retitle(world, 'nextcloud', 1)
    },
  },
  {
    name: 'edits on both sides',
    left: 5,
    before: async (world) => {
      await inStep(world, 5)
      retitle(world, 'exchange', 0)
      retitle(world, 'nextcloud', 1)
      const item = itemOf(world, 'nextcloud', 0)
      world.people.write(serverOf(world, 'nextcloud'), item, { ...item.model, location: world.people.value() })
    },
  },
  {
    name: 'conflicts',
    left: 5,
    before: async (world) => {
      await inStep(world, 5)
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
      await inStep(world, 5)
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
      await inStep(world, 5)
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
      await inStep(world, 5)
      serverOf(world, 'exchange').reassignIds()
      retitle(world, 'nextcloud', 0)
      remove(world, 'nextcloud', 1)
      retitle(world, 'exchange', 2)
    },
  },
  {
    name: 'state lost',
    left: 6,
    before: async (world) => {
      await inStep(world, 5)
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
      await inStep(world, 5)
      world.configHash = 'config-2'
      retitle(world, 'exchange', 0)
      create(world, 'nextcloud', 1)
    },
  },
  {
    name: 'a side emptied',
    left: 0,
    before: async (world) => {
      await inStep(world, 5)
      const lost = serverOf(world, 'exchange')
      const before = lost.backup()
      lost.rollBack([])
      world.people.serverLost(before, [], [serverOf(world, 'nextcloud')])
      world.loss = { server: lost, uids: new Set(before.map((item) => item.model.uid)), halting: true }
    },
  },
]
