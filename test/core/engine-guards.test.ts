/** Guards in whole passes: nothing is removed before a person looked, whatever a server says, and a way on always exists. */
import { describe, expect, it, vi } from 'vitest'
import { ConnectorError } from '../../src/ports/errors.ts'
import type { UserReport } from '../../src/ports/report.ts'
import type { SideName } from '../../src/ports/side.ts'
import { GUARD_DEFAULTS } from '../../src/sync/guard.ts'
import { comeToRest, release } from '../sim/history.ts'
import { violationsOf } from '../sim/oracle.ts'
import { create, inStep, quietWorld, quietWorldOfTwo, remove, retitle, serverOf, uidsOn } from '../sim/quiet.ts'
import { SimSide } from '../sim/side.ts'
import type { Simulation } from '../sim/simulate.ts'

async function guardOf(world: Simulation): Promise<string> {
  const report = await world.pass()
  const [pair] = report?.pairs ?? []
  return pair?.halt?.guard ?? report?.outcome ?? 'died'
}

/** The server loses all items by itself. */
function loseAll(world: Simulation, side: SideName = 'exchange'): void {
  const server = serverOf(world, side)
  const before = server.backup()
  server.rollBack([])
  const others = world.servers.filter((one) => one !== server)
  world.people.serverLost(before, [], others)
  world.loss = { server, uids: new Set(before.map((item) => item.model.uid)), halting: true }
}

/** Four items in step, then Exchange lost all of them, and the pass was halted. */
async function emptied() {
  const world = quietWorld()
  await inStep(world, 4)
  const backup = serverOf(world, 'exchange').backup()
  loseAll(world)
  expect(await guardOf(world)).toBe('empty-side')
  return { world, backup }
}

describe('a side that lists nothing any more', () => {
  it('halts, writes nothing, and goes on only after a person let it', async () => {
    const world = quietWorld()
    await inStep(world, 4)
    loseAll(world)
    expect(await guardOf(world)).toBe('empty-side')
    expect(await guardOf(world)).toBe('empty-side')
    expect(uidsOn(world, 'nextcloud')).toHaveLength(4)
    await release(world)
    expect(await guardOf(world)).toBe('in-step')
    expect(uidsOn(world, 'nextcloud')).toEqual([])
    expect(world.violations).toEqual([])
  })

  it('is not released by what a person said of the other side (found by seed 19989)', async () => {
    const { world, backup } = await emptied()
    await release(world)
    await world.pass({ point: { step: 0, how: 'before' } })
    serverOf(world, 'exchange').rollBack(backup)
    loseAll(world, 'nextcloud')
    expect(await guardOf(world)).toBe('empty-side')
    expect(uidsOn(world, 'exchange')).toHaveLength(4)
    expect(world.violations).toEqual([])
  })

  it('is not released by a word about a halt that was over before (found by seed 80070170)', async () => {
    const { world, backup } = await emptied()
    serverOf(world, 'exchange').rollBack(backup)
    world.loss = null
    retitle(world, 'exchange', 0)
    const failing = vi.spyOn(SimSide.prototype, 'update').mockImplementation(() => {
      throw new ConnectorError('nextcloud.unreachable', { sent: 'no' })
    })
    expect((await world.pass())?.pairs[0]?.error?.code).toBe('nextcloud.unreachable')
    failing.mockRestore()
    await release(world)
    loseAll(world)
    expect(await guardOf(world)).toBe('empty-side')
    expect(uidsOn(world, 'nextcloud')).toHaveLength(4)
    expect(world.violations).toEqual([])
  })

  it('goes on by itself when the items are there again', async () => {
    const { world, backup } = await emptied()
    serverOf(world, 'exchange').rollBack(backup)
    world.loss = null
    expect(await guardOf(world)).toBe('in-step')
    expect(uidsOn(world, 'nextcloud')).toHaveLength(4)
  })

  it('halts although the pass that listed it died before its guards (found by seed 1835)', async () => {
    for (let step = 0; step < 12; step++) {
      const world = quietWorld()
      await inStep(world, 4)
      loseAll(world)
      await world.pass({ point: { step, how: 'after' } })
      expect([step, await guardOf(world)]).toEqual([step, 'empty-side'])
      expect(uidsOn(world, 'nextcloud')).toHaveLength(4)
      expect(world.violations).toEqual([])
    }
  })
})

