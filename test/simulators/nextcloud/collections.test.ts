/** Discovery, properties, creation and removal of collections, shares, and who may do what. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { eventText, everyElement, listed, propfindBody, type RawClient, rawClient } from './raw-client.ts'
import { type NextcloudSimulator, startNextcloudSimulator } from './simulator.ts'
import { parseXml } from './xml.ts'

let sim: NextcloudSimulator
let dav: RawClient

beforeEach(async () => {
  sim = await startNextcloudSimulator()
  sim.addUser('alice', 'secret', { email: 'alice@corp.test' })
  dav = rawClient(sim, 'alice', 'secret')
})
afterEach(() => sim.close())

const home = () =>
  dav('PROPFIND', 'calendars/alice/', { body: propfindBody('d:resourcetype'), headers: { Depth: '1' } })
const namesIn = (text: string) =>
  listed(text).map((entry) => entry.href.replace('/remote.php/dav/calendars/alice/', ''))

describe('discovery', () => {
  it('redirects the well-known addresses to the DAV root, below the webroot', async () => {
    const below = await startNextcloudSimulator({ webroot: '/cloud' })
    const reply = await fetch(`${below.url}/.well-known/caldav`, { redirect: 'manual' })
    expect([reply.status, reply.headers.get('location')]).toEqual([301, below.davUrl])
    expect(below.davUrl).toMatch(/\/cloud\/remote\.php\/dav\/$/)
    await below.close()
  })

  it('lists own calendars, inbox, outbox, trash bin, subscriptions and what others share', async () => {
    const bob = sim.addUser('bob', 'b')
    bob.calendar('personal').share('alice', 'read')
    sim.user('alice').subscribe('holidays', 'https://example.test/h.ics')
    const names = namesIn((await home()).text)
    expect(names).toEqual(['', 'personal/', 'personal_shared_by_bob/', 'inbox/', 'outbox/', 'trashbin/', 'holidays/'])
  })

  it.each([
    [29, 'Basic', false],
    [34, 'Basic', true],
    [34, 'a gateway', false],
  ] as const)('on %i, a first request by %s makes the default calendar: %s', async (version, way, made) => {
    const fresh = await startNextcloudSimulator({
      version,
      authenticate: ({ headers }) => headers['x-act-for'] ?? null,
    })
    fresh.addUser('new', 'n', { loggedIn: false, firstRequest: 'makes-defaults' })
    const headers = { Depth: '1', ...(way === 'Basic' ? {} : { 'X-Act-For': 'new' }) }
    const reply = await rawClient(fresh, 'new', 'n')('PROPFIND', 'calendars/new/', { headers })
    expect(listed(reply.text).some((entry) => entry.href.endsWith('/personal/'))).toBe(made)
    await fresh.close()
  })

  it('hides the homes of others', async () => {
    sim.addUser('bob', 'b')
    expect((await dav('PROPFIND', 'calendars/bob/', { headers: { Depth: '1' } })).status).toBe(403)
    expect((await dav('GET', 'calendars/bob/personal/1.ics')).status).toBe(403)
    expect((await dav('PROPFIND', 'calendars/alice/none/', { headers: { Depth: '0' } })).status).toBe(404)
  })

  it('reports missing properties in a propstat of their own, and leaves it out for Prefer: return=minimal', async () => {
    const body = propfindBody('d:displayname', 'd:no-such-thing')
    const full = await dav('PROPFIND', 'calendars/alice/personal/', { body, headers: { Depth: '0' } })
    expect(everyElement(parseXml(full.text), '{DAV:}status').map((node) => node.text)).toEqual([
      'HTTP/1.1 200 OK',
      'HTTP/1.1 404 Not Found',
    ])
    const headers = { Depth: '0', Prefer: 'return=minimal' }
    const minimal = await dav('PROPFIND', 'calendars/alice/personal/', { body, headers })
    expect(everyElement(parseXml(minimal.text), '{DAV:}status')).toHaveLength(1)
  })

  it('answers 400 to a body that is not XML and to a document type', async () => {
    expect((await dav('PROPFIND', '', { body: '<a><b></a>' })).status).toBe(400)
    expect((await dav('PROPFIND', '', { body: '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>' })).status).toBe(400)
  })
})

describe('making and changing calendars', () => {
  const mkcalendar = (name: string, props: string) =>
    dav('MKCALENDAR', `calendars/alice/${name}/`, {
      body: `<c:mkcalendar xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav" xmlns:a="http://apple.com/ns/ical/"><d:set><d:prop>${props}</d:prop></d:set></c:mkcalendar>`,
    })

  it('takes all components without a set, and the given ones with it', async () => {
    const set = '<c:supported-calendar-component-set><c:comp name="VTODO"/></c:supported-calendar-component-set>'
    expect((await mkcalendar('all', '<d:displayname>All</d:displayname>')).status).toBe(201)
    expect((await mkcalendar('tasks', `${set}<a:calendar-color>#FF0000FF</a:calendar-color>`)).status).toBe(201)
    expect(sim.user('alice').calendar('tasks').color).toBe('#FF0000FF')
    const task = eventText('1')
      .replaceAll('VEVENT', 'VTODO')
      .replace(/DTEND.*\r\n/, '')
    expect((await dav('PUT', 'calendars/alice/all/1.ics', { body: task })).status).toBe(201)
    expect((await dav('PUT', 'calendars/alice/tasks/1.ics', { body: task })).status).toBe(201)
    expect((await dav('PUT', 'calendars/alice/tasks/2.ics', { body: eventText('2') })).status).toBe(403)
  })

  it('answers 405 when the calendar exists, and 403 to a plain MKCOL', async () => {
    expect((await mkcalendar('personal', '')).status).toBe(405)
    expect((await dav('MKCOL', 'calendars/alice/folder/')).status).toBe(403)
  })

  it('renames with PROPPATCH, and refuses what only the server sets, all or nothing', async () => {
    const patch = (prop: string) =>
      dav('PROPPATCH', 'calendars/alice/personal/', {
        body: `<d:propertyupdate xmlns:d="DAV:"><d:set><d:prop>${prop}</d:prop></d:set></d:propertyupdate>`,
      })
    const refused = await patch('<d:displayname>No</d:displayname><d:getetag>x</d:getetag>')
    expect(everyElement(parseXml(refused.text), '{DAV:}status').map((node) => node.text)).toEqual([
      'HTTP/1.1 403 Forbidden',
      'HTTP/1.1 424 Failed Dependency',
    ])
    expect(sim.user('alice').calendar('personal').displayName).toBe('Personal')
    expect((await patch('<d:displayname>Privat</d:displayname>')).status).toBe(207)
    expect(sim.user('alice').calendar('personal').displayName).toBe('Privat')
  })

  it('puts a deleted calendar into the trash unless told otherwise', async () => {
    sim.user('alice').createCalendar('a')
    sim.user('alice').createCalendar('b')
    await dav('DELETE', 'calendars/alice/a/')
    await dav('DELETE', 'calendars/alice/b/', { headers: { 'X-NC-CalDAV-No-Trashbin': '1' } })
    expect(namesIn((await home()).text)).toContain('a/')
    expect((await home()).text).toContain('deleted-calendar')
    expect(namesIn((await home()).text)).not.toContain('b/')
    expect((await dav('PUT', 'calendars/alice/a/1.ics', { body: eventText('1') })).status).toBe(403)
  })
})

describe('shares', () => {
  it('can be written when allowed, refuse with 403 when not, and name their owner', async () => {
    const bob = sim.addUser('bob', 'b')
    bob.calendar('personal').put('1.ics', eventText('1'))
    bob.calendar('personal').share('alice', 'read')
    const path = 'calendars/alice/personal_shared_by_bob'
    expect((await dav('GET', `${path}/1.ics`)).status).toBe(200)
    expect((await dav('PUT', `${path}/1.ics`, { body: eventText('1') })).status).toBe(403)
    expect((await dav('DELETE', `${path}/1.ics`)).status).toBe(403)
    const props = await dav('PROPFIND', `${path}/`, {
      body: propfindBody('oc:owner-principal'),
      headers: { Depth: '0' },
    })
    expect(props.text).toContain('principals/users/bob<')
    bob.calendar('personal').share('alice', 'read-write')
    expect((await dav('PUT', `${path}/1.ics`, { body: eventText('1') })).status).toBe(204)
  })
})
