/** Casebook, invitations and identity (INV-1 to INV-8), over both servers. Every scenario ends with empty outboxes. */
import { afterEach, describe, expect, it } from 'vitest'
import type { EventInput } from '../simulators/exchange/user-input.ts'
import { expectEqual } from './equality.ts'
import { appointment, ics, linesOf, resource, times, vevent } from './items.ts'
import { only, Stage } from './stage.ts'

let stage: Stage
afterEach(() => stage.close())

const ALICE = 'alice@corp.test'
const BOSS = { name: 'Boss', email: 'boss@partner.test' }
const WEEKLY: EventInput['recurrence'] = {
  pattern: { kind: 'WeeklyRecurrence', interval: 1, days: ['Tuesday'], firstDay: 'Monday' },
  count: 5,
}

/** A meeting of the boss, as the invitation left it in Alice's calendar on Exchange. */
function invite(more: EventInput = {}): string {
  return stage.mailbox().addEvent(
    appointment('Review', {
      uid: 'review@partner.test',
      organizer: BOSS,
      required: [
        { name: 'Alice', email: ALICE, response: 'Unknown' },
        { name: 'Bob', email: 'bob@corp.test', response: 'Accept' },
        { name: 'Zoe', email: 'zoe@partner.test', response: 'Unknown' },
      ],
      myResponse: 'NoResponseReceived',
      ...more,
    }),
  )
}

/** Alice invites from Exchange: Bob, who is a user of the same Nextcloud, and Zoe elsewhere. */
function ownMeeting(subject: string): string {
  return stage.mailbox().addEvent(
    appointment(subject, {
      required: [
        { name: 'Bob', email: 'bob@corp.test', response: 'Unknown' },
        { name: 'Zoe', email: 'zoe@partner.test', response: 'Unknown' },
      ],
    }),
  )
}

/** Alice answers on her phone: only PARTSTAT of her line changes. */
function answer(partStat: string): (text: string) => string {
  return (text) => {
    const lines = linesOf(text).map((line) =>
      line.startsWith('ATTENDEE') && line.toLowerCase().endsWith(ALICE)
        ? `${line.replace(/;PARTSTAT=[A-Z-]+/, '').replace('ATTENDEE', `ATTENDEE;PARTSTAT=${partStat}`)}`
        : line,
    )
    return lines.join('\r\n')
  }
}

function outlookWrites(): string[] {
  return stage.world.exchange.requests.list.map(({ operation }) => operation)
}

