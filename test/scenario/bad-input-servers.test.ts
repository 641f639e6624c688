/** Bad input, part 2: servers that answer nonsense, refuse, or lost what was linked. Nothing is ever concluded from it (LOS-1). */
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, describe, expect, it } from 'vitest'
import type { Effect } from '../simulators/exchange/faults.ts'
import type { FaultEffect } from '../simulators/nextcloud/faults.ts'
import { emailOf, type World } from '../world.ts'
import type { RunJson, UserJson } from './command-line.ts'
import { expectEqual } from './equality.ts'
import { appointment } from './items.ts'
import { belongings, disposeProgram, errorsOf, expectHealed, expectTrouble, inOffice, type Trouble } from './office.ts'

afterAll(disposeProgram)

const html = { 'content-type': 'text/html' }
const xml = { 'content-type': 'text/xml; charset=utf-8' }
const page = '<!DOCTYPE html><html><body>Sign in to continue</body></html>'
const multistatus = { 'content-type': 'application/xml; charset=utf-8' }

type Nonsense<E> = [name: string, effect: E, trouble: Trouble]

const EXCHANGE: Nonsense<Effect>[] = [
  [
    'a sign-in page with 200',
    { kind: 'loginPage' },
    {
      code: 'exchange.not-ews',
      exitCode: 78,
      what: /does not lead to Exchange Web Services/,
      next: /EwsUrl/,
      told: true,
    },
  ],
  [
    'an empty body',
    { kind: 'http', status: 200, headers: xml, body: '' },
    { code: 'exchange.truncated', exitCode: 69, what: /ended too early/, next: /sync run/ },
  ],
  [
    'half of the XML',
    { kind: 'truncated' },
    { code: 'exchange.truncated', exitCode: 69, what: /ended too early/, next: /sync run/ },
  ],
  [
    'SOAP under a wrong content type',
    { kind: 'http', status: 200, headers: { 'content-type': 'application/json' }, body: '{}' },
    { code: 'exchange.not-ews', exitCode: 78, what: /does not lead to/, next: /EwsUrl/ },
  ],
  [
    'an error 500 of a proxy',
    { kind: 'http', status: 500, headers: html, body: page },
    { code: 'exchange.server-error', exitCode: 69, what: /failed to answer \(HTTP 500\)/, next: /sync run/ },
  ],
  [
    '503 and a long Retry-After',
    { kind: 'unavailable', retryAfterSeconds: 7200 },
    { code: 'exchange.throttled', exitCode: 75, everybody: true, what: /asks for patience/, next: /sync run/ },
  ],
  [
    'ErrorServerBusy for a long time',
    { kind: 'busy', backOffMs: 3_600_000 },
    { code: 'exchange.throttled', exitCode: 75, everybody: true, what: /asks for patience/, next: /sync run/ },
  ],
]

const NEXTCLOUD: Nonsense<FaultEffect>[] = [
  [
    'a sign-in page with 200',
    { kind: 'login-page' },
    { code: 'nextcloud.bad-response', exitCode: 1, what: /makes no sense/, next: /config show/ },
  ],
  [
    'an empty body',
    { kind: 'status', status: 207, headers: multistatus, body: '' },
    { code: 'nextcloud.truncated', exitCode: 69, what: /ended too early/, next: /sync run/ },
  ],
  [
    'half of the XML',
    { kind: 'truncated-body' },
    { code: 'nextcloud.truncated', exitCode: 69, what: /ended too early/, next: /sync run/ },
  ],
  [
    'JSON instead of XML',
    { kind: 'status', status: 207, headers: { 'content-type': 'application/json' }, body: '{"ok":true}' },
    { code: 'nextcloud.bad-response', exitCode: 1, what: /makes no sense/, next: /config show/ },
  ],
  [
    'an error 500',
    { kind: 'status', status: 500, headers: html, body: page },
    { code: 'nextcloud.server-error', exitCode: 69, what: /failed to answer \(HTTP 500\)/, next: /sync run/ },
  ],
  [
    '503 and a long Retry-After',
    { kind: 'throttled', retryAfterSeconds: 7200 },
    { code: 'nextcloud.throttled', exitCode: 75, what: /asks for patience/, next: /sync run/ },
  ],
]

/** The time that a server asked everybody to wait has passed. */
function endPauses({ directory }: World): void {
  const state = new DatabaseSync(join(directory, 'data', 'connector.db'))
  state.exec('update exchange_back_off set until_ms = 0')
  state.close()
}

