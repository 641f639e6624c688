/** Users of the Nextcloud app: the whole way through the app's doors, and what consent, withdrawal and another address mean. */
import { afterEach, describe, expect, it } from 'vitest'
import type { ConnectorError } from '../../src/ports/errors.ts'
import { emailOf, runOptions, type WorldOptions } from '../world.ts'
import { expectEqual } from './equality.ts'
import { appointment, ics } from './items.ts'
import { Stage } from './stage.ts'

let stage: Stage
afterEach(() => stage.close())

const DAY_MS = 86_400_000

async function open(options: Partial<WorldOptions> = {}) {
  stage = await Stage.open({ throughApp: true, ...options })
  const { app, nextcloud } = stage.world
  if (!app) throw new Error('no app')
  return { app, nextcloud }
}

function tenOnBothSides(person = 'alice'): void {
  for (let number = 1; number <= 5; number++) {
    stage.mailbox(person).addEvent(appointment(`Outlook ${number}`, { day: number + 3 }))
    stage.calendar(person).put(`${number}.ics`, ics(`${number}@example.org`, `SUMMARY:Web ${number}`), { silent: true })
  }
}

const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'no error',
    (error: ConnectorError) => error.code,
  )

describe('through the Nextcloud app', () => {
  it('both sides come into step, writes travel in batches, and no request is unsigned', async () => {
    const { nextcloud } = await open()
    tenOnBothSides()
    const own = nextcloud.requests.count()
    await stage.settle()
    await expectEqual(stage.world)
    const asked = nextcloud.requests.entries.slice(own)
    expect(asked.filter(({ method }) => method === 'PUT')).toEqual([])
    expect(asked.filter(({ path }) => path.endsWith('/users/alice/dav'))).toHaveLength(1)
    expect(new Set(asked.map(({ user }) => user))).toEqual(new Set(['svc-exchange']))
    expect(nextcloud.outbox).toEqual([])
  })

  it('an idle pass asks for one feed per collection', async () => {
    const { nextcloud } = await open()
    tenOnBothSides()
    await stage.settle()
    await stage.restart()
    nextcloud.requests.reset()
    await stage.pass()
    const dav = nextcloud.requests.entries.filter(({ path }) => path.includes('/remote.php/'))
    expect(dav.map(({ method, report }) => [method, report])).toEqual([['REPORT', 'sync-collection']])
  })

  it('a batch that dies in the middle leaves neither duplicates nor gaps', async () => {
    const { nextcloud } = await open()
    for (let number = 1; number <= 20; number++)
      stage.mailbox().addEvent(appointment(`Outlook ${number}`, { day: number }))
    const fault = nextcloud.fault({ method: 'POST', path: '/dav' }, { kind: 'batch-dies', after: 7 })
    await stage.pass()
    expect(fault.hits()).toBe(1)
    await stage.settle()
    expect(stage.calendar().list()).toHaveLength(20)
    await expectEqual(stage.world)
  })

  it('users are listed with where their address comes from and why they are not synced', async () => {
    const { app } = await open({ people: ['alice', 'bob', 'carol', 'dave', 'erin', 'frank'] })
    app.change('bob', { state: 'paused', identity: { source: 'proof', at: 1_700_000_000 } })
    app.change('carol', { email: null, identity: null })
    app.withdraw('dave')
    app.change('erin', { email: emailOf('frank') })
    await stage.restart()
    const users = await stage.connector.users()
    const shown = users.map(({ nextcloudUser, email, enabled, state }) => [nextcloudUser, email, enabled, state])
    expect(shown).toEqual([
      ['alice', 'alice@corp.test', true, 'active'],
      ['bob', 'bob@corp.test', false, 'paused'],
      ['carol', '', false, 'no-mailbox'],
      ['dave', 'dave@corp.test', false, 'withdrawn'],
      ['erin', 'frank@corp.test', false, 'duplicate-mailbox'],
      ['frank', 'frank@corp.test', false, 'duplicate-mailbox'],
    ])
    expect(users[1]?.identity).toEqual({ source: 'proof', atMs: 1_700_000_000_000 })
  })

  it('nobody without consent, mailbox or in doubt is touched by a run', async () => {
    const { app } = await open({ people: ['alice', 'bob', 'carol', 'dave', 'erin', 'frank'] })
    for (const person of ['alice', 'bob', 'carol', 'dave', 'erin', 'frank']) tenOnBothSides(person)
    app.change('bob', { state: 'paused' })
    app.change('carol', { email: null, identity: null })
    app.withdraw('dave')
    app.change('erin', { email: emailOf('frank') })
    await stage.restart()
    const report = await stage.connector.syncRun(runOptions())
    expect(report.users.map(({ email, outcome }) => [email, outcome])).toEqual([['alice@corp.test', 'in-step']])
    for (const person of ['bob', 'carol', 'dave', 'erin', 'frank']) {
      expect(stage.mailbox(person).list()).toHaveLength(5)
      expect(stage.calendar(person).list()).toHaveLength(5)
    }
    expect(await codeOf(stage.connector.syncUser('dave@corp.test', runOptions()))).toBe('usage.unknown-user')
  })

  it('the address that a user sets in Nextcloud means nothing', async () => {
    const { nextcloud } = await open({ people: ['alice', 'bob'] })
    stage.mailbox('bob').addEvent(appointment('Secret of Bob'))
    tenOnBothSides('alice')
    await stage.settle('alice')
    nextcloud.user('alice').setEmail(emailOf('bob'))
    await stage.restart()
    stage.clock.advance(DAY_MS)
    await stage.settle('alice')
    expect(JSON.stringify(stage.calendar('alice').list())).not.toContain('Secret of Bob')
  })

  it('a withdrawal during a pass stops it with nothing lost, and is no deletion', async () => {
    const { app, nextcloud } = await open()
    tenOnBothSides()
    nextcloud.fault({ method: 'POST', path: '/dav' }, { kind: 'meanwhile', act: () => app.withdraw('alice') })
    const report = await stage.pass()
    expect(report.outcome).toBe('failed')
    expect(JSON.stringify(report)).toContain('nextcloud.app-consent')
    expect([stage.mailbox().list().length >= 5, stage.calendar().list().length]).toEqual([true, 5])
  })
})

