/** The contract of a side on CalDAV servers that we did not write: Radicale (rewrites what it stores) and Xandikos (keeps it in git). */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isSyncable } from '../../src/nextcloud/dav/calendar.ts'
import { createCalendar } from '../../src/nextcloud/dav/create-calendar.ts'
import { listCalendars } from '../../src/nextcloud/dav/discovery.ts'
import { nextcloudSide } from '../../src/nextcloud/side.ts'
import { ConnectorError } from '../../src/ports/errors.ts'
import type { Token } from '../../src/ports/side.ts'
import { sampleEvent } from '../contract/side-samples.ts'
import { sideContract } from '../contract/side-suite.ts'
import { memoryLog } from '../core/dav-server.ts'
import { clock, connect, davFixture, floatingZone } from './dav-fixture.ts'
import { type DavProgram, hasRadicale, hasXandikos, startRadicale, startXandikos } from './dav-programs.ts'

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
    sideContract(name, () => davFixture(program()), { conditionalCreate: true })
    describeServer(program)
  })
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
