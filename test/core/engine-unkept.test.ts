/** A server that answers "updated" and leaves a field as it was (P7). */
import { afterEach, expect, it, vi } from 'vitest'
import { inStep, itemOf, quietWorld, retitle, serverOf } from '../sim/quiet.ts'
import { SimServer } from '../sim/server.ts'
import { EMAIL } from '../sim/simulate.ts'

afterEach(() => {
  vi.restoreAllMocks()
})

it('EWS-UPDATE-DROPS: names the fields that Exchange did not take, keeps the edit where it was made, and does not try for ever', async () => {
  const world = quietWorld()
  await inStep(world, 2)
  const item = itemOf(world, 'nextcloud', 0)
  const location = `${item.model.location} elsewhere`
  world.people.write(serverOf(world, 'nextcloud'), item, { ...item.model, title: 'New', location })
  const { update } = SimServer.prototype
  vi.spyOn(SimServer.prototype, 'update').mockImplementation(function (this: SimServer, id, model, atMs) {
    const held = this.items.get(id)
    const kept = this.name === 'exchange' && held ? { ...model, location: held.model.location } : model
    return update.call(this, id, kept, atMs)
  })
  const report = await world.pass()
  const detail = 'not kept by exchange: location'
  expect(report?.pairs[0]?.problems).toMatchObject([{ side: 'nextcloud', code: 'item.not-representable', detail }])
  expect(itemOf(world, 'exchange', 0).model.title).toBe('New')
  expect(itemOf(world, 'nextcloud', 0).model.location).toBe(location)
  const { writes } = serverOf(world, 'exchange')
  expect((await world.pass())?.outcome).toBe('in-step')
  expect(serverOf(world, 'exchange').writes).toBe(writes)
  const mailbox = await world.store.ensureMailbox(EMAIL)
  const [pair] = await world.store.collectionPairs(mailbox.id)
  expect(await world.store.problems(pair?.id ?? '')).toMatchObject([{ side: 'nextcloud', problem: { detail } }])
  vi.restoreAllMocks()
  retitle(world, 'nextcloud', 0)
  expect((await world.pass())?.pairs[0]?.problems).toEqual([])
})