describe('a server that was rolled back', () => {
  it('halts until a person let it, also when the first look died', async () => {
    for (const step of [null, 3, 5, 7]) {
      const world = quietWorld()
      await inStep(world, 2)
      const old = serverOf(world, 'exchange').backup()
      remove(world, 'exchange', 0)
      await world.pass()
      create(world, 'exchange', 3)
      await world.pass()
      serverOf(world, 'exchange').rollBack(old)
      if (step !== null) await world.pass({ point: { step, how: 'after' } })
      expect([step, await guardOf(world)]).toEqual([step, 'server-rolled-back'])
      expect(uidsOn(world, 'nextcloud')).toHaveLength(4)
    }
  })
})

describe('ordinary days', () => {
  const DAY_MS = 86_400_000

  async function daily(): Promise<Simulation> {
    const world = quietWorld()
    world.options.scrubIntervalMs = DAY_MS
    await inStep(world, 20)
    world.clock.advance(3 * DAY_MS)
    return world
  }

  it.each(['exchange', 'nextcloud'] as const)(
    'are no rolled-back server: a few deletions and new items on %s just before the daily comparison',
    async (side) => {
      const world = await daily()
      for (const index of [0, 1, 2]) remove(world, side, index)
      create(world, side, 2)
      expect(await guardOf(world)).toBe('in-step')
      expect(uidsOn(world, 'exchange')).toEqual(uidsOn(world, 'nextcloud'))
      expect(uidsOn(world, 'exchange')).toHaveLength(19)
    },
  )

  it('are not what a server shows that lost the same items without telling', async () => {
    const world = await daily()
    const server = serverOf(world, 'exchange')
    const told = server.feed.length
    for (const index of [0, 1, 2]) remove(world, 'exchange', index)
    server.feed.length = told
    create(world, 'exchange', 2)
    expect(await guardOf(world)).toBe('server-rolled-back')
    expect(uidsOn(world, 'nextcloud')).toHaveLength(20)
  })
})

describe('a folder that was deleted and made again', () => {
  it('halts when its items are others, and after the release the items are made in it; nothing is deleted', async () => {
    const world = quietWorld()
    await inStep(world, 4)
    serverOf(world, 'exchange').recreateFolder([], 0)
    expect(await guardOf(world)).toBe('collection-identity')
    expect(uidsOn(world, 'nextcloud')).toHaveLength(4)
    await comeToRest(world)
    expect(uidsOn(world, 'exchange')).toEqual(uidsOn(world, 'nextcloud'))
    expect(uidsOn(world, 'exchange')).toHaveLength(4)
    expect([...world.violations, ...violationsOf(world)]).toEqual([])
  })

  it('is adopted when it has the same items, and what it lacks is made in it', async () => {
    const world = quietWorld()
    await inStep(world, 4)
    const kept = serverOf(world, 'exchange').backup().slice(0, 3)
    const models = kept.map((item) => item.model)
    serverOf(world, 'exchange').recreateFolder(models, 0)
    expect(await guardOf(world)).toBe('in-step')
    expect(uidsOn(world, 'exchange')).toHaveLength(4)
    expect(uidsOn(world, 'nextcloud')).toHaveLength(4)
    expect([...world.violations, ...violationsOf(world)]).toEqual([])
  })
})

