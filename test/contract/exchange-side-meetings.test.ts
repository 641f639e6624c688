/** Meetings: whose they are, what may be written to them, and that nothing is ever mailed (casebook INV-1 to INV-8). */
import { afterEach, describe, expect, it } from 'vitest'
import type { Attendee, Event } from '../../src/model/event.ts'
import { eventOf } from '../../src/model/kinds.ts'
import {
  createdItem,
  describeOutcome,
  type ExchangeFixture,
  exchangeFixture,
  MAILBOX,
  presentItem,
} from './exchange-side-fixture.ts'
import { type EventItem, sampleEvent, sampleSeries } from './side-samples.ts'

let fixture: ExchangeFixture
afterEach(async () => {
  expect(fixture.simulator.outbox.mails).toEqual([])
  await fixture.close()
})

const BOSS = { name: 'Boss', email: 'boss@example.test' }
const attendee = (email: string, changes: Partial<Attendee> = {}): Attendee => ({
  email,
  name: '',
  role: 'required',
  partStat: 'needsAction',
  ...changes,
})

/** A meeting of the boss, as the invitation left it in Anna's calendar. */
function invite(changes: Parameters<ExchangeFixture['outlook']['addEvent']>[0] = {}): string {
  return fixture.outlook.addEvent({
    subject: 'Review',
    start: '2026-03-10T09:00:00',
    end: '2026-03-10T10:00:00',
    zone: 'W. Europe Standard Time',
    uid: 'review@example.test',
    organizer: BOSS,
    required: [
      { name: 'Anna Example', email: MAILBOX, response: 'Unknown' },
      { name: 'Carl', email: 'carl@example.test', response: 'Accept' },
    ],
    myResponse: 'NoResponseReceived',
    ...changes,
  })
}

async function update(current: EventItem, changes: Partial<Event>, changed: string[]) {
  const desired = { ...current.model, ...changes }
  const [outcome] = await fixture.side.update([{ current, desired, changed }])
  return outcome
}

const answered = (model: Event, partStat: Attendee['partStat']): Attendee[] =>
  model.attendees.map((one) => (one.email === MAILBOX ? { ...one, partStat } : one))

