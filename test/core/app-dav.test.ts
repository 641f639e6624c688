/** DAV through the Nextcloud app: what is gathered into batches, and what becomes of each request when a batch goes wrong. */
import { afterEach, describe, expect, it } from 'vitest'
import type { DavClient } from '../../src/nextcloud/dav/client.ts'
import { nextcloudSide } from '../../src/nextcloud/side.ts'
import type { ConnectorError } from '../../src/ports/errors.ts'
import type { CreateRequest } from '../../src/ports/side.ts'
import { type AppFixture, appFixture } from '../contract/nextcloud-app-fixture.ts'
import { eventText, nextToken, titleCodec } from '../contract/nextcloud-side-fixture.ts'
import { sampleEvent } from '../contract/side-samples.ts'

let fixture: AppFixture
afterEach(() => fixture.close())

async function start(options: Parameters<typeof appFixture>[0] = {}, batchSize = 100) {
  fixture = await appFixture(options)
  const dav = fixture.davOf('anna', batchSize)
  const url = (name: string) => `${fixture.simulator.davUrl}calendars/anna/personal/${name}.ics`
  return { ...fixture, dav, url }
}

const batches = () =>
  fixture.asked().filter((line) => line === 'POST /ocs/v2.php/apps/exchange_connector/api/v1/users/anna/dav')
const puts = () => fixture.asked().filter((line) => line.startsWith('PUT '))

function putAll(dav: DavClient, url: (name: string) => string, count: number, text = eventText) {
  const names = Array.from({ length: count }, (_, index) => `e${index}`)
  return Promise.allSettled(names.map((name) => dav.put(url(name), text(name, name), { kind: 'must-be-new' })))
}

const codes = (results: PromiseSettledResult<{ status: number }>[]) =>
  results.map((one) => (one.status === 'fulfilled' ? one.value.status : (one.reason as ConnectorError).code))

const sents = (results: PromiseSettledResult<unknown>[]) =>
  new Set(results.map((one) => (one.status === 'rejected' ? (one.reason as ConnectorError).fields.sent : 'answered')))

