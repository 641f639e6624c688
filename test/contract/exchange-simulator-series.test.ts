/** The Exchange simulator's series: occurrences, exceptions, deletions, and what a change of the master does to them. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Pattern } from '../simulators/exchange/recurrence.ts'
import { all, type Fixture, setField, startFixture, text } from './exchange-simulator-fixture.ts'

const ZONE = 'W. Europe Standard Time'
const MONDAYS: Pattern = { kind: 'WeeklyRecurrence', interval: 1, days: ['Monday'], firstDay: 'Monday' }

let fixture: Fixture
beforeAll(async () => {
  fixture = await startFixture()
})
afterAll(async () => {
  await fixture.simulator.close()
})

/** Mondays 09:00-10:00 in Berlin from 2 March 2026; summer time begins on 29 March. */
function mondays(count = 6): string {
  return fixture.mailbox.addEvent({
    subject: 'Jour fixe',
    start: '2026-03-02T09:00:00',
    end: '2026-03-02T10:00:00',
    zone: ZONE,
    recurrence: { pattern: MONDAYS, count },
  })
}

async function occurrence(master: string, index: number) {
  const answer = await fixture.send(
    `<m:GetItem><m:ItemShape><t:BaseShape>AllProperties</t:BaseShape></m:ItemShape><m:ItemIds><t:OccurrenceItemId RecurringMasterId="${master}" InstanceIndex="${index}"/></m:ItemIds></m:GetItem>`,
  )
  const { Id: id = '', ChangeKey: changeKey = '' } = all(answer.root, 'ItemId')[0]?.attributes ?? {}
  return { answer, id, changeKey }
}

async function starts(master: string, from = '2026-01-01T00:00:00Z', to = '2027-06-01T00:00:00Z') {
  const answer = await fixture.send(
    `<m:FindItem Traversal="Shallow"><m:ItemShape><t:BaseShape>AllProperties</t:BaseShape></m:ItemShape><m:CalendarView StartDate="${from}" EndDate="${to}"/><m:ParentFolderIds><t:DistinguishedFolderId Id="calendar"/></m:ParentFolderIds></m:FindItem>`,
  )
  const subject = fixture.mailbox.get(master)?.fields.UID
  return all(answer.root, 'CalendarItem')
    .filter((item) => text(item, 'UID') === subject)
    .map((item) => text(item, 'Start')?.slice(0, 16))
}

describe('a series', () => {
  it('keeps its wall clock time when summer time begins', async () => {
    expect(await starts(mondays())).toEqual([
      '2026-03-02T08:00',
      '2026-03-09T08:00',
      '2026-03-16T08:00',
      '2026-03-23T08:00',
      '2026-03-30T07:00',
      '2026-04-06T07:00',
    ])
  })

  it('shows as one master in the feed and in a plain FindItem', async () => {
    const id = mondays()
    const { changes } = await fixture.sync()
    expect(changes.filter(([, item]) => item === id)).toEqual([['Create', id]])
    const answer = await fixture.send(
      '<m:FindItem Traversal="Shallow"><m:ItemShape><t:BaseShape>AllProperties</t:BaseShape></m:ItemShape><m:ParentFolderIds><t:DistinguishedFolderId Id="calendar"/></m:ParentFolderIds></m:FindItem>',
    )
    expect(new Set(all(answer.root, 'CalendarItemType').map((node) => node.text))).toEqual(new Set(['RecurringMaster']))
  })

  const days: [string, Pattern, string[]][] = [
    [
      'day 31 of short months is their last day',
      { kind: 'AbsoluteMonthlyRecurrence', interval: 1, day: 31 },
      ['2026-01-31', '2026-02-28', '2026-03-31', '2026-04-30'],
    ],
    [
      '29 February is 28 in other years',
      { kind: 'AbsoluteYearlyRecurrence', month: 2, day: 29 },
      ['2026-02-28', '2027-02-28'],
    ],
    [
      'the last weekday',
      { kind: 'RelativeMonthlyRecurrence', interval: 2, days: 'Weekday', index: 'Last' },
      ['2026-01-30', '2026-03-31', '2026-05-29', '2026-07-31'],
    ],
    [
      'the first weekend day',
      { kind: 'RelativeMonthlyRecurrence', interval: 1, days: 'WeekendDay', index: 'First' },
      ['2026-02-01', '2026-03-01', '2026-04-04', '2026-05-02'],
    ],
    [
      'the second Tuesday of June',
      { kind: 'RelativeYearlyRecurrence', month: 6, days: 'Tuesday', index: 'Second' },
      ['2026-06-09'],
    ],
    [
      'every other week from Sunday',
      { kind: 'WeeklyRecurrence', interval: 2, days: ['Sunday', 'Saturday'], firstDay: 'Sunday' },
      ['2026-01-31', '2026-02-08', '2026-02-14', '2026-02-22'],
    ],
    [
      'every other week from Monday',
      { kind: 'WeeklyRecurrence', interval: 2, days: ['Sunday', 'Saturday'], firstDay: 'Monday' },
      ['2026-01-31', '2026-02-01', '2026-02-14', '2026-02-15'],
    ],
    [
      'every third day',
      { kind: 'DailyRecurrence', interval: 3 },
      ['2026-01-30', '2026-02-02', '2026-02-05', '2026-02-08'],
    ],
  ]
  it.each(days)('expands as Exchange does: %s', async (_name, pattern, expected) => {
    const id = fixture.mailbox.addEvent({
      start: '2026-01-30T12:00:00Z',
      end: '2026-01-30T13:00:00Z',
      recurrence: { pattern, count: expected.length },
    })
    expect((await starts(id)).map((start) => start?.slice(0, 10))).toEqual(expected)
  })

  it('begins on the first day that the rule gives', async () => {
    const answer = await fixture.create(
      '<t:CalendarItem><t:Start>2026-03-04T09:00:00Z</t:Start><t:End>2026-03-04T10:00:00Z</t:End><t:Recurrence><t:WeeklyRecurrence><t:Interval>1</t:Interval><t:DaysOfWeek>Friday</t:DaysOfWeek></t:WeeklyRecurrence><t:NoEndRecurrence><t:StartDate>2026-03-04</t:StartDate></t:NoEndRecurrence></t:Recurrence></t:CalendarItem>',
    )
    const item = await fixture.get(all(answer.root, 'ItemId')[0]?.attributes.Id ?? '')
    expect([text(item, 'Start'), text(item, 'StartDate')]).toEqual(['2026-03-06T09:00:00Z', '2026-03-06'])
    expect(text(item, 'LastOccurrence')).toBeUndefined()
  })
})

