/** Casebook, servers, data and scale (SRV-1, 2, 4, 6, 7, 8, and SRV-5 for events), over both servers. */
import { afterEach, describe, expect, it } from 'vitest'
import { emailOf, runOptions } from '../world.ts'
import { expectEqual } from './equality.ts'
import { appointment, ics, linesOf } from './items.ts'
import { codesOf, Stage } from './stage.ts'

let stage: Stage
afterEach(() => stage.close())

const FOR_EVER = Number.POSITIVE_INFINITY
const JOIN = 'https://teams.microsoft.com/l/meetup-join/19%3ameeting_abc'
const HTML = `<html><body><p>Agenda</p><a href="${JOIN}">Join the meeting</a></body></html>`

describe('servers', () => {
  it('SRV-1: ErrorServerBusy is waited for as long as the server says', async () => {
    stage = await Stage.open()
    stage.mailbox().addEvent(appointment('Patient'))
    const busy = stage.world.exchange.faults.add({
      operation: /SyncFolderItems|GetItem/,
      times: 2,
      effect: { kind: 'busy', backOffMs: 45_000 },
    })
    const before = stage.clock.nowMs()
    await stage.settle()
    expect(busy.fired).toBe(2)
    expect(stage.clock.nowMs() - before).toBeGreaterThanOrEqual(90_000)
    await expectEqual(stage.world)
  })

  it('SRV-1: an account with few connections serves many mailboxes, and no more than five folders are synced at once', async () => {
    const people = Array.from({ length: 12 }, (_, index) => `person${index}`)
    stage = await Stage.open({
      people,
      env: { Service__MaxParallelProcessingUsers: '12', Service__MaxUsersPerAdmin: '12' },
    })
    const { exchange } = stage.world
    for (const person of people) exchange.mailbox(emailOf(person)).addEvent(appointment(person))
    exchange.addServiceAccount('svc-sync', 'service-password', { connectionsMax: 6 })
    let open = 0
    let most = 0
    exchange.faults.hook = ({ operation }) => {
      if (operation !== 'SyncFolderItems') return undefined
      most = Math.max(most, ++open)
      setTimeout(() => open--, 20)
      return { kind: 'delay', ms: 20 }
    }
    const report = await stage.connector.syncRun(runOptions())
    expect(report.users.map(({ outcome }) => outcome)).toEqual(people.map(() => 'in-step'))
    expect(most).toBeGreaterThan(1)
    expect(most).toBeLessThanOrEqual(5)
    for (const person of people) expect(stage.calendar(person).list().length).toBe(1)
  })

  it('SRV-2: an idle mailbox costs one request per side', async () => {
    stage = await Stage.open()
    for (let day = 3; day < 23; day++) stage.mailbox().addEvent(appointment(`Daily ${day}`, { day }))
    await stage.settle()
    stage.takeWrites()
    await stage.pass()
    const { exchange, nextcloud } = stage.world
    expect(exchange.requests.list.map(({ operation }) => operation)).toEqual(['SyncFolderItems'])
    expect(nextcloud.requests.entries.map(({ report }) => report)).toEqual(['sync-collection'])
  })

  it('SRV-4: the rest of a batch that Exchange stopped is done one by one', async () => {
    stage = await Stage.open()
    for (let day = 3; day < 13; day++) {
      stage.calendar().put(`${day}.ics`, ics(`${day}@example.org`, `SUMMARY:Web ${day}`), { silent: true })
      stage.mailbox().addEvent(appointment(`Outlook ${day}`, { day }))
    }
    const stops = ['GetItem', 'CreateItem'].map((operation) =>
      stage.world.exchange.faults.add({
        operation,
        times: 1,
        effect: { kind: 'batchStop', code: 'ErrorServerBusy', index: 2 },
      }),
    )
    await stage.settle()
    expect(stops.map(({ fired }) => fired)).toEqual([1, 1])
    expect([stage.mailbox().list().length, stage.calendar().list().length]).toEqual([20, 20])
    await expectEqual(stage.world)
  })

  it('SRV-5: what the other side does not know survives every edit, on both sides', async () => {
    stage = await Stage.open()
    const own = [
      'X-COLOUR;X-LEVEL="a;b":teal',
      'ATTACH;FMTTYPE=image/png;ENCODING=BASE64;VALUE=BINARY:iVBORw0KGgo=',
      'GEO:52.5;13.4',
      'COMMENT:kept',
    ]
    stage.calendar().put('x.ics', ics('x@example.org', 'SUMMARY:Special', ...own), { silent: true })
    const id = stage.mailbox().addEvent(appointment('Attached'))
    stage.mailbox().attach(id, { name: 'agenda.pdf', content: Buffer.from('%PDF') })
    await stage.settle()
    stage
      .mailbox()
      .editEvent(stage.item('Special').id, { subject: 'Special, later', location: 'Berlin', body: 'New text' })
    stage.editObject('SUMMARY:Attached', (text) => text.replace('SUMMARY:Attached', 'SUMMARY:Attached still'))
    await stage.settle()
    expect(linesOf(stage.object('SUMMARY:Special').text)).toEqual(
      expect.arrayContaining([...own, 'SUMMARY:Special\\, later', 'LOCATION:Berlin']),
    )
    const item = stage.item('Attached still')
    expect([item.id, item.attachments.map(({ name }) => name)]).toEqual([id, ['agenda.pdf']])
  })

  it('SRV-6: the body of an online meeting is neither written back nor overwritten by text', async () => {
    stage = await Stage.open({ exchange: { recordBodies: true } })
    const id = stage.mailbox().addEvent(appointment('Teams', { body: { type: 'HTML', content: HTML } }))
    await stage.settle()
    expect(linesOf(stage.object('SUMMARY:Teams').text).join('\n')).toContain(JOIN)
    const body = stage.mailbox().get(id)?.fields.Body
    stage.editObject('SUMMARY:Teams', (text) => text.replace('SUMMARY:Teams', 'SUMMARY:Teams weekly'))
    await stage.settle()
    const updates = stage.world.exchange.requests.list.filter(({ operation }) => operation === 'UpdateItem')
    expect(updates.length).toBeGreaterThan(0)
    expect(updates.filter(({ requestBody }) => /item:Body|<t:Body/.test(requestBody ?? ''))).toEqual([])
    stage.editObject('SUMMARY:Teams weekly', (text) =>
      text.replace(/DESCRIPTION[\s\S]*?(?=\r\n[A-Z])/, 'DESCRIPTION:Only text'),
    )
    await stage.settle()
    expect(stage.mailbox().get(id)?.fields).toMatchObject({ Subject: 'Teams weekly', Body: body })
  })

  it('SRV-7: versions are opaque: a proxy that changes ETags causes no endless work and loses no edit', async () => {
    stage = await Stage.open()
    stage.world.nextcloud.fault({ times: FOR_EVER }, { kind: 'gzip-etag' })
    stage.mailbox().addEvent(appointment('Outlook'))
    stage.calendar().put('0123.ics', ics('0123@example.org', 'SUMMARY:Web'), { silent: true })
    await stage.settle()
    stage.editObject('SUMMARY:Outlook', (text) => text.replace('SUMMARY:Outlook', 'SUMMARY:Outlook 0123'))
    stage.mailbox().editEvent(stage.item('Web').id, { subject: 'Web 0123' })
    await stage.settle()
    stage.takeWrites()
    await stage.pass()
    expect(stage.takeWrites()).toEqual([])
    expect([stage.item('Outlook 0123'), stage.object('SUMMARY:Web 0123')]).toBeDefined()
    await expectEqual(stage.world)
  })

  it('SRV-8: status tells when a user was last in step, how often it failed since, and when it runs next', async () => {
    stage = await Stage.open()
    const healthyAtMs = stage.clock.nowMs()
    await stage.settle()
    stage.world.nextcloud.user('alice').changeAppPassword('revoked')
    for (let passes = 1; passes <= 3; passes++) {
      stage.clock.advance(3_600_000)
      expect(codesOf(await stage.pass())).toEqual(['nextcloud.sign-in'])
    }
    const [status] = await stage.connector.status(emailOf('alice'))
    expect(status?.mailbox).toMatchObject({ attempts: 3, lastOutcome: 'failed' })
    expect((status?.mailbox?.lastSuccessAtMs ?? 0) - healthyAtMs).toBeLessThan(3_600_000)
    expect(status?.mailbox?.nextRunAtMs).toBeGreaterThan(stage.clock.nowMs())
    expect(status?.lastPasses.length).toBeGreaterThan(0)
  })
})