describe('writes through the app', () => {
  it('that are issued at once travel as one request, each with its own answer', async () => {
    const { dav, url, person } = await start()
    person.calendar('personal').put('e1.ics', eventText('other', 'Other'))
    const results = await putAll(dav, url, 3)
    expect(codes(results)).toEqual([201, 412, 201])
    expect(batches()).toHaveLength(1)
    expect(puts()).toEqual([])
  })

  it('are split by the configured size of a batch and by their bytes', async () => {
    const { dav, url } = await start({}, 40)
    expect(new Set(codes(await putAll(dav, url, 100)))).toEqual(new Set([201]))
    expect(batches()).toHaveLength(3)
    const long = (uid: string) => eventText(uid, 'x'.repeat(900_000))
    const names = ['l1', 'l2', 'l3', 'l4', 'l5']
    const large = await Promise.allSettled(names.map((name) => dav.put(url(name), long(name), { kind: 'must-be-new' })))
    expect(codes(large)).toEqual([201, 201, 201, 201, 201])
    // 2 + 2 in batches, the fifth alone.
    expect(batches()).toHaveLength(5)
    expect(puts()).toHaveLength(1)
  })

  it('come in halves where a web server takes less at once', async () => {
    const { dav, url, simulator } = await start()
    const limit = simulator.fault(
      { method: 'POST', path: '/dav', times: 3 },
      { kind: 'status', status: 413, body: '<html>' },
    )
    expect(new Set(codes(await putAll(dav, url, 8)))).toEqual(new Set([201]))
    expect(limit.hits()).toBe(3)
  })

  it('one alone is a plain signed request, silent as the rest', async () => {
    const { dav, url, simulator } = await start()
    const people = 'ORGANIZER:mailto:anna@example.test\r\nATTENDEE:mailto:guest@elsewhere.test\r\nSUMMARY:'
    const text = eventText('meeting', 'Meeting').replace('SUMMARY:', people).replaceAll('2026', '2030')
    const answer = await dav.put(url('meeting'), text, { kind: 'must-be-new' })
    expect(answer.status).toBe(201)
    expect(puts()).toHaveLength(1)
    expect(simulator.outbox).toEqual([])
  })

  it('are unknown, every one of them, when the process dies in the middle', async () => {
    const { dav, url, simulator, person } = await start()
    simulator.fault({ method: 'POST', path: '/dav' }, { kind: 'batch-dies', after: 2 })
    const results = await putAll(dav, url, 4)
    expect(sents(results)).toEqual(new Set(['maybe']))
    expect(person.calendar('personal').list()).toHaveLength(2)
    expect(batches()).toHaveLength(1)
  })

  it.each(['login-page', 'truncated-body'] as const)('are unknown after an answer that is none: %s', async (kind) => {
    const { dav, url, simulator } = await start()
    simulator.fault({ method: 'POST', path: '/dav' }, { kind })
    expect(sents(await putAll(dav, url, 4))).toEqual(new Set(['maybe']))
  })

  it('are unknown after a gateway timeout, and not done after a refusal', async () => {
    const { dav, url, simulator, app, person } = await start()
    simulator.fault({ method: 'POST', path: '/dav' }, { kind: 'status', status: 504, afterWork: true })
    expect(sents(await putAll(dav, url, 4))).toEqual(new Set(['maybe']))
    expect(person.calendar('personal').list()).toHaveLength(4)
    app.withdraw('anna')
    const refused = await putAll(dav, url, 4)
    expect(codes(refused)).toEqual(Array.from({ length: 4 }, () => 'nextcloud.app-consent'))
    expect(sents(refused)).toEqual(new Set(['no']))
  })

  it('wait and come again when the server asks for patience', async () => {
    const { dav, url, simulator, clock } = await start()
    simulator.fault({ method: 'POST', path: '/dav' }, { kind: 'throttled', retryAfterSeconds: 7 })
    expect(new Set(codes(await putAll(dav, url, 10)))).toEqual(new Set([201]))
    expect(new Set(clock.waits)).toEqual(new Set([7000]))
  })

  it('that find the database locked are repeated, the others are not', async () => {
    const { dav, url, simulator } = await start()
    simulator.fault({ method: 'PUT', nth: 2, times: 3 }, { kind: 'database-locked' })
    expect(new Set(codes(await putAll(dav, url, 10)))).toEqual(new Set([201]))
  })

  it('of a side with a lost batch are found again by their tokens', async () => {
    const { dav, simulator, clock, person } = await start()
    const log = { debug() {}, info() {}, warn() {}, error() {}, child: () => log }
    const side = nextcloudSide({
      ...{ client: dav, collectionUrl: `${simulator.davUrl}calendars/anna/personal/`, kind: 'calendar' },
      ...{ floatingZone: 'Europe/Berlin', clock, log, codec: titleCodec, writeConcurrency: 100 },
    })
    const requests = Array.from(
      { length: 5 },
      (_, n): CreateRequest => ({ token: nextToken(), desired: sampleEvent(`u${n}`) }),
    )
    simulator.fault({ method: 'POST', path: '/dav' }, { kind: 'batch-dies', after: 3 })
    const outcomes = await side.create(requests)
    expect(outcomes.map((one) => one.kind)).toEqual(['unknown', 'unknown', 'unknown', 'unknown', 'unknown'])
    const found = await Promise.all(requests.map(({ token }) => side.findByToken(token)))
    expect(found.filter((id) => id !== null)).toHaveLength(3)
    expect(person.calendar('personal').list()).toHaveLength(3)
  })
})

describe('refusals that everybody would get', () => {
  it('are asked once, and again after a while', async () => {
    const { client, clock, app, simulator } = await start()
    app.rotateSecret('a-new-secret-of-at-least-32-characters')
    app.forgetPreviousSecret()
    const code = () =>
      client.ping().then(
        () => 'ok',
        (error: ConnectorError) => error.code,
      )
    expect([await code(), await code(), await code()]).toEqual(Array.from({ length: 3 }, () => 'nextcloud.app-secret'))
    expect(simulator.requests.count()).toBe(1)
    clock.now += 61_000
    expect(await code()).toBe('nextcloud.app-secret')
    expect(simulator.requests.count()).toBe(2)
  })

  it('name a missing app, an old one, and one that is not set up', async () => {
    const { client, app, simulator } = await start()
    const code = (work: Promise<unknown>) =>
      work.then(
        () => 'ok',
        (error: ConnectorError) => error.code,
      )
    app.without('journal')
    expect(await code(client.journal())).toBe('nextcloud.app-missing')
    simulator.fault({ path: '/ping' }, { kind: 'status', status: 302, headers: { Location: '/login' } })
    fixture.clock.now += 61_000
    expect(await code(client.ping())).toBe('nextcloud.redirect')
  })

  it('never put a secret into the log', async () => {
    const { client, dav, url, lines } = await start()
    await client.ping()
    await putAll(dav, url, 3)
    expect(lines.length).toBeGreaterThan(2)
    expect(lines.join('\n')).not.toMatch(/service-app-password|c2VjcmV0|SUMMARY|BEGIN:/)
  })
})
