/** The side on a calendar of a CalDAV server that we did not write, with a person at another program: for the contract suite and trials. */
import { eventOf } from '../../src/model/kinds.ts'
import { calendarCodec } from '../../src/nextcloud/calendar-codec.ts'
import { createDavClient, type DavClient } from '../../src/nextcloud/dav/client.ts'
import { createCalendar } from '../../src/nextcloud/dav/create-calendar.ts'
import { type DavHome, discoverHome } from '../../src/nextcloud/dav/discovery.ts'
import { nextcloudSide } from '../../src/nextcloud/side.ts'
import type { ItemId } from '../../src/ports/side.ts'
import type { SideFixture } from '../contract/side-suite.ts'
import { fixedRandom, memoryLog, quickClock } from '../core/dav-server.ts'

export type DavAccess = { url: string; username: string; password: string }

export const floatingZone = 'Europe/Berlin'
export const clock = quickClock()
const codec = calendarCodec({ floatingZone, clock })
const QUIET = { 'Schedule-Reply': 'F', 'X-NC-CalDAV-No-Trashbin': '1' }

/** A client that signed in and found its home, as the connector would. */
export async function connect(program: DavAccess): Promise<{ client: DavClient; home: DavHome }> {
  const { url, username, password } = program
  const client = createDavClient({ baseUrl: url, username, password, clock, random: fixedRandom, log: memoryLog() })
  return { client, home: await discoverHome(client) }
}

let counter = 0

/** A new calendar for each test, and another program of the same user. */
export async function davFixture(program: DavAccess): Promise<SideFixture> {
  const { client, home } = await connect(program)
  const { url } = await createCalendar(client, home, { displayName: `Calendar ${++counter}` })
  const side = nextcloudSide({ client, collectionUrl: url, kind: 'calendar', floatingZone, clock, log: memoryLog() })
  const person = personOn(program)
  return {
    side,
    person: {
      create: async (event) => {
        const path = `${new URL(url).pathname}${encodeURIComponent(`${event.uid}.ics`)}`
        await person(path, { method: 'PUT', body: codec.encode(null, event) })
        return path as ItemId
      },
      rename: async (id, title) => {
        const text = await (await person(id, { method: 'GET' })).text()
        const decoded = codec.decode(text)
        if (decoded.kind !== 'item') throw new Error('not readable')
        await person(id, { method: 'PUT', body: codec.encode(text, { ...eventOf(decoded.model), title }) })
      },
      remove: async (id) => void (await person(id, { method: 'DELETE' })),
      titles: async () => {
        const found: string[] = []
        for await (const page of side.listAll()) {
          for (const result of await side.read(page.map(({ id }) => id))) {
            found.push(result.kind === 'present' ? eventOf(result.item.model).title : result.kind)
          }
        }
        return found.toSorted()
      },
    },
    mails: () => 0,
    close: async () => {
      await person(new URL(url).pathname, { method: 'DELETE' })
      await client.close()
    },
  }
}

/** Another client of the same user: plain requests without preconditions. */
export function personOn({ url, username, password }: DavAccess) {
  const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
  return async (path: string, init: { method: string; body?: string }): Promise<Response> => {
    // No mail, and no trash bin that fills up.
    const headers = { ...QUIET, authorization, 'content-type': 'text/calendar' }
    const response = await fetch(new URL(path, url), { ...init, headers })
    if (!response.ok) throw new Error(`${init.method} ${path}: ${response.status} ${await response.text()}`)
    return response
  }
}
