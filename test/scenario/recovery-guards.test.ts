/** A mass deletion waits for a person: told by the real program, shown by a dry run, released by its exact number only (P4, P5, I21). */
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { emailOf } from '../world.ts'
import type { UserJson } from './command-line.ts'
import { expectEqual } from './equality.ts'
import { appointment } from './items.ts'
import { disposeProgram, type Office, openOffice } from './office.ts'

let office: Office
afterEach(() => office.close())
afterAll(disposeProgram)

const ALICE = emailOf('alice')

/** 42 items in step, of which a person then deletes 20 on one side. */
async function massDeletion(side: 'exchange' | 'nextcloud'): Promise<void> {
  office = await openOffice()
  const { world, cli } = office
  const mailbox = world.exchange.mailbox(ALICE)
  const calendar = world.nextcloud.user('alice').calendar('personal')
  for (let number = 0; number < 40; number++)
    mailbox.addEvent(appointment(`Item ${number}`, { day: 3 + (number % 20) }))
  expect((await cli.run(['sync', 'run'])).exitCode).toBe(0)
  const items = mailbox.list().filter(({ fields }) => /^Item 1?\d$/.test(fields.Subject ?? ''))
  const objects = calendar.list().filter(({ text }) => /SUMMARY:Item 1?\d\r/.test(text))
  expect([items.length, objects.length]).toEqual([20, 20])
  if (side === 'exchange') for (const { id } of items) mailbox.deleteItem(id)
  else for (const { uri } of objects) calendar.remove(uri, { silent: true })
}

function sizes(): number[] {
  const { world } = office
  return [world.exchange.mailbox(ALICE).list().length, world.nextcloud.user('alice').calendar('personal').list().length]
}

describe('a mass deletion', () => {
  it.each([
    ['exchange', [22, 42]],
    ['nextcloud', [42, 22]],
  ] as const)(
    'on %s: exit 7; a dry run shows it; a wrong number is refused, the right one passes',
    async (side, halted) => {
      await massDeletion(side)
      const { cli, world } = office
      const words = await cli.run(['sync', 'user', ALICE])
      expect(words.exitCode).toBe(7)
      expect(words.stdout).toMatch(/Halted, nothing was written[\s\S]*20[\s\S]*Next: /)
      expect(sizes()).toEqual(halted)
      const dry = await cli.json<UserJson>(['sync', 'user', ALICE, '--dry-run'])
      expect(dry.pairs[0]?.halt).toMatchObject({ guard: 'deletions-in-pass', numbers: { deletions: 20 } })
      const wrong = await cli.json<UserJson>(['sync', 'user', ALICE, '--allow-deletes', '19'])
      expect([wrong.ran.exitCode, wrong.outcome]).toEqual([7, 'halted'])
      expect(sizes()).toEqual(halted)
      const right = await cli.json<UserJson>(['sync', 'user', ALICE, '--allow-deletes', '20'])
      expect([right.ran.exitCode, right.outcome, right.pairs[0]?.counts.removed]).toEqual([0, 'in-step', 20])
      expect(sizes()).toEqual([22, 22])
      await expectEqual(world)
    },
  )

  it('halts the mailbox alone: status shows it, and the other mailbox is served', async () => {
    await massDeletion('nextcloud')
    const { cli, world } = office
    expect((await cli.run(['sync', 'user', ALICE])).exitCode).toBe(7)
    const status = await cli.run(['status'])
    expect(status.stdout).toMatch(/stopped +alice@corp\.test[\s\S]*halted[\s\S]*ok +bob@corp\.test/)
    world.exchange.mailbox(emailOf('bob')).addEvent(appointment('Later', { hour: 15 }))
    expect((await cli.run(['sync', 'user', emailOf('bob')])).exitCode).toBe(0)
    await expectEqual(world, { person: 'bob' })
    expect(world.exchange.mailbox(ALICE).list('deleteditems')).toEqual([])
  })
})
