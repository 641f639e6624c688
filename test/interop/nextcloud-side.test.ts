/** The contract of a side on a real Nextcloud, and what only a real one does: its trash bin, its own UIDs, its busy database. */
import { randomUUID } from 'node:crypto'
import { expect, it } from 'vitest'
import { createCalendar } from '../../src/nextcloud/dav/create-calendar.ts'
import { nextcloudSide } from '../../src/nextcloud/side.ts'
import type { Cursor, Side, Token } from '../../src/ports/side.ts'
import { sampleEvent, sampleSeries } from '../contract/side-samples.ts'
import { sideContract } from '../contract/side-suite.ts'
import { memoryLog } from '../core/dav-server.ts'
import { clock, connect, type DavAccess, davFixture, floatingZone, personOn } from './dav-fixture.ts'

const { NEXTCLOUD_URL: url, NEXTCLOUD_USER: username, NEXTCLOUD_APP_PASSWORD: password } = process.env
const access: DavAccess | null =
  url && username && password
    ? { url: new URL('remote.php/dav/', `${url.replace(/\/$/, '')}/`).href, username, password }
    : null

type Trial = { side: Side; path: string; person: ReturnType<typeof personOn>; lines: string[] }

/** A calendar of its own, removed afterwards. */
async function trial(account: DavAccess, name: string, run: (trial: Trial) => Promise<void>): Promise<void> {
  const { client, home } = await connect(account)
  const { url: collectionUrl } = await createCalendar(client, home, { displayName: name })
  const lines: string[] = []
  const side = nextcloudSide({ client, collectionUrl, kind: 'calendar', floatingZone, clock, log: memoryLog(lines) })
  const person = personOn(account)
  const path = new URL(collectionUrl).pathname
  try {
    await run({ side, path, person, lines })
  } finally {
    await person(path, { method: 'DELETE' })
    await client.close()
  }
}

async function drain(side: Side, from: Cursor | null) {
  const ids = new Set<string>()
  let cursor = from
  for (let pages = 0; pages < 1_000; pages++) {
    const page = await side.changes(cursor)
    if (page.kind !== 'page') throw new Error(page.reason)
    for (const hint of page.hints) ids.add(hint.id)
    cursor = page.cursor
    if (!page.more) return { ids, cursor }
  }
  throw new Error('the feed does not end')
}

const token = (): Token => randomUUID() as Token

if (access) {
  sideContract('Nextcloud', () => davFixture(access), { conditionalCreate: true })

  it('NC-TRASH-UID: creates an event again whose first copy lies in the trash bin', () =>
    trial(access, `Trash ${randomUUID()}`, async ({ side }) => {
      const desired = sampleEvent(`${randomUUID()}@example.test`)
      for (let times = 0; times < 2; times++) {
        const asked = { token: token(), desired }
        const [first] = await side.create([asked])
        expect(first?.kind).toBe(times === 0 ? 'created' : 'blocked')
        const purge = first?.kind === 'blocked' ? first.by.map(({ id }) => id) : []
        const [made] = first?.kind === 'blocked' ? await side.create([{ ...asked, purge }]) : [first]
        if (made?.kind !== 'created') throw new Error(JSON.stringify(made))
        expect(await side.remove([{ id: made.item.id, expect: made.item.version }])).toEqual([{ kind: 'removed' }])
        expect(await side.read([made.item.id])).toEqual([{ kind: 'gone', id: made.item.id }])
      }
    }))

  it(
    'keeps 500 events with long and strange names in step with its feed while somebody else writes',
    () =>
      trial(
        access,
        `Viele Termine ${'ä€😀'.repeat(20)} / ? # % & <x> ${randomUUID()}`,
        async ({ side, path, person }) => {
          const names = [
            '😀'.repeat(120),
            'a,b;c\\d "e" <f> & g',
            '\u200Frtl \u05D0',
            'x'.repeat(2_000),
            '%41%2F#?',
            ' ',
          ]
          const requests = Array.from({ length: 500 }, (_, n) => {
            const uid = n % 3 === 0 ? `{${n}} ü/ü@${'u'.repeat(180)}` : `${n}-${randomUUID()}`
            const title = `${n} ${names[n % names.length]}`
            return {
              token: token(),
              desired: n % 10 === 0 ? sampleSeries(uid) : sampleEvent(uid, { title, location: title }),
            }
          })
          const outcomes: Awaited<ReturnType<Side['create']>> = []
          const text = (n: number) =>
            `BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:p${n}\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:20260310T090000Z\r\nSUMMARY:${n}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n`
          const { cursor } = await drain(side, null)
          for (let at = 0; at < requests.length; at += 100) {
            // SQLite has one writer: theirs may be refused, ours never.
            const others = Promise.allSettled(
              [0, 1].map((n) => person(`${path}p${at}-${n}.ics`, { method: 'PUT', body: text(at + n) })),
            )
            outcomes.push(...(await side.create(requests.slice(at, at + 100))))
            await others
          }
          expect(outcomes.filter(({ kind }) => kind !== 'created')).toEqual([])
          const items = outcomes.flatMap((outcome) => (outcome.kind === 'created' ? [outcome.item] : []))
          expect(await side.read(items.map(({ id }) => id))).toEqual(items.map((item) => ({ kind: 'present', item })))
          const listed = new Set<string>()
          for await (const page of side.listAll()) for (const { id } of page) listed.add(id)
          expect((await drain(side, null)).ids).toEqual(listed)
          expect((await drain(side, cursor)).ids).toEqual(listed)
          const [found] = await side.create([{ token: token(), desired: requests[3]?.desired ?? sampleEvent('none') }])
          expect(found).toEqual({ kind: 'already', id: items[3]?.id, reason: 'uid' })
        },
      ),
    300_000,
  )
} else {
  it.skip('runs where NEXTCLOUD_URL, NEXTCLOUD_USER and NEXTCLOUD_APP_PASSWORD are set', () => undefined)
}
