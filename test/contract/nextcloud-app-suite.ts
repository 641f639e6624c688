/** The contract of the Nextcloud app as the connector uses it: the same tests run against the simulator and against a real server. */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AppClient, type BatchRequest, createAppClient } from '../../src/nextcloud/app/client.ts'
import type { AppAccount } from '../../src/nextcloud/app/sign.ts'
import { createDavTransport } from '../../src/nextcloud/dav/transport.ts'
import type { Clock } from '../../src/ports/clock.ts'
import type { ConnectorError } from '../../src/ports/errors.ts'
import { SILENT } from '../world.ts'
import { eventText } from './nextcloud-side-fixture.ts'

/** A server with the app set up, and what people and administrators do to it. */
export type AppServer = {
  rootUrl: string
  account: AppAccount
  /** A new user with the default calendar and address book, not enrolled. */
  addUser(uid: string): Promise<void>
  enrol(uid: string, email: string): Promise<void>
  withdraw(uid: string): Promise<void>
  setEnabled(uid: string, enabled: boolean): Promise<void>
  /** What the user does in a client of their own. */
  put(uid: string, path: string, text: string): Promise<void>
  /** The new secret; the one before stays good. */
  rotateSecret(): Promise<string>
  /** Every mail that the server sent. */
  mails(): Promise<number>
  close(): Promise<void>
}

const systemClock: Clock = {
  nowMs: () => Date.now(),
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
}

type Changed = { account?: Partial<AppAccount>; clock?: Clock; uuid?: () => string }

/** A client of this server, with what a test wants to be different. */
export function clientOf(server: AppServer, { account = {}, clock = systemClock, uuid = randomUUID }: Changed = {}) {
  const transport = createDavTransport({ redirects: 'none' })
  const random = { uuid, fraction: () => 0.5 }
  return createAppClient({
    ...{ rootUrl: server.rootUrl, account: { ...server.account, ...account } },
    ...{ transport, clock, random, log: SILENT },
  })
}

async function all<T>(pages: AsyncIterable<T[]>): Promise<T[]> {
  const found: T[] = []
  for await (const page of pages) found.push(...page)
  return found
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'no error',
    (error: ConnectorError) => error.code,
  )
}

const put = (uid: string, name: string, more: Partial<BatchRequest> = {}): BatchRequest => ({
  method: 'PUT',
  path: `calendars/${uid}/personal/${name}.ics`,
  headers: { 'Content-Type': 'text/calendar; charset=utf-8', 'If-None-Match': '*' },
  body: eventText(name, `Event ${name}`),
  ...more,
})

export function appContract(name: string, start: () => Promise<AppServer>): void {
  describe(`${name}: the contract of the app`, () => {
    let server: AppServer
    let app: AppClient
    const fresh = () => `u${randomUUID().slice(0, 8)}`
    const enrolled = async () => {
      const uid = fresh()
      await server.addUser(uid)
      await server.enrol(uid, `${uid}@corp.test`)
      return uid
    }
    beforeAll(async () => {
      server = await start()
      app = clientOf(server)
    })
    afterAll(() => server?.close())

    describeReading(() => ({ server, app, enrolled, fresh }))
    describeBatch(() => ({ server, app, enrolled, fresh }))
    describeJournal(() => ({ server, app, enrolled, fresh }))
    describeRefusals(() => ({ server, app, enrolled, fresh }))
  })
}

type Suite = { server: AppServer; app: AppClient; enrolled: () => Promise<string>; fresh: () => string }

