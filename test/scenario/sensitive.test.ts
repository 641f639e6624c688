/** The sensitive mode over both simulated servers: what crosses, what never does (docs/sensitive-mode.md). */
import { afterEach, describe, expect, it } from 'vitest'
import { property, resource, times, vevent } from './items.ts'
import {
  BUSY,
  DENTIST,
  PARTY,
  SensitiveStage,
  secretAppointment,
  secretLines,
  sensitive,
  titles,
} from './sensitive-stage.ts'
import { pairOf } from './stage.ts'

let open: SensitiveStage | null = null

async function opened(env = sensitive()): Promise<SensitiveStage> {
  open = await SensitiveStage.open(env)
  return open
}

async function twoSecrets(env = sensitive()): Promise<SensitiveStage> {
  const on = await opened(env)
  await on.addSecrets()
  return on
}

afterEach(async () => {
  const on = open
  open = null
  await on?.close()
})

const moved = (text: string) => text.replace(/T100000/g, 'T140000').replace(/T110000/g, 'T150000')

describe('The sensitive mode', () => {
  it('shows on the other side that the time is taken, and nothing else', async () => {
    const on = await twoSecrets()
    expect(titles(on)).toEqual(BUSY)
    const { fields } = on.stage.item('Busy')
    expect(fields).toMatchObject({ Start: Date.parse('2026-03-04T09:00:00Z'), ReminderIsSet: false })
    expect([fields.Location, fields.Categories].filter((one) => one !== undefined && String(one) !== '')).toEqual([])
    const { text } = on.stage.object('SUMMARY:Busy')
    for (const name of ['LOCATION', 'DESCRIPTION', 'CATEGORIES', 'CLASS', 'PRIORITY', 'ATTENDEE'])
      expect(property(text, name)).toEqual([])
    expect(property(text, 'X-EXC-MASKED')).toEqual(['X-EXC-MASKED:Busy'])
  })

  it('writes nothing when nothing changed', async () => {
    const on = await twoSecrets()
    on.stage.takeWrites()
    await on.stage.pass()
    expect(on.stage.takeWrites()).toEqual([])
  })

  it('moves the original when its copy is moved, both ways, and leaves its words alone', async () => {
    const on = await twoSecrets()
    const { id } = on.stage.item('Busy')
    on.stage.mailbox().editEvent(id, { start: '2026-03-05T08:00:00', end: '2026-03-05T09:30:00', showAs: 'Tentative' })
    on.stage.editObject('SUMMARY:Busy', moved)
    const before = on.stage.object(PARTY).text
    await on.stage.settle()
    const { text } = on.stage.object(PARTY)
    expect(property(text, 'DTSTART')).toEqual(['DTSTART;TZID=Europe/Berlin:20260305T080000'])
    expect(property(text, 'X-MICROSOFT-CDO-BUSYSTATUS')).toEqual(['X-MICROSOFT-CDO-BUSYSTATUS:TENTATIVE'])
    for (const name of ['SUMMARY', 'LOCATION', 'DESCRIPTION', 'CATEGORIES', 'URL', 'X-OTHER-PROGRAM'])
      expect(property(text, name)).toEqual(property(before, name))
    expect(text).toContain('BEGIN:VALARM')
    expect(on.stage.item(DENTIST).fields).toMatchObject({
      Start: Date.parse('2026-03-03T13:00:00Z'),
      Location: `Room ${DENTIST}`,
      ReminderMinutesBeforeStart: 17,
    })
    expect(titles(on)).toEqual(BUSY)
  })

  it('keeps what somebody writes on a copy where it is', async () => {
    const on = await twoSecrets()
    const { id } = on.stage.item('Busy')
    on.stage.mailbox().editEvent(id, { subject: 'My own EXCHANGECANARY', location: 'Here EXCHANGECANARY' })
    on.stage.editObject('SUMMARY:Busy', (text) =>
      text.replace('SUMMARY:Busy', 'SUMMARY:Mine NEXTCLOUDCANARY\r\nDESCRIPTION:NEXTCLOUDCANARY'),
    )
    await on.stage.settle()
    on.stage
      .mailbox()
      .editEvent(on.stage.item(DENTIST).id, { start: '2026-03-03T16:00:00', end: '2026-03-03T17:00:00' })
    await on.stage.settle()
    expect(titles(on)).toEqual({
      exchange: [DENTIST, 'My own EXCHANGECANARY'],
      nextcloud: ['Mine NEXTCLOUDCANARY', PARTY],
    })
    const copy = on.stage.object('SUMMARY:Mine').text
    expect(property(copy, 'DTSTART')).toEqual(['DTSTART;TZID=Europe/Berlin:20260303T160000'])
    expect(property(copy, 'DESCRIPTION')).toEqual(['DESCRIPTION:NEXTCLOUDCANARY'])
  })

  it('does not write when only words of the original change', async () => {
    const on = await twoSecrets()
    on.stage
      .mailbox()
      .editEvent(on.stage.item(DENTIST).id, { subject: 'Doctor EXCHANGECANARY', body: 'EXCHANGECANARY' })
    on.stage.editObject(PARTY, (text) => text.replace('SUMMARY:Party', 'SUMMARY:Feast'))
    on.stage.takeWrites()
    await on.stage.settle()
    expect(on.stage.takeWrites()).toEqual([])
  })

  it('tells nobody a title in a report, and archives originals only encrypted', async () => {
    const on = await opened()
    on.stage.mailbox().addEvent(secretAppointment('Dentist'))
    const plan = await on.stage.pass({ dryRun: true })
    expect(pairOf(plan).actions.map(({ title }) => title)).toEqual(['Busy'])
    await on.stage.settle()
    on.stage
      .mailbox()
      .editEvent(on.stage.item(DENTIST).id, { start: '2026-03-03T16:00:00', end: '2026-03-03T17:00:00' })
    on.stage.editObject('SUMMARY:Busy', moved)
    const report = await on.stage.settle()
    expect(JSON.stringify(report)).not.toContain('CANARY')
    expect((await on.stage.connector.store.archiveEntries({})).map(({ title }) => title)).toEqual(['Busy'])
  })

  it('gives an original back whole from the archive, without a word for the other side', async () => {
    const on = await twoSecrets()
    on.stage.mailbox().deleteItem(on.stage.item('Busy').id)
    await on.stage.settle()
    expect(titles(on)).toEqual({ exchange: [DENTIST], nextcloud: ['Busy'] })
    const [entry] = await on.stage.connector.store.archiveEntries({})
    const { signal } = new AbortController()
    await on.stage.connector.admin.restoreArchived(entry?.id ?? '', { to: null, signal })
    await on.stage.settle()
    expect(titles(on)).toEqual(BUSY)
    const { text } = on.stage.object(PARTY)
    expect(property(text, 'DESCRIPTION')).toContain(`DESCRIPTION:Body ${PARTY}`)
    expect(property(text, 'X-OTHER-PROGRAM')).toEqual([`X-OTHER-PROGRAM:${PARTY}`])
  })

  it('deletes the other one when an original or a copy is deleted', async () => {
    const on = await twoSecrets()
    on.stage.mailbox().deleteItem(on.stage.item('Busy').id)
    on.stage.mailbox().deleteItem(on.stage.item(DENTIST).id)
    await on.stage.settle()
    expect(titles(on)).toEqual({ exchange: [], nextcloud: [] })
  })

  it('lets one side win when both moved the same item, and keeps the original words', async () => {
    const on = await twoSecrets()
    on.stage
      .mailbox()
      .editEvent(on.stage.item(DENTIST).id, { start: '2026-03-03T16:00:00', end: '2026-03-03T17:00:00' })
    on.stage.editObject('SUMMARY:Busy', moved)
    on.stage.mailbox().editEvent(on.stage.item('Busy').id, { start: '2026-03-04T18:00:00', end: '2026-03-04T19:00:00' })
    on.stage.editObject(PARTY, (text) => moved(text).replace('SUMMARY:Party', 'SUMMARY:Feast'))
    const report = await on.stage.settle()
    expect(pairOf(report).counts.conflicts).toBe(2)
    expect(titles(on)).toEqual({ exchange: ['Busy', DENTIST], nextcloud: ['Busy', 'Feast NEXTCLOUDCANARY'] })
    expect(property(on.stage.object('Feast').text, 'DTSTART')).toEqual(['DTSTART;TZID=Europe/Berlin:20260304T180000'])
    expect(property(on.stage.object('SUMMARY:Busy').text, 'DTSTART')).toEqual([
      'DTSTART;TZID=Europe/Berlin:20260303T160000',
    ])
  })

  it('makes the time a new appointment when its original was deleted and the copy was moved meanwhile', async () => {
    const on = await twoSecrets()
    on.stage.mailbox().deleteItem(on.stage.item(DENTIST).id)
    on.stage.editObject('SUMMARY:Busy', moved)
    await on.stage.settle()
    expect(titles(on)).toEqual({ exchange: ['Busy', 'Busy'], nextcloud: ['Busy', PARTY] })
    // Never masked on both sides: what was made anew is the original now.
    const marks = on.stage
      .mailbox()
      .list()
      .filter(({ fields }) => JSON.stringify(fields).includes('connector-masked'))
    expect(marks).toHaveLength(1)
  })
})

