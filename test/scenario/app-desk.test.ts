/** What people ask for in the Nextcloud app, what they are told, and how changes reach the connector: polled for all users at once. */
import { afterEach, describe, expect, it } from 'vitest'
import { SqlStateStore } from '../../src/state/store.ts'
import { emailOf, runOptions, type WorldOptions } from '../world.ts'
import { expectEqual } from './equality.ts'
import { appointment, ics } from './items.ts'
import { Stage } from './stage.ts'

let stage: Stage
afterEach(() => stage.close())

const HOUR_MS = 3_600_000

async function open(options: Partial<WorldOptions> = {}) {
  stage = await Stage.open({ throughApp: true, ...options })
  const { app, nextcloud } = stage.world
  if (!app) throw new Error('no app')
  // Who is due is decided by the time of the database, which nobody winds.
  stage.clock.advance(Date.now() - stage.clock.nowMs())
  return { app, nextcloud }
}

/** As cron does: what is due, after a look at the app. */
async function run() {
  const report = await stage.connector.syncRun(runOptions())
  await stage.restart()
  return report
}
/** The connector tells at its end at the latest. */
const told = () => stage.restart()

async function markDue(person: string): Promise<void> {
  const { store } = stage.connector
  if (!(store instanceof SqlStateStore)) throw new Error('no database')
  await store.markDue([emailOf(person)])
}

function fiveOnEachSide(person = 'alice'): void {
  for (let number = 1; number <= 5; number++) {
    stage.mailbox(person).addEvent(appointment(`Outlook ${number}`, { day: number + 3 }))
    stage.calendar(person).put(`${number}.ics`, ics(`${number}@example.org`, `SUMMARY:Web ${number}`), { silent: true })
  }
}

/** Both sides changed the title of the same event: Exchange wins, what Alice wrote is archived. */
async function conflictOf(person = 'alice') {
  stage.mailbox(person).addEvent(appointment('Lunch'))
  await stage.settle(person)
  const [object] = stage.calendar(person).list()
  if (!object) throw new Error('not synced')
  stage.mailbox(person).editEvent(stage.item('Lunch', person).id, { subject: 'Lunch at noon' })
  const changed = object.text.replace('SUMMARY:Lunch', 'SUMMARY:Lunch at one').replace(/^LAST-MODIFIED:.*\r\n/m, '')
  stage.calendar(person).put(object.uri, changed, { silent: true })
  await stage.pass({ person })
  const [summary] = await stage.connector.admin.conflicts({ email: emailOf(person), all: false })
  if (!summary) throw new Error('no conflict')
  return summary.conflict
}

describe('the journal', () => {
  it('makes the mailboxes of changed users due before their time, and no other', async () => {
    const { app } = await open({ people: ['alice', 'bob', 'carol'] })
    await run()
    expect((await run()).users).toEqual([])
    stage.calendar('bob').put('new.ics', ics('new@example.org', 'SUMMARY:New'), { silent: true })
    const report = await run()
    expect(report.users.map(({ email }) => email)).toEqual(['bob@corp.test'])
    expect(stage.mailbox('bob').list()).toHaveLength(1)
    expect(app.journal()).toEqual([])
  })

  it('of the connector itself makes nothing due', async () => {
    const { app } = await open()
    fiveOnEachSide()
    await run()
    expect(app.journal().map(({ origin }) => origin)).toContain('connector')
    expect((await run()).users).toEqual([])
    expect(app.journal()).toEqual([])
  })

  it('keeps a row that is committed late, although later ones are acknowledged', async () => {
    const { app } = await open({ people: ['alice', 'bob'] })
    await run()
    const commit = app.holdTransaction()
    stage.calendar('alice').put('a.ics', ics('a@example.org', 'SUMMARY:Slow'), { silent: true })
    const held = app.journal()
    app.change('bob', {})
    commit()
    const release = app.holdTransaction()
    stage.calendar('alice').put('a2.ics', ics('a2@example.org', 'SUMMARY:Slower'), { silent: true })
    expect(held).toHaveLength(1)
    await run()
    expect(app.journal().filter(({ hidden }) => !hidden)).toEqual([])
    expect(app.journal()).toHaveLength(1)
    release()
    expect((await run()).users.map(({ email }) => email)).toEqual(['alice@corp.test'])
    await expectEqual(stage.world, { clock: stage.clock })
  })

  it('is acknowledged only after the mailboxes are due: a death in between loses nothing', async () => {
    const { app, nextcloud } = await open()
    await run()
    stage.calendar().put('new.ics', ics('new@example.org', 'SUMMARY:New'), { silent: true })
    nextcloud.fault({ path: '/journal/ack', times: 10 }, { kind: 'cut', when: 'before-work' })
    const mailbox = await stage.connector.store.mailboxByEmail(emailOf('alice'))
    expect(mailbox?.nextRunAtMs).toBeGreaterThan(stage.clock.nowMs())
    const report = await run()
    expect(report.users.map(({ email }) => email)).toEqual(['alice@corp.test'])
    expect(app.journal().filter(({ origin }) => origin === 'user')).toHaveLength(1)
    nextcloud.clearFaults()
    await run()
    expect(app.journal()).toEqual([])
  })

  it('costs one request when there is nothing, for any number of users', async () => {
    const people = Array.from({ length: 30 }, (_, index) => `user${index}`)
    const { nextcloud } = await open({ people })
    const long = () => stage.connector.syncRun(runOptions())
    await long()
    await long()
    // The reports of the first passes are out, and the users were looked at twice.
    await stage.clock.sleep(3000)
    await long()
    nextcloud.requests.reset()
    expect((await long()).users).toEqual([])
    expect(nextcloud.requests.entries.map(({ method, path }) => `${method} ${path.split('/').at(-1)}`)).toEqual([
      'GET work',
    ])
  })
})