function describeReading(suite: () => Suite): void {
  it('tells what it is, which secrets hold and what it can do', async () => {
    const { app, server } = suite()
    const ping = await app.ping()
    expect(ping.serviceAccount).toBe(server.account.username)
    expect(ping.features).toEqual(expect.arrayContaining(['dav-batch', 'journal', 'commands']))
    expect(ping.secrets.current).toMatch(/^[0-9a-f]{8}$/)
    expect(Math.abs(ping.time - Date.now() / 1000)).toBeLessThan(60)
    expect(ping.limits.batchRequests).toBe(100)
  })

  it('lists who consented with the address that was established, and nobody else', async () => {
    const { app, enrolled, fresh, server } = suite()
    const uid = await enrolled()
    const stranger = fresh()
    await server.addUser(stranger)
    const users = await all(app.users())
    const user = users.find((one) => one.uid === uid)
    expect(user).toMatchObject({
      email: `${uid}@corp.test`,
      identity: { source: 'admin' },
      state: 'active',
      enabled: true,
    })
    expect(users.map((one) => one.uid)).not.toContain(stranger)
  })

  it('lists those who changed since an instant, withdrawals among them', async () => {
    const { app, enrolled, server } = suite()
    const uid = await enrolled()
    const { usersUpdatedAt } = await app.work()
    await server.withdraw(uid)
    const changed = await all(app.users(usersUpdatedAt))
    expect(changed.find((one) => one.uid === uid)?.state).toBe('withdrawn')
    expect(await all(app.users(Math.floor(Date.now() / 1000) + 3600))).toEqual([])
  })

  it('lists the collections of a user', async () => {
    const { app, enrolled } = suite()
    const uid = await enrolled()
    const collections = await app.collections(uid)
    expect(collections.find((one) => one.uri === 'personal')).toMatchObject({
      kind: 'calendar',
      isOwn: true,
      isWritable: true,
    })
    expect(collections.find((one) => one.kind === 'contacts')).toMatchObject({ uri: 'contacts', isOwn: true })
  })

  it('opens plain DAV as the user', async () => {
    const { app, enrolled, server } = suite()
    const uid = await enrolled()
    const url = `${server.rootUrl}remote.php/dav/calendars/${uid}/personal/`
    const answer = await app.dav(uid, { method: 'PROPFIND', url, headers: { depth: '0' } })
    expect(answer.status).toBe(207)
  })
}

function describeBatch(suite: () => Suite): void {
  it('answers each request of a batch by itself, in order, and goes on after a failure', async () => {
    const { app, enrolled } = suite()
    const uid = await enrolled()
    const broken = put(uid, 'broken', { body: 'no calendar' })
    const first = await app.batch(uid, [put(uid, 'one'), put(uid, 'one'), broken, put(uid, 'two')])
    expect(first.map((one) => one.status)).toEqual([201, 412, 415, 201])
    expect(first[0]?.headers.etag).toMatch(/^".+"$/)
    const get = { method: 'GET', path: `calendars/${uid}/personal/two.ics`, headers: {}, body: null }
    const wrong = put(uid, 'two', { headers: { 'Content-Type': 'text/calendar', 'If-Match': '"other"' } })
    const gone = { method: 'DELETE', path: `calendars/${uid}/personal/none.ics`, headers: {}, body: null }
    const second = await app.batch(uid, [get, wrong, gone])
    expect(second.map((one) => one.status)).toEqual([200, 412, 404])
    expect(second[0]?.body).toContain('SUMMARY:Event two')
  })

  it('takes a hundred requests at most', async () => {
    const { app, enrolled } = suite()
    const uid = await enrolled()
    const hundred = Array.from({ length: 100 }, (_, index) => put(uid, `n${index}`))
    expect(new Set((await app.batch(uid, hundred)).map((one) => one.status))).toEqual(new Set([201]))
    expect(await codeOf(app.batch(uid, [...hundred, put(uid, 'more')]))).toBe('nextcloud.too-large')
  })

  it('lets no request of a batch out of the homes of its user', async () => {
    const { app, enrolled } = suite()
    const [uid, other] = [await enrolled(), await enrolled()]
    const plain = { headers: {}, body: null }
    const tricks: BatchRequest[] = [
      put(other, 'foreign'),
      {
        method: 'COPY',
        path: `calendars/${uid}/personal/a.ics`,
        ...plain,
        headers: { Destination: `/remote.php/dav/files/${uid}/a` },
      },
      {
        method: 'MOVE',
        path: `calendars/${uid}/personal/a.ics`,
        ...plain,
        headers: { Destination: `/remote.php/dav/files/${uid}/a` },
      },
      { method: 'POST', path: `calendars/${uid}/personal/`, headers: {}, body: '<share/>' },
      { method: 'PROPFIND', path: `files/${uid}/`, ...plain },
      { method: 'GET', path: `calendars/${uid}/../${other}/personal/`, ...plain },
    ]
    const answers = await app.batch(uid, tricks)
    expect(answers.map((one) => one.status)).toEqual(tricks.map(() => 403))
  })

  it('mails nobody for a meeting that it stores', async () => {
    const { app, enrolled, server } = suite()
    const uid = await enrolled()
    const before = await server.mails()
    const people = `ORGANIZER:mailto:${uid}@corp.test\r\nATTENDEE:mailto:guest@elsewhere.test\r\nSUMMARY:`
    const body = eventText('meeting', 'Meeting').replace('SUMMARY:', people).replaceAll('2026', '2030')
    const path = `calendars/${uid}/personal/meeting.ics`
    const [made] = await app.batch(uid, [put(uid, 'meeting', { body })])
    const [removed] = await app.batch(uid, [{ method: 'DELETE', path, headers: {}, body: null }])
    expect([made?.status, removed?.status]).toEqual([201, 204])
    expect(await server.mails()).toBe(before)
  })
}

