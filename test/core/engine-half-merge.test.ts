/** A merge of which only one half could be written: the other half stays to be done, and nothing of the first is taken for an edit. */
import { describe, expect, it, vi } from 'vitest'
import { ConnectorError } from '../../src/ports/errors.ts'
import { comeToRest } from '../sim/history.ts'
import { violationsOf } from '../sim/oracle.ts'
import { inStep, itemOf, quietWorld, retitle, serverOf } from '../sim/quiet.ts'
import { SimSide } from '../sim/side.ts'
import { EMAIL } from '../sim/simulate.ts'

async function conflicts(world: ReturnType<typeof quietWorld>) {
  const mailbox = await world.store.ensureMailbox(EMAIL)
  return world.store.conflicts({ mailboxId: mailbox.id })
}

describe('a pass that loses its second server between two writes', () => {
  it('records what the first one took: it does not come back as an edit (found by seed 70131784)', async () => {
    const world = quietWorld()
    await inStep(world, 2)
    const { exchange, nextcloud } = { exchange: serverOf(world, 'exchange'), nextcloud: serverOf(world, 'nextcloud') }
    const text = 'two  spaces'
    const item = itemOf(world, 'nextcloud', 0)
    world.people.write(nextcloud, item, { ...item.model, body: { text, html: null } })
    const title = retitle(world, 'exchange', 0)
    const original = SimSide.prototype.update
    const update = vi.spyOn(SimSide.prototype, 'update').mockImplementation(function (this: SimSide, requests) {
      if (this.name === 'nextcloud') throw new ConnectorError('nextcloud.unreachable', { sent: 'no' })
      return original.call(this, requests)
    })
    try {
      expect((await world.pass())?.pairs[0]?.error?.code).toBe('nextcloud.unreachable')
    } finally {
      update.mockRestore()
    }
    expect(exchange.byUid(item.model.uid)?.model.body?.text).toBe('two spaces')
    await comeToRest(world)
    expect(nextcloud.byUid(item.model.uid)?.model).toMatchObject({ title, body: { text } })
    expect(await conflicts(world)).toEqual([])
    expect([...world.violations, ...violationsOf(world)]).toEqual([])
  })
})
