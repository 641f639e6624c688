/**
 * Who invites, on a real server whose mails are caught: every mail and every copy in somebody's calendar, for both settings of who has the say, for what
 * people do themselves and for what the connector writes through either door.
 */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { BatchPart } from '../../src/nextcloud/app/answers.ts'
import { type RealAppServer, startAppServer } from './app-server.ts'
import type { RawAnswer, RawRequest } from './raw-request.ts'
import { nextcloudTree } from './server.ts'
import { API, DAV, dataIn, signedBy } from './signed-request.ts'

const given = nextcloudTree()
const title = `who invites, on a real server${given.kind === 'skip' ? ` (skipped: ${given.reason})` : ''}`
const LOCAL = ['bob@corp.test', 'carol@corp.test']
const OUTSIDE = 'guest@elsewhere.test'
const EVERYBODY = [...LOCAL, OUTSIDE]

type Meeting = { uid: string; organizer: string; guests: readonly string[]; sequence?: number; partstat?: string }

function meeting({ uid, organizer, guests, sequence = 0, partstat = 'NEEDS-ACTION' }: Meeting): string {
  const day = String(10 + sequence)
  const lines = [
    ...['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//test//EN', 'BEGIN:VEVENT', `UID:${uid}`, `SEQUENCE:${sequence}`],
    ...[
      'DTSTAMP:20260101T000000Z',
      `LAST-MODIFIED:202601${day}T000000Z`,
      `DTSTART:203003${day}T090000Z`,
      `DTEND:203003${day}T100000Z`,
    ],
    ...['SUMMARY:Meeting', `ORGANIZER:mailto:${organizer}`],
    ...guests.map((guest) => `ATTENDEE;PARTSTAT=${partstat};RSVP=TRUE:mailto:${guest}`),
    ...['END:VEVENT', 'END:VCALENDAR'],
  ]
  return `${lines.join('\r\n')}\r\n`
}

/** How a meeting gets into a calendar: as the person, or as the connector through one of its doors. */
type Way = (uid: string, request: RawRequest) => Promise<number>

