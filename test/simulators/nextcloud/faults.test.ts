/** Planted faults at the level of HTTP: which request they hit, and whether the work was done before the answer was lost. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { eventText, listed, propfindBody, type RawClient, rawClient } from './raw-client.ts'
import { type NextcloudSimulator, startNextcloudSimulator } from './simulator.ts'

let sim: NextcloudSimulator
let dav: RawClient

beforeEach(async () => {
  sim = await startNextcloudSimulator()
  sim.addUser('alice', 'secret', { email: 'alice@corp.test' })
  dav = rawClient(sim, 'alice', 'secret')
})
afterEach(() => sim.close())

const put = (uid: string) => dav('PUT', `calendars/alice/personal/${uid}.ics`, { body: eventText(uid) })
const stored = () =>
  sim
    .user('alice')
    .calendar('personal')
    .list()
    .map((object) => object.uid)
const propfind = (depth = '1') =>
  dav('PROPFIND', 'calendars/alice/personal/', { body: propfindBody('d:getetag'), headers: { Depth: depth } })

describe('a planted fault', () => {
  it('hits the n-th matching request, as often as told', async () => {
    const fault = sim.fault({ method: 'PUT', path: /personal/, nth: 2, times: 2 }, { kind: 'database-locked' })
    const statuses = []
    for (const uid of ['1', '2', '3', '4']) statuses.push((await put(uid)).status)
    expect(statuses).toEqual([201, 500, 500, 201])
    expect([fault.hits(), stored()]).toEqual([2, ['1', '4']])
  })

  it('cuts the connection before the work, or after it', async () => {
    sim.fault({ method: 'PUT' }, { kind: 'cut', when: 'before-work' })
    await expect(put('1')).rejects.toThrow()
    expect(stored()).toEqual([])
    sim.fault({ method: 'PUT' }, { kind: 'cut', when: 'after-work' })
    await expect(put('1')).rejects.toThrow()
    expect(stored()).toEqual(['1'])
    expect(sim.requests.entries.map((entry) => entry.status)).toEqual([0, 0])
  })

  it('cuts or truncates an answer', async () => {
    sim.user('alice').calendar('personal').put('1.ics', eventText('1'))
    sim.fault({ method: 'PROPFIND' }, { kind: 'cut', when: 'mid-reply' })
    await expect(propfind()).rejects.toThrow()
    sim.fault({ method: 'PROPFIND' }, { kind: 'truncated-body' })
    const truncated = await propfind()
    expect(truncated.status).toBe(207)
    expect(truncated.text).not.toContain('</d:multistatus>')
  })

  it('answers a gateway timeout although the work was done', async () => {
    sim.fault({ method: 'PUT' }, { kind: 'status', status: 504, body: '<html>', afterWork: true })
    expect((await put('1')).status).toBe(504)
    expect(stored()).toEqual(['1'])
  })

  it.each([
    [{ kind: 'maintenance' }, 503, 'retry-after', '120'],
    [{ kind: 'throttled', retryAfterSeconds: 7 }, 429, 'retry-after', '7'],
    [{ kind: 'insufficient-storage' }, 507, 'content-type', 'application/xml; charset=utf-8'],
    [{ kind: 'login-page' }, 200, 'content-type', 'text/html; charset=UTF-8'],
    [{ kind: 'status', status: 502, body: 'bad gateway' }, 502, 'content-type', 'text/html'],
  ] as const)('answers in place of the server: %o', async (effect, status, header, value) => {
    sim.fault({ method: 'PUT' }, effect)
    const reply = await put('1')
    expect([reply.status, reply.headers.get(header), stored()]).toEqual([status, value, []])
  })

  it('withholds or changes the ETag', async () => {
    sim.fault({ method: 'PUT' }, { kind: 'no-etag' })
    expect((await put('1')).headers.get('etag')).toBeNull()
    sim.fault({ method: 'PUT' }, { kind: 'gzip-etag' })
    expect((await put('2')).headers.get('etag')).toMatch(/-gzip"$/)
  })

  it('spells hrefs in other ways', async () => {
    sim.user('alice').calendar('personal').put('a@b é-1.ics', eventText('1'))
    const hrefs = []
    for (const variant of ['upper-case-hex', 'plain-at', 'encoded-dash', 'absolute'] as const) {
      sim.fault({ method: 'PROPFIND' }, { kind: 'href-variant', variant })
      hrefs.push(
        listed((await propfind()).text)
          .at(-1)
          ?.href.replace(/.*personal\//, ''),
      )
    }
    expect(hrefs).toEqual([
      'a%40b%20%C3%A9-1.ics',
      'a@b%20%c3%a9-1.ics',
      'a%40b%20%c3%a9%2D1.ics',
      'a%40b%20%c3%a9-1.ics',
    ])
  })

  it('lets a person act between the decision and the write', async () => {
    const etag = (await put('1')).headers.get('etag') ?? ''
    const edited = eventText('1').replace('Event', 'Edited')
    sim.fault(
      { method: 'PUT' },
      { kind: 'meanwhile', act: () => sim.user('alice').calendar('personal').put('1.ics', edited) },
    )
    const reply = await dav('PUT', 'calendars/alice/personal/1.ics', {
      body: eventText('1'),
      headers: { 'If-Match': etag },
    })
    expect(reply.status).toBe(412)
    expect(sim.user('alice').calendar('personal').get('1.ics')?.text).toBe(edited)
  })
})
