/** A calendar that is rolled back to before a move shows the moved item again (found by seed 17788): what goes, and what stays. */
import { describe, expect, it } from 'vitest'
import { comeToRest } from './history.ts'
import { violationsOf } from './oracle.ts'
import { valuesOf } from './people.ts'
import { inStep, quietWorldOfTwo } from './quiet.ts'
import type { SimServer } from './server.ts'
import type { Simulation } from './simulate.ts'

type Stage = { world: Simulation; from: SimServer; to: SimServer; uid: string; restoreState: () => void }

/** An item was moved on Nextcloud, both sides followed; then Nextcloud brought the old calendar back. */
async function movedBack(): Promise<Stage> {
  const world = quietWorldOfTwo()
  await inStep(world, 4)
  const [from, to] = world.collections.map(({ servers }) => servers.nextcloud)
  const item = from?.backup()[0]
  if (!from || !to || !item) throw new Error('no calendars')
  const { uid } = item.model
  const before = from.backup()
  const state = world.store.snapshot()
  world.people.move(from, item, to)
  for (let pass = 0; pass < 2; pass++) await world.pass()
  expect(world.collections.map(({ servers }) => servers.exchange.byUid(uid)?.model.title)).toEqual([
    undefined,
    item.model.title,
  ])
  const lost = from.backup()
  from.rollBack(before)
  world.people.serverReturned(from, lost)
  return { world, from, to, uid, restoreState: () => world.store.restore(state) }
}

describe('a moved item that a rolled-back calendar shows again', () => {
  it('goes from there when the state is older than the move, and stays where it was moved to', async () => {
    const { world, from, to, uid, restoreState } = await movedBack()
    restoreState()
    const values = valuesOf(from.byUid(uid)?.model as never)
    await comeToRest(world)
    expect(from.byUid(uid)).toBeUndefined()
    expect(to.byUid(uid)).toBeDefined()
    for (const value of values) expect(world.archived).toContain(value)
    expect([...world.violations, ...violationsOf(world)]).toEqual([])
  })

  it('stays when somebody edited it there: the edit wins (I17)', async () => {
    const { world, from, uid, restoreState } = await movedBack()
    restoreState()
    const again = from.byUid(uid)
    if (!again) throw new Error('not back')
    const title = world.people.value()
    world.people.write(from, again, { ...again.model, title })
    await comeToRest(world)
    expect(world.collections[0]?.servers.exchange.byUid(uid)?.model.title).toBe(title)
    expect([...world.violations, ...violationsOf(world)]).toEqual([])
  })

  it('is a new item for a state that knows of the move: it is created again, nothing is removed', async () => {
    const { world, from, to, uid } = await movedBack()
    await comeToRest(world)
    expect(from.byUid(uid)).toBeDefined()
    expect(to.byUid(uid)).toBeDefined()
    expect(world.collections[0]?.servers.exchange.byUid(uid)).toBeDefined()
    expect([...world.violations, ...violationsOf(world)]).toEqual([])
  })

  it('is missed by the oracle when an item goes that nobody had moved away', async () => {
    const { world, from, uid } = await movedBack()
    await comeToRest(world)
    const other = [...from.items.values()].find((item) => item.model.uid !== uid)
    if (!other) throw new Error('no other item')
    const exchange = world.collections[0]?.servers.exchange
    exchange?.remove(exchange.byUid(other.model.uid)?.id ?? '')
    await world.pass()
    expect(world.violations.join()).toContain(`I17: ${other.model.uid} removed with the unseen`)
  })
})