describe.skipIf(given.kind === 'skip')(title, () => {
  let server: RealAppServer
  const by: Record<'person' | 'dav' | 'batch', Way> = {
    person: async (uid, request) => checked(await server.asUser(uid, { ...request, path: DAV + request.path })),
    // Without the headers that ask for silence: the door itself must see to it.
    dav: async (user, request) => checked(await signedBy(server, { ...request, path: DAV + request.path }, { user })),
    batch: async (user, { method, path, headers = {}, body = null }) => {
      const text = JSON.stringify({ requests: [{ method, path, headers, body }] })
      const answer = await signedBy(server, { method: 'POST', path: `${API}users/${user}/dav`, body: text }, { user })
      return dataIn<{ responses: BatchPart[] }>(answer).responses[0]?.status ?? 0
    },
  }
  const checked = ({ status, text }: RawAnswer): number => {
    if (status >= 400) throw new Error(`${status}\n${text}`)
    return status
  }

  beforeAll(async () => {
    if (given.kind === 'skip') return
    server = await startAppServer({ tree: given.tree })
    await server.newUsers([
      { uid: 'alice', mailbox: 'alice@corp.test' },
      { uid: 'bob', mailbox: 'bob@corp.test' },
      { uid: 'carol' },
    ])
    await by.person('alice', { method: 'MKCALENDAR', path: 'calendars/alice/private/' })
  })
  afterAll(() => server?.close())

  /** To whom mail went since the last time that somebody asked. */
  const mailed = () =>
    server.mailSink.mails
      .splice(0)
      .flatMap(({ to }) => to)
      .sort()
  const put = (path: string, body: string): RawRequest => ({
    method: 'PUT',
    path,
    headers: { 'Content-Type': 'text/calendar' },
    body,
  })

  async function hasCopy(uid: string, event: string): Promise<boolean> {
    const filter = '<c:filter><c:comp-filter name="VCALENDAR"/></c:filter>'
    const body = `<c:calendar-query xmlns:c="urn:ietf:params:xml:ns:caldav" xmlns:d="DAV:"><d:prop><c:calendar-data/></d:prop>${filter}</c:calendar-query>`
    const headers = { Depth: '1', 'Content-Type': 'application/xml' }
    const path = `${DAV}calendars/${uid}/personal/`
    return (await server.asUser(uid, { method: 'REPORT', path, headers, body })).text.includes(event)
  }

  /** Makes a meeting of an organizer, changes it, and removes it: who was mailed at each step, and who had a copy in between. */
  async function life(way: Way, uid: string, calendar = 'personal') {
    const event = randomUUID()
    const guests = ['alice@corp.test', ...EVERYBODY].filter((address) => address !== `${uid}@corp.test`)
    const parts = { uid: event, organizer: `${uid}@corp.test`, guests }
    const path = `calendars/${uid}/${calendar}/${event}.ics`
    await way(uid, put(path, meeting(parts)))
    const made = mailed()
    const copies = []
    for (const guest of ['alice', 'bob', 'carol'])
      if (guest !== uid && (await hasCopy(guest, event))) copies.push(guest)
    await way(uid, put(path, meeting({ ...parts, sequence: 1 })))
    const changed = mailed()
    await way(uid, { method: 'DELETE', path })
    return { made, copies, changed, removed: mailed() }
  }

  /** An invitation from outside is already there; then the person accepts it, and removes it. */
  async function answer(way: Way, uid: string) {
    const event = randomUUID()
    const parts = { uid: event, organizer: OUTSIDE, guests: [`${uid}@corp.test`] }
    const path = `calendars/${uid}/personal/${event}.ics`
    await by.batch(uid, put(path, meeting(parts)))
    await way(uid, put(path, meeting({ ...parts, partstat: 'ACCEPTED' })))
    const accepted = mailed()
    await way(uid, { method: 'DELETE', path })
    return { accepted, removed: mailed() }
  }

  const SILENT = { made: [], copies: [], changed: [], removed: [] }
  const AS_EVER = { made: EVERYBODY, copies: ['bob', 'carol'], changed: EVERYBODY, removed: EVERYBODY }
  const connector = ['dav', 'batch'] as const

  describe('when Nextcloud invites', () => {
    beforeAll(() => server?.set({ scheduling_authority: 'nextcloud' }))
    beforeEach(() => void mailed())

    it('sends what people do, as if the app were not there', async () => {
      expect(await life(by.person, 'alice')).toEqual(AS_EVER)
      expect(await answer(by.person, 'alice')).toEqual({ accepted: [OUTSIDE], removed: [OUTSIDE] })
    })

    it.each(connector)(
      'sends nothing of what the connector writes by %s, whether it asks for silence or not',
      async (door) => {
        expect(await life(by[door], 'alice')).toEqual(SILENT)
        expect(await answer(by[door], 'alice')).toEqual({ accepted: [], removed: [] })
      },
    )
  })

  describe('when Exchange invites', () => {
    beforeAll(() => server?.set({ scheduling_authority: 'exchange' }))
    beforeEach(() => void mailed())

    it('holds back what people who take part do in calendars that are in step; local people without Exchange keep their copy', async () => {
      expect(await life(by.person, 'alice')).toEqual({ ...SILENT, copies: ['carol'] })
      expect(await answer(by.person, 'alice')).toEqual({ accepted: [], removed: [] })
    })

    it('touches nothing in calendars that are not in step', async () => {
      expect(await life(by.person, 'alice', 'private')).toEqual(AS_EVER)
    })

    it('touches nothing of people who do not take part, whoever they invite', async () => {
      const guests = ['alice@corp.test', 'bob@corp.test', OUTSIDE]
      const asEver = { made: guests, copies: ['alice', 'bob'], changed: guests, removed: guests }
      expect(await life(by.person, 'carol')).toEqual(asEver)
    })

    it.each(connector)('sends nothing of what the connector writes by %s', async (door) => {
      expect(await life(by[door], 'alice')).toEqual(SILENT)
      expect(await answer(by[door], 'alice')).toEqual({ accepted: [], removed: [] })
    })

    it('touches nothing any more once the person withdrew', async () => {
      await server.withdraw('alice')
      expect(await life(by.person, 'alice')).toEqual(AS_EVER)
    })
  })
})
