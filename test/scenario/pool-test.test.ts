/** `connector pool test` as its administrator runs it, against a simulated Exchange. */
import { afterAll, afterEach, expect, it } from 'vitest'
import { emailOf } from '../world.ts'
import { disposeProgram, type Office, openOffice } from './office.ts'

type PoolJson = {
  accounts: { account: string; ok: boolean; causes: string[]; mailboxes: { email: string; error: unknown }[] }[]
}

let office: Office
afterEach(() => office.close())
afterAll(disposeProgram)

it('pool test: a table with exit 0, JSON for programs, exit 4 once the role is gone, and nothing is written', async () => {
  office = await openOffice()
  const words = await office.cli.run(['pool', 'test'])
  expect([words.exitCode, words.stderr]).toEqual([0, ''])
  expect(words.stdout).toMatch(
    /svc-sync +ok[\s\S]*alice@corp\.test[\s\S]*bob@corp\.test[\s\S]*1 of 1 accounts can be used/,
  )
  const one = await office.cli.json<PoolJson>(['pool', 'test', '--mailbox', emailOf('bob')])
  expect(one.accounts).toMatchObject([
    { account: 'svc-sync', ok: true, causes: [], mailboxes: [{ email: emailOf('bob'), error: null }] },
  ])
  office.world.exchange.addServiceAccount('svc-sync', 'service-password', { impersonation: false })
  const refused = await office.cli.run(['pool', 'test'])
  expect([refused.exitCode, refused.stdout]).toEqual([4, expect.stringMatching(/ApplicationImpersonation is missing/)])
  const written = office.world.exchange.requests.list.filter(({ operation }) =>
    /Create|Update|Delete|Move|Send/.test(operation),
  )
  expect(written).toEqual([])
})