describe('another agreement', () => {
  it('after withdrawal and new consent adopts what is there: what was deleted meanwhile comes back, nothing is deleted', async () => {
    const { app } = await open()
    tenOnBothSides()
    await stage.settle()
    app.withdraw('alice')
    for (const { uri } of stage.calendar().list()) stage.calendar().remove(uri, { silent: true })
    stage.clock.advance(10 * DAY_MS)
    app.enrol('alice')
    await stage.restart()
    await stage.settle()
    expect(stage.mailbox().list()).toHaveLength(10)
    expect(stage.calendar().list()).toHaveLength(10)
  })

  it('with another mailbox never uses what was known of the first, also when it is given back', async () => {
    const { app } = await open({ people: ['alice', 'bob'] })
    app.withdraw('bob')
    tenOnBothSides('alice')
    await stage.settle('alice')
    await stage.restart()
    stage.clock.advance(DAY_MS)
    const at = () => Math.floor(stage.clock.nowMs() / 1000)
    app.change('alice', { email: emailOf('bob'), identity: { source: 'admin', at: at() } })
    await stage.restart()
    await stage.settle('bob')
    expect(stage.mailbox('bob').list()).toHaveLength(10)
    // Everything is deleted in the second mailbox, and then the first is mapped again.
    for (const item of stage.mailbox('bob').list().slice(0, 5)) stage.mailbox('bob').deleteItem(item.id)
    await stage.restart()
    for (const { uri } of stage.calendar('alice').list().slice(0, 5))
      stage.calendar('alice').remove(uri, { silent: true })
    stage.clock.advance(DAY_MS)
    app.change('alice', { email: emailOf('alice'), identity: { source: 'admin', at: at() } })
    await stage.restart()
    await stage.settle('alice')
    expect(stage.mailbox('alice').list()).toHaveLength(10)
  })
})
