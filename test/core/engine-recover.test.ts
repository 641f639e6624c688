/** Recovering creations whose outcome is unknown (I12, I14). */
import { afterEach, describe, expect, it, vi } from 'vitest'
import { ConnectorError } from '../../src/ports/errors.ts'
import type { ReadResult, Version } from '../../src/ports/side.ts'
import { create, inStep, quietWorld, remove, retitle, serverOf } from '../sim/quiet.ts'
import { SimSide } from '../sim/side.ts'

afterEach(() => {
  vi.restoreAllMocks()
})

const HOUR_MS = 3_600_000

/** Exchange stores what it is given, and then cannot show it: not even its UID. */
function hideWhatIsCreated(): { show(): void } {
  const { create: made } = SimSide.prototype
  vi.spyOn(SimSide.prototype, 'create').mockImplementation(async function (this: SimSide, requests) {
    const outcomes = await made.call(this, requests)
    const error = new ConnectorError('item.unreadable')
    return this.name === 'nextcloud' ? outcomes : outcomes.map(() => ({ kind: 'unknown', error }))
  })
  const { read } = SimSide.prototype
  const hidden = vi.spyOn(SimSide.prototype, 'read').mockImplementation(async function (this: SimSide, ids) {
    const results = await read.call(this, ids)
    if (this.name === 'nextcloud') return results
    const error = new ConnectorError('item.unreadable')
    return results.map((result): ReadResult => {
      return result.kind === 'gone'
        ? result
        : {
            kind: 'unreadable',
            id: result.kind === 'present' ? result.item.id : result.id,
            version: '1' as Version,
            error,
          }
    })
  })
  return { show: () => hidden.mockRestore() }
}

/** What Exchange is asked for cannot be read so many times. */
function hideFor(reads: number): void {
  const { read } = SimSide.prototype
  let left = reads
  vi.spyOn(SimSide.prototype, 'read').mockImplementation(async function (this: SimSide, ids) {
    if (this.name === 'nextcloud' || left-- <= 0) return await read.call(this, ids)
    const error = new ConnectorError('item.unreadable')
    return ids.map((id): ReadResult => ({ kind: 'unreadable', id, version: '1' as Version, error }))
  })
}

describe('a creation that the server holds and cannot show', () => {
  it('is made once, however often the pass is repeated, and becomes the counterpart when it can be read', async () => {
    const world = quietWorld()
    create(world, 'nextcloud', 1)
    const server = hideWhatIsCreated()
    for (let pass = 0; pass < 12; pass++) {
      const report = await world.pass()
      if (pass > 0) expect(report?.outcome).toBe('partial')
      world.clock.advance(HOUR_MS)
    }
    expect(serverOf(world, 'exchange').items.size).toBe(1)
    server.show()
    world.clock.advance(24 * HOUR_MS)
    for (let pass = 0; pass < 3; pass++) await world.pass()
    expect((await world.pass())?.outcome).toBe('in-step')
    expect([serverOf(world, 'exchange').items.size, serverOf(world, 'nextcloud').items.size]).toEqual([1, 1])
    expect(world.violations).toEqual([])
  })
})

describe('a creation whose answer was lost, of an item that was in step before', () => {
  it('is one item in the books, also when a new configuration began without its pair', async () => {
    const world = quietWorld()
    await inStep(world, 1)
    remove(world, 'exchange', 0)
    retitle(world, 'nextcloud', 0)
    const { create: made } = SimSide.prototype
    vi.spyOn(SimSide.prototype, 'create').mockImplementationOnce(async function (this: SimSide, requests) {
      await made.call(this, requests)
      return requests.map(() => ({ kind: 'unknown', error: new ConnectorError('exchange.unreachable') }))
    })
    // Later in this pass it would be asked for, and found.
    vi.spyOn(SimSide.prototype, 'findByToken').mockImplementationOnce(async () => {
      throw new ConnectorError('exchange.unreachable')
    })
    expect((await world.pass())?.outcome).toBe('failed')
    world.configHash = 'config-2'
    hideFor(2)
    const counts = (await world.pass())?.pairs[0]?.counts
    expect(counts).toMatchObject({ seen: 1, created: 1, unchanged: 0, skipped: 0 })
    expect((await world.pass())?.pairs[0]?.counts).toMatchObject({ seen: 1, unchanged: 1 })
    expect([serverOf(world, 'exchange').items.size, serverOf(world, 'nextcloud').items.size]).toEqual([1, 1])
  })
})
