/**
 * A hybrid organisation over real HTTPS: some mailboxes on premises with passwords, some in the cloud with a token, found by autodiscover.
 * A mailbox that is moved between two passes is found again, and its items are adopted (I6).
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { CERTIFICATE, NAMES, type Network, openNetwork } from '../core/autodiscover-network.ts'
import { type Authority, startAuthority, tokenAnswer } from '../core/oauth-authority.ts'
import { bearerSignIn } from '../simulators/exchange/auth/bearer.ts'
import type { ExchangeSimulator } from '../simulators/exchange/simulator.ts'
import { emailOf, runOptions } from '../world.ts'
import { expectEqual } from './equality.ts'
import { appointment, ics } from './items.ts'
import { codesOf, Stage } from './stage.ts'

const PROXY_KEYS = ['HTTPS_PROXY', 'http_proxy', 'NO_PROXY'] as const
const SIZE = 8
const DAY_MS = 86_400_000

let network: Network
let authority: Authority
let stage: Stage
let cloud: ExchangeSimulator
let before: Record<string, string | undefined>

beforeEach(async () => {
  network = await openNetwork()
  authority = await startAuthority(CERTIFICATE, [tokenAnswer('good')])
  before = Object.fromEntries(PROXY_KEYS.map((key) => [key, process.env[key]]))
  const proxy = network.proxyUrl.href
  Object.assign(process.env, { HTTPS_PROXY: proxy, http_proxy: proxy, NO_PROXY: '127.0.0.1,localhost' })
  stage = await Stage.open({
    people: ['alice', 'bob'],
    exchange: { tls: CERTIFICATE },
    env: {
      Service__ExchangeConfiguration__EwsUrl: '',
      Service__ExchangeConfiguration__CaFile: 'ca.pem',
      Service__ExchangeConfiguration__Autodiscover__AllowedHosts: 'autodiscover.corp.test,mail.corp.test',
      Service__ExchangeConfiguration__Autodiscover__CloudHosts: `${NAMES.cloudDiscovery},${NAMES.cloud}`,
      Service__ExchangeConfiguration__CloudMailboxes: 'discover',
      Service__ExchangeConfiguration__TenantId: 'tenant',
      Service__ExchangeConfiguration__AppId: 'app',
      Service__ExchangeConfiguration__ClientSecret: 'secret-of-the-application',
      Service__ExchangeConfiguration__AuthorityUrl: authority.url,
    },
  })
  writeFileSync(join(stage.world.directory, 'ca.pem'), CERTIFICATE.cert)
  const here = stage.world.exchange
  for (const name of [NAMES.mail, 'autodiscover.corp.test'])
    network.routes.set(`${name}:443`, Number(new URL(here.url).port))
  const url = `https://${NAMES.mail}/EWS/Exchange.asmx`
  here.autodiscover.urls = { external: url, internal: url }
  const signIn = bearerSignIn((token) => (token === 'good' ? { account: 'app' } : { diagnostics: '' }))
  cloud = await network.serve([NAMES.cloud, NAMES.cloudDiscovery], {
    signIn,
    clock: stage.clock,
    organisation: 'cloud',
  })
  cloud.addServiceAccount('app', 'unused')
  await network.redirect(
    'autodiscover.tenant.cloud.test',
    `https://${NAMES.cloudDiscovery}/autodiscover/autodiscover.xml`,
  )
  await stage.restart()
})

afterEach(async () => {
  expect(cloud.outbox.mails).toEqual([])
  await stage.close()
  await network.close()
  await authority.close()
  for (const [key, value] of Object.entries(before)) {
    if (value === undefined) delete process.env[key]
    else process.env[key] = value
  }
})

/** As a migration to Exchange Online: items keep their UIDs, all ids are new, and the old server points to the tenant. */
function moveToCloud(person: string): void {
  const here = stage.world.exchange
  const items = stage.mailbox(person).list()
  here.removeMailbox(emailOf(person))
  const there = `${person}@tenant.cloud.test`
  here.autodiscover.redirects.set(emailOf(person), { kind: 'address', address: there })
  cloud.addMailbox(there)
  const mailbox = cloud.addMailbox(emailOf(person))
  for (const { fields } of items) mailbox.addEvent({ fields })
}

function moveBack(person: string): void {
  const here = stage.world.exchange
  const items = cloud.mailbox(emailOf(person)).list()
  cloud.removeMailbox(emailOf(person))
  here.autodiscover.redirects.delete(emailOf(person))
  const mailbox = here.addMailbox(emailOf(person))
  for (const { fields } of items) mailbox.addEvent({ fields })
}

