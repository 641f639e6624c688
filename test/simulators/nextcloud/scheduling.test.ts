/** Who is mailed when: local delivery, updates, and the attendee's side (nextcloud-facts 4). */
import { afterEach, describe, expect, it } from 'vitest'
import type { NextcloudVersion } from './options.ts'
import { eventText, meetingText, type RawClient, rawClient } from './raw-client.ts'
import { type NextcloudSimulator, startNextcloudSimulator } from './simulator.ts'

let sim: NextcloudSimulator
let dav: RawClient
const path = 'calendars/alice/personal/m.ics'
const guests = ['bob@corp.test', 'ext@other.test']
const meeting = meetingText('m', guests, ['ORGANIZER:mailto:alice@corp.test'])

async function start(version: NextcloudVersion = 34) {
  sim = await startNextcloudSimulator({ version, clock: { nowMs: () => Date.UTC(2026, 5, 1) } })
  sim.addUser('alice', 'secret', { email: 'alice@corp.test' })
  sim.addUser('bob', 'b', { email: 'bob@corp.test' })
  dav = rawClient(sim, 'alice', 'secret')
}
afterEach(() => sim.close())

const mails = () => sim.outbox.map((mail) => `${mail.method} ${mail.to}`)
const put = (body: string, headers: Record<string, string> = {}) => dav('PUT', path, { body, headers })

describe('an organizer who writes without headers', () => {
  it('mails everyone, puts the event into the calendar of local users and gives no ETag', async () => {
    await start()
    const reply = await put(meeting)
    expect([reply.status, reply.headers.get('etag')]).toEqual([201, null])
    expect(mails()).toEqual(['REQUEST bob@corp.test', 'REQUEST ext@other.test'])
    expect(sim.outbox[0]?.cause).toMatchObject({ by: 'dav', user: 'alice', requestNumber: 1 })
    const bob = sim.user('bob')
    expect(bob.calendar('personal').byUid('m')?.text).toContain('SUMMARY:Event m')
    expect(bob.calendar('personal').byUid('m')?.text).not.toContain('METHOD')
    expect(bob.inbox()[0]).toContain('METHOD:REQUEST')
    expect((await dav('GET', path)).text).toContain('SCHEDULE-STATUS=1.1')
    await dav('DELETE', path)
    expect(mails().slice(2)).toEqual(['CANCEL bob@corp.test', 'CANCEL ext@other.test'])
    expect(bob.calendar('personal').byUid('m')?.text).toContain('STATUS:CANCELLED')
  })

  it('mails an update only when something that matters and the SEQUENCE changed', async () => {
    await start()
    await put(meeting)
    const moved = meeting.replace('DTEND:20300105T100000Z', 'DTEND:20300105T110000Z')
    await put(moved)
    expect(mails()).toHaveLength(2)
    await put(moved.replace('DTEND:20300105T110000Z', 'DTEND:20300105T120000Z\r\nSEQUENCE:2'))
    expect(mails()).toHaveLength(4)
  })

  it('cancels for an attendee who is taken out', async () => {
    await start()
    await put(meeting)
    await put(meetingText('m', ['bob@corp.test'], ['ORGANIZER:mailto:alice@corp.test']))
    expect(mails().slice(2)).toEqual(['CANCEL ext@other.test'])
  })

  it('does not mail about the past, about attendees whose client schedules, or without attendees', async () => {
    await start()
    await put(meeting.replaceAll('2030', '2020'))
    const agent = (value: string) => `ATTENDEE;SCHEDULE-AGENT=${value}:mailto:ext@other.test`
    const other = meetingText('n', [agent('CLIENT')], ['ORGANIZER:mailto:alice@corp.test'])
    await dav('PUT', 'calendars/alice/personal/n.ics', { body: other })
    await dav('PUT', 'calendars/alice/personal/o.ics', { body: eventText('o') })
    expect(mails()).toEqual([])
    const organizerAgent = meetingText(
      'p',
      ['ext@other.test'],
      ['ORGANIZER;SCHEDULE-AGENT=CLIENT:mailto:alice@corp.test'],
    )
    await dav('PUT', 'calendars/alice/personal/p.ics', { body: organizerAgent })
    expect(mails()).toEqual(['REQUEST ext@other.test'])
  })

  it('mails even when the write is then refused', async () => {
    await start()
    await put(meeting, { 'Schedule-Reply': 'F' })
    expect((await dav('PUT', 'calendars/alice/personal/again.ics', { body: meeting })).status).toBe(400)
    expect(mails()).toHaveLength(2)
  })
})

describe('an attendee', () => {
  const invitation = (partstat: string) =>
    meetingText('i', [`ATTENDEE;PARTSTAT=${partstat}:mailto:alice@corp.test`], ['ORGANIZER:mailto:ext@other.test'])

  it('replies by creating what is already accepted (34), and declines by deleting', async () => {
    await start()
    await put(invitation('ACCEPTED'))
    expect(mails()).toEqual(['REPLY ext@other.test'])
    await dav('DELETE', path)
    expect(mails()).toEqual(['REPLY ext@other.test', 'REPLY ext@other.test'])
  })

  it('replies by changing the answer, and not by changing a reminder', async () => {
    await start(32)
    await put(invitation('NEEDS-ACTION'))
    await put(invitation('NEEDS-ACTION').replace('SUMMARY:', 'SUMMARY:My '))
    expect(mails()).toEqual([])
    await put(invitation('TENTATIVE'))
    expect(mails()).toEqual(['REPLY ext@other.test'])
  })

  it('changes the answer in the calendar of a local organizer', async () => {
    await start()
    await put(meeting)
    const copy = sim.user('bob').calendar('personal').byUid('m')
    const accepted = copy?.text.replace('ATTENDEE:mailto:bob', 'ATTENDEE;PARTSTAT=ACCEPTED:mailto:bob') ?? ''
    sim
      .user('bob')
      .calendar('personal')
      .put(copy?.uri ?? '', accepted)
    expect(sim.outbox.at(-1)).toMatchObject({
      method: 'REPLY',
      to: 'alice@corp.test',
      cause: { by: 'web', user: 'bob' },
    })
    expect((await dav('GET', path)).text.replaceAll('\r\n ', '')).toMatch(
      /ATTENDEE[^\r]*PARTSTAT=ACCEPTED[^\r]*mailto:bob@corp.test/,
    )
  })
})