function describeJournal(suite: () => Suite): void {
  const ofUser = async (app: AppClient, uid: string) => (await app.journal()).entries.filter((row) => row.uid === uid)

  it('names what a user changed until it is acknowledged, row by row', async () => {
    const { app, enrolled, server } = suite()
    const uid = await enrolled()
    await server.put(uid, `calendars/${uid}/personal/own.ics`, eventText('own', 'Own'))
    const [row] = (await ofUser(app, uid)).filter((one) => one.object === 'own.ics')
    expect(row).toMatchObject({ kind: 'calendar', collection: 'personal', op: 'create', origin: 'user' })
    expect((await app.work()).journalPending).toBeGreaterThan(0)
    await server.put(uid, `calendars/${uid}/personal/own2.ics`, eventText('own2', 'Own 2'))
    await app.ackJournal([row?.id ?? 0])
    const left = await ofUser(app, uid)
    expect(left.map((one) => one.object)).not.toContain('own.ics')
    expect(left.map((one) => one.object)).toContain('own2.ics')
  })

  it('calls writes of the connector its own, through both doors', async () => {
    const { app, enrolled, server } = suite()
    const uid = await enrolled()
    await app.batch(uid, [put(uid, 'batched')])
    const { path, headers, body, method } = put(uid, 'single')
    const url = `${server.rootUrl}remote.php/dav/${path}`
    expect((await app.dav(uid, { method, url, headers, body: body ?? '' })).status).toBe(201)
    const rows = (await ofUser(app, uid)).filter((row) => row.object !== null)
    expect(rows.map(({ object, origin }) => [object, origin])).toEqual([
      ['batched.ics', 'connector'],
      ['single.ics', 'connector'],
    ])
  })

  it('has nothing of who never consented', async () => {
    const { app, fresh, server } = suite()
    const uid = fresh()
    await server.addUser(uid)
    await server.put(uid, `calendars/${uid}/personal/secret.ics`, eventText('secret', 'Secret'))
    expect(await ofUser(app, uid)).toEqual([])
  })

  it('takes a status report', async () => {
    const { app, enrolled } = suite()
    const uid = await enrolled()
    const counts = { seen: 1, unchanged: 1, created: 0, updated: 0, removed: 0, conflicts: 0, skipped: 0, failed: 0 }
    const user = {
      ...{
        uid,
        email: `${uid}@corp.test`,
        outcome: 'in-step',
        lastPassAt: 1_700_000_000,
        lastSuccessAt: 1_700_000_000,
      },
      ...{ nextPassAt: null, items: 1, counts, conflicts: [], problems: [], halt: null },
    }
    const connector = { version: '0.1.0', instance: 'test', at: 1_700_000_000 }
    await expect(app.status({ connector, users: [user] })).resolves.toBeUndefined()
  })

  it('has no command where nobody asked for anything', async () => {
    const { app, enrolled } = suite()
    const uid = await enrolled()
    const { commands, more } = await app.commands()
    expect([commands.filter((one) => one.uid === uid), more]).toEqual([[], false])
  })
}

