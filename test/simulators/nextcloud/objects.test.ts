/** GET, PUT, DELETE and MOVE of calendar objects: every row of the measured table of what the server accepts. */
import { createHash } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { eventText, type RawClient, rawClient } from './raw-client.ts'
import { type NextcloudSimulator, startNextcloudSimulator } from './simulator.ts'

let sim: NextcloudSimulator
let dav: RawClient
const personal = 'calendars/alice/personal'

beforeEach(async () => {
  sim = await startNextcloudSimulator({ eventSizeLimitBytes: 20_000 })
  sim.addUser('alice', 'secret', { email: 'alice@corp.test' })
  dav = rawClient(sim, 'alice', 'secret')
})
afterEach(() => sim.close())

const put = (path: string, body: string, headers: Record<string, string> = {}) =>
  dav('PUT', `${personal}/${path}`, { body, headers })

describe('PUT', () => {
  it('stores the bytes as they are and answers with their md5', async () => {
    const text = eventText('1').replaceAll('\r\n', '\n').replace('SUMMARY:Event 1', 'SUMMARY:Grüße 🎉 \\n')
    const reply = await put('1.ics', text)
    expect(reply.status).toBe(201)
    expect(reply.headers.get('etag')).toBe(`"${createHash('md5').update(text).digest('hex')}"`)
    expect((await dav('GET', `${personal}/1.ics`)).text).toBe(text)
  })

  it('refuses a second object with the same UID in the calendar, and takes it in another one', async () => {
    sim.user('alice').createCalendar('other')
    await put('1.ics', eventText('same'))
    expect((await put('2.ics', eventText('same'))).status).toBe(400)
    expect((await dav('PUT', 'calendars/alice/other/2.ics', { body: eventText('same') })).status).toBe(201)
  })

  it('lets an object change its UID', async () => {
    await put('1.ics', eventText('old'))
    expect((await put('1.ics', eventText('new'))).status).toBe(204)
    expect((await put('2.ics', eventText('old'))).status).toBe(201)
  })

  it.each([
    ['no calendar at all', 'hello', 415],
    ['a text that ends early', eventText('1').slice(0, -20), 415],
    ['a line without a colon', eventText('1', ['DTSTART:20300101T000000Z', 'NONSENSE']), 415],
    ['METHOD', eventText('1').replace('PRODID', 'METHOD:REQUEST\r\nPRODID'), 415],
    [
      'two UIDs',
      eventText('1').replace(
        'END:VCALENDAR',
        'BEGIN:VEVENT\r\nUID:2\r\nDTSTART:20300101T000000Z\r\nEND:VEVENT\r\nEND:VCALENDAR',
      ),
      415,
    ],
    ['no DTSTART', eventText('1', []), 415],
    ['two different summaries', eventText('1', ['DTSTART:20300101T000000Z', 'SUMMARY:b']), 415],
    ['a task in a calendar of events', eventText('1').replaceAll('VEVENT', 'VTODO'), 403],
    [
      'more than the size limit',
      eventText('1', ['DTSTART:20300101T000000Z', `DESCRIPTION:${'x'.repeat(20_000)}`]),
      403,
    ],
    ['a Windows zone without VTIMEZONE', eventText('1', ['DTSTART;TZID=Customized Time Zone:20300101T000000']), 201],
    ['an infinite series', eventText('1', ['DTSTART:20300101T000000Z', 'RRULE:FREQ=DAILY']), 201],
    [
      'a series without occurrences',
      eventText('1', ['DTSTART:20300101T000000Z', 'RRULE:FREQ=DAILY;COUNT=1', 'EXDATE:20300101T000000Z']),
      201,
    ],
    [
      'an exception without its master',
      eventText('1', ['DTSTART:20300101T000000Z', 'RECURRENCE-ID:20300101T000000Z']),
      201,
    ],
  ])('answers %s as Nextcloud does', async (_name, text, status) => {
    const reply = await put('x.ics', text)
    expect(reply.status).toBe(status)
    expect(sim.user('alice').calendar('personal').get('x.ics')?.text ?? null).toBe(status === 201 ? text : null)
  })

  it('refuses a task that is due before it starts', async () => {
    sim.user('alice').createCalendar('tasks')
    const task = eventText('1', ['DTSTART:20300105T090000Z', 'DUE:20300104T090000Z']).replaceAll('VEVENT', 'VTODO')
    expect((await dav('PUT', 'calendars/alice/tasks/1.ics', { body: task })).status).toBe(415)
  })

  it('repairs a missing UID, DTSTAMP or PRODID and then gives no ETag', async () => {
    const text = eventText('1')
      .replace('UID:1\r\n', '')
      .replace('DTSTAMP:20260101T000000Z\r\n', '')
      .replace('PRODID:-//test//EN\r\n', '')
    const reply = await put('x.ics', text)
    expect([reply.status, reply.headers.get('etag')]).toEqual([201, null])
    const stored = await dav('GET', `${personal}/x.ics`)
    expect(stored.text).toMatch(/\r\nUID:.+\r\n/)
    expect(stored.text).toContain('PRODID:-//Sabre')
    expect(stored.headers.get('etag')).toMatch(/^"[0-9a-f]{32}"$/)
  })

  it('answers 404 below a calendar that does not exist, and 409 on a collection', async () => {
    expect((await dav('PUT', 'calendars/alice/nowhere/1.ics', { body: eventText('1') })).status).toBe(404)
    expect((await dav('PUT', personal, { body: eventText('1') })).status).toBe(409)
  })
})

