/** Two connectors with separate states on one pair of calendars, as after a migration accident: quiet soon, nothing doubled, no SEQUENCE that climbs. */
import { afterEach, describe, expect, it } from 'vitest'
import type { Connector } from '../../src/ports/service.ts'
import { emailOf, runOptions } from '../world.ts'
import { expectEqual } from './equality.ts'
import { appointment, ics, property } from './items.ts'
import { Stage } from './stage.ts'

let stage: Stage
const others: Connector[] = []
afterEach(async () => {
  for (const other of others.splice(0)) await other.close()
  await stage.close()
})

async function open(): Promise<[Connector, Connector]> {
  stage = await Stage.open({ people: ['alice', 'bob'] })
  const second = await stage.another()
  others.push(second)
  return [stage.connector, second]
}

function fill(): void {
  for (let day = 3; day < 9; day++) {
    stage.mailbox().addEvent(appointment(`Outlook ${day}`, { day }))
    stage.calendar().put(`${day}.ics`, ics(`${day}@example.org`, `SUMMARY:Web ${day}`), { silent: true })
  }
  const people = [{ name: 'Bob', email: 'bob@corp.test', response: 'Unknown' as const }]
  const pattern = { kind: 'DailyRecurrence', interval: 1 } as const
  stage
    .mailbox()
    .addEvent(appointment('Meeting', { required: people, recurrence: { pattern, count: 5 }, body: 'Agenda' }))
}

function sync(connector: Connector) {
  return connector.syncUser(emailOf('alice'), runOptions())
}

/** Turn by turn, or both at the same moment. Gives what each round wrote. */
async function rounds(count: number, pair: readonly Connector[], together: boolean): Promise<string[][]> {
  const written: string[][] = []
  for (let round = 0; round < count; round++) {
    stage.takeWrites()
    if (together) await Promise.all(pair.map(sync))
    else for (const connector of pair) await sync(connector)
    written.push(stage.takeWrites())
    stage.clock.advance(10 * 60_000)
  }
  return written
}

function sequences(): string[] {
  return stage
    .calendar()
    .list()
    .flatMap(({ text }) => property(text, 'SEQUENCE'))
}

function sizes(): [number, number] {
  return [stage.mailbox().list().length, stage.calendar().list().length]
}

function expectOnBoth(title: string): void {
  expect(stage.item(title)).toBeDefined()
  expect(stage.object(`SUMMARY:${title}`)).toBeDefined()
}

const HOW = [
  ['turn by turn', false],
  ['at the same moment', true],
] as const

describe('two connectors on one pair of calendars', () => {
  it('that begin one after the other: quiet after two rounds, nothing doubled', async () => {
    const pair = await open()
    fill()
    const written = await rounds(4, pair, false)
    expect(written.slice(2)).toEqual([[], []])
    expect(sizes()).toEqual([13, 13])
    await expectEqual(stage.world)
  })

  it('that begin at the same moment: Nextcloud refuses the second copy of a UID, and it is adopted instead', async () => {
    const pair = await open()
    for (let day = 3; day < 9; day++) stage.mailbox().addEvent(appointment(`Outlook ${day}`, { day }))
    const written = await rounds(4, pair, true)
    expect(written.slice(2)).toEqual([[], []])
    expect(sizes()).toEqual([6, 6])
    await expectEqual(stage.world)
  })

  it('that begin at the same moment: of two copies that both made on Exchange the first one stays', async () => {
    const pair = await open()
    fill()
    const written = await rounds(4, pair, true)
    expect(written.slice(3)).toEqual([[]])
    expect(sizes()).toEqual([13, 13])
    await expectEqual(stage.world)
  })

  it.each(HOW)(
    '%s: edits and deletions of people go through once, and SEQUENCE does not climb',
    async (_, together) => {
      const pair = await open()
      fill()
      await rounds(3, pair, false)
      const before = sequences()
      stage.mailbox().editEvent(stage.item('Outlook 3').id, { subject: 'Outlook 3 edited' })
      stage.editObject('SUMMARY:Web 3', (text) => text.replace('SUMMARY:Web 3', 'SUMMARY:Web 3 edited'))
      stage.mailbox().editEvent(stage.item('Meeting').id, { location: 'Room 4' })
      stage.mailbox().editOccurrence(stage.item('Meeting').id, '2026-03-05', { subject: 'Meeting, moved' })
      stage.mailbox().deleteItem(stage.item('Outlook 4').id)
      stage.calendar().remove('4.ics', { silent: true })
      stage.mailbox().addEvent(appointment('Outlook new'))
      const written = await rounds(4, pair, together)
      expect(written.slice(2)).toEqual([[], []])
      expect(sequences()).toEqual(before)
      expect(sizes()).toEqual([12, 12])
      for (const title of ['Outlook 3 edited', 'Web 3 edited', 'Outlook new']) expectOnBoth(title)
      await expectEqual(stage.world)
    },
  )

  it.each(HOW)('%s: a conflict is decided the same way by both', async (_, together) => {
    const pair = await open()
    fill()
    await rounds(2, pair, false)
    stage.mailbox().editEvent(stage.item('Outlook 3').id, { subject: 'From Outlook' })
    stage.editObject('SUMMARY:Outlook 3', (text) => text.replace('SUMMARY:Outlook 3', 'SUMMARY:From Nextcloud'))
    const written = await rounds(3, pair, together)
    expect(written.at(-1)).toEqual([])
    expectOnBoth('From Outlook')
    await expectEqual(stage.world)
  })
})