describe('users of the app', () => {
  it('who come, pause and go on are taken in by the next run', async () => {
    const { app, nextcloud } = await open({ people: ['alice'] })
    await run()
    stage.world.exchange.addMailbox(emailOf('bob'), { displayName: 'Bob' })
    nextcloud.addUser('bob', 'own', { email: emailOf('bob') })
    app.enrol('bob')
    expect((await run()).users.map(({ email }) => email)).toEqual(['bob@corp.test'])
    app.change('bob', { state: 'paused' })
    await markDue('bob')
    expect((await run()).users).toEqual([])
    const put = await stage.connector.store.mailboxByEmail(emailOf('bob'))
    expect(put?.nextRunAtMs).toBeGreaterThan(Date.now() + 20 * HOUR_MS)
    app.change('bob', { state: 'active' })
    expect((await run()).users.map(({ email }) => email)).toEqual(['bob@corp.test'])
  })
})

describe('commands', () => {
  it('sync-now makes the mailbox due at once', async () => {
    const { app } = await open({ people: ['alice', 'bob'] })
    await run()
    const id = app.command('bob', 'sync-now')
    expect((await run()).users.map(({ email }) => email)).toEqual(['bob@corp.test'])
    expect(app.outcomeOf(id).outcome).toBe('done')
  })

  it('restore-conflict brings the other version back, and only for who owns the conflict', async () => {
    const { app } = await open({ people: ['alice', 'bob'] })
    const { id: conflictId } = await conflictOf('alice')
    const foreign = app.command('bob', 'restore-conflict', { conflictId })
    const own = app.command('alice', 'restore-conflict', { conflictId })
    await run()
    await stage.settle('alice')
    expect(app.outcomeOf(foreign)).toEqual({ outcome: 'failed', message: 'usage.unknown-id' })
    expect(app.outcomeOf(own)).toEqual({ outcome: 'done', message: 'Lunch at one' })
    expect(stage.calendar('alice').list()[0]?.text).toContain('SUMMARY:Lunch at one')
    expect(stage.item('Lunch at one', 'alice')).toBeDefined()
  })

  it('place-proof puts the code into the mailbox, mails nobody, and nothing after its time', async () => {
    const { app } = await open({ people: ['alice'] })
    const seconds = Math.floor(stage.clock.nowMs() / 1000)
    stage.world.exchange.addMailbox('new.person@corp.test', { displayName: 'New Person' })
    const args = { email: 'New.Person@corp.test', code: '482913' }
    const placed = app.command('alice', 'place-proof', { ...args, expiresAt: seconds + 600 })
    const late = app.command('alice', 'place-proof', { ...args, code: '111111', expiresAt: seconds - 1 })
    const nobody = app.command('alice', 'place-proof', { ...args, email: 'nobody@corp.test', expiresAt: seconds + 600 })
    await run()
    const inbox = stage.world.exchange.mailbox('new.person@corp.test').list('inbox')
    expect(inbox.map((item) => item.fields.Subject)).toEqual(['Nextcloud: 482913'])
    expect(JSON.stringify(inbox[0]?.fields)).toContain('alice')
    expect([placed, late, nobody].map((id) => app.outcomeOf(id).outcome)).toEqual(['done', 'failed', 'failed'])
    expect(stage.world.exchange.outbox.mails).toEqual([])
  })

  it('one that this version does not know is answered, and holds up nothing', async () => {
    const { app } = await open()
    const strange = app.command('alice', 'make-coffee', { sugar: 2 })
    const known = app.command('alice', 'sync-now')
    await run()
    expect(app.outcomeOf(strange).outcome).toBe('failed')
    expect(app.outcomeOf(known).outcome).toBe('done')
  })
})