function describeRefusals(suite: () => Suite): void {
  const at = (offsetMs: number): Clock => ({ ...systemClock, nowMs: () => Date.now() + offsetMs })

  it('refuses a wrong app password, a wrong secret and clocks too far apart, each by its name', async () => {
    const { server } = suite()
    const wrongSecret = clientOf(server, { account: { sharedSecret: 'x'.repeat(43) } })
    expect(await codeOf(wrongSecret.ping())).toBe('nextcloud.app-secret')
    expect(await codeOf(clientOf(server, { clock: at(-400_000) }).ping())).toBe('nextcloud.app-clock')
    expect(await codeOf(clientOf(server, { clock: at(400_000) }).ping())).toBe('nextcloud.app-clock')
    expect(await codeOf(clientOf(server, { clock: at(-200_000) }).ping())).toBe('no error')
    const wrongPassword = clientOf(server, { account: { appPassword: 'wrong-wrong-wrong-wrong' } })
    expect(await codeOf(wrongPassword.ping())).toBe('nextcloud.sign-in')
  })

  it('takes each nonce once', async () => {
    const { server } = suite()
    const nonce = randomUUID()
    const replaying = clientOf(server, { uuid: () => nonce })
    expect(await codeOf(replaying.ping())).toBe('no error')
    expect(await codeOf(replaying.ping())).toBe('nextcloud.app-replay')
  })

  it('acts for nobody who did not consent, withdrew, is disabled or unknown, at both doors', async () => {
    const { app, enrolled, fresh, server } = suite()
    const home = (uid: string) => `${server.rootUrl}remote.php/dav/calendars/${uid}/personal/`
    const tried = async (uid: string) => [
      await codeOf(app.batch(uid, [put(uid, 'x')])),
      await codeOf(app.dav(uid, { method: 'PROPFIND', url: home(uid), headers: { depth: '0' } })),
    ]
    const stranger = fresh()
    await server.addUser(stranger)
    const withdrawn = await enrolled()
    await server.withdraw(withdrawn)
    const disabled = await enrolled()
    await server.setEnabled(disabled, false)
    expect(await tried(stranger)).toEqual(['nextcloud.app-consent', 'nextcloud.app-consent'])
    expect(await tried(withdrawn)).toEqual(['nextcloud.app-consent', 'nextcloud.app-consent'])
    expect(await tried(disabled)).toEqual(['nextcloud.user-disabled', 'nextcloud.user-disabled'])
    expect(await tried(fresh())).toEqual(['nextcloud.app-consent', 'nextcloud.app-consent'])
  })

  it('opens nothing of one user to a request for another', async () => {
    const { app, enrolled, server } = suite()
    const [uid, other] = [await enrolled(), await enrolled()]
    const url = `${server.rootUrl}remote.php/dav/calendars/${other}/personal/`
    expect(await codeOf(app.dav(uid, { method: 'PROPFIND', url, headers: { depth: '0' } }))).toBe(
      'nextcloud.access-denied',
    )
  })

  it('takes the old and the new secret while it is rotated', async () => {
    const { server, app } = suite()
    const sharedSecret = await server.rotateSecret()
    expect(sharedSecret.length).toBeGreaterThanOrEqual(32)
    const ping = await clientOf(server, { account: { sharedSecret } }).ping()
    expect(ping.secrets.previous).not.toBeNull()
    await expect(app.ping()).resolves.toBeDefined()
  })
}
