/** A mailbox whose ids all change while two items of one UID lie in it: whichever is taken for the item, nothing is lost (found by seed 60073550). */
import { describe, expect, it } from 'vitest'
import { comeToRest } from '../sim/history.ts'
import { violationsOf } from '../sim/oracle.ts'
import { inStep, itemOf, quietWorld, serverOf } from '../sim/quiet.ts'
import type { Simulation } from '../sim/simulate.ts'

/** The first item of Exchange, and a copy of it with another title, as an import makes one. */
async function withCopy(): Promise<Simulation> {
  const world = quietWorld()
  await inStep(world, 2)
  const { model } = itemOf(world, 'exchange', 0)
  const title = world.people.value()
  world.people.copiedUids.add(model.uid)
  world.people.live.set(title, model.uid)
  serverOf(world, 'exchange').create({ ...model, title }, null, 0)
  await world.pass()
  return world
}

describe('a moved mailbox with a copy', () => {
  it.each(['exchange', 'nextcloud'] as const)(
    'keeps what the copy would replace when it is taken for the item (%s wins conflicts)',
    async (policy) => {
      const world = await withCopy()
      world.options.conflictPolicy = policy
      const exchange = serverOf(world, 'exchange')
      const item = itemOf(world, 'exchange', 0)
      const before = item.model.title
      // More than the copy differs: the copy is nearer to what was known.
      world.people.write(exchange, item, {
        ...item.model,
        location: world.people.value(),
        showAs: 'free',
        importance: 'high',
      })
      exchange.reassignIds()
      await comeToRest(world)
      expect([...world.violations, ...violationsOf(world)]).toEqual([])
      const title = serverOf(world, 'nextcloud').byUid(item.model.uid)?.model.title
      expect(title === before || world.archived.has(before)).toBe(true)
      expect(policy === 'exchange' ? world.archived.has(before) : title === before).toBe(true)
    },
  )

  it('does not take for a difference what Exchange only writes in another way (found by seed 90070610)', async () => {
    const world = await withCopy()
    const nextcloud = serverOf(world, 'nextcloud')
    const text = 'two  spaces'
    const { model } = itemOf(world, 'nextcloud', 0)
    world.people.write(nextcloud, itemOf(world, 'nextcloud', 0), { ...model, body: { text, html: null } })
    await world.pass()
    const item = itemOf(world, 'exchange', 0)
    world.people.write(serverOf(world, 'exchange'), item, { ...item.model, location: world.people.value() })
    serverOf(world, 'exchange').reassignIds()
    await comeToRest(world)
    expect(nextcloud.byUid(model.uid)?.model.body?.text).toBe(text)
    expect([...world.violations, ...violationsOf(world)]).toEqual([])
  })

  it('knows the item again when it did not change, whatever the copy says', async () => {
    const world = await withCopy()
    const { title, uid } = itemOf(world, 'exchange', 0).model
    serverOf(world, 'exchange').reassignIds()
    await comeToRest(world)
    expect(serverOf(world, 'nextcloud').byUid(uid)?.model.title).toBe(title)
    expect(world.archived.size).toBe(0)
    expect([...world.violations, ...violationsOf(world)]).toEqual([])
  })
})
