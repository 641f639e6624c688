/** Casebook, loss, duplicates and loops (LOS-1 to LOS-9), over both servers. */
import { afterEach, describe, expect, it } from 'vitest'
import { ConnectorError } from '../../src/ports/errors.ts'
import { emailOf, runOptions } from '../world.ts'
import { expectEqual, rawLists } from './equality.ts'
import { appointment, ics, property } from './items.ts'
import { pairOf, Stage } from './stage.ts'

let stage: Stage
afterEach(() => stage.close())

const DAY_MS = 86_400_000
const FOR_EVER = Number.POSITIVE_INFINITY

/** Five items on each side, in step. */
async function inStep(): Promise<void> {
  stage = await Stage.open()
  for (let number = 1; number <= 5; number++) {
    stage.mailbox().addEvent(appointment(`Outlook ${number}`, { day: number + 3 }))
    stage.calendar().put(`${number}.ics`, ics(`${number}@example.org`, `SUMMARY:Web ${number}`), { silent: true })
  }
  await stage.settle()
}

function sizes(): [number, number] {
  return [stage.mailbox().list().length, stage.calendar().list().length]
}

describe('loss', () => {
  it.each(['exchange', 'nextcloud'] as const)('LOS-1: 404 of %s is unknown, never empty', async (side) => {
    await inStep()
    if (side === 'exchange') stage.world.exchange.faults.add({ effect: { kind: 'http', status: 404 } })
    else stage.world.nextcloud.fault({ times: FOR_EVER }, { kind: 'status', status: 404 })
    stage.clock.advance(3 * DAY_MS)
    for (let passes = 0; passes < 2; passes++) expect((await stage.pass()).outcome).toBe('failed')
    expect(sizes()).toEqual([10, 10])
    stage.world.exchange.faults.clear()
    stage.world.nextcloud.clearFaults()
    await stage.settle()
    await expectEqual(stage.world)
  })

  it('LOS-1: a calendar in the trash is named, and comes back with nothing lost', async () => {
    await inStep()
    stage.calendar().delete()
    stage.clock.advance(3 * DAY_MS)
    const report = await stage.pass()
    expect(pairOf(report).halt).toMatchObject({ guard: 'collection-deleted', side: 'nextcloud', numbers: { base: 10 } })
    expect(stage.mailbox().list().length).toBe(10)
    stage.world.nextcloud.user('alice').restoreCalendar('personal')
    await stage.settle()
    await expectEqual(stage.world)
  })

  it('LOS-2: items that leave the window are not deleted, and an edit of one there does no harm', async () => {
    await inStep()
    stage.clock.advance(500 * DAY_MS)
    await stage.settle()
    expect(sizes()).toEqual([10, 10])
    stage.mailbox().deleteItem(stage.item('Outlook 1').id)
    await stage.settle()
    expect(sizes()).toEqual([9, 9])
  })

  it('LOS-2: a listing that was cut short deletes nothing', async () => {
    await inStep()
    stage.clock.advance(3 * DAY_MS)
    stage.world.nextcloud.fault({ report: 'sync-collection', times: FOR_EVER }, { kind: 'sync-truncated', keep: 3 })
    await stage.pass()
    expect(sizes()).toEqual([10, 10])
    stage.world.nextcloud.clearFaults()
    await stage.settle()
    await expectEqual(stage.world)
  })

  it('LOS-3: a lost state gives adoptions; what one side lacks is made there again, nothing is deleted', async () => {
    await inStep()
    stage.mailbox().deleteItem(stage.item('Outlook 1').id)
    stage.calendar().remove('2.ics', { silent: true })
    await stage.loseState()
    const pair = pairOf(await stage.pass())
    expect(pair.counts).toMatchObject({ removed: 0, created: 2, unchanged: 8, conflicts: 0 })
    await stage.settle()
    expect(sizes()).toEqual([10, 10])
    await expectEqual(stage.world)
  })

  it.each(['exchange', 'nextcloud'] as const)(
    'LOS-4: an edit beats a deletion on %s, and the case is listed',
    async (side) => {
      await inStep()
      if (side === 'exchange') {
        stage.mailbox().deleteItem(stage.item('Outlook 1').id)
        stage.editObject('SUMMARY:Outlook 1', (text) => text.replace('SUMMARY:Outlook 1', 'SUMMARY:Outlook 1 edited'))
      } else {
        stage.mailbox().editEvent(stage.item('Outlook 1').id, { subject: 'Outlook 1 edited' })
        stage.calendar().remove(stage.object('SUMMARY:Outlook 1').uri, { silent: true })
      }
      const pair = pairOf(await stage.pass())
      expect(pair.actions).toMatchObject([{ action: 'create', side, reason: 'edit-beats-delete', conflict: true }])
      await stage.settle()
      expect(stage.item('Outlook 1 edited')).toBeDefined()
      expect(sizes()).toEqual([10, 10])
      const [status] = await stage.connector.status()
      expect(status?.openConflicts).toMatchObject([{ kind: 'edit-delete' }])
      await expectEqual(stage.world)
    },
  )

  it('LOS-5: an edit between our read and our write is merged, on either side', async () => {
    await inStep()
    const { exchange, nextcloud } = stage.world
    stage.mailbox().editEvent(stage.item('Outlook 1').id, { subject: 'Outlook 1 new' })
    const meanwhile = () =>
      stage.editObject('SUMMARY:Outlook 1', (text) => text.replace(/SUMMARY/, 'LOCATION:Web place\r\nSUMMARY'))
    const hit = nextcloud.fault({ method: 'PUT' }, { kind: 'meanwhile', act: meanwhile })
    await stage.settle()
    expect(hit.hits()).toBe(1)
    expect([
      stage.item('Outlook 1 new').fields.Location,
      property(stage.object('Outlook 1 new').text, 'LOCATION'),
    ]).toEqual(['Web place', ['LOCATION:Web place']])
    stage.editObject('SUMMARY:Web 1', (text) => text.replace('SUMMARY:Web 1', 'SUMMARY:Web 1 new'))
    let raced = 0
    exchange.faults.hook = ({ operation }) => {
      if (operation === 'UpdateItem' && raced++ === 0)
        stage.mailbox().editEvent(stage.item('Web 1').id, { location: 'Outlook place' })
      return undefined
    }
    await stage.settle()
    expect(raced).toBeGreaterThan(0)
    expect(property(stage.object('SUMMARY:Web 1 new').text, 'LOCATION')).toEqual(['LOCATION:Outlook place'])
    expect(stage.item('Web 1 new').fields.Location).toBe('Outlook place')
    await expectEqual(stage.world)
  })

  it('LOS-6: two runs at once make no copies: one of them is refused', async () => {
    stage = await Stage.open()
    for (let number = 1; number <= 8; number++)
      stage.mailbox().addEvent(appointment(`Outlook ${number}`, { day: number + 3 }))
    const other = await stage.world.connect()
    const runs = await Promise.allSettled(
      [stage.connector, other].map((one) => one.syncUser(emailOf('alice'), runOptions())),
    )
    await other.close()
    const refused = runs.flatMap((run) => (run.status === 'rejected' ? [run.reason] : []))
    expect(refused).toEqual([expect.objectContaining({ code: 'lease.held' })])
    expect(refused[0]).toBeInstanceOf(ConnectorError)
    await stage.settle()
    expect(sizes()).toEqual([8, 8])
    await expectEqual(stage.world)
  })

  it('LOS-7: nothing is recorded for a write that failed; it is made again later, once', async () => {
    await inStep()
    const failing = stage.world.nextcloud.fault({ method: 'PUT', times: FOR_EVER }, { kind: 'status', status: 500 })
    stage.mailbox().addEvent(appointment('New'))
    stage.mailbox().editEvent(stage.item('Outlook 1').id, { subject: 'Outlook 1 new' })
    expect((await stage.pass()).outcome).not.toBe('in-step')
    expect(failing.hits()).toBeGreaterThan(0)
    stage.world.nextcloud.clearFaults()
    for (let passes = 0; passes < 3; passes++) {
      stage.clock.advance(10 * 60_000)
      await stage.pass()
    }
    await expectEqual(stage.world)
    expect(rawLists(stage.world).nextcloud.filter((line) => /New|Outlook 1 new/.test(line)).length).toBe(2)
  })

  it('LOS-8: an item that a server refuses is named and waits; everything else goes on', async () => {
    await inStep()
    const bad = stage.mailbox().addEvent(appointment('Refused', { uid: 'refused@example.org' }))
    stage.mailbox().addEvent(appointment('Fine', { hour: 14 }))
    stage.world.exchange.faults.add({
      operation: 'GetItem',
      item: bad,
      effect: { kind: 'itemError', code: 'ErrorCorruptData', item: bad },
    })
    stage.mailbox().editEvent(stage.item('Outlook 1').id, { subject: 'Outlook 1 new' })
    stage.calendar().put('late.ics', ics('late@example.org', 'SUMMARY:Late'), { silent: true })
    const pair = pairOf(await stage.pass())
    expect(pair.problems).toMatchObject([{ side: 'exchange', code: 'item.unreadable' }])
    expect(stage.object('SUMMARY:Fine')).toBeDefined()
    expect(stage.object('SUMMARY:Outlook 1 new')).toBeDefined()
    stage.clock.advance(60 * 60_000)
    await stage.pass()
    const [status] = await stage.connector.status()
    expect(status?.pairs[0]?.problems[0]?.attempts).toBeGreaterThan(1)
  })

  it('LOS-9: a pruned change log, a refused sync state and a lost change are found by comparing', async () => {
    await inStep()
    const calendar = stage.calendar()
    stage.editObject('SUMMARY:Web 1', (text) => text.replace('SUMMARY:Web 1', 'SUMMARY:Web 1 pruned'))
    calendar.remove('2.ics', { silent: true })
    calendar.pruneChanges(0)
    stage.clock.advance(20 * DAY_MS)
    await stage.settle()
    expect(stage.item('Web 1 pruned')).toBeDefined()
    stage.mailbox().editEvent(stage.item('Outlook 1').id, { subject: 'Outlook 1 unseen' })
    stage.mailbox().deleteItem(stage.item('Outlook 2').id)
    stage.mailbox().invalidateSyncStates()
    await stage.settle()
    expect(stage.object('SUMMARY:Outlook 1 unseen')).toBeDefined()
    calendar.loseNextChanges(1)
    calendar.put('lost.ics', ics('lost@example.org', 'SUMMARY:Never told'), { silent: true })
    stage.clock.advance(3 * DAY_MS)
    await stage.settle()
    expect(stage.item('Never told')).toBeDefined()
    expect(sizes()).toEqual([9, 9])
    await expectEqual(stage.world)
  })
})
