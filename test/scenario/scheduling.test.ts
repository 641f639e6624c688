/** `Service__SchedulingAuthority=exchange`: what people do to their meetings in Nextcloud is sent by Exchange, once; everything else is silent. */
import { afterEach, describe, expect, it } from 'vitest'
import type { EventInput } from '../simulators/exchange/user-input.ts'
import { appointment, ics, linesOf, resource, times, vevent } from './items.ts'
import { Stage } from './stage.ts'

let stage: Stage
afterEach(async () => {
  // The connector never makes Nextcloud send, whoever invites.
  expect(stage.world.nextcloud.outbox.filter(({ cause }) => cause.by === 'dav')).toEqual([])
  await stage.connector.close()
  await stage.world.close()
})

const ALICE = 'alice@corp.test'
const ZOE = 'zoe@partner.test'
const BOB = 'bob@corp.test'
const PEOPLE = [`ORGANIZER:mailto:${ALICE}`, `ATTENDEE:mailto:${ALICE}`, `ATTENDEE:mailto:${ZOE}`]
const FILE = `ATTACH;ENCODING=BASE64;VALUE=BINARY;FILENAME=a.txt:${Buffer.from('agenda').toString('base64')}`
const BOSS = { name: 'Boss', email: 'boss@partner.test' }

/** In step, with Exchange as the sender, and nothing sent so far. */
async function office(env: Readonly<Record<string, string>> = {}): Promise<void> {
  stage = await Stage.open({ people: ['alice', 'bob'], env: { Service__SchedulingAuthority: 'exchange', ...env } })
  stage.mailbox().addEvent(appointment('Old', { day: 9 }))
  await stage.settle()
}

function put(uid: string, ...lines: string[]): void {
  stage.calendar().put(`${uid}.ics`, ics(uid, ...lines), { silent: true })
}

/** What Exchange sent since the last look. */
function sent(): string[] {
  const { outbox } = stage.world.exchange
  const mails = outbox.mails.map(({ kind, to, subject }) => `${kind} ${subject} -> ${to.join(' ')}`)
  outbox.clear()
  return mails
}

async function meeting(...more: string[]): Promise<void> {
  put('m@x', 'SUMMARY:Plan', ...PEOPLE, ...more)
  await stage.settle()
  sent()
}

function answerAs(partStat: string): (text: string) => string {
  return (text) =>
    linesOf(text)
      .map((line) => {
        if (!line.startsWith('ATTENDEE') || !line.toLowerCase().endsWith(ALICE)) return line
        return line.replace(/;PARTSTAT=[A-Z-]+/, '').replace('ATTENDEE', `ATTENDEE;PARTSTAT=${partStat}`)
      })
      .join('\r\n')
}

function invite(more: EventInput = {}): void {
  const required = [{ name: 'Alice', email: ALICE, response: 'Unknown' as const }]
  const own = { uid: 'review@x', organizer: BOSS, required, myResponse: 'NoResponseReceived' as const, ...more }
  stage.mailbox().addEvent(appointment('Review', own))
}