describe('withdrawal', () => {
  async function withdrawn(remove: boolean) {
    const { app } = await open()
    fiveOnEachSide()
    await stage.settle()
    app.withdraw('alice', { remove })
    const id = app.command('alice', 'withdraw', { remove })
    return { app, id }
  }
  const uids = () =>
    stage
      .calendar()
      .list()
      .map(({ uid }) => uid)
      .toSorted()

  it('that keeps leaves both sides as they are, and forgets', async () => {
    const { app, id } = await withdrawn(false)
    await run()
    expect(app.outcomeOf(id).outcome).toBe('done')
    expect([stage.mailbox().list().length, stage.calendar().list().length]).toEqual([10, 10])
    const mailbox = await stage.connector.store.mailboxByEmail(emailOf('alice'))
    const [pair] = await stage.connector.store.collectionPairs(mailbox?.id ?? '')
    expect(await stage.connector.store.countItemPairs(pair?.id ?? '')).toBe(0)
  })

  it('that removes takes away what the connector made on Nextcloud, archived, and nothing of Exchange or of hers', async () => {
    const { app, id } = await withdrawn(true)
    await run()
    expect(app.outcomeOf(id)).toEqual({ outcome: 'done', message: 'removed 5, kept 0' })
    expect(uids()).toEqual(['1', '2', '3', '4', '5'].map((number) => `${number}@example.org`))
    expect(stage.mailbox().list()).toHaveLength(10)
    expect(await stage.connector.admin.archive({ email: emailOf('alice') })).toHaveLength(5)
  })

  it('that removes keeps what she changed in Nextcloud since the last pass', async () => {
    const { app, id } = await withdrawn(true)
    const copy = stage
      .calendar()
      .list()
      .find(({ text }) => text.includes('SUMMARY:Outlook 3'))
    stage.calendar().put(copy?.uri ?? '', copy?.text.replace('Outlook 3', 'Mine now') ?? '', { silent: true })
    await run()
    expect(app.outcomeOf(id).message).toBe('removed 4, kept 1')
    expect(JSON.stringify(stage.calendar().list())).toContain('SUMMARY:Mine now')
  })

  it('still knows what it made after the base was forgotten in between', async () => {
    const { app } = await open()
    fiveOnEachSide()
    await stage.settle()
    await stage.restart({ Service__SyncWindow__PastDays: '300' })
    await stage.settle()
    app.withdraw('alice', { remove: true })
    const id = app.command('alice', 'withdraw', { remove: true })
    await run()
    expect(app.outcomeOf(id).message).toBe('removed 5, kept 0')
    expect(uids()).toHaveLength(5)
  })

  it('and a new consent deletes nothing on Exchange', async () => {
    const { app } = await withdrawn(true)
    await run()
    app.enrol('alice')
    await stage.restart()
    await stage.settle()
    expect([stage.mailbox().list().length, stage.calendar().list().length]).toEqual([10, 10])
    await expectEqual(stage.world, { clock: stage.clock })
  })
})

describe('the report of a pass', () => {
  it('tells the user how the sync stands, in the background', async () => {
    const { app } = await open({ people: ['alice', 'bob'] })
    const { id } = await conflictOf('alice')
    stage.world.exchange.faults.add({ effect: { kind: 'http', status: 401 } })
    const failed = await stage.pass({ person: 'bob' })
    expect(failed.outcome).toBe('failed')
    stage.world.exchange.faults.clear()
    await told()
    const alice = app.statusOf('alice')
    expect(alice).toMatchObject({ email: emailOf('alice'), items: 1, halt: null })
    expect(alice?.conflicts).toMatchObject([{ id, title: 'Lunch at one', winner: 'exchange', kind: 'edit-edit' }])
    expect(Number(alice?.nextPassAt)).toBeGreaterThan(Number(alice?.lastPassAt))
    expect(app.statusOf('bob')).toMatchObject({ outcome: 'failed', problems: [{ code: 'exchange.sign-in' }] })
  })

  it('that the app does not take fails no pass, and the next one is told', async () => {
    const { app, nextcloud } = await open()
    fiveOnEachSide()
    nextcloud.fault({ path: '/status' }, { kind: 'status', status: 500 })
    expect((await stage.pass()).outcome).toBe('in-step')
    await told()
    expect(app.statusOf('alice')).toBeNull()
    expect((await stage.pass()).outcome).toBe('in-step')
    await told()
    expect(app.statusOf('alice')).toMatchObject({ outcome: 'in-step', items: 10 })
  })

  it('of a dry run is not told', async () => {
    const { app } = await open()
    fiveOnEachSide()
    await stage.pass({ dryRun: true })
    await told()
    expect(app.statusOf('alice')).toBeNull()
  })
})
