/** What `status` says of passes that other processes made: the account, what was done, how late, and why it failed. */
import { afterAll, afterEach, beforeEach, expect, it } from 'vitest'
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

type LastPassJson = {
  counts: Record<string, number>
  account: string | null
  lagMs: number | null
  lagAt: string | null
  errorCodes: string[]
}
type StatusJson = { mailboxes: { email: string; lastStarted: string | null; lastPass: LastPassJson | null }[] }

async function lastPassOf(email: string): Promise<LastPassJson | null> {
  const { mailboxes } = await office.cli.json<StatusJson>(['status'])
  return mailboxes.find((mailbox) => mailbox.email === email)?.lastPass ?? null
}

it('tells account, counts and lag of the last pass, whichever process made it', async () => {
  expect(await lastPassOf(ALICE)).toBeNull()
  await office.cli.run(['sync', 'run'])
  const first = await lastPassOf(ALICE)
  expect(first).toMatchObject({ account: 'svc-sync', counts: { seen: 2, created: 2 }, lagMs: null, errorCodes: [] })
  office.world.exchange.mailbox(ALICE).addEvent(appointment('Budget round', { day: 3 }))
  await office.cli.run(['sync', 'run', '--now'])
  const second = await lastPassOf(ALICE)
  expect(second).toMatchObject({ counts: { seen: 3, created: 1, unchanged: 2 } })
  expect(second?.lagMs).toBeGreaterThanOrEqual(0)
  await office.cli.run(['sync', 'run', '--now'])
  const idle = await lastPassOf(ALICE)
  expect(idle).toMatchObject({ counts: { seen: 3, unchanged: 3 }, account: 'svc-sync' })
  expect([idle?.lagMs, idle?.lagAt]).toEqual([second?.lagMs, second?.lagAt])
  const words = await office.cli.run(['status', ALICE])
  expect(words.stdout).toMatch(
    /last pass .* ago as svc-sync: 3 seen, nothing to do\n +lag \d.*, from a change to its write/,
  )
})

it('says why nobody is in step any more, and what to do', async () => {
  office.world.exchange.addServiceAccount('svc-sync', 'changed')
  await office.cli.run(['sync', 'run'])
  expect(await lastPassOf(ALICE)).toMatchObject({ account: 'svc-sync', errorCodes: expect.any(Array) })
  const words = await office.cli.run(['status'])
  expect(words.stdout).toMatch(/last pass .* ago as svc-sync: failed\n +Exchange refused the sign-in/)
  expect(words.stdout).toMatch(/Next: Correct admins\.json/)
})
