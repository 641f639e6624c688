/** Whole passes over simulated servers: what people see of them (P1, P5, I14, I16, I17, I25). */
import { describe, expect, it, vi } from 'vitest'
import { Accounts } from '../../src/engine/accounts.ts'
import type { Event } from '../../src/model/event.ts'
import { ConnectorError } from '../../src/ports/errors.ts'
import type { ItemId, Version } from '../../src/ports/side.ts'
import { SCENARIOS } from '../sim/crash-scenarios.ts'
import { create, inStep, itemOf, quietWorld, remove, retitle, serverOf, uidsOn } from '../sim/quiet.ts'
import { SimServer } from '../sim/server.ts'
import { SimSide } from '../sim/side.ts'
import { EMAIL, type Simulation } from '../sim/simulate.ts'

async function kept(world: Simulation) {
  const mailbox = await world.store.ensureMailbox(EMAIL)
  return {
    archive: await world.store.archiveEntries({ mailboxId: mailbox.id }),
    conflicts: await world.store.conflicts({ mailboxId: mailbox.id }),
  }
}

describe('a dry run', () => {
  it.each(SCENARIOS.map((scenario) => [scenario.name, scenario] as const))(
    'counts exactly what the next pass does, and changes nothing: %s',
    async (_name, scenario) => {
      const world = quietWorld()
      await scenario.before(world)
      const planned = await world.pass({ dryRun: true })
      expect(world.violations).toEqual([])
      const done = await world.pass()
      expect(planned?.pairs[0]?.halt?.guard).toBe(done?.pairs[0]?.halt?.guard)
      // Of a halted collection it shows what was stopped.
      if (!done?.pairs[0]?.halt) expect(planned?.pairs[0]?.counts).toEqual(done?.pairs[0]?.counts)
    },
  )
})

describe('a conflict', () => {
  it.each(['exchange', 'nextcloud'] as const)(
    'keeps one version in place and the other in the archive: %s wins',
    async (winner) => {
      const world = quietWorld()
      world.options.conflictPolicy = winner
      await inStep(world, 2)
      const titles = { exchange: retitle(world, 'exchange', 0), nextcloud: retitle(world, 'nextcloud', 0) }
      const report = await world.pass()
      const loser = winner === 'exchange' ? 'nextcloud' : 'exchange'
      for (const side of ['exchange', 'nextcloud'] as const)
        expect(itemOf(world, side, 0).model.title).toBe(titles[winner])
      const { archive, conflicts } = await kept(world)
      expect(archive).toHaveLength(1)
      expect(archive[0]).toMatchObject({ side: loser, reason: 'conflict' })
      expect(archive[0]?.document.text).toContain(titles[loser])
      expect(conflicts).toMatchObject([{ kind: 'edit-edit', winner, paths: ['title'], archiveId: archive[0]?.id }])
      expect(report?.pairs[0]?.counts).toMatchObject({ seen: 2, conflicts: 1, unchanged: 1 })
    },
  )

  it('goes to the newest edit when the policy says so', async () => {
    const world = quietWorld()
    world.options.conflictPolicy = 'newest'
    await inStep(world, 2)
    retitle(world, 'exchange', 0)
    world.clock.advance(1_000)
    const newest = retitle(world, 'nextcloud', 0)
    await world.pass()
    expect(itemOf(world, 'exchange', 0).model.title).toBe(newest)
  })
})

describe('an edit and a deletion of the same item', () => {
  it.each(['exchange', 'nextcloud'] as const)('leave the edit, told as a conflict: edited on %s', async (edited) => {
    const world = quietWorld()
    await inStep(world, 2)
    const other = edited === 'exchange' ? 'nextcloud' : 'exchange'
    const title = retitle(world, edited, 0)
    remove(world, other, 0)
    const report = await world.pass()
    expect(itemOf(world, other, 0).model.title).toBe(title)
    expect(report?.pairs[0]?.counts.conflicts).toBe(1)
    expect((await kept(world)).conflicts).toMatchObject([{ kind: 'edit-delete', winner: edited, archiveId: null }])
  })
})

describe('a deletion', () => {
  it('reaches the other side, and its content the archive', async () => {
    const world = quietWorld()
    await inStep(world, 4)
    const { title } = itemOf(world, 'exchange', 0).model
    remove(world, 'nextcloud', 0)
    await world.pass()
    expect(uidsOn(world, 'exchange')).toEqual(uidsOn(world, 'nextcloud'))
    const { archive } = await kept(world)
    expect(archive).toMatchObject([{ side: 'exchange', reason: 'remove', title }])
  })
})