describe('with Exchange as the sender', () => {
  it('invites the people of a new meeting, once', async () => {
    await office()
    put('m@x', 'SUMMARY:Plan', ...PEOPLE)
    const dry = await stage.pass({ dryRun: true })
    expect(dry.pairs[0]?.actions.map(({ action, mails }) => [action, mails])).toEqual([['create', true]])
    await stage.settle()
    expect(sent()).toEqual([`request Plan -> ${ZOE}`])
    await stage.settle()
    expect(sent()).toEqual([])
    expect(stage.item('Plan').fields.MeetingRequestWasSent).toBe(true)
  })

  it('sends a meeting with files and exceptions when it is whole', async () => {
    await office()
    const series = vevent('s@x', ...times(), 'RRULE:FREQ=DAILY;COUNT=3', 'SUMMARY:Daily', ...PEOPLE, FILE)
    const id = 'RECURRENCE-ID;TZID=Europe/Berlin:20260304T100000'
    const moved = vevent('s@x', id, ...times(4, 15), 'SUMMARY:Daily, later', ...PEOPLE)
    stage.calendar().put('s.ics', resource(series, moved), { silent: true })
    await stage.settle()
    expect(sent()).toEqual([`request Daily -> ${ZOE}`])
    const update = stage.world.exchange.requests.list.findLastIndex(({ operation }) => operation === 'UpdateItem')
    const attachment = stage.world.exchange.requests.list.findIndex(({ operation }) => operation === 'CreateAttachment')
    expect(update).toBeGreaterThan(attachment)
  })

  it('says nothing of an appointment without people, and nothing for a meeting of somebody else', async () => {
    await office()
    put('a@x', 'SUMMARY:Alone')
    put(
      'b@x',
      'SUMMARY:Theirs',
      'ORGANIZER:mailto:boss@partner.test',
      `ATTENDEE:mailto:${ALICE}`,
      `ATTENDEE:mailto:${ZOE}`,
    )
    await stage.settle()
    expect(sent()).toEqual([])
  })

  it('informs everybody of a new time, only who comes or goes of a new list, and nobody of a reminder', async () => {
    await office()
    await meeting()
    stage.editObject('SUMMARY:Plan', (text) => text.replaceAll('T110000', 'T120000'))
    await stage.settle()
    expect(sent()).toEqual([`update Plan -> ${ZOE}`])
    stage.editObject('SUMMARY:Plan', (text) => text.replace('END:VEVENT', `ATTENDEE:mailto:${BOB}\r\nEND:VEVENT`))
    await stage.settle()
    expect(sent()).toEqual([`update Plan -> ${BOB}`])
    stage.editObject('SUMMARY:Plan', (text) => text.replace('END:VEVENT', 'CATEGORIES:Mine\r\nEND:VEVENT'))
    await stage.settle()
    expect(sent()).toEqual([])
    stage.editObject('SUMMARY:Plan', (text) =>
      linesOf(text)
        .filter((line) => !line.endsWith(ZOE))
        .join('\r\n'),
    )
    await stage.settle()
    expect(sent()).toEqual([`cancellation Plan -> ${ZOE}`])
  })

  it('sends an update with a new file after the file is there', async () => {
    await office()
    await meeting()
    stage.editObject('SUMMARY:Plan', (text) =>
      text.replace('SUMMARY:Plan', 'SUMMARY:Plan B').replace('END:VEVENT', `${FILE}\r\nEND:VEVENT`),
    )
    stage.world.exchange.requests.clear()
    await stage.settle()
    expect(sent()).toEqual([`update Plan B -> ${ZOE}`])
    const writes = stage.world.exchange.requests.list
      .map(({ operation }) => operation)
      .filter((name) => !/^(Get|Sync|Find)/.test(name))
    expect(writes).toEqual(['UpdateItem', 'CreateAttachment', 'UpdateItem'])
  })

  it('sends what happens to one occurrence', async () => {
    await office()
    put('m@x', 'RRULE:FREQ=DAILY;COUNT=4', 'SUMMARY:Plan', ...PEOPLE)
    await stage.settle()
    sent()
    const out = 'EXDATE;TZID=Europe/Berlin:20260304T100000'
    stage.editObject('SUMMARY:Plan', (text) => text.replace('RRULE', `${out}\r\nRRULE`))
    await stage.settle()
    expect(sent()).toEqual([`cancellation Plan -> ${ZOE}`])
  })

  it('cancels a meeting that its organizer deletes', async () => {
    await office()
    await meeting()
    stage.calendar().remove('m@x.ics', { silent: true })
    await stage.settle()
    expect(sent()).toEqual([`cancellation Plan -> ${ZOE}`])
    expect(stage.mailbox().list('deleteditems').length).toBe(1)
  })

  it.each([
    ['ACCEPTED', 'Accepted'],
    ['TENTATIVE', 'Tentative'],
    ['DECLINED', 'Declined'],
  ])('tells the organizer of my answer %s, and nobody else', async (partStat, word) => {
    await office()
    invite()
    await stage.settle()
    stage.editObject('SUMMARY:Review', answerAs(partStat))
    await stage.settle()
    expect(sent()).toEqual([`response ${word}: Review -> ${BOSS.email}`])
  })

  it('INV-5: deletes my copy of a meeting of somebody else without a word', async () => {
    await office()
    invite()
    await stage.settle()
    stage.calendar().remove(stage.object('SUMMARY:Review').uri, { silent: true })
    await stage.settle()
    expect(sent()).toEqual([])
  })

  it('INV-3: is silent in a first sync, after a lost state, in a scrub, after a change of configuration and in a restore', async () => {
    stage = await Stage.open({ people: ['alice', 'bob'], env: { Service__SchedulingAuthority: 'exchange' } })
    put('m@x', 'SUMMARY:Plan', ...PEOPLE)
    await stage.settle()
    put('n@x', 'SUMMARY:Next', ...PEOPLE)
    await stage.loseState()
    await stage.settle()
    put('o@x', 'SUMMARY:Other', ...PEOPLE)
    await stage.restart({ Service__AttachmentLimitInBytes: '1000' })
    await stage.settle()
    expect(stage.mailbox().list().length).toBe(3)
    expect(sent()).toEqual([])
    stage.mailbox().deleteItem(stage.item('Plan').id)
    await stage.settle()
    const { admin } = stage.connector
    const [entry] = await admin.archive({ email: ALICE })
    await admin.restoreArchived(entry?.entry.id ?? '', { to: 'exchange', signal: new AbortController().signal })
    await stage.settle()
    expect(stage.item('Plan')).toBeDefined()
    expect(sent()).toEqual([])
  })

  it('INV-3: cancels no meeting that is over, and none that was found by comparing', async () => {
    await office()
    put('p@x', 'SUMMARY:Past', ...times(1), ...PEOPLE)
    put('f@x', 'SUMMARY:Found', ...times(20), ...PEOPLE)
    await stage.settle()
    expect(sent()).toEqual([`request Found -> ${ZOE}`])
    stage.calendar().remove('p@x.ics', { silent: true })
    await stage.settle()
    expect(sent()).toEqual([])
    stage.calendar().remove('f@x.ics', { silent: true })
    stage.calendar().pruneChanges(0)
    await stage.settle()
    expect(stage.item('Found')).toBeDefined()
    stage.clock.advance(3 * 86_400_000)
    await stage.settle()
    expect(
      stage
        .mailbox()
        .list()
        .map(({ fields }) => fields.Subject),
    ).toEqual(['Old'])
    expect(sent()).toEqual([])
  })

  it('says nothing in the sensitive mode', async () => {
    await office({ Service__SyncType: '1' })
    put('m@x', 'SUMMARY:Plan', ...PEOPLE)
    invite({
      organizer: { name: 'Alice', email: ALICE },
      required: [{ name: 'Zoe', email: ZOE, response: 'Unknown' }],
      day: 6,
    } as EventInput)
    await stage.settle()
    const copy = stage
      .calendar()
      .list()
      .find(({ text }) => !text.includes('SUMMARY:Plan') && text.includes('20260303'))
    if (copy) stage.calendar().put(copy.uri, copy.text.replaceAll('T11', 'T12'), { silent: true })
    await stage.settle()
    expect(sent()).toEqual([])
  })

  it.each(['CreateItem', 'UpdateItem'])(
    'P2: an invitation whose answer to %s was lost is not sent again',
    async (operation) => {
      await office()
      stage.world.exchange.faults.add({ operation, times: 1, effect: { kind: 'cut', when: 'after' } })
      put('m@x', 'SUMMARY:Plan', ...PEOPLE, ...(operation === 'UpdateItem' ? [FILE] : []))
      await stage.pass()
      await stage.settle()
      expect(sent()).toEqual([`request Plan -> ${ZOE}`])
      expect(
        stage
          .mailbox()
          .list()
          .filter(({ fields }) => fields.Subject === 'Plan').length,
      ).toBe(1)
    },
  )

  it('P2: a stop before an invitation leaves makes one invitation later', async () => {
    await office()
    stage.world.exchange.faults.add({
      operation: /^(CreateItem|CreateAttachment)$/,
      nth: 2,
      effect: { kind: 'cut', when: 'before' },
    })
    put('m@x', 'SUMMARY:Plan', ...PEOPLE, FILE)
    await stage.pass()
    await stage.restart()
    await stage.settle()
    expect(sent()).toEqual([`request Plan -> ${ZOE}`])
  })
})

describe('with Nextcloud as the sender (the default)', () => {
  it('I24: whatever people do to their meetings, Exchange sends nothing', async () => {
    await office({ Service__SchedulingAuthority: 'nextcloud' })
    await meeting(FILE)
    invite()
    await stage.settle()
    stage.editObject('SUMMARY:Plan', (text) => text.replaceAll('T110000', 'T120000'))
    stage.editObject('SUMMARY:Review', answerAs('ACCEPTED'))
    await stage.settle()
    stage.calendar().remove('m@x.ics', { silent: true })
    await stage.settle()
    expect(sent()).toEqual([])
  })
})