describe('an occurrence', () => {
  it('becomes an exception with its own values, under the same id', async () => {
    const master = mondays()
    const { id, changeKey } = await occurrence(master, 2)
    const changes =
      setField('item:Subject', '<t:Subject>Moved</t:Subject>') +
      setField('calendar:Start', '<t:Start>2026-03-10T12:00:00Z</t:Start>') +
      setField('calendar:End', '<t:End>2026-03-10T13:00:00Z</t:End>')
    expect((await fixture.update(id, changeKey, changes)).codes).toEqual(['NoError'])
    const item = await fixture.get(id)
    expect([
      text(item, 'CalendarItemType'),
      text(item, 'Subject'),
      text(item, 'OriginalStart'),
      text(item, 'RecurrenceId'),
    ]).toEqual(['Exception', 'Moved', '2026-03-09T08:00:00Z', '2026-03-09T08:00:00Z'])
    const shown = all(await fixture.get(master), 'ModifiedOccurrences')[0]
    expect(all(shown ?? item, 'ItemId').map((node) => node.attributes.Id)).toEqual([id])
  })

  it('follows the master in everything that it did not change', async () => {
    const master = mondays()
    fixture.mailbox.editOccurrence(master, 2, { subject: 'Own' })
    const changeKey = fixture.mailbox.get(master)?.changeKey ?? ''
    const changes =
      setField('item:Subject', '<t:Subject>New</t:Subject>') +
      setField('calendar:Location', '<t:Location>Hall</t:Location>')
    expect((await fixture.update(master, changeKey, changes)).codes).toEqual(['NoError'])
    const second = (await occurrence(master, 2)).answer.root
    expect([text(second, 'Subject'), text(second, 'Location')]).toEqual(['Own', 'Hall'])
    expect(text((await occurrence(master, 3)).answer.root, 'Subject')).toBe('New')
  })

  it('takes the change key of its master, so that a change of either makes both stale', async () => {
    const master = mondays()
    const { id, changeKey } = await occurrence(master, 2)
    fixture.mailbox.editEvent(master, { location: 'x' })
    const answer = await fixture.update(id, changeKey, setField('item:Subject', '<t:Subject>Late</t:Subject>'))
    expect(answer.codes).toEqual(['ErrorIrresolvableConflict'])
  })

  it('is deleted alone, and is then gone under index and id', async () => {
    const master = mondays()
    const { id } = await occurrence(master, 3)
    expect((await fixture.remove(id)).codes).toEqual(['NoError'])
    expect(all(await fixture.get(master), 'DeletedOccurrence').map((node) => text(node, 'Start'))).toEqual([
      '2026-03-16T08:00:00Z',
    ])
    expect((await occurrence(master, 3)).answer.codes).toEqual(['ErrorCalendarOccurrenceIsDeletedFromRecurrence'])
    expect((await fixture.remove(id)).codes).toEqual(['ErrorItemNotFound'])
    expect((await occurrence(master, 7)).answer.codes).toEqual(['ErrorCalendarOccurrenceIndexIsOutOfRecurrenceRange'])
    expect(fixture.mailbox.list('deleteditems')).toEqual([])
  })

  it('cannot reach the day of its neighbour', async () => {
    const master = mondays()
    const { id, changeKey } = await occurrence(master, 2)
    const changes =
      setField('calendar:Start', '<t:Start>2026-03-16T18:00:00Z</t:Start>') +
      setField('calendar:End', '<t:End>2026-03-16T19:00:00Z</t:End>')
    expect((await fixture.update(id, changeKey, changes)).codes).toEqual(['ErrorOccurrenceCrossingBoundary'])
  })

  it('loses an extended property of its master alone', async () => {
    const path =
      '<t:ExtendedFieldURI DistinguishedPropertySetId="PublicStrings" PropertyName="p" PropertyType="String"/>'
    const key = '00020329-0000-0000-c000-000000000046:p:String'
    const master = mondays()
    fixture.mailbox.editEvent(master, { fields: { extended: { [key]: { path: {}, values: ['v'], multi: false } } } })
    const { id, changeKey } = await occurrence(master, 2)
    await fixture.update(id, changeKey, `<t:DeleteItemField>${path}</t:DeleteItemField>`)
    const shape = `<t:AdditionalProperties>${path}</t:AdditionalProperties>`
    expect(text(await fixture.get(id, shape), 'Value')).toBeUndefined()
    expect(text(await fixture.get(master, shape), 'Value')).toBe('v')
    expect(fixture.mailbox.get(master)?.exceptions).toHaveLength(1)
  })

  it('leads back to its master', async () => {
    const master = mondays()
    const { id } = await occurrence(master, 1)
    const answer = await fixture.send(
      `<m:GetItem><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape><m:ItemIds><t:RecurringMasterItemId OccurrenceId="${id}"/></m:ItemIds></m:GetItem>`,
    )
    expect(all(answer.root, 'ItemId')[0]?.attributes.Id).toBe(master)
  })
})