describe('many deletions', () => {
  it('halt, and are done when their exact number is allowed', async () => {
    const world = quietWorld()
    await inStep(world, 16)
    for (let index = 0; index < 12; index++) remove(world, 'nextcloud', index)
    expect(await guardOf(world)).toBe('deletions-in-pass')
    world.allowDeletes = 11
    expect(await guardOf(world)).toBe('deletions-in-pass')
    expect(uidsOn(world, 'exchange')).toHaveLength(16)
    world.allowDeletes = 12
    expect(await guardOf(world)).toBe('in-step')
    expect(uidsOn(world, 'exchange')).toHaveLength(4)
  })

  it('that were allowed do not let pass as many that a server lost meanwhile (found by seed 30033233)', async () => {
    const world = quietWorld()
    world.options.guards = { ...GUARD_DEFAULTS, deletesMax: 1 }
    await inStep(world, 4)
    for (const index of [0, 1]) remove(world, 'nextcloud', index)
    expect(await guardOf(world)).toBe('deletions-in-pass')
    loseAll(world)
    world.allowDeletes = 2
    expect(await guardOf(world)).toBe('empty-side')
    expect(uidsOn(world, 'nextcloud')).toHaveLength(2)
    expect(world.violations).toEqual([])
    // Whoever looks at that and says the number means it.
    world.loss = null
    world.people.acceptLoss(uidsOn(world, 'nextcloud')[0] ?? '', world.servers)
    world.people.acceptLoss(uidsOn(world, 'nextcloud')[1] ?? '', world.servers)
    world.allowDeletes = 2
    expect(await guardOf(world)).toBe('in-step')
    expect(uidsOn(world, 'nextcloud')).toEqual([])
    expect(world.violations).toEqual([])
  })

  it('that were allowed in one collection do not let pass as many in another (found by seed 30073899)', async () => {
    for (const order of [0, 1]) {
      const world = quietWorldOfTwo()
      world.options.guards = { ...GUARD_DEFAULTS, deletesMax: 1 }
      const [first, second] = order === 0 ? world.collections : world.collections.toReversed()
      if (!first || !second) throw new Error('no collections')
      for (const { nextcloud } of [first.servers, first.servers, second.servers])
        for (let made = 0; made < 2; made++) world.people.create(nextcloud)
      for (let pass = 0; pass < 3; pass++) await world.pass()
      for (const item of first.servers.nextcloud.backup().slice(2)) world.people.remove(first.servers.nextcloud, item)
      const guardsOf = (report: UserReport | null) =>
        Object.fromEntries(report?.pairs.map(({ name, halt, outcome }) => [name, halt?.guard ?? outcome]) ?? [])
      expect(guardsOf(await world.pass())).toEqual({ [first.name]: 'deletions-in-pass', [second.name]: 'in-step' })
      second.servers.nextcloud.rollBack([])
      world.allowDeletes = 2
      expect(guardsOf(await world.pass())).toEqual({ [first.name]: 'in-step', [second.name]: 'empty-side' })
      expect([first, second].map(({ servers }) => servers.exchange.items.size)).toEqual([2, 2])
    }
  })

  it('and a rolled-back server are let go on by their exact number', async () => {
    const world = quietWorld()
    await inStep(world, 2)
    const old = serverOf(world, 'exchange').backup()
    create(world, 'exchange', 3)
    await world.pass()
    remove(world, 'exchange', 0)
    await world.pass()
    serverOf(world, 'exchange').rollBack(old)
    expect(await guardOf(world)).toBe('server-rolled-back')
    world.allowDeletes = 2
    expect(await guardOf(world)).toBe('server-rolled-back')
    world.allowDeletes = 3
    expect(await guardOf(world)).toBe('in-step')
    expect(uidsOn(world, 'exchange')).toEqual(uidsOn(world, 'nextcloud'))
  })

  it('do not keep other guards halted in turn (found by seed 1911)', async () => {
    const world = quietWorld()
    await inStep(world, 16)
    loseAll(world)
    expect(await guardOf(world)).toBe('empty-side')
    await release(world)
    expect(await guardOf(world)).toBe('deletions-in-pass')
    await release(world)
    expect(await guardOf(world)).toBe('in-step')
    expect(uidsOn(world, 'nextcloud')).toEqual([])
  })
})
