/** "Why did my meeting vanish?" in one command, and what happens as it happens (casebook SRV-8). */
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { emailOf } from '../world.ts'
import { appointment } from './items.ts'
import { disposeProgram, type Office, openOffice } from './office.ts'

const ALICE = emailOf('alice')
let office: Office
beforeEach(async () => {
  office = await openOffice()
})
afterEach(() => office.close())
afterAll(disposeProgram)

type LogJson = { log: { action: string; side: string; reason: string; title: string | null; versionBefore: string }[] }

async function vanished(): Promise<void> {
  const mailbox = office.world.exchange.mailbox(ALICE)
  const id = mailbox.addEvent(appointment('Budget round', { day: 3 }))
  await office.cli.run(['sync', 'user', ALICE])
  mailbox.deleteItem(id)
  await office.cli.run(['sync', 'user', ALICE])
}

describe('status --log', () => {
  it('finds a vanished meeting by its title and says what removed it, when and why', async () => {
    await vanished()
    const words = await office.cli.run(['status', ALICE, '--log', '--find', 'budget'])
    expect(words.stdout).toMatch(/- remove on Nextcloud: deleted on Exchange\n.*event "Budget round" in Calendar/)
    expect(words.stdout).toMatch(/\+ create on Nextcloud: new on Exchange/)
    expect(words.stdout).toContain(`$ connector archive list ${ALICE}`)
    const { log } = await office.cli.json<LogJson>(['status', ALICE, '--log', '--find', 'budget'])
    expect(log.map(({ action, side, reason, title }) => [action, side, reason, title])).toEqual([
      ['remove', 'nextcloud', 'gone-on-exchange', 'Budget round'],
      ['create', 'nextcloud', 'new-on-exchange', 'Budget round'],
    ])
    expect(log[0]?.versionBefore).not.toBe('')
  })

  it('leaves titles out with --redact, and finds nothing of what is not there or not in the time', async () => {
    await vanished()
    const hidden = await office.cli.run(['status', ALICE, '--log', '--redact'])
    expect(hidden.stdout).not.toContain('Budget')
    expect((await office.cli.json<LogJson>(['status', ALICE, '--log', '--find', 'no such'])).log).toEqual([])
    expect((await office.cli.json<LogJson>(['status', ALICE, '--log', '--since', '2090-01-01'])).log).toEqual([])
  })

  it.each([
    [['status', '--log'], /--log needs the address/],
    [['status', 'nobody@corp.test', '--log'], /does not belong to an enrolled user/],
    [['status', ALICE, '--find', 'x'], /--log/],
  ])('refuses %j', async (words, said) => {
    const ran = await office.cli.run(words)
    expect(ran.exitCode).toBe(64)
    expect(ran.stderr).toMatch(said)
  })
})

describe('sync watch', () => {
  it('tells what another process does, and ends with 130 at Ctrl-C', async () => {
    const watching = office.cli.start(['sync', 'watch'])
    let said = ''
    const told = new Promise<void>((resolve) => {
      watching.child.stdout?.on('data', (text) => {
        said += text
        if (said.includes('pass in step')) resolve()
      })
    })
    // Until it watches it cannot tell; each run creates one more.
    for (let day = 3; day < 20 && !said.includes('pass in step'); day++) {
      office.world.exchange.mailbox(ALICE).addEvent(appointment(`Watched ${day}`, { day }))
      await office.cli.run(['sync', 'user', ALICE])
    }
    await told
    watching.child.kill('SIGINT')
    const ended = await watching.ended
    expect(ended.exitCode).toBe(130)
    expect(ended.stdout).toMatch(/alice@corp\.test Calendar {2}\+ create on Nextcloud: new on Exchange {2}UID /)
    expect(ended.stdout).toMatch(/pass in step: \d+ created/)
  })
})