describe('an exception of a series', () => {
  it('keeps the value that Nextcloud rounds when its master changes (found by seed 10989)', async () => {
    const world = quietWorld()
    await inStep(world, 2)
    const edit = async (change: (model: Event) => Event) => {
      const item = itemOf(world, 'exchange', 0)
      world.people.write(serverOf(world, 'exchange'), item, change(item.model as Event))
      await world.pass()
    }
    await edit((model) => ({ ...model, showAs: 'busy', occurrences: { [KEY]: exceptionOf(model) } }))
    await edit((model) => ({ ...model, showAs: 'workingElsewhere' }))
    await edit((model) => ({ ...model, showAs: 'free' }))
    for (const side of ['exchange', 'nextcloud'] as const) {
      const { showAs, occurrences } = itemOf(world, side, 0).model as Event
      expect([side, showAs, occurrences[KEY]]).toMatchObject([side, 'free', { fields: { showAs: 'busy' } }])
    }
    expect((await world.pass())?.pairs[0]?.counts).toMatchObject({ seen: 2, unchanged: 2 })
  })
})

/** A day on which the series has an occurrence; people's first series begin in January 2100. */
const KEY = '2100-03-01T10:00:00'

function exceptionOf(model: Event): Event['occurrences'][string] {
  const { kind: _k, uid: _u, start, end, recurrence: _r, extraStarts: _e, occurrences: _o, ...fields } = model
  return { kind: 'exception', start, end, fields: { ...fields, title: 'once' } }
}

describe('a second item of the same UID on Exchange', () => {
  it('stays, is named, and gets a counterpart once the first is gone (found by seed 20051)', async () => {
    const world = quietWorld()
    await inStep(world, 2)
    const first = itemOf(world, 'exchange', 0)
    serverOf(world, 'exchange').create({ ...first.model, title: 'the copy' }, null, 0)
    const report = await world.pass()
    expect(report?.pairs[0]?.problems).toMatchObject([{ code: 'item.duplicate-uid', side: 'exchange' }])
    expect(uidsOn(world, 'exchange')).toHaveLength(3)
    expect(uidsOn(world, 'nextcloud')).toHaveLength(2)
    const paired = itemOf(world, 'nextcloud', 0)
    world.people.remove(serverOf(world, 'nextcloud'), paired)
    for (let pass = 0; pass < 2; pass++) await world.pass()
    expect(itemOf(world, 'nextcloud', 0).model.title).toBe('the copy')
    expect(uidsOn(world, 'exchange')).toEqual(uidsOn(world, 'nextcloud'))
  })
})

describe('I14: a second item of a UID that could not be written before', () => {
  it('is known as the second one all the same, and gets its counterpart in its turn (found by seed 5048990)', async () => {
    const world = quietWorld()
    await inStep(world, 2)
    const exchange = serverOf(world, 'exchange')
    const first = itemOf(world, 'exchange', 0)
    world.people.remove(serverOf(world, 'nextcloud'), itemOf(world, 'nextcloud', 0))
    await world.pass()
    exchange.create({ ...first.model, title: 'the copy' }, null, 0)
    const error = new ConnectorError('nextcloud.server-error')
    const refusing = vi
      .spyOn(SimSide.prototype, 'create')
      .mockImplementation(async (requests) => requests.map(() => ({ kind: 'refused', error })))
    expect((await world.pass())?.outcome).toBe('partial')
    refusing.mockRestore()
    // The first one comes back from a backup, and sorts before the copy.
    exchange.rollBack([first, ...exchange.backup()])
    const report = await world.pass()
    expect(report?.pairs[0]?.problems).toMatchObject([{ code: 'item.duplicate-uid', side: 'exchange' }])
    world.people.remove(serverOf(world, 'nextcloud'), itemOf(world, 'nextcloud', 0))
    for (let pass = 0; pass < 2; pass++) await world.pass()
    expect(itemOf(world, 'nextcloud', 0).model.title).toBe('the copy')
    expect(uidsOn(world, 'exchange')).toEqual(uidsOn(world, 'nextcloud'))
  })
})

describe('I22: a server that calls every item changed', () => {
  it('is asked once, then ever more rarely, and the items are named', async () => {
    const world = quietWorld()
    await inStep(world, 4)
    retitle(world, 'exchange', 0)
    remove(world, 'exchange', 1)
    const [update, removal] = [vi.spyOn(SimSide.prototype, 'update'), vi.spyOn(SimSide.prototype, 'remove')]
    update.mockImplementation(async (requests) => requests.map(() => ({ kind: 'changed-underneath' })))
    removal.mockImplementation(async (requests) => requests.map(() => ({ kind: 'changed-underneath' })))
    const first = await world.pass()
    expect(first).toMatchObject({ outcome: 'partial', error: null })
    expect(first?.pairs[0]?.counts).toMatchObject({ failed: 2, unchanged: 2 })
    await world.pass()
    expect([update.mock.calls.length, removal.mock.calls.length]).toEqual([1, 1])
    const mailbox = await world.store.ensureMailbox(EMAIL)
    const [pair] = await world.store.collectionPairs(mailbox.id)
    const problems = (await world.store.problems(pair?.id ?? '')).map(({ problem }) => problem?.code)
    expect(problems).toEqual(['item.changed-meanwhile', 'item.changed-meanwhile'])
    update.mockRestore()
    removal.mockRestore()
    world.clock.advance(3_600_000)
    expect((await world.pass())?.outcome).toBe('in-step')
    expect(uidsOn(world, 'exchange')).toEqual(uidsOn(world, 'nextcloud'))
  })
})