describe('invitations', () => {
  it.each([
    ['ACCEPTED', 'Accept'],
    ['TENTATIVE', 'Tentative'],
  ])('INV-1: the answer %s from Nextcloud becomes an answer on Exchange, never an edit', async (partStat, response) => {
    stage = await Stage.open({ people: ['alice', 'bob'] })
    const id = invite()
    await stage.settle()
    stage.world.exchange.requests.clear()
    stage.editObject('SUMMARY:Review', answer(partStat))
    await stage.settle()
    expect(outlookWrites()).not.toContain('UpdateItem')
    const item = stage.item('Review')
    expect([item.fields.MyResponseType, item.fields.Organizer?.email]).toEqual([response, BOSS.email])
    expect(
      stage
        .mailbox()
        .list('deleteditems')
        .some((one) => one.id === id),
    ).toBe(false)
    await expectEqual(stage.world)
  })

  it('INV-2: storing meetings on either side sends no invitation, not to a local user either', async () => {
    stage = await Stage.open({ people: ['alice', 'bob'] })
    ownMeeting('From Outlook')
    const attendees = ['ORGANIZER;CN=Alice:mailto:alice@corp.test', 'ATTENDEE;CN=Bob:mailto:bob@corp.test']
    stage.calendar().put('m.ics', ics('m@example.org', 'SUMMARY:From Nextcloud', ...attendees), { silent: true })
    await stage.settle()
    expect(stage.item('From Nextcloud').fields.RequiredAttendees?.map(({ email }) => email)).toContain('bob@corp.test')
    expect(stage.object('SUMMARY:From Outlook').text).toContain('mailto:bob@corp.test')
    expect(stage.world.nextcloud.user('bob').inbox()).toEqual([])
    expect(stage.calendar('bob').list()).toEqual([])
    expect(stage.mailbox('bob').list()).toEqual([])
  })

  it('INV-3: a resync after a lost state mails no old invitation and no old cancellation', async () => {
    stage = await Stage.open({ people: ['alice', 'bob'] })
    ownMeeting('Past')
    invite({ cancelled: true, start: '2026-02-10T10:00:00', end: '2026-02-10T11:00:00' })
    await stage.settle()
    await stage.loseState()
    await stage.settle()
    await expectEqual(stage.world)
    stage.mailbox().deleteItem(stage.item('Past').id)
    await stage.settle()
    expect(
      stage
        .calendar()
        .list()
        .filter(({ text }) => text.includes('SUMMARY:Past')),
    ).toEqual([])
    expect(stage.world.nextcloud.user('bob').inbox()).toEqual([])
  })

  it('INV-4: an update happens in place, and attendees that the other side cannot express stay', async () => {
    stage = await Stage.open({ people: ['alice', 'bob'] })
    const id = ownMeeting('Plan')
    await stage.settle()
    const room = 'ATTENDEE;CUTYPE=ROOM;CN=Room 4:urn:uuid:7f0c-room-4'
    const { uri } = stage.object('SUMMARY:Plan')
    stage.editObject('SUMMARY:Plan', (text) => text.replace('SUMMARY:Plan', `${room}\r\nSUMMARY:Plan B`))
    await stage.settle()
    expect(stage.item('Plan B').id).toBe(id)
    stage.mailbox().editEvent(id, { location: 'Room 4' })
    await stage.settle()
    expect(stage.object('SUMMARY:Plan B').uri).toBe(uri)
    expect(linesOf(stage.object('SUMMARY:Plan B').text)).toEqual(expect.arrayContaining([room, 'LOCATION:Room 4']))
    expect(outlookWrites()).not.toContain('DeleteItem')
    expect(stage.item('Plan B').fields.RequiredAttendees?.length).toBe(2)
  })

  it('INV-5: a received invitation is stored, answered and deleted without a word to its members', async () => {
    stage = await Stage.open({ people: ['alice', 'bob'] })
    invite({ myResponse: 'Accept' })
    await stage.settle()
    expect(stage.object('SUMMARY:Review').text).toContain('PARTSTAT=ACCEPTED')
    stage.mailbox().deleteItem(stage.item('Review').id)
    await stage.settle()
    expect([stage.calendar().list(), stage.calendar('bob').list()]).toEqual([[], []])
  })

  it('INV-6: the organizer comes from the master, who I am from Exchange: a wrong ORGANIZER in an exception refuses nothing', async () => {
    stage = await Stage.open({ people: ['alice', 'bob'] })
    const id = invite({ recurrence: WEEKLY })
    await stage.settle()
    const wrong = vevent(
      'review@partner.test',
      'RECURRENCE-ID;TZID=Europe/Berlin:20260310T100000',
      ...times(10, 14),
      'SUMMARY:Review',
      'ORGANIZER:mailto:alice@corp.test',
      'ATTENDEE;PARTSTAT=ACCEPTED:mailto:alice@corp.test',
    )
    stage.editObject('SUMMARY:Review', (text) =>
      text.replace('END:VCALENDAR', [...wrong, 'END:VCALENDAR'].join('\r\n')),
    )
    const report = await stage.pass()
    expect(JSON.stringify(report)).not.toContain('ErrorCalendarIsOrganizerForAccept')
    expect(report.error).toBeNull()
    expect(stage.mailbox().get(id)?.fields.Organizer?.email).toBe(BOSS.email)
    expect(stage.mailbox().list().length).toBe(1)
  })

  it('INV-7: a plain appointment gets neither organizer nor attendees, a meeting of others stays theirs', async () => {
    stage = await Stage.open({ people: ['alice', 'bob'] })
    stage.mailbox().addEvent(appointment('Dentist'))
    stage.calendar().put('g.ics', ics('g@example.org', 'SUMMARY:Garage'), { silent: true })
    invite()
    await stage.settle()
    const plain = linesOf(stage.object('SUMMARY:Dentist').text)
    expect(plain.filter((line) => /^(ORGANIZER|ATTENDEE)/.test(line))).toEqual([])
    expect(stage.item('Garage').fields.RequiredAttendees ?? []).toEqual([])
    const organizer = only(
      linesOf(stage.object('SUMMARY:Review').text).filter((line) => line.startsWith('ORGANIZER')),
      'ORGANIZER',
    )
    expect(organizer).toMatch(/:mailto:boss@partner\.test$/)
  })

  it('INV-8: declining one instance leaves the series as it is', async () => {
    stage = await Stage.open({ people: ['alice', 'bob'] })
    const id = invite({ recurrence: WEEKLY, myResponse: 'Accept' })
    await stage.settle()
    const master = linesOf(stage.object('SUMMARY:Review').text)
    const people = master.filter((line) => /^(ORGANIZER|ATTENDEE)/.test(line))
    const declined = resource(
      vevent(
        'review@partner.test',
        'RECURRENCE-ID;TZID=Europe/Berlin:20260310T100000',
        ...times(10),
        'SUMMARY:Review',
        ...people,
      ),
    )
    const exception = linesOf(answer('DECLINED')(declined)).slice(3, -2)
    stage.editObject('SUMMARY:Review', (text) =>
      text.replace('END:VCALENDAR', [...exception, 'END:VCALENDAR'].join('\r\n')),
    )
    await stage.settle()
    const item = stage.mailbox().get(id)
    expect([item?.folder, item?.fields.MyResponseType, item?.deletedDates]).toEqual([
      'calendar',
      'Accept',
      ['2026-03-10'],
    ])
    expect(stage.object('SUMMARY:Review').text).toContain('RRULE')
  })
})