describe('preconditions', () => {
  it('answers 412 to a wrong If-Match, to If-None-Match on what exists, and to If-Match on nothing', async () => {
    const etag = (await put('1.ics', eventText('1'))).headers.get('etag') ?? ''
    expect((await put('1.ics', eventText('1'), { 'If-None-Match': '*' })).status).toBe(412)
    expect((await put('1.ics', eventText('1'), { 'If-Match': '"x"' })).status).toBe(412)
    expect((await put('2.ics', eventText('2'), { 'If-Match': etag })).status).toBe(412)
    expect((await dav('DELETE', `${personal}/1.ics`, { headers: { 'If-Match': '"x"' } })).status).toBe(412)
    expect((await put('1.ics', eventText('1'), { 'If-Match': `"x", ${etag}` })).status).toBe(204)
    expect((await dav('DELETE', `${personal}/1.ics`, { headers: { 'If-Match': etag } })).status).toBe(204)
    expect((await dav('DELETE', `${personal}/1.ics`)).status).toBe(404)
  })
})

describe('GET and HEAD', () => {
  it('give the ETag, 304 to who has it, and no body to HEAD', async () => {
    const etag = (await put('1.ics', eventText('1'))).headers.get('etag') ?? ''
    const head = await dav('HEAD', `${personal}/1.ics`)
    expect([head.status, head.headers.get('etag'), head.text]).toEqual([200, etag, ''])
    expect(head.headers.get('content-length')).toBe(String(eventText('1').length))
    expect((await dav('GET', `${personal}/1.ics`, { headers: { 'If-None-Match': etag } })).status).toBe(304)
  })
})

describe('MOVE', () => {
  it('takes an object into another calendar and leaves nothing behind', async () => {
    const other = sim.user('alice').createCalendar('other')
    await put('1.ics', eventText('1'))
    const headers = { Destination: `${sim.davUrl}calendars/alice/other/new.ics` }
    expect((await dav('MOVE', `${personal}/1.ics`, { headers })).status).toBe(201)
    expect(other.list().map((object) => object.uri)).toEqual(['new.ics'])
    expect(sim.user('alice').calendar('personal').list()).toEqual([])
  })

  it('does not overwrite when told so', async () => {
    await put('1.ics', eventText('1'))
    await put('2.ics', eventText('2'))
    const headers = { Destination: `/remote.php/dav/${personal}/2.ics`, Overwrite: 'F' }
    expect((await dav('MOVE', `${personal}/1.ics`, { headers })).status).toBe(412)
    expect(sim.user('alice').calendar('personal').list()).toHaveLength(2)
  })
})