describe('a meeting of somebody else', () => {
  it('INV-6, INV-7: names its organizer, and my answer from my own copy', async () => {
    fixture = await exchangeFixture()
    const item = await presentItem(fixture.side, invite({ myResponse: 'Tentative' }))
    expect(item.model.organizer).toEqual(BOSS)
    expect(item.model.attendees).toEqual([
      attendee(MAILBOX, { name: 'Anna Example', partStat: 'tentative' }),
      attendee('carl@example.test', { name: 'Carl', partStat: 'accepted' }),
    ])
  })

  it.each([
    ['accepted', 'AcceptItem', 'Accept'],
    ['tentative', 'TentativelyAcceptItem', 'Tentative'],
  ] as const)(
    'INV-1: my answer "%s" becomes %s, never UpdateItem, and mails nobody',
    async (partStat, element, response) => {
      fixture = await exchangeFixture({ recordBodies: true })
      const current = await presentItem(fixture.side, invite())
      const attendees = answered(current.model, partStat)
      const outcome = await update(current, { attendees }, [`attendee:${MAILBOX}`])
      if (outcome?.kind !== 'updated') throw new Error(describeOutcome(outcome))
      expect(fixture.simulator.requests.count('UpdateItem')).toBe(0)
      const bodies = fixture.simulator.requests.list.map((request) => request.requestBody ?? '')
      expect(bodies.filter((body) => body.includes(element)).length).toBe(1)
      expect(fixture.outlook.get(outcome.item.id)?.fields.MyResponseType).toBe(response)
      expect(eventOf(outcome.item.model).attendees.find((one) => one.email === MAILBOX)?.partStat).toBe(partStat)
    },
  )

  it('INV-1: a declined meeting leaves the calendar as it does in Outlook, mails nobody and is not made again', async () => {
    fixture = await exchangeFixture()
    const current = await presentItem(fixture.side, invite())
    const attendees = answered(current.model, 'declined')
    expect(await update(current, { attendees }, [`attendee:${MAILBOX}`])).toEqual({ kind: 'gone' })
    expect(fixture.outlook.list('deleteditems').length).toBe(1)
    const fit = fixture.side.fit({ ...current.model, attendees })
    expect(fit).toMatchObject({ kind: 'unrepresentable', losses: [{ path: `attendee:${MAILBOX}` }] })
  })

  it.each([
    ['tentative', 'tentative'],
    ['declined', 'deleted'],
  ] as const)('INV-8: "%s" for one occurrence stays with that occurrence', async (partStat, becomes) => {
    fixture = await exchangeFixture()
    const days: ['Tuesday'] = ['Tuesday']
    const pattern = { kind: 'WeeklyRecurrence', interval: 1, days, firstDay: 'Monday' } as const
    const current = await presentItem(fixture.side, invite({ recurrence: { pattern, count: 5 } }))
    const { title, body, location, showAs, sensitivity, importance, status, categories, reminder, organizer } =
      current.model
    const own = { title, body, location, showAs, sensitivity, importance, status, categories, reminder, organizer }
    const key = '2026-03-17T09:00:00'
    const zoned = (local: string) => ({ kind: 'zoned' as const, local, zone: 'Europe/Berlin' })
    const fields = { ...own, attendees: answered(current.model, partStat) }
    const exception = { kind: 'exception' as const, start: zoned(key), end: zoned('2026-03-17T10:00:00'), fields }
    const outcome = await update(current, { occurrences: { [key]: exception } }, [`occurrence:${key}`])
    if (outcome?.kind !== 'updated') throw new Error(describeOutcome(outcome))
    const model = eventOf(outcome.item.model)
    expect(model.attendees.find((one) => one.email === MAILBOX)?.partStat).toBe('needsAction')
    const occurrence = model.occurrences[key]
    const mine = occurrence?.kind === 'exception' && occurrence.fields.attendees.find((one) => one.email === MAILBOX)
    expect(mine ? mine.partStat : occurrence?.kind).toBe(becomes)
  })

  it('writes reminder, categories, free/busy and privacy: they are mine', async () => {
    fixture = await exchangeFixture()
    const current = await presentItem(fixture.side, invite())
    const mine = {
      reminder: { minutesBefore: 5 },
      categories: ['Mine'],
      showAs: 'free',
      sensitivity: 'private',
    } as const
    const changes = { ...mine, categories: ['Mine'] }
    const outcome = await update(current, changes, ['reminder', 'category:Mine', 'showAs', 'sensitivity'])
    if (outcome?.kind !== 'updated') throw new Error(describeOutcome(outcome))
    expect(outcome.item.model).toEqual({ ...current.model, ...changes })
  })

  it('I26: what is refused names no person and no category', async () => {
    fixture = await exchangeFixture()
    const current = await presentItem(fixture.side, invite())
    const outcome = await update(current, { title: 'Mine now' }, [
      'title',
      'attendee:anna@example.test',
      'category:Secret',
    ])
    expect(outcome).toMatchObject({ error: { fields: { detail: 'title attendee category' } } })
  })

  it("INV-1: a change of what the organizer owns is refused by name, and Exchange's copy stays as it is", async () => {
    fixture = await exchangeFixture()
    const id = invite()
    const current = await presentItem(fixture.side, id)
    const moved = { kind: 'zoned', local: '2026-03-10T08:00:00', zone: 'Europe/Berlin' } as const
    const outcome = await update(current, { title: 'Mine now', start: moved }, ['title', 'schedule'])
    expect(outcome).toMatchObject({
      kind: 'refused',
      error: { code: 'exchange.item-refused', fields: { reason: 'organizer-owned', detail: 'title schedule' } },
    })
    expect(await presentItem(fixture.side, id)).toEqual(current)
    const fit = fixture.side.fit({ ...current.model, title: 'Mine now' }, current.model)
    expect(fit).toMatchObject({
      kind: 'fits',
      item: current.model,
      losses: [{ path: 'title', reason: 'server-owned' }],
    })
  })

  it('INV-4: nobody who was invited is lost by a change of something else', async () => {
    fixture = await exchangeFixture()
    const id = invite()
    const current = await presentItem(fixture.side, id)
    const outcome = await update(current, { reminder: null, organizer: null, attendees: [] }, ['reminder', 'organizer'])
    if (outcome?.kind !== 'updated') throw new Error(describeOutcome(outcome))
    expect(fixture.outlook.get(id)?.fields.RequiredAttendees?.length).toBe(2)
  })
})