describe('A series in the sensitive mode', () => {
  const exception = (lines: string[]) =>
    vevent('series@example.org', 'RECURRENCE-ID;TZID=Europe/Berlin:20260310T100000', ...lines)
  const series = resource(
    vevent('series@example.org', ...times(3), 'RRULE:FREQ=WEEKLY;COUNT=5', ...secretLines('Series')),
    exception([...times(11, 12), ...secretLines('Other day')]),
    vevent(
      'series@example.org',
      'RECURRENCE-ID;TZID=Europe/Berlin:20260317T100000',
      ...times(17),
      ...secretLines('Special guest'),
    ),
  )

  it('has its exceptions and deletions on the other side, without their words', async () => {
    const on = await opened()
    on.stage
      .calendar()
      .put('s.ics', series.replace('COUNT=5', 'COUNT=5\r\nEXDATE;TZID=Europe/Berlin:20260324T100000'), { silent: true })
    await on.stage.settle()
    const { exceptions, deletedDates } = on.stage.item('Busy')
    expect(deletedDates).toEqual(['2026-03-24'])
    // The third differs in words alone: the copy needs no exception for it.
    expect(exceptions.map(({ date, fields }) => [date, fields.Start])).toEqual([
      ['2026-03-10', Date.parse('2026-03-11T11:00:00Z')],
    ])
  })

  it('keeps the words of its exceptions when the other side moves it', async () => {
    const on = await opened()
    on.stage.calendar().put('s.ics', series, { silent: true })
    await on.stage.settle()
    const { id } = on.stage.item('Busy')
    on.stage.mailbox().deleteOccurrence(id, '2026-03-24')
    on.stage.mailbox().editOccurrence(id, '2026-03-31', { start: '2026-03-31T15:00:00', end: '2026-03-31T16:00:00' })
    await on.stage.settle()
    const text = on.stage.object('Series').text
    for (const words of ['Series', 'Other day', 'Special guest'])
      expect(text).toContain(`SUMMARY:${words} NEXTCLOUDCANARY`)
    expect(text).toMatch(/EXDATE[^\r\n]*20260324T100000/)
    expect(text).toMatch(/DTSTART;TZID=Europe\/Berlin:20260331T150000/)
    on.stage.mailbox().editEvent(id, { start: '2026-03-03T11:00:00', end: '2026-03-03T12:00:00' })
    await on.stage.settle()
    expect(on.stage.object('Series').text).toContain('SUMMARY:Special guest NEXTCLOUDCANARY')
  })
})
