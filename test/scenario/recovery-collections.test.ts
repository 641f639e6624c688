/** Recovery: a calendar or mailbox was deleted, made again or moved. Empty waits for a person; the same items are adopted (I21). */
import { afterEach, describe, expect, it } from 'vitest'
import type { ItemSnapshot } from '../simulators/exchange/user-input.ts'
import type { ObjectView } from '../simulators/nextcloud/person-calendar.ts'
import { emailOf } from '../world.ts'
import { expectEqual } from './equality.ts'
import { appointment, ics } from './items.ts'
import { pairOf, Stage } from './stage.ts'

let stage: Stage
afterEach(() => stage.close())

const DAY_MS = 86_400_000
const SIZE = 12

async function inStep(): Promise<void> {
  stage = await Stage.open()
  for (let number = 1; number <= SIZE / 2; number++) {
    stage.mailbox().addEvent(appointment(`Outlook ${number}`, { day: number + 3 }))
    stage.calendar().put(`${number}.ics`, ics(`${number}@example.org`, `SUMMARY:Web ${number}`), { silent: true })
  }
  await stage.settle()
  stage.clock.advance(3 * DAY_MS)
}

/** As from a backup: the same UIDs, other ids. */
function recreateCalendar(objects: readonly ObjectView[]): void {
  const person = stage.world.nextcloud.user('alice')
  person.calendar('personal').delete({ permanent: true })
  const calendar = person.createCalendar('personal', { displayName: 'Personal' })
  for (const { uri, text } of objects) calendar.put(uri, text, { silent: true })
}

/** To another database of the organisation: folder and items have other ids, UIDs stay. */
function moveMailbox(items: readonly ItemSnapshot[]): void {
  const { exchange } = stage.world
  exchange.removeMailbox(emailOf('alice'))
  const mailbox = exchange.addMailbox(emailOf('alice'), { displayName: 'Alice' })
  for (const { fields } of items) mailbox.addEvent({ fields })
}

function sizes(): [number, number] {
  return [stage.mailbox().list().length, stage.calendar().list().length]
}

describe('a calendar on Nextcloud', () => {
  it('deleted and made again empty: halted, nothing is deleted on Exchange, status says so', async () => {
    await inStep()
    recreateCalendar([])
    for (let passes = 0; passes < 3; passes++) {
      const report = await stage.pass()
      expect([report.outcome, pairOf(report).halt?.guard]).toEqual([
        'halted',
        expect.stringMatching(/empty-side|collection-identity/),
      ])
      stage.clock.advance(DAY_MS)
    }
    expect(sizes()).toEqual([SIZE, 0])
    const [status] = await stage.connector.status()
    expect(status?.pairs[0]?.status).toBe('halted')
  })

  it('made again with the same UIDs: adopted, nothing is doubled or deleted', async () => {
    await inStep()
    recreateCalendar(stage.calendar().list())
    await stage.settle()
    expect(sizes()).toEqual([SIZE, SIZE])
    await expectEqual(stage.world)
  })

  it('restored from an older backup, with items that were deleted since: halted, nothing is deleted on Exchange', async () => {
    await inStep()
    const [older, ...rest] = stage.calendar().list()
    stage.calendar().remove(older?.uri ?? '', { silent: true })
    await stage.settle()
    stage.clock.advance(3 * DAY_MS)
    recreateCalendar([...(older ? [older] : []), ...rest.slice(0, SIZE - 5)])
    for (let passes = 0; passes < 3; passes++) {
      const report = await stage.pass()
      expect([report.outcome, pairOf(report).halt?.guard]).toEqual(['halted', 'server-rolled-back'])
      stage.clock.advance(DAY_MS)
    }
    expect(stage.mailbox().list().length).toBe(SIZE - 1)
  })
})

describe.each([
  ['at once', 0],
  ['after days, when everything is compared anyway', 3 * DAY_MS],
])('a calendar that was set back to an older backup, looked at %s', (_, laterMs) => {
  it('halts although no unknown item appeared: its feed is at an earlier point', async () => {
    await inStep()
    recreateCalendar(
      stage
        .calendar()
        .list()
        .slice(0, SIZE - 4),
    )
    stage.clock.advance(laterMs)
    for (let passes = 0; passes < 2; passes++) {
      const report = await stage.pass()
      expect([report.outcome, pairOf(report).halt?.guard]).toEqual(['halted', 'server-rolled-back'])
      stage.clock.advance(DAY_MS)
    }
    expect(sizes()).toEqual([SIZE, SIZE - 4])
  })
})

describe('a mailbox on Exchange', () => {
  it('moved, all ids changed: adopted by UID, no duplicate, no deletion; edits made on the way arrive', async () => {
    await inStep()
    moveMailbox(stage.mailbox().list())
    stage.mailbox().editEvent(stage.item('Outlook 1').id, { location: 'Moved' })
    for (let passes = 0; passes < 2; passes++) await stage.pass()
    await stage.settle()
    expect(sizes()).toEqual([SIZE, SIZE])
    expect(stage.object('SUMMARY:Outlook 1').text).toContain('LOCATION:Moved')
    await expectEqual(stage.world)
    stage.mailbox().deleteItem(stage.item('Outlook 2').id)
    await stage.settle()
    expect(sizes()).toEqual([SIZE - 1, SIZE - 1])
  })

  it('made anew and empty: nothing is deleted on Nextcloud', async () => {
    await inStep()
    moveMailbox([])
    for (let passes = 0; passes < 3; passes++) {
      expect((await stage.pass()).outcome).not.toBe('in-step')
      stage.clock.advance(DAY_MS)
    }
    expect(sizes()).toEqual([0, SIZE])
  })

  it('moved while the state was lost as well: adopted, nothing is doubled', async () => {
    await inStep()
    moveMailbox(stage.mailbox().list())
    await stage.loseState()
    await stage.settle()
    expect(sizes()).toEqual([SIZE, SIZE])
    await expectEqual(stage.world)
  })
})