describe('my own meetings and appointments', () => {
  it('INV-7: an appointment without attendees has neither organizer nor attendees', async () => {
    fixture = await exchangeFixture()
    const id = fixture.outlook.addEvent({
      subject: 'Alone',
      start: '2026-03-10T09:00:00Z',
      end: '2026-03-10T10:00:00Z',
    })
    const { model } = await presentItem(fixture.side, id)
    expect(model.organizer).toBeNull()
    expect(model.attendees).toEqual([])
  })

  it('INV-2: creating a meeting with attendees stores it and invites nobody', async () => {
    fixture = await exchangeFixture()
    const attendees = [
      attendee('bob@example.test', { name: 'Bob' }),
      attendee('room@example.test', { role: 'resource' }),
    ]
    const organizer = { email: MAILBOX, name: 'Anna Example' }
    const item = await createdItem(fixture.side, sampleEvent('meeting@example.test', { organizer, attendees }))
    expect(item.model.organizer).toEqual(organizer)
    expect(item.model.attendees).toEqual(attendees)
  })

  it("INV-7: somebody else's meeting that Exchange has no copy of is not made mine", async () => {
    fixture = await exchangeFixture()
    const attendees = [attendee(MAILBOX), attendee('carl@example.test')]
    const event = sampleEvent('theirs@example.test', { organizer: BOSS, attendees })
    const fit = fixture.side.fit(event)
    expect(fit.losses.map((loss) => [loss.path, loss.reason])).toEqual([
      ['organizer', 'server-owned'],
      [`attendee:${MAILBOX}`, 'server-owned'],
      ['attendee:carl@example.test', 'server-owned'],
    ])
    const item = await createdItem(fixture.side, event)
    expect(item.model).toMatchObject({ organizer: null, attendees: [] })
    expect(fixture.outlook.get(item.id)?.fields.RequiredAttendees ?? []).toEqual([])
  })

  it('INV-4: adding one attendee keeps the others with their answers', async () => {
    fixture = await exchangeFixture()
    const id = invite({
      organizer: { name: 'Anna Example', email: MAILBOX },
      myResponse: 'Organizer',
      required: [{ name: 'Carl', email: 'carl@example.test', response: 'Accept' }],
    })
    const current = await presentItem(fixture.side, id)
    const attendees = [...current.model.attendees, attendee('dora@example.test')]
    const outcome = await update(current, { attendees }, ['attendee:dora@example.test'])
    if (outcome?.kind !== 'updated') throw new Error(describeOutcome(outcome))
    expect(eventOf(outcome.item.model).attendees).toEqual([
      attendee('carl@example.test', { name: 'Carl', partStat: 'accepted' }),
      attendee('dora@example.test'),
    ])
  })

  it('INV-3: removing a meeting and its occurrences cancels nothing by mail', async () => {
    fixture = await exchangeFixture()
    const organizer = { email: MAILBOX, name: 'Anna Example' }
    const series = sampleSeries('mine@example.test', { organizer, attendees: [attendee('bob@example.test')] })
    const item = await createdItem(fixture.side, series)
    expect(await fixture.side.remove([{ id: item.id, expect: item.version }])).toEqual([{ kind: 'removed' }])
    expect(fixture.outlook.list('deleteditems').length).toBe(1)
  })
})
