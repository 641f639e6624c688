/** Bad input, part 1: passwords, rights and certificates. Told by the real program with code, next step and exit code; others are served. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { accountsFor } from '../../src/exchange/account.ts'
import { testCertificate } from '../core/ews-certificate.ts'
import { startNextcloudSimulator } from '../simulators/nextcloud/simulator.ts'
import { emailOf, passwordOf } from '../world.ts'
import type { RunJson } from './command-line.ts'
import { expectEqual } from './equality.ts'
import {
  belongings,
  disposeProgram,
  errorsOf,
  expectHealed,
  expectTrouble,
  type Office,
  openOffice,
  userOf,
} from './office.ts'

let office: Office
afterEach(() => office.close())
afterAll(disposeProgram)

const YEAR_MS = 365 * 86_400_000
/** Of two service accounts this one acts for Alice, the other one for Bob. */
const SECOND = { Username: 'svc-two', Password: 'second-password' }

async function twoAccounts(): Promise<void> {
  const names = ['svc-sync', SECOND.Username].map((name) => ({ name }))
  expect(['alice', 'bob'].map((person) => accountsFor(emailOf(person), names)[0]?.name)).toEqual([
    SECOND.Username,
    'svc-sync',
  ])
  office = await openOffice()
  const admins = [{ Username: 'svc-sync', Password: 'service-password' }, SECOND]
  writeFileSync(join(office.world.directory, 'admins.json'), JSON.stringify(admins), { mode: 0o600 })
  office.world.exchange.addServiceAccount(SECOND.Username, SECOND.Password)
}

describe('passwords and rights', () => {
  it('a wrong password of one of two service accounts: the other one serves its mailboxes', async () => {
    await twoAccounts()
    office.world.exchange.addServiceAccount(SECOND.Username, 'changed-yesterday')
    const run = await office.cli.json<RunJson>(['sync', 'run'])
    expect([run.ran.exitCode, ...run.users.map(({ outcome }) => outcome)]).toEqual([0, 'in-step', 'in-step'])
    for (const person of ['alice', 'bob']) await expectEqual(office.world, { person })
  })

  it('a service account that may not act for others: exit 4, and the role is named', async () => {
    await twoAccounts()
    office.world.exchange.addServiceAccount(SECOND.Username, SECOND.Password, { impersonation: false })
    await expectTrouble(office, {
      code: 'exchange.impersonation-denied',
      exitCode: 4,
      what: /may not act for the mailbox/,
      next: /Give the role/,
      told: true,
    })
    office.world.exchange.addServiceAccount(SECOND.Username, SECOND.Password)
    await expectHealed(office)
  })

  it('a wrong password of the only service account: exit 4 for the whole run, told with the file to correct', async () => {
    office = await openOffice()
    const before = [belongings(office.world), belongings(office.world, 'bob')]
    office.world.exchange.addServiceAccount('svc-sync', 'changed-yesterday')
    const run = await office.cli.json<RunJson>(['sync', 'run'])
    expect(run.ran.exitCode).toBe(4)
    const errors = ['alice', 'bob'].flatMap((person) => errorsOf(userOf(run, person)))
    expect(errors.map(({ exitCode, next }) => [exitCode, /Correct admins\.json/.test(next)])).toEqual([
      [4, true],
      [4, true],
    ])
    // One of them costs a try, the other one learns from it.
    expect(errors.map(({ code }) => code).sort()).toEqual(['exchange.account-resting', 'exchange.sign-in'])
    const words = await office.cli.run(['sync', 'user', emailOf('alice')])
    expect([words.exitCode, words.stdout]).toEqual([
      4,
      expect.stringMatching(/svc-sync was refused before[\s\S]*admins\.json/),
    ])
    expect(words.stdout + words.stderr).not.toContain('service-password')
    expect([belongings(office.world), belongings(office.world, 'bob')]).toEqual(before)
    writeFileSync(
      join(office.world.directory, 'admins.json'),
      JSON.stringify([{ Username: 'svc-sync', Password: 'changed-yesterday' }]),
      { mode: 0o600 },
    )
    await expectHealed(office)
  })

  it('runs of cron with a wrong password: the directory sees one try, the later runs wait', async () => {
    office = await openOffice()
    office.world.exchange.addServiceAccount('svc-sync', 'changed-yesterday')
    for (let run = 0; run < 3; run++) await office.cli.run(['sync', 'run', '--now'])
    expect(office.world.exchange.signIns.refused('svc-sync')).toBe(1)
    office.world.exchange.addServiceAccount('svc-sync', 'service-password')
    const waiting = await office.cli.run(['sync', 'user', emailOf('alice')])
    expect([waiting.exitCode, waiting.stdout]).toEqual([
      4,
      expect.stringMatching(/was refused before[\s\S]*rests for \d min/),
    ])
  })

  it('a wrong app password: exit 4, the other user is served', async () => {
    office = await openOffice()
    office.world.nextcloud.user('alice').changeAppPassword('revoked')
    await expectTrouble(office, {
      code: 'nextcloud.sign-in',
      exitCode: 4,
      what: /Nextcloud refused the sign-in/,
      next: /Correct users\.json/,
      told: true,
    })
    office.world.nextcloud.user('alice').changeAppPassword(passwordOf('alice'))
    await expectHealed(office)
  })

  it('a mailbox that Exchange does not know: named, the other mailbox is served', async () => {
    const email = 'nobody@corp.test'
    office = await openOffice({ entries: { alice: { Email: email } } })
    const run = await office.cli.json<RunJson>(['sync', 'run'])
    const nobody = run.users.find((user) => user.email === email)
    expect(run.ran.exitCode).toBe(3)
    expect(nobody && errorsOf(nobody)).toMatchObject([
      { code: 'exchange.unknown-mailbox', next: expect.stringMatching(/users\.json/) },
    ])
    expect(userOf(run, 'bob').outcome).toBe('in-step')
    const words = await office.cli.run(['sync', 'user', email])
    expect([words.exitCode, words.stdout]).toEqual([1, expect.stringMatching(/Exchange knows no mailbox/)])
  })

  it('an address that is not enrolled is refused before anything is asked', async () => {
    office = await openOffice()
    const words = await office.cli.run(['sync', 'user', 'eve@corp.test'])
    expect([words.exitCode, words.stdout]).toEqual([64, ''])
    expect(words.stderr).toMatch(/does not belong to an enrolled user[\s\S]*connector users list/)
    expect(office.world.exchange.requests.total).toBe(0)
  })
})