describe('a change of the master', () => {
  const prepared = () => {
    const master = mondays()
    fixture.mailbox.editOccurrence(master, 2, { subject: 'Own' })
    fixture.mailbox.deleteOccurrence(master, 3)
    return { master, changeKey: fixture.mailbox.get(master)?.changeKey ?? '' }
  }
  const left = (master: string) => {
    const item = fixture.mailbox.get(master)
    return [item?.exceptions.length, item?.deletedDates.length]
  }
  const rule = (count: number) =>
    `<t:Recurrence><t:WeeklyRecurrence><t:Interval>1</t:Interval><t:DaysOfWeek>Monday</t:DaysOfWeek><t:FirstDayOfWeek>Monday</t:FirstDayOfWeek></t:WeeklyRecurrence><t:NumberedRecurrence><t:StartDate>2026-03-02</t:StartDate><t:NumberOfOccurrences>${count}</t:NumberOfOccurrences></t:NumberedRecurrence></t:Recurrence>`

  it.each([
    ['another subject', setField('item:Subject', '<t:Subject>n</t:Subject>'), [1, 1]],
    ['the same rule', setField('calendar:Recurrence', rule(6)), [1, 1]],
    ['another rule', setField('calendar:Recurrence', rule(8)), [0, 0]],
    [
      'another time',
      setField('calendar:Start', '<t:Start>2026-03-02T07:00:00Z</t:Start>') +
        setField('calendar:End', '<t:End>2026-03-02T08:00:00Z</t:End>'),
      [0, 0],
    ],
  ])('to %s', async (_name, changes, expected) => {
    const { master, changeKey } = prepared()
    expect((await fixture.update(master, changeKey, changes)).codes).toEqual(['NoError'])
    expect(left(master)).toEqual(expected)
  })

  it('without a rule makes it a single event', async () => {
    const { master, changeKey } = prepared()
    await fixture.update(
      master,
      changeKey,
      '<t:DeleteItemField><t:FieldURI FieldURI="calendar:Recurrence"/></t:DeleteItemField>',
    )
    expect(text(await fixture.get(master), 'CalendarItemType')).toBe('Single')
  })

  it('is refused when the rule is nonsense', async () => {
    const { master, changeKey } = prepared()
    const wrong = rule(6).replace('Monday</t:DaysOfWeek>', 'Weekday</t:DaysOfWeek>')
    expect((await fixture.update(master, changeKey, setField('calendar:Recurrence', wrong))).codes).toEqual([
      'ErrorCalendarInvalidDayForWeeklyRecurrence',
    ])
    expect(left(master)).toEqual([1, 1])
  })
})

it('gives only answers that Microsoft’s schema accepts', () => {
  expect(fixture.invalidAnswers()).toEqual([])
})
