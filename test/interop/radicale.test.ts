/** The contract of a side on CalDAV servers that we did not write: Radicale (rewrites what it stores) and Xandikos (keeps it in git). */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { eventOf } from '../../src/model/kinds.ts'
import { calendarCodec } from '../../src/nextcloud/calendar-codec.ts'
import { isSyncable } from '../../src/nextcloud/dav/calendar.ts'
import { createDavClient, type DavClient } from '../../src/nextcloud/dav/client.ts'
import { createCalendar } from '../../src/nextcloud/dav/create-calendar.ts'
import { type DavHome, discoverHome, listCalendars } from '../../src/nextcloud/dav/discovery.ts'
import { nextcloudSide } from '../../src/nextcloud/side.ts'
import { ConnectorError } from '../../src/ports/errors.ts'
import type { ItemId, Token } from '../../src/ports/side.ts'
import { sampleEvent } from '../contract/side-samples.ts'
import { type SideFixture, sideContract } from '../contract/side-suite.ts'
import { fixedRandom, memoryLog, quickClock } from '../core/dav-server.ts'
import { type DavProgram, hasRadicale, hasXandikos, startRadicale, startXandikos } from './dav-programs.ts'

const floatingZone = 'Europe/Berlin'
const clock = quickClock()
const codec = calendarCodec({ floatingZone, clock })

const programs = [
  { name: 'Radicale', present: hasRadicale, start: startRadicale },
  { name: 'Xandikos', present: hasXandikos, start: startXandikos },
]

for (const { name, present, start } of programs) {
  if (!present) {
    describe.skip(`${name} (not installed)`, () => it('is tested where it is installed', () => undefined))
    continue
  }
  describe(name, () => {
    const running: { program?: DavProgram } = {}
    beforeAll(async () => {
      running.program = await start()
    })
    afterAll(async () => running.program?.close())
    const program = (): DavProgram => {
      if (!running.program) throw new Error('not started')
      return running.program
    }
    sideContract(name, () => makeFixture(program()), { conditionalCreate: true })
    describeServer(program)
  })
}

async function connect(program: DavProgram): Promise<{ client: DavClient; home: DavHome }> {
  const { url, username, password } = program
  const client = createDavClient({ baseUrl: url, username, password, clock, random: fixedRandom, log: memoryLog() })
  return { client, home: await discoverHome(client) }
}

let counter = 0

async function makeFixture(program: DavProgram): Promise<SideFixture> {
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
    close: () => client.close(),
  }
}

/** Another client of the same user: plain requests without preconditions. */
function personOn({ url, username, password }: DavProgram) {
  const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
  return async (path: string, init: { method: string; body?: string }): Promise<Response> => {
    const headers = { authorization, 'content-type': 'text/calendar' }
    const response = await fetch(new URL(path, url), { ...init, headers })
    if (!response.ok) throw new Error(`${init.method} ${path}: ${response.status} ${await response.text()}`)
    return response
  }
}

function describeServer(program: () => DavProgram): void {
  it('lists a new calendar as own, writable and for events', async () => {
    const { client, home } = await connect(program())
    const made = await createCalendar(client, home, { displayName: 'Ünïcode & <more>', color: '#336699' })
    const found = (await listCalendars(client, home)).find(({ url }) => url === made.url)
    expect(found).toMatchObject({ displayName: 'Ünïcode & <more>', own: true, readOnly: false })
    expect(found && isSyncable(found)).toBe(true)
    await client.close()
  })

  it('is in step with itself: what a creation or an update gave equals a later read (I15), for 60 events', async () => {
    const { client, home } = await connect(program())
    const { url } = await createCalendar(client, home, { displayName: 'Many' })
    const side = nextcloudSide({ client, collectionUrl: url, kind: 'calendar', floatingZone, clock, log: memoryLog() })
    const requests = Array.from({ length: 60 }, (_, n) => ({
      token: `30000000-0000-4000-8000-${String(n).padStart(12, '0')}` as Token,
      desired: sampleEvent(`${n}@example.test`, { title: `Nr ${n}; with, \\special`, location: 'ß'.repeat(60) }),
    }))
    const items = (await side.create(requests)).flatMap((outcome) => (outcome.kind === 'created' ? [outcome.item] : []))
    expect(items).toHaveLength(60)
    expect(await side.read(items.map(({ id }) => id))).toEqual(items.map((item) => ({ kind: 'present', item })))
    const changes = items.map((current) => ({
      current,
      desired: { ...current.model, title: 'New' },
      changed: ['title'],
    }))
    const updated = (await side.update(changes)).flatMap((outcome) =>
      outcome.kind === 'updated' ? [outcome.item] : [],
    )
    expect(updated).toHaveLength(60)
    expect(await side.read(updated.map(({ id }) => id))).toEqual(updated.map((item) => ({ kind: 'present', item })))
    await client.close()
  })

  it('says for a collection that is not there that it is not there (LOS-1)', async () => {
    const { client, home } = await connect(program())
    const parts = { client, kind: 'calendar' as const, floatingZone, clock, log: memoryLog() }
    const side = nextcloudSide({ ...parts, collectionUrl: `${home.homeUrl}nowhere/` })
    const list = async () => {
      for await (const page of side.listAll()) expect(page).toEqual([])
    }
    const token = '40000000-0000-4000-8000-000000000000' as Token
    const create = () => side.create([{ token, desired: sampleEvent('a@example.test') }])
    for (const work of [() => side.describe(), () => side.changes(null), list, () => side.findByToken(token), create]) {
      const error = await work().then(
        () => null,
        (reason: unknown) => reason,
      )
      expect(error).toBeInstanceOf(ConnectorError)
      expect(error).toMatchObject({ code: 'nextcloud.collection-not-found' })
    }
    await client.close()
  })
}
