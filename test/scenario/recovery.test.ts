/** Recovery: the state is lost or old, or the configuration changed between two passes. Adoption, no duplicate, no deletion (I5, I6). */
import { cpSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { expectEqual, rawLists } from './equality.ts'
import { appointment, ics, property } from './items.ts'
import { pairOf, Stage } from './stage.ts'

let stage: Stage
afterEach(() => stage.close())

const DAY_MS = 86_400_000

async function inStep(): Promise<void> {
  stage = await Stage.open()
  const pattern = { kind: 'WeeklyRecurrence', interval: 1, days: ['Tuesday'], firstDay: 'Monday' } as const
  const series = stage
    .mailbox()
    .addEvent(
      appointment('Series', { recurrence: { pattern: { ...pattern, days: ['Tuesday'] }, count: 6 }, body: 'Agenda' }),
    )
  stage.mailbox().editOccurrence(series, '2026-03-10', { subject: 'Series, moved' })
  for (let number = 1; number <= 5; number++) {
    stage.mailbox().addEvent(appointment(`Outlook ${number}`, { day: number + 3, categories: ['Work'] }))
    stage
      .calendar()
      .put(`${number}.ics`, ics(`${number}@example.org`, `SUMMARY:Web ${number}`, 'LOCATION:Home'), { silent: true })
  }
  await stage.settle()
  stage.takeWrites()
}

describe('the state', () => {
  it('lost: every item is adopted, nothing is written', async () => {
    await inStep()
    await stage.loseState()
    const pair = pairOf(await stage.pass())
    expect(pair.counts).toMatchObject({ seen: 11, created: 0, updated: 0, removed: 0, conflicts: 0, failed: 0 })
    expect(stage.takeWrites()).toEqual([])
    await expectEqual(stage.world)
  })

  it('lost, with edits on both sides since: they are merged or settled as conflicts, the loser is in the archive', async () => {
    await inStep()
    await stage.loseState()
    stage.mailbox().editEvent(stage.item('Outlook 1').id, { subject: 'Outlook 1 from Exchange' })
    stage.editObject('SUMMARY:Web 1', (text) => text.replace('SUMMARY:Web 1', 'SUMMARY:Web 1 from Nextcloud'))
    const pair = pairOf(await stage.pass())
    expect(pair.counts).toMatchObject({ removed: 0, created: 0, conflicts: 2 })
    expect(stage.object('SUMMARY:Outlook 1 from Exchange')).toBeDefined()
    const archived = await stage.connector.store.archiveEntries({})
    expect(archived.map(({ title }) => title).sort()).toEqual(['Outlook 1', 'Web 1 from Nextcloud'])
    await expectEqual(stage.world)
  })

  it('restored from an old backup: later work stays, what was deleted since stays deleted, nothing is doubled', async () => {
    await inStep()
    const { directory } = stage.world
    await stage.restart()
    cpSync(join(directory, 'data'), join(directory, 'backup'), { recursive: true })
    stage.mailbox().editEvent(stage.item('Outlook 1').id, { subject: 'Outlook 1 later' })
    stage.editObject('SUMMARY:Web 1', (text) => text.replace('SUMMARY:Web 1', 'SUMMARY:Web 1 later'))
    stage.mailbox().deleteItem(stage.item('Outlook 2').id)
    stage.calendar().remove('2.ics', { silent: true })
    stage.mailbox().addEvent(appointment('Outlook later', { hour: 16 }))
    stage.calendar().put('later.ics', ics('later@example.org', 'SUMMARY:Web later'), { silent: true })
    await stage.settle()
    const before = rawLists(stage.world)
    await stage.connector.close()
    rmSync(join(directory, 'data'), { recursive: true })
    cpSync(join(directory, 'backup'), join(directory, 'data'), { recursive: true })
    stage.connector = await stage.world.connect()
    stage.takeWrites()
    await stage.settle()
    expect(stage.takeWrites()).toEqual([])
    expect(rawLists(stage.world)).toEqual(before)
    await expectEqual(stage.world)
  })
})

describe('I6: the configuration', () => {
  it.each<[string, (davUrl: string) => Record<string, unknown>]>([
    ['another name of the same host', (davUrl) => ({ DavUrl: davUrl.replace('127.0.0.1', 'localhost') })],
    ['the address of the principal', (davUrl) => ({ DavUrl: `${davUrl}principals/users/alice/` })],
    ['the address of the server alone', (davUrl) => ({ DavUrl: new URL('/', davUrl).href })],
    ['another time zone', () => ({ TimeZone: 'America/New_York' })],
  ])('changed to %s: the items are adopted again, nothing is written', async (_, keys) => {
    await inStep()
    await stage.changeUser(keys(stage.world.nextcloud.davUrl))
    stage.takeWrites()
    const pair = pairOf(await stage.pass())
    expect(pair).toMatchObject({ outcome: 'in-step', error: null, halt: null })
    expect(stage.takeWrites()).toEqual([])
    stage.mailbox().editEvent(stage.item('Outlook 1').id, { location: 'After' })
    stage.mailbox().deleteItem(stage.item('Outlook 2').id)
    await stage.settle()
    expect(property(stage.object('SUMMARY:Outlook 1').text, 'LOCATION')).toEqual(['LOCATION:After'])
    expect(stage.calendar().list().length).toBe(10)
    await expectEqual(stage.world)
  })

  it('changed to a smaller window: nothing is deleted, and work in the old part is left alone', async () => {
    await inStep()
    await stage.restart({ Service__SyncWindow__PastDays: '1' })
    stage.clock.advance(60 * DAY_MS)
    await stage.settle()
    expect([stage.mailbox().list().length, stage.calendar().list().length]).toEqual([11, 11])
  })

  it('changed to a larger window: what was outside before follows', async () => {
    stage = await Stage.open({ env: { Service__SyncWindow__PastDays: '30' } })
    stage.mailbox().addEvent(appointment('Old', { start: '2026-01-05T10:00:00', end: '2026-01-05T11:00:00' }))
    stage.mailbox().addEvent(appointment('Now'))
    await stage.settle()
    expect(stage.calendar().list().length).toBe(1)
    await stage.restart({ Service__SyncWindow__PastDays: '100' })
    await stage.settle()
    expect(stage.object('SUMMARY:Old')).toBeDefined()
    await expectEqual(stage.world)
  })
})

describe('the first pass', () => {
  it('adopts what both sides have under one UID and merges what differs', async () => {
    stage = await Stage.open()
    stage.mailbox().addEvent(appointment('Shared', { uid: 'shared@example.org', location: 'Outlook place' }))
    stage.mailbox().addEvent(appointment('Same', { uid: 'same@example.org' }))
    stage
      .calendar()
      .put('shared.ics', ics('shared@example.org', 'SUMMARY:Shared', 'LOCATION:Web place'), { silent: true })
    stage.calendar().put('same.ics', ics('same@example.org', 'SUMMARY:Same'), { silent: true })
    stage.calendar().put('own.ics', ics('own@example.org', 'SUMMARY:Own'), { silent: true })
    await stage.settle()
    expect([stage.mailbox().list().length, stage.calendar().list().length]).toEqual([3, 3])
    expect(property(stage.object('SUMMARY:Shared').text, 'LOCATION')).toEqual(['LOCATION:Outlook place'])
    await expectEqual(stage.world)
  })

  it('does not make items that ended before the window or begin after it', async () => {
    stage = await Stage.open({ env: { Service__SyncWindow__FutureDays: '30' } })
    stage.mailbox().addEvent(appointment('Old', { start: '2024-03-04T10:00:00', end: '2024-03-04T11:00:00' }))
    stage.mailbox().addEvent(appointment('Far', { start: '2027-03-04T10:00:00', end: '2027-03-04T11:00:00' }))
    stage.mailbox().addEvent(appointment('Now'))
    const pattern = { kind: 'DailyRecurrence', interval: 30 } as const
    stage.mailbox().addEvent(
      appointment('Old series', {
        start: '2024-03-04T10:00:00',
        end: '2024-03-04T11:00:00',
        recurrence: { pattern },
      }),
    )
    stage
      .calendar()
      .put('old.ics', ics('old@example.org', 'SUMMARY:Old web', 'DTSTART:20240304T100000Z', 'DTEND:20240304T110000Z'), {
        silent: true,
      })
    await stage.pass()
    const titles = stage
      .calendar()
      .list()
      .flatMap(({ text }) => property(text, 'SUMMARY'))
    expect(titles.sort()).toEqual(['SUMMARY:Now', 'SUMMARY:Old series', 'SUMMARY:Old web'])
    expect(stage.mailbox().list().length).toBe(4)
    stage.clock.advance(360 * DAY_MS)
    await stage.settle()
    expect(stage.object('SUMMARY:Far')).toBeDefined()
    expect(stage.mailbox().list().length).toBe(4)
  })
})

describe('a conflict', () => {
  it.each([
    ['exchange', 'Exchange title', 'Nextcloud title'],
    ['nextcloud', 'Nextcloud title', 'Exchange title'],
    ['newest', 'Nextcloud title', 'Exchange title'],
  ])(
    'under the policy %s: "%s" stays on both sides, "%s" is in the archive, other fields merge',
    async (policy, winner, loser) => {
      stage = await Stage.open({ env: { Service__ConflictPolicy: policy } })
      const id = stage.mailbox().addEvent(appointment('Title'))
      await stage.settle()
      stage.clock.advance(60_000)
      stage.mailbox().editEvent(id, { subject: 'Exchange title', location: 'Outlook place' })
      stage.clock.advance(60_000)
      stage.editObject('SUMMARY:Title', (text) =>
        text
          .replace('SUMMARY:Title', 'SUMMARY:Nextcloud title\r\nURL:https://example.org')
          .replace(/LAST-MODIFIED:.*/, 'LAST-MODIFIED:20260302T120000Z'),
      )
      const pair = pairOf(await stage.pass())
      expect(pair.counts.conflicts).toBe(1)
      expect(stage.item(winner).fields.Location).toBe('Outlook place')
      expect(property(stage.object(`SUMMARY:${winner}`).text, 'URL')).toEqual(['URL:https://example.org'])
      expect((await stage.connector.store.archiveEntries({})).map(({ title }) => title)).toEqual([loser])
      await stage.settle()
      await expectEqual(stage.world)
    },
  )
})