describe('I23: a lens that breaks on one item', () => {
  it('stops this item only, names it, and takes it up again when the lens is mended', async () => {
    const world = quietWorld()
    await inStep(world, 4)
    const strange = itemOf(world, 'exchange', 0)
    for (const index of [0, 1, 2]) retitle(world, 'exchange', index)
    create(world, 'nextcloud', 2)
    const { fit } = SimServer.prototype
    const breaking = vi.spyOn(SimServer.prototype, 'fit').mockImplementation(function (this: SimServer, model) {
      if (model.uid === strange.model.uid) throw new RangeError('of this very item')
      return fit.call(this, model)
    })
    const report = await world.pass()
    breaking.mockRestore()
    expect(report).toMatchObject({ outcome: 'partial', error: null })
    expect(report?.pairs[0]?.counts).toMatchObject({ created: 2, updated: 2, failed: 1 })
    const mailbox = await world.store.ensureMailbox(EMAIL)
    const [pair] = await world.store.collectionPairs(mailbox.id)
    const problem = { code: 'item.unreadable', detail: 'RangeError' }
    expect(await world.store.problems(pair?.id ?? '')).toMatchObject([
      { uid: strange.model.uid, problem },
      { uid: strange.model.uid, problem },
    ])
    world.clock.advance(3_600_000)
    expect((await world.pass())?.outcome).toBe('in-step')
    expect(itemOf(world, 'nextcloud', 0).model.title).toBe(itemOf(world, 'exchange', 0).model.title)
  })
})

describe('a pass over a converged pair (I3)', () => {
  it('writes nothing and changes no base', async () => {
    const world = quietWorld()
    await inStep(world, 6)
    const bases = JSON.stringify(world.store.itemPairs(world.collections[0]?.pairId ?? ''))
    const writes = world.servers.map((server) => server.writes)
    world.clock.advance(48 * 3_600_000)
    expect((await world.pass())?.outcome).toBe('in-step')
    expect(world.servers.map((server) => server.writes)).toEqual(writes)
    expect(JSON.stringify(world.store.itemPairs(world.collections[0]?.pairId ?? ''))).toBe(bases)
  })
})

describe('the books of a pass (I25)', () => {
  const side = (id: string) => ({ id: id as ItemId, version: '1' as Version, hashes: {} })

  it('count an item once, under the first heading that fits', () => {
    const accounts = new Accounts(false)
    accounts.note('pair:1', 'updated')
    accounts.note('pair:1', 'unchanged')
    accounts.note('pair:1', 'failed')
    accounts.note('e9@exchange', 'created')
    accounts.becamePair('e9@exchange', { id: '2', exchange: side('e9'), nextcloud: side('n9') })
    accounts.note('pair:2', 'unchanged')
    expect(accounts.counts(3)).toEqual({
      seen: 4,
      unchanged: 2,
      created: 1,
      updated: 0,
      removed: 0,
      conflicts: 0,
      skipped: 0,
      failed: 1,
    })
  })

  it('count an item once that was left for later on both sides before it became a pair', () => {
    const accounts = new Accounts(false)
    accounts.note('e9@exchange', 'skipped')
    accounts.note('n9@nextcloud', 'skipped')
    accounts.note('e9@exchange', 'created')
    accounts.becamePair('e9@exchange', { id: '2', exchange: side('e9'), nextcloud: side('n9') })
    accounts.note('n9@nextcloud', 'skipped')
    expect(accounts.counts(0)).toMatchObject({ seen: 1, created: 1, skipped: 0, unchanged: 0 })
  })

  it('add up in a first pass with everything in it', async () => {
    const world = quietWorld()
    create(world, 'exchange', 2)
    create(world, 'nextcloud', 3)
    const { seen, ...headings } = (await world.pass())?.pairs[0]?.counts ?? { seen: -1 }
    expect(seen).toBe(5)
    expect(Object.values(headings).reduce((sum, count) => sum + count, 0)).toBe(5)
  })
})
