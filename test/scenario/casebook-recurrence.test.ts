/** Casebook, recurrence (REC-1 to REC-6, REC-8), over both servers. REC-7 is about tasks. */
import { afterEach, describe, expect, it } from 'vitest'
import type { EventInput } from '../simulators/exchange/user-input.ts'
import { expectEqual } from './equality.ts'
import { appointment, ics, linesOf, masterOf, property, times, vevent } from './items.ts'
import { pairOf, Stage } from './stage.ts'

let stage: Stage
afterEach(() => stage.close())

type Pattern = NonNullable<EventInput['recurrence']>['pattern']
const DAILY: Pattern = { kind: 'DailyRecurrence', interval: 1 }
const RULE = 'RRULE:FREQ=DAILY;COUNT=10'

function daily(subject: string): string {
  return stage.mailbox().addEvent(appointment(subject, { recurrence: { pattern: DAILY, count: 10 } }))
}

function webDaily(title: string): void {
  stage.calendar().put('daily.ics', ics('daily@example.org', `SUMMARY:${title}`, RULE), { silent: true })
}

describe('recurrence', () => {
  it('REC-1: an occurrence deleted in Outlook becomes an EXDATE', async () => {
    stage = await Stage.open()
    const id = daily('Stand-up')
    await stage.settle()
    stage.mailbox().deleteOccurrence(id, '2026-03-05')
    await stage.settle()
    const exdates = linesOf(stage.object('SUMMARY:Stand-up').text).filter((line) => line.startsWith('EXDATE'))
    expect(exdates).toEqual(['EXDATE;TZID=Europe/Berlin:20260305T100000'])
    await expectEqual(stage.world)
  })

  it('REC-1, REC-2: an EXDATE deletes that occurrence by its id; DeletedOccurrences is never written', async () => {
    stage = await Stage.open({ exchange: { recordBodies: true } })
    webDaily('Walk')
    await stage.settle()
    stage.editObject('SUMMARY:Walk', (text) =>
      text.replace(RULE, `${RULE}\r\nEXDATE;TZID=Europe/Berlin:20260305T100000`),
    )
    await stage.settle()
    expect(stage.item('Walk').deletedDates).toEqual(['2026-03-05'])
    expect(stage.mailbox().list().length).toBe(1)
    const bodies = stage.world.exchange.requests.list.filter(({ operation }) => /Create|Update|Delete/.test(operation))
    expect(bodies.filter(({ requestBody }) => requestBody?.includes('DeletedOccurrences'))).toEqual([])
    expect(
      bodies.some(({ operation, requestBody }) => operation === 'DeleteItem' && requestBody?.includes('Occurrence')),
    ).toBe(true)
    await expectEqual(stage.world)
  })

  it('REC-3: a changed occurrence is one component with everything of its own and no RRULE', async () => {
    stage = await Stage.open()
    const id = daily('Stand-up')
    await stage.settle()
    stage.mailbox().editOccurrence(id, '2026-03-06', {
      subject: 'Long stand-up',
      start: '2026-03-06T12:00:00',
      end: '2026-03-06T13:00:00',
    })
    await stage.settle()
    stage.mailbox().editOccurrence(id, '2026-03-06', { location: 'Terrace' })
    await stage.settle()
    const [master, exception, ...more] = stage.object('Long stand-up').text.split('BEGIN:VEVENT').slice(1).map(linesOf)
    expect(more).toEqual([])
    expect(master).toEqual(expect.arrayContaining(['SUMMARY:Stand-up', RULE]))
    expect(exception).toEqual(
      expect.arrayContaining([
        'RECURRENCE-ID;TZID=Europe/Berlin:20260306T100000',
        'DTSTART;TZID=Europe/Berlin:20260306T120000',
        'SUMMARY:Long stand-up',
        'LOCATION:Terrace',
      ]),
    )
    expect(exception?.some((line) => line.startsWith('RRULE'))).toBe(false)
    await expectEqual(stage.world)
  })

  it('REC-3: an exception made in Nextcloud becomes that one occurrence on Exchange, once', async () => {
    stage = await Stage.open()
    webDaily('Walk')
    await stage.settle()
    const exception = vevent(
      'daily@example.org',
      'RECURRENCE-ID;TZID=Europe/Berlin:20260306T100000',
      ...times(6, 15),
      'SUMMARY:Long walk',
    )
    stage.editObject('SUMMARY:Walk', (text) =>
      text.replace('END:VCALENDAR', [...exception, 'END:VCALENDAR'].join('\r\n')),
    )
    await stage.settle()
    const { exceptions, fields } = stage.item('Walk')
    expect(exceptions.map((one) => [one.date, one.fields.Subject])).toEqual([['2026-03-06', 'Long walk']])
    expect(fields.Subject).toBe('Walk')
    await expectEqual(stage.world)
  })

  it.each<[string, Pattern, string]>([
    [
      'the first weekday of the month',
      { kind: 'RelativeMonthlyRecurrence', interval: 1, index: 'First', days: 'Weekday' },
      'BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1',
    ],
    [
      'the last weekend day of the month',
      { kind: 'RelativeMonthlyRecurrence', interval: 1, index: 'Last', days: 'WeekendDay' },
      'BYDAY=SU,SA;BYSETPOS=-1',
    ],
    [
      'the last Friday of March',
      { kind: 'RelativeYearlyRecurrence', index: 'Last', days: 'Friday', month: 3 },
      'BYDAY=-1FR',
    ],
  ])('REC-4: %s travels there and back', async (_, pattern, part) => {
    stage = await Stage.open()
    stage.mailbox().addEvent(appointment('Relative', { recurrence: { pattern, count: 6 } }))
    await stage.settle()
    const rule = property(stage.object('SUMMARY:Relative').text, 'RRULE').join()
    const sorted = (text: string) => text.split(/[;,:]/).sort()
    expect(sorted(rule)).toEqual(expect.arrayContaining(sorted(part)))
    const start = masterOf(stage.object('SUMMARY:Relative').text).filter((line) => /^DT(START|END);/.test(line))
    stage.calendar().put('back.ics', ics('back@example.org', 'SUMMARY:Back', ...start, rule), { silent: true })
    await stage.settle()
    expect(stage.item('Back').fields.Recurrence).toEqual(stage.item('Relative').fields.Recurrence)
    await expectEqual(stage.world)
  })

  it('REC-5: a weekly rule far away keeps its weekday', async () => {
    stage = await Stage.open()
    const pattern: Pattern = { kind: 'WeeklyRecurrence', interval: 1, days: ['Monday'], firstDay: 'Monday' }
    const time = { start: '2026-03-09T08:00:00', end: '2026-03-09T09:00:00', zone: 'New Zealand Standard Time' }
    stage.mailbox().addEvent(appointment('Auckland call', { ...time, recurrence: { pattern, count: 5 } }))
    const local = ['DTSTART;TZID=Pacific/Honolulu:20260309T200000', 'DTEND;TZID=Pacific/Honolulu:20260309T210000']
    stage
      .calendar()
      .put('h.ics', ics('h@example.org', 'SUMMARY:Hawaii', ...local, 'RRULE:FREQ=WEEKLY;BYDAY=MO;COUNT=4'), {
        silent: true,
      })
    await stage.settle()
    const lines = masterOf(stage.object('SUMMARY:Auckland call').text)
    expect(lines).toContain('DTSTART;TZID=Pacific/Auckland:20260309T080000')
    expect(lines.find((line) => line.startsWith('RRULE'))).toContain('BYDAY=MO')
    const { fields } = stage.item('Hawaii')
    expect([fields.StartTimeZone?.id, fields.Recurrence?.pattern]).toMatchObject([
      'Hawaiian Standard Time',
      { days: ['Monday'] },
    ])
    await expectEqual(stage.world)
  })

  it('REC-6: occurrences that somebody was invited to alone share a UID on Exchange and are events of their own', async () => {
    stage = await Stage.open()
    const boss = { name: 'Boss', email: 'boss@partner.test' }
    for (const day of [3, 10]) {
      const RecurrenceId = Date.parse(`2026-03-${String(day).padStart(2, '0')}T09:00:00Z`)
      const own = { uid: 'jour-fixe@partner.test', organizer: boss, fields: { RecurrenceId }, day }
      const required = [{ name: 'Alice', email: 'alice@corp.test', response: 'Unknown' as const }]
      stage.mailbox().addEvent(appointment(`Jour fixe ${day}`, { ...own, required, myResponse: 'NoResponseReceived' }))
    }
    await stage.settle()
    expect(stage.object('SUMMARY:Jour fixe 3').text).toContain('UID:jour-fixe@partner.test_R20260303T090000Z')
    stage.editObject('SUMMARY:Jour fixe 10', (text) => text.replace('END:VEVENT', 'CATEGORIES:Mine\r\nEND:VEVENT'))
    await stage.settle()
    expect(stage.item('Jour fixe 10').fields.Categories).toEqual(['Mine'])
    expect(stage.item('Jour fixe 3').fields.Categories ?? []).toEqual([])
    await stage.loseState()
    await stage.settle()
    expect(stage.calendar().list().length).toBe(2)
  })

  it('REC-6: whatever changes in a series, the resource on Nextcloud keeps its master and its other occurrences', async () => {
    stage = await Stage.open()
    const id = daily('Stand-up')
    await stage.settle()
    stage.mailbox().editOccurrence(id, '2026-03-06', { subject: 'One' })
    stage.mailbox().editOccurrence(id, '2026-03-07', { subject: 'Two' })
    stage.mailbox().deleteOccurrence(id, '2026-03-08')
    await stage.settle()
    stage.mailbox().editOccurrence(id, '2026-03-07', { subject: 'Two again' })
    await stage.settle()
    const components = stage.object('SUMMARY:Two again').text.split('BEGIN:VEVENT').slice(1)
    expect(components.length).toBe(3)
    expect(components[0]).toContain(RULE)
    expect(components[0]).toContain('EXDATE')
    await expectEqual(stage.world)
  })

  it.each([
    ['a list of BYSETPOS', 'RRULE:FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=1,3;COUNT=6'],
    ['BYHOUR', 'RRULE:FREQ=DAILY;BYHOUR=9,15;COUNT=6'],
    ['SECONDLY', 'RRULE:FREQ=SECONDLY;INTERVAL=30;COUNT=6'],
    ['RDATEs', 'RDATE;TZID=Europe/Berlin:20260310T100000,20260320T100000'],
  ])('REC-8: %s stays on Nextcloud untouched and is named; the others go on', async (_, rule) => {
    stage = await Stage.open()
    const text = ics('odd@example.org', 'SUMMARY:Odd', rule)
    stage.calendar().put('odd.ics', text, { silent: true })
    stage.calendar().put('even.ics', ics('even@example.org', 'SUMMARY:Even'), { silent: true })
    const report = pairOf(await stage.pass())
    expect(report.problems).toMatchObject([
      { side: 'nextcloud', uid: 'odd@example.org', code: 'item.not-representable' },
    ])
    expect(report.counts).toMatchObject({ created: 1, skipped: 1, failed: 0 })
    expect(
      stage
        .mailbox()
        .list()
        .map(({ fields }) => fields.Subject),
    ).toEqual(['Even'])
    expect(stage.calendar().get('odd.ics')?.text).toBe(text)
    await stage.pass()
    expect(stage.calendar().get('odd.ics')?.text).toBe(text)
    await expectEqual(stage.world, { alone: ['Odd'] })
  })
})
