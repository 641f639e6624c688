/** Finding calendars on the simulated Nextcloud, from whatever URL the administrator gave, and making new ones. */
import { afterEach, describe, expect, it } from 'vitest'
import { isSyncableBook } from '../../src/nextcloud/dav/address-book.ts'
import { isSyncable, isTaskList } from '../../src/nextcloud/dav/calendar.ts'
import { createDavClient } from '../../src/nextcloud/dav/client.ts'
import { createAddressBook, createCalendar, createTaskList } from '../../src/nextcloud/dav/create-calendar.ts'
import { discoverHome, listAddressBooks, listCalendars } from '../../src/nextcloud/dav/discovery.ts'
import { ConnectorError } from '../../src/ports/errors.ts'
import { fixedRandom, memoryLog, quickClock } from '../core/dav-server.ts'
import type { NextcloudSimulatorOptions } from '../simulators/nextcloud/options.ts'
import { startNextcloudSimulator } from '../simulators/nextcloud/simulator.ts'

const closers: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

async function fixture(options: NextcloudSimulatorOptions = {}) {
  const simulator = await startNextcloudSimulator(options)
  const anna = simulator.addUser('anna', 'app-password')
  const clientFor = (baseUrl: string, password = 'app-password') => {
    const parts = { clock: quickClock(), random: fixedRandom, log: memoryLog() }
    const client = createDavClient({ baseUrl, username: 'anna', password, ...parts })
    closers.push(client.close)
    return client
  }
  closers.push(simulator.close)
  return { simulator, anna, clientFor }
}

describe('discovery', () => {
  it.each(['', '/nextcloud'])(
    'finds the home from the server, the DAV root, the principal and the home (webroot "%s")',
    async (webroot) => {
      const { simulator, clientFor } = await fixture({ webroot })
      const home = `${simulator.davUrl}calendars/anna/`
      for (const path of ['', 'principals/users/anna/', 'calendars/anna/']) {
        expect((await discoverHome(clientFor(simulator.davUrl + path))).homeUrl).toBe(home)
      }
      for (const url of [simulator.url, `${simulator.url}/`])
        expect((await discoverHome(clientFor(url))).homeUrl).toBe(home)
    },
  )

  it('tries a wrong password once, not at every URL (the brute force delay hits everybody behind our address)', async () => {
    const { simulator, clientFor } = await fixture()
    const error = await discoverHome(clientFor(simulator.davUrl, 'wrong')).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(ConnectorError)
    expect(error).toMatchObject({ code: 'nextcloud.sign-in' })
    expect(simulator.requests.count()).toBe(1)
  })

  it('says that there is no CalDAV where there is none', async () => {
    const { simulator, clientFor } = await fixture()
    simulator.fault({ times: 99 }, { kind: 'login-page' })
    const error = await discoverHome(clientFor(simulator.url)).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'nextcloud.bad-response' })
  })
})

describe('the list of calendars', () => {
  it('takes only own, writable calendars for events: none shared, subscribed, for tasks, or in the trash', async () => {
    const { simulator, anna, clientFor } = await fixture()
    anna.createCalendar('work', { displayName: 'Work & play', components: ['VEVENT', 'VTODO'], color: '#ff0000' })
    anna.createCalendar('todo', { components: ['VTODO'] })
    anna.createCalendar('binned').delete()
    anna.subscribe('holidays', 'https://example.test/holidays.ics')
    const bob = simulator.addUser('bob', 'x')
    bob.createCalendar('team').share('anna', 'read-write')
    bob.createCalendar('boss').share('anna', 'read')
    const client = clientFor(simulator.url)
    const calendars = await listCalendars(client, await discoverHome(client))
    expect(calendars.filter(isSyncable).map(({ segment }) => segment)).toEqual(['personal', 'work'])
    const work = calendars.find(({ segment }) => segment === 'work')
    expect(work).toMatchObject({
      displayName: 'Work & play',
      color: '#ff0000',
      components: ['VEVENT', 'VTODO'],
      own: true,
    })
    expect(work?.syncToken).toMatch(/^http:\/\/sabre\.io\/ns\/sync\/\d+$/)
    const shared = calendars.filter(({ segment }) => segment.includes('_shared_by_'))
    expect(shared).toHaveLength(2)
    expect(shared.every(({ own }) => !own)).toBe(true)
  })

  it('is empty for a user who never signed in, without an error', async () => {
    const { simulator } = await fixture()
    simulator.addUser('new', 'app-password', { loggedIn: false })
    const parts = { clock: quickClock(), random: fixedRandom, log: memoryLog() }
    const client = createDavClient({ baseUrl: simulator.url, username: 'new', password: 'app-password', ...parts })
    closers.push(client.close)
    const home = await discoverHome(client)
    const before = await listCalendars(client, home)
    expect(before.filter(isSyncable)).toEqual([])
    const made = await createCalendar(client, home, { displayName: 'Calendar' })
    expect(made.segment).toBe('calendar')
  })
})

