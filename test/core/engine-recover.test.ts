/** Recovering creations whose outcome is unknown (I12, I14). */
import { afterEach, describe, expect, it, vi } from 'vitest'
import { ConnectorError } from '../../src/ports/errors.ts'
import type { ReadResult, Version } from '../../src/ports/side.ts'
import { create, quietWorld, serverOf } from '../sim/quiet.ts'
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
