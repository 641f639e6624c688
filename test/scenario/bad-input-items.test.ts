/** Bad input, part 4: items that nobody can read. They are named and stay as they are; the rest is synced; they are tried again (I10, LOS-8). */
import { afterEach, describe, expect, it } from 'vitest'
import { expectEqual } from './equality.ts'
import { appointment, ics } from './items.ts'
import { pairOf, Stage } from './stage.ts'

let stage: Stage
afterEach(() => stage.close())

/** Longer than the first wait before an item is tried again. */
const LATER_MS = 2 * 60_000
const BROKEN = ics('broken@example.org', 'SUMMARY:Broken').replace(/DTSTART.*/, 'DTSTART;TZID=Europe/Berlin:yesterday')

describe('an item that cannot be read', () => {
  it('on Exchange: named, the rest is synced, and it follows when it is well again', async () => {
    stage = await Stage.open()
    const id = stage.mailbox().addEvent(appointment('Corrupt'))
    stage.mailbox().addEvent(appointment('Well', { hour: 12 }))
    stage.calendar().put('web.ics', ics('web@example.org', 'SUMMARY:Web'), { silent: true })
    stage.world.exchange.faults.add({
      operation: 'GetItem',
      item: id,
      effect: { kind: 'itemError', code: 'ErrorCorruptData', item: id },
    })
    const pair = pairOf(await stage.pass())
    expect(pair.error).toBeNull()
    expect(pair.problems).toMatchObject([{ side: 'exchange', code: 'item.unreadable' }])
    expect(stage.object('SUMMARY:Well')).toBeDefined()
    expect(
      stage
        .mailbox()
        .list()
        .map(({ fields }) => fields.Subject),
    ).toContain('Corrupt')
    const [status] = await stage.connector.status()
    expect(status?.pairs[0]?.problems).toMatchObject([{ side: 'exchange', itemId: id }])
    stage.world.exchange.faults.clear()
    for (let passes = 0; passes < 4; passes++) {
      stage.clock.advance(LATER_MS)
      await stage.pass()
    }
    await expectEqual(stage.world)
  })

  it('on Nextcloud: named, the rest is synced, and it follows when its owner saved it again', async () => {
    stage = await Stage.open()
    stage.calendar().seed([{ uri: 'broken.ics', text: BROKEN }])
    stage.calendar().put('web.ics', ics('web@example.org', 'SUMMARY:Web'), { silent: true })
    stage.mailbox().addEvent(appointment('Outlook'))
    const pair = pairOf(await stage.pass())
    expect(pair.error).toBeNull()
    expect(pair.problems).toMatchObject([{ side: 'nextcloud', uid: 'broken@example.org', code: 'item.unreadable' }])
    expect(stage.item('Web')).toBeDefined()
    expect(stage.object('SUMMARY:Outlook')).toBeDefined()
    expect(stage.calendar().get('broken.ics')?.text).toBe(BROKEN)
    stage.calendar().put('broken.ics', ics('broken@example.org', 'SUMMARY:Mended'), { silent: true })
    await stage.settle()
    expect(stage.item('Mended')).toBeDefined()
    await expectEqual(stage.world)
  })

  it.each(['exchange', 'nextcloud'] as const)(
    'became unreadable on %s after it was synced: it stays on both sides',
    async (side) => {
      stage = await Stage.open()
      const id = stage.mailbox().addEvent(appointment('Fragile', { uid: 'fragile@example.org' }))
      await stage.settle()
      const object = stage.object('SUMMARY:Fragile')
      if (side === 'exchange') {
        stage.mailbox().editEvent(id, { location: 'Nowhere' })
        stage.world.exchange.faults.add({
          operation: 'GetItem',
          item: id,
          effect: { kind: 'itemError', code: 'ErrorCorruptData', item: id },
        })
      } else {
        stage.calendar().remove(object.uri, { silent: true })
        stage.calendar().purge(stage.calendar().trash()[0]?.id ?? 0, { silent: true })
        stage
          .calendar()
          .seed([{ uri: object.uri, text: object.text.replace(/DTSTART;.*/, 'DTSTART;TZID=Europe/Berlin:soon') }])
        stage.clock.advance(3 * 86_400_000)
      }
      const pair = pairOf(await stage.pass())
      expect(pair.counts).toMatchObject({ removed: 0, created: 0, skipped: 1 })
      expect(pair.problems).toMatchObject([{ side, uid: 'fragile@example.org' }])
      expect([stage.mailbox().list().length, stage.calendar().list().length]).toEqual([1, 1])
    },
  )
})