describe('certificates', () => {
  const expired = () => testCertificate('localhost', new Date(Date.now() - 2 * YEAR_MS), new Date(Date.now() - YEAR_MS))
  const selfSigned = () => testCertificate('localhost', new Date(Date.now() - YEAR_MS), new Date(Date.now() + YEAR_MS))

  it.each([
    ['expired', expired],
    ['self-signed', selfSigned],
  ])(
    'an %s certificate of Nextcloud: exit 69, nothing is sent to it, the user of another server is served',
    async (_, make) => {
      const tls = make()
      const strange = await startNextcloudSimulator({ tls })
      try {
        office = await openOffice({ entries: { alice: { DavUrl: strange.davUrl.replace('127.0.0.1', 'localhost') } } })
        await expectTrouble(office, {
          code: 'nextcloud.tls',
          exitCode: 69,
          what: /No secure connection to Nextcloud/,
          next: /NextcloudConfiguration__CaFile/,
          told: true,
        })
        expect(strange.requests.count()).toBe(0)
      } finally {
        await strange.close()
      }
    },
  )

  it.each([
    ['an expired', expired],
    ['a self-signed', selfSigned],
  ])('%s certificate of Exchange: exit 69, no password leaves', async (_, make) => {
    const tls = make()
    office = await openOffice({ exchange: { tls } })
    const url = office.world.exchange.url.replace('127.0.0.1', 'localhost')
    const env = { Service__ExchangeConfiguration__EwsUrl: url }
    const run = await office.cli.json<RunJson>(['sync', 'run'], env)
    expect(run.ran.exitCode).toBe(69)
    expect(errorsOf(userOf(run, 'alice'))).toMatchObject([
      { code: 'exchange.tls', next: expect.stringMatching(/ExchangeConfiguration__CaFile/) },
    ])
    expect(office.world.exchange.requests.total).toBe(0)
  })

  it('a self-signed certificate is accepted once the administrator names it', async () => {
    const tls = selfSigned()
    office = await openOffice({ exchange: { tls } })
    const ca = join(office.world.directory, 'ca.pem')
    writeFileSync(ca, tls.cert)
    office.world.env.Service__ExchangeConfiguration__CaFile = ca
    office.world.env.Service__ExchangeConfiguration__EwsUrl = office.world.exchange.url.replace(
      '127.0.0.1',
      'localhost',
    )
    await expectHealed(office)
  })
})