describe.concurrent('an answer that makes no sense', () => {
  it.each(EXCHANGE)('Exchange: %s', (_, effect, trouble) =>
    inOffice({}, async (office) => {
      office.world.exchange.faults.add({ mailbox: emailOf('alice'), effect })
      await expectTrouble(office, trouble)
      office.world.exchange.faults.clear()
      endPauses(office.world)
      await expectHealed(office)
    }),
  )

  it.each(NEXTCLOUD)('Nextcloud: %s', (_, effect, trouble) =>
    inOffice({}, async (office) => {
      office.world.nextcloud.fault({ user: 'alice', times: Number.POSITIVE_INFINITY }, effect)
      await expectTrouble(office, trouble)
      office.world.nextcloud.clearFaults()
      await expectHealed(office)
    }),
  )

  it('short patience is kept inside the run: ErrorServerBusy and 503 for a moment change nothing', () =>
    inOffice({}, async ({ world, cli }) => {
      const effect: Effect = { kind: 'busy', backOffMs: 300 }
      const busy = world.exchange.faults.add({ operation: 'SyncFolderItems', times: 1, effect })
      const refused = world.nextcloud.fault(
        { user: 'alice', method: 'PUT' },
        { kind: 'throttled', retryAfterSeconds: 1 },
      )
      const run = await cli.json<RunJson>(['sync', 'run'])
      expect([run.ran.exitCode, busy.fired, refused.hits()]).toEqual([0, 1, 1])
      await expectEqual(world)
    }))
})

describe.concurrent('something that was linked is not there', () => {
  it('LOS-1: a calendar that answers 404 is not empty: exit 1, then a person is asked; nothing of Exchange is deleted', () =>
    inOffice({}, async (office) => {
      const { world, cli } = office
      await cli.run(['sync', 'run'])
      const calendar = world.nextcloud.user('alice').calendar('personal')
      const objects = calendar.list()
      calendar.delete({ permanent: true })
      const before = world.exchange.mailbox(emailOf('alice')).listAll()
      const user = await cli.json<UserJson>(['sync', 'user', emailOf('alice')])
      expect(user.ran.exitCode).toBe(1)
      expect(errorsOf(user)).toMatchObject([
        { code: 'nextcloud.collection-not-found', next: expect.stringMatching(/restore it/) },
      ])
      const words = await cli.run(['sync', 'user', emailOf('alice')])
      expect([words.exitCode, words.stdout]).toEqual([
        7,
        expect.stringMatching(/It was deleted on one side \(2 items are known\)[\s\S]*Next: [\s\S]*users resume/),
      ])
      expect(world.exchange.mailbox(emailOf('alice')).listAll()).toEqual(before)
      expect(objects.length).toBe(2)
    }))

  it('LOS-1: an address that answers 404 for everything: nothing is deleted or made', () =>
    inOffice({}, async (office) => {
      const { world, cli } = office
      await cli.run(['sync', 'run'])
      const before = belongings(world)
      world.nextcloud.fault({ user: 'alice', times: Number.POSITIVE_INFINITY }, { kind: 'status', status: 404 })
      const user = await cli.json<UserJson>(['sync', 'user', emailOf('alice')])
      expect([user.ran.exitCode, user.outcome]).toEqual([1, 'failed'])
      expect(errorsOf(user)[0]?.code).toBe('nextcloud.collection-not-found')
      expect(belongings(world)).toEqual(before)
      world.nextcloud.clearFaults()
      await expectHealed(office)
    }))

  it('an Exchange folder that was deleted: its pair fails with a name, the other calendar goes on', () => {
    const Calendars = [{ Exchange: 'Calendar' }, { Exchange: 'Projects', Nextcloud: 'projects' }]
    return inOffice({ entries: { alice: { Calendars } } }, async ({ world, cli }) => {
      const mailbox = world.exchange.mailbox(emailOf('alice'))
      mailbox.addFolder('Projects')
      mailbox.addEvent(appointment('Kick-off'), 'Projects')
      world.nextcloud.user('alice').createCalendar('projects', { displayName: 'Projects' })
      expect((await cli.run(['sync', 'run'])).exitCode).toBe(0)
      const projects = world.nextcloud.user('alice').calendar('projects')
      expect(projects.list().length).toBe(1)
      mailbox.deleteFolder('Projects')
      mailbox.addEvent(appointment('Meanwhile', { hour: 12 }))
      const user = await cli.json<UserJson>(['sync', 'user', emailOf('alice')])
      expect(errorsOf(user)).toMatchObject([
        { code: 'exchange.folder-not-found', next: expect.stringMatching(/restore it/) },
      ])
      const calendar = user.pairs.find((pair) => pair.name === 'Calendar')
      expect(calendar).toMatchObject({ outcome: 'in-step', counts: { created: 1 } })
      expect(projects.list().length).toBe(1)
      expect((await cli.run(['status', emailOf('alice')])).stdout).toMatch(/attention/)
    })
  })
})