describe('a new calendar', () => {
  it('holds events only, has the name and the colour, and takes another path when its own is taken', async () => {
    const { simulator, anna, clientFor } = await fixture()
    const client = clientFor(simulator.url)
    const home = await discoverHome(client)
    const first = await createCalendar(client, home, { displayName: 'Ünï <Projekt>', color: '#00ff00' })
    const second = await createCalendar(client, home, { displayName: 'Ünï <Projekt>' })
    expect([first.segment, second.segment]).toEqual(['uni-projekt', 'uni-projekt-2'])
    expect(first).toMatchObject({ displayName: 'Ünï <Projekt>', components: ['VEVENT'], own: true, readOnly: false })
    expect(anna.calendar('uni-projekt').color).toMatch(/^#00ff00/i)
  })
})

describe('task lists and address books', () => {
  it('a calendar for events alone is no task list; the mixed and the pure ones are', async () => {
    const { anna, clientFor, simulator } = await fixture()
    anna.createCalendar('todo', { components: ['VTODO'] })
    anna.createCalendar('mixed', { components: ['VEVENT', 'VTODO'] })
    simulator
      .addUser('bob', 'x')
      .createCalendar('team', { components: ['VTODO'] })
      .share('anna', 'read-write')
    const client = clientFor(simulator.url)
    const calendars = await listCalendars(client, await discoverHome(client))
    expect(calendars.filter(isTaskList).map(({ segment }) => segment)).toEqual(['todo', 'mixed'])
  })

  it('a new task list holds tasks alone', async () => {
    const { clientFor, simulator } = await fixture()
    const client = clientFor(simulator.url)
    const made = await createTaskList(client, await discoverHome(client), { displayName: 'Aufgaben', color: '#00ff00' })
    expect(made).toMatchObject({ segment: 'aufgaben', components: ['VTODO'], displayName: 'Aufgaben' })
    expect(isTaskList(made)).toBe(true)
    expect(isSyncable(made)).toBe(false)
  })

  it('address books are found from any URL, and new ones made', async () => {
    const { anna, clientFor, simulator } = await fixture()
    anna.createAddressBook('z-app-generated--contactsinteraction--recent', 'Recently contacted')
    const home = `${simulator.davUrl}addressbooks/users/anna/`
    for (const url of [simulator.url, simulator.davUrl, `${simulator.davUrl}calendars/anna/`]) {
      expect((await discoverHome(clientFor(url), 'carddav')).homeUrl).toBe(home)
    }
    const client = clientFor(simulator.url)
    const cardHome = await discoverHome(client, 'carddav')
    const books = await listAddressBooks(client, cardHome)
    expect(books.filter(isSyncableBook).map(({ segment }) => segment)).toEqual(['contacts'])
    const first = await createAddressBook(client, cardHome, { displayName: 'Kunden & Co' })
    const second = await createAddressBook(client, cardHome, { displayName: 'Kunden & Co' })
    expect([first.segment, second.segment]).toEqual(['kunden-co', 'kunden-co-2'])
    expect(first).toMatchObject({ displayName: 'Kunden & Co', own: true, readOnly: false, generated: false })
  })
})
