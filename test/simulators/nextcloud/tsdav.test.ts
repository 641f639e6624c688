/** The simulator through tsdav, a client that we did not write: discovery, objects, sync-collection and multiget as its users call them. */
import { DAVClient } from 'tsdav'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { eventText } from './raw-client.ts'
import { type NextcloudSimulator, startNextcloudSimulator } from './simulator.ts'

let sim: NextcloudSimulator
let client: DAVClient

beforeEach(async () => {
  sim = await startNextcloudSimulator()
  sim.addUser('alice', 'secret', { email: 'alice@corp.test', displayName: 'Alice' })
  client = new DAVClient({
    serverUrl: sim.url,
    credentials: { username: 'alice', password: 'secret' },
    authMethod: 'Basic',
    defaultAccountType: 'caldav',
  })
  await client.login()
})
afterEach(() => sim.close())

const personal = async () => {
  const calendar = (await client.fetchCalendars()).find((candidate) => candidate.url.endsWith('/personal/'))
  if (!calendar) throw new Error('tsdav did not find the calendar')
  return calendar
}

describe('the simulator seen by tsdav', () => {
  it('is discovered from the well-known address to the calendars', async () => {
    sim.user('alice').createCalendar('tasks', { displayName: 'Aufgaben für <mich> & dich', components: ['VTODO'] })
    const calendars = await client.fetchCalendars()
    expect(client.account?.homeUrl).toBe(`${sim.davUrl}calendars/alice/`)
    expect(calendars.map((calendar) => [calendar.displayName, calendar.components])).toEqual([
      ['Personal', ['VEVENT']],
      ['Aufgaben für <mich> & dich', ['VTODO']],
    ])
    expect(sim.requests.count()).toBeGreaterThan(2)
  })

  it('creates, reads, changes and deletes an object under its ETag', async () => {
    const calendar = await personal()
    const created = await client.createCalendarObject({ calendar, filename: 'a b+é.ics', iCalString: eventText('1') })
    expect(created.status).toBe(201)
    const [object] = await client.fetchCalendarObjects({ calendar })
    if (!object) throw new Error('nothing was listed')
    expect(object.data).toContain('SUMMARY:Event 1')
    expect(object.etag).toBe(created.headers.get('etag'))
    expect(object.url).toContain('/a%20b%2b%c3%a9.ics')
    const changed = eventText('1').replace('Event 1', 'Changed')
    const stale = await client.updateCalendarObject({ calendarObject: { ...object, etag: '"old"', data: changed } })
    expect(stale.status).toBe(412)
    const updated = await client.updateCalendarObject({ calendarObject: { ...object, data: changed } })
    expect(updated.status).toBe(204)
    expect(sim.user('alice').calendar('personal').byUid('1')?.text).toBe(changed)
    const etag = updated.headers.get('etag') ?? ''
    expect((await client.deleteCalendarObject({ calendarObject: { ...object, etag } })).status).toBe(204)
    expect(sim.user('alice').calendar('personal').list()).toEqual([])
  })

  it('makes a calendar and reports changes since a token', async () => {
    const url = `${sim.davUrl}calendars/alice/work/`
    const made = await client.makeCalendar({ url, props: { displayname: 'Work' } })
    expect(made.map((reply) => reply.status)).toEqual([201])
    const work = sim.user('alice').calendar('work')
    expect(work.displayName).toBe('Work')
    work.put('1.ics', eventText('1'))
    const props = { 'd:getetag': {} }
    const first = await client.syncCollection({ url, props, syncLevel: 1, syncToken: '' })
    const token = String(first[0]?.raw?.multistatus?.syncToken)
    expect(first.map((entry) => entry.href)).toEqual(['/remote.php/dav/calendars/alice/work/1.ics'])
    work.put('2.ics', eventText('2'))
    work.remove('1.ics')
    const second = await client.syncCollection({ url, props, syncLevel: 1, syncToken: token })
    expect(second.map((entry) => [entry.href?.split('/').at(-1), entry.status])).toEqual([
      ['2.ics', 207],
      ['1.ics', 404],
    ])
  })

  it('answers a multiget with what exists', async () => {
    const work = sim.user('alice').createCalendar('work')
    for (const uid of ['1', '2', '3']) work.put(`${uid}.ics`, eventText(uid))
    const url = `${sim.davUrl}calendars/alice/work/`
    const objectUrls = ['3', '1', 'none'].map((uid) => `/remote.php/dav/calendars/alice/work/${uid}.ics`)
    const props = { 'd:getetag': {}, 'c:calendar-data': {} }
    const found = await client.calendarMultiGet({ url, props, objectUrls, depth: '1' })
    expect(
      found.map((entry) => [entry.href?.split('/').at(-1), String(entry.props?.calendarData).length > 100]),
    ).toEqual([
      ['1.ics', true],
      ['3.ics', true],
    ])
  })
})