function fill(person: string): void {
  for (let number = 1; number <= SIZE / 2; number++) {
    stage.mailbox(person).addEvent(appointment(`Outlook ${number}`, { day: number + 3 }))
    const text = ics(`${person}${number}@example.org`, `SUMMARY:Web ${number}`)
    stage.calendar(person).put(`${number}.ics`, text, { silent: true })
  }
}

function inCloud() {
  return { ...stage.world, exchange: cloud }
}

describe('a hybrid organisation', () => {
  it('syncs a mailbox on premises and one in the cloud in one run, each where it is', async () => {
    fill('alice')
    fill('bob')
    moveToCloud('bob')
    const report = await stage.connector.syncRun(runOptions())
    expect(report.users.map(({ email, outcome }) => [email, outcome]).sort()).toEqual([
      [emailOf('alice'), 'in-step'],
      [emailOf('bob'), 'in-step'],
    ])
    await expectEqual(stage.world)
    await expectEqual(inCloud(), { person: 'bob' })
    expect(new Set(stage.world.exchange.requests.list.map(({ mailbox }) => mailbox))).toEqual(
      new Set([emailOf('alice')]),
    )
    expect(new Set(cloud.requests.list.map(({ mailbox }) => mailbox))).toEqual(new Set([emailOf('bob')]))
  })

  it('finds a mailbox that was moved to the cloud: adopted by UID, nothing doubled, nothing deleted, edits on the way arrive', async () => {
    fill('alice')
    await stage.settle()
    moveToCloud('alice')
    const mailbox = cloud.mailbox(emailOf('alice'))
    const edited = mailbox.list().find(({ fields }) => fields.Subject === 'Outlook 1')
    mailbox.editEvent(edited?.id ?? '', { location: 'Moved' })
    stage.editObject('SUMMARY:Web 1', (text) => text.replace('SUMMARY:Web 1', 'SUMMARY:Web 1 edited'))
    stage.clock.advance(5 * 60_000)
    expect(codesOf(await stage.pass())).toEqual(['exchange.unknown-mailbox'])
    stage.clock.advance(60_000)
    // The next run of cron: nothing but the database is left of the pass that failed.
    await stage.restart()
    await stage.settle()
    await expectEqual(inCloud())
    expect([mailbox.list().length, stage.calendar().list().length]).toEqual([SIZE, SIZE])
    expect(stage.object('SUMMARY:Outlook 1').text).toContain('LOCATION:Moved')
    // Without a base both versions stand: Exchange's in place, Nextcloud's in the archive.
    const conflicts = await stage.connector.admin.conflicts({ email: emailOf('alice'), all: false })
    expect(conflicts).toMatchObject([{ title: 'Web 1 edited', conflict: { winner: 'exchange' } }])
  })

  it('finds a mailbox that was moved back', async () => {
    fill('alice')
    moveToCloud('alice')
    await stage.settle()
    moveBack('alice')
    stage.clock.advance(5 * 60_000)
    expect(codesOf(await stage.pass())).toEqual(['exchange.unknown-mailbox'])
    stage.clock.advance(60_000)
    await stage.settle()
    await expectEqual(stage.world)
    expect([stage.mailbox().list().length, stage.calendar().list().length]).toEqual([SIZE, SIZE])
  })

  it('does not fill a mailbox that is empty where it was moved to: it waits for a person', async () => {
    fill('alice')
    await stage.settle()
    moveToCloud('alice')
    const mailbox = cloud.mailbox(emailOf('alice'))
    for (const { id } of mailbox.list()) mailbox.deleteItem(id, 'hard')
    stage.clock.advance(5 * 60_000)
    await stage.pass()
    for (let passes = 0; passes < 3; passes++) {
      stage.clock.advance(DAY_MS)
      expect((await stage.pass()).outcome).toBe('halted')
    }
    expect([mailbox.list().length, stage.calendar().list().length]).toEqual([0, SIZE])
  })

  it('counts places at the account that acts for the mailbox, also in the next run', async () => {
    moveToCloud('bob')
    await stage.connector.syncRun(runOptions())
    await stage.restart()
    stage.clock.advance(DAY_MS)
    await stage.connector.syncRun(runOptions())
    const database = new DatabaseSync(join(stage.world.directory, 'data', 'connector.db'), { readOnly: true })
    const rows = database.prepare('select email, account from mailbox order by email').all()
    database.close()
    expect(rows.map(({ email, account }) => [email, account])).toEqual([
      [emailOf('alice'), 'svc-sync'],
      [emailOf('bob'), 'app'],
    ])
  })
})
