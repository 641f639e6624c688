/** The Exchange lens on documents as servers send them: zones, dates, bodies, rules, people. Named after the casebook. */
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { readDocument, readDocuments } from '../../src/mapping/ews/document.ts'
import { readEvent } from '../../src/mapping/ews/event.ts'
import { fitEvent } from '../../src/mapping/ews/fit.ts'
import { createElements } from '../../src/mapping/ews/write.ts'
import type { Event } from '../../src/model/event.ts'
import { ConnectorError } from '../../src/ports/errors.ts'
import { sampleEvent, sampleSeries } from '../contract/side-samples.ts'
import { CONTEXT } from './ews-renderer.ts'

const TYPES = 'xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types"'

type Parts = { start?: string; end?: string; zone?: string; more?: string; body?: string }

function calendarItem({ start, end, zone, more = '', body = '' }: Parts): string {
  return `<t:CalendarItem ${TYPES}><t:ItemId Id="A" ChangeKey="B"/><t:Subject>Title</t:Subject>${body}<t:UID>u</t:UID><t:Start>${
    start ?? '2026-03-10T08:00:00Z'
  }</t:Start><t:End>${end ?? '2026-03-10T09:00:00Z'}</t:End>${more}${zone ?? ''}</t:CalendarItem>`
}

function read(parts: Parts, context = CONTEXT): Event {
  const { master, exceptions } = readDocument(calendarItem(parts))
  return readEvent(master, exceptions, context)
}

const zone = (id: string, name = '', rules = '') =>
  `<t:StartTimeZone Id="${id}" Name="${name}">${rules}</t:StartTimeZone><t:EndTimeZone Id="${id}" Name="${name}">${rules}</t:EndTimeZone>`

/** Berlin's rules under a name that nobody knows. */
const BERLIN_RULES = `<t:Periods><t:Period Bias="-PT60M" Name="Standard" Id="std"/><t:Period Bias="-PT120M" Name="Daylight" Id="dlt"/></t:Periods>
<t:TransitionsGroups><t:TransitionsGroup Id="0">
<t:RecurringDayTransition><t:To Kind="Period">dlt</t:To><t:TimeOffset>PT2H</t:TimeOffset><t:Month>3</t:Month><t:DayOfWeek>Sunday</t:DayOfWeek><t:Occurrence>-1</t:Occurrence></t:RecurringDayTransition>
<t:RecurringDayTransition><t:To Kind="Period">std</t:To><t:TimeOffset>PT180M</t:TimeOffset><t:Month>10</t:Month><t:DayOfWeek>Sunday</t:DayOfWeek><t:Occurrence>-1</t:Occurrence></t:RecurringDayTransition>
</t:TransitionsGroup></t:TransitionsGroups><t:Transitions><t:Transition><t:To Kind="Group">0</t:To></t:Transition></t:Transitions>`

const FIXED_RULES = `<t:Periods><t:Period Bias="-PT95M" Name="Ship" Id="s"/></t:Periods><t:TransitionsGroups><t:TransitionsGroup Id="0"><t:Transition><t:To Kind="Period">s</t:To></t:Transition></t:TransitionsGroup></t:TransitionsGroups><t:Transitions><t:Transition><t:To Kind="Group">0</t:To></t:Transition></t:Transitions>`

describe('zones', () => {
  it.each([
    ['TIM-1: a Windows id', zone('W. Europe Standard Time')],
    ['TIM-2: a display name', zone('', '(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna')],
    ['TIM-2: a display name as the id', zone('(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna')],
    ['TIM-2: a numbered id', zone('W. Europe Standard Time 1')],
    ['TIM-2: rules only', zone('tzone://Microsoft/Custom', 'Customized Time Zone', BERLIN_RULES)],
    ['an IANA id', zone('Europe/Berlin')],
  ])('%s', (_name, text) => {
    const { start, end } = read({ zone: text })
    expect(start).toEqual({ kind: 'zoned', local: '2026-03-10T09:00:00', zone: 'Europe/Berlin' })
    expect(end).toEqual({ kind: 'zoned', local: '2026-03-10T10:00:00', zone: 'Europe/Berlin' })
  })

  it('TIM-2: keeps the rules of a zone that no database has, and writes them whole', () => {
    const event = read({ zone: zone('Ship time', 'Ship time', FIXED_RULES) })
    expect(event.start).toEqual({
      kind: 'zoned',
      local: '2026-03-10T09:35:00',
      zone: 'custom:Ship time',
      rules: { name: 'Ship time', standardOffsetMinutes: 95, daylight: null },
    })
    const written = createElements(event, CONTEXT, null).find(({ name }) => name === 'StartTimeZone')
    expect(written?.children?.map(({ name }) => name)).toEqual(['Periods', 'TransitionsGroups', 'Transitions'])
  })

  it.each(['UTC', 'tzone://Microsoft/Utc', 'Etc/UTC'])('TIM-4: keeps UTC as UTC (%s)', (id) => {
    expect(read({ zone: zone(id) }).start).toEqual({ kind: 'utc', local: '2026-03-10T08:00:00' })
  })

  it('TIM-4: keeps two zones', () => {
    const text = '<t:StartTimeZone Id="W. Europe Standard Time"/><t:EndTimeZone Id="Tokyo Standard Time"/>'
    const event = read({ zone: text })
    expect(event.start).toMatchObject({ local: '2026-03-10T09:00:00', zone: 'Europe/Berlin' })
    expect(event.end).toMatchObject({ local: '2026-03-10T18:00:00', zone: 'Asia/Tokyo' })
    const ids = createElements(event, CONTEXT, null).filter(({ name }) => name.endsWith('TimeZone'))
    expect(ids.map(({ attributes }) => attributes?.Id)).toEqual(['W. Europe Standard Time', 'Tokyo Standard Time'])
  })

  it('TIM-4: names a floating time and a zone that Windows has only a relative of', () => {
    const floating = sampleEvent('a', {
      start: { kind: 'floating', local: '2026-03-10T09:00:00' },
      end: { kind: 'floating', local: '2026-03-10T10:00:00' },
    })
    expect(fitEvent(floating, CONTEXT)).toMatchObject({
      item: { start: { kind: 'zoned', local: '2026-03-10T09:00:00', zone: 'Europe/Berlin' } },
      losses: [{ path: 'schedule', reason: 'floating-time' }],
    })
    const vienna = { kind: 'zoned', local: '2026-03-10T09:00:00', zone: 'Europe/Vienna' } as const
    expect(fitEvent(sampleEvent('a', { start: vienna, end: vienna }), CONTEXT)).toMatchObject({
      item: { start: { local: '2026-03-10T09:00:00', zone: 'Europe/Berlin' } },
      losses: [{ path: 'schedule', reason: 'zone-approximated', detail: 'Europe/Vienna -> Europe/Berlin' }],
    })
  })

  it('reads instants with an offset, and times without one in the zone', () => {
    const zoned = { zone: zone('W. Europe Standard Time') }
    expect(read({ ...zoned, start: '2026-03-10T03:00:00-05:00' }).start).toMatchObject({ local: '2026-03-10T09:00:00' })
    expect(read({ ...zoned, start: '2026-03-10T09:00:00', end: '2026-03-10T10:00:00' }).start).toMatchObject({
      local: '2026-03-10T09:00:00',
    })
  })
})

describe('dates', () => {
  const allDay = '<t:IsAllDayEvent>true</t:IsAllDayEvent>'

  it.each([
    ['its own zone', '2026-03-09T23:00:00Z', '2026-03-10T23:00:00Z', zone('Romance Standard Time')],
    ['a zone far away', '2026-03-09T15:00:00Z', '2026-03-10T15:00:00Z', zone('Tokyo Standard Time')],
    ['UTC, meant in the mailbox zone', '2026-03-09T23:00:00Z', '2026-03-10T23:00:00Z', zone('UTC')],
    ['no zone at all', '2026-03-10T00:00:00Z', '2026-03-11T00:00:00Z', ''],
    ['a wrong zone', '2026-03-10T03:00:00Z', '2026-03-11T03:00:00Z', zone('W. Europe Standard Time')],
  ])('TIM-3: stays on its day in %s', (_name, start, end, text) => {
    const event = read({ start, end, zone: text, more: allDay })
    expect(event.start).toEqual({ kind: 'date', date: '2026-03-10' })
    expect(event.end).toEqual({ kind: 'date', date: '2026-03-11' })
  })

  it('TIM-3: writes midnight of the mailbox zone on both sides of a change of summer time', () => {
    const event = sampleEvent('a', {
      start: { kind: 'date', date: '2026-03-29' },
      end: { kind: 'date', date: '2026-03-30' },
    })
    const texts = createElements(event, CONTEXT, null).filter(({ name }) => name === 'Start' || name === 'End')
    expect(texts.map(({ text }) => text)).toEqual(['2026-03-28T23:00:00Z', '2026-03-29T22:00:00Z'])
  })

  it('TIM-6: an end before the start is clamped and named', () => {
    const event = sampleEvent('a', { end: { kind: 'utc', local: '2020-01-01T00:00:00' } })
    expect(fitEvent(event, CONTEXT)).toMatchObject({
      item: { end: event.start },
      losses: [{ path: 'schedule', reason: 'clamped' }],
    })
  })
})

describe('bodies', () => {
  const html = (inner: string) =>
    `<t:Body BodyType="HTML">${inner.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('\n', '&#xD;\n')}</t:Body>`
  const WRAPPED = (inner: string) =>
    `<html>\n<head>\n<meta http-equiv="Content-Type" content="text/html; charset=utf-8">\n</head>\n<body>\n${inner}\n</body>\n</html>\n`

  it("SRV-6: takes Exchange's wrapper off and derives the text", () => {
    const body = html(WRAPPED('<p>Join <a href="https://teams.microsoft.com/l/meetup-join/1">here</a></p>'))
    expect(read({ body }).body).toEqual({
      text: 'Join here [https://teams.microsoft.com/l/meetup-join/1]',
      html: '<p>Join <a href="https://teams.microsoft.com/l/meetup-join/1">here</a></p>',
    })
  })

  it('an empty body of either kind is none', () => {
    for (const body of ['', '<t:Body BodyType="Text"/>', html(WRAPPED('')), html(WRAPPED('<div>&nbsp;</div>'))]) {
      expect(read({ body }).body).toBeNull()
    }
    expect(read({ body: html(WRAPPED('<img src="cid:1">')) }).body).not.toBeNull()
  })

  it('keeps a head that says something', () => {
    const styled = '<html><head><style>p{color:red}</style></head><body><p>Red</p></body></html>'
    expect(read({ body: html(styled) }).body).toEqual({ text: 'Red', html: styled })
  })

  it('CRLF and the last empty line of a text are no part of it', () => {
    expect(read({ body: '<t:Body BodyType="Text">One&#xD;\nTwo&#xD;\n</t:Body>' }).body).toEqual({
      text: 'One\nTwo',
      html: null,
    })
  })

  it('SRV-6: a text never overwrites the body of an online meeting', () => {
    const current = read({ body: html('<p><a href="https://teams.microsoft.com/l/meetup-join/1">Join</a></p>') })
    const wanted = { ...current, body: { text: 'My notes', html: null } }
    const fit = fitEvent(wanted, CONTEXT, current)
    expect(fit).toMatchObject({ item: { body: current.body }, losses: [{ path: 'body', reason: 'server-owned' }] })
  })

  it('takes the text when it says other words than the HTML, and the HTML when only the layout differs', () => {
    const rich = '<p>Line one</p><p>Line two</p>'
    const same = sampleEvent('a', { body: { text: 'Line one - Line two', html: rich } })
    expect(fitEvent(same, CONTEXT)).toMatchObject({ item: { body: { html: rich } }, losses: [] })
    const edited = sampleEvent('a', { body: { text: 'Line one, changed', html: rich } })
    expect(fitEvent(edited, CONTEXT)).toMatchObject({
      item: { body: { text: 'Line one, changed', html: null } },
      losses: [{ path: 'body', reason: 'value-not-held' }],
    })
  })
})

describe('series', () => {
  const series = (
    pattern: string,
    range = '<t:NoEndRecurrence><t:StartDate>2026-03-10</t:StartDate></t:NoEndRecurrence>',
  ) =>
    read({ zone: zone('W. Europe Standard Time'), more: `<t:Recurrence>${pattern}${range}</t:Recurrence>` }).recurrence

  it.each([
    [
      '<t:RelativeMonthlyRecurrence><t:Interval>1</t:Interval><t:DaysOfWeek>Weekday</t:DaysOfWeek><t:DayOfWeekIndex>First</t:DayOfWeekIndex></t:RelativeMonthlyRecurrence>',
      { kind: 'monthlyRelative', interval: 1, day: 'weekday', index: 'first' },
    ],
    [
      '<t:RelativeMonthlyRecurrence><t:Interval>12</t:Interval><t:DaysOfWeek>WeekendDay</t:DaysOfWeek><t:DayOfWeekIndex>Last</t:DayOfWeekIndex></t:RelativeMonthlyRecurrence>',
      { kind: 'yearlyRelative', month: 3, day: 'weekendDay', index: 'last' },
    ],
    [
      '<t:WeeklyRecurrence><t:Interval>2</t:Interval><t:DaysOfWeek>Weekday</t:DaysOfWeek><t:FirstDayOfWeek>Sunday</t:FirstDayOfWeek></t:WeeklyRecurrence>',
      { kind: 'weekly', interval: 2, days: ['MO', 'TU', 'WE', 'TH', 'FR'], firstDay: 'SU' },
    ],
    [
      '<t:AbsoluteYearlyRecurrence><t:DayOfMonth>29</t:DayOfMonth><t:Month>February</t:Month></t:AbsoluteYearlyRecurrence>',
      { kind: 'yearlyOnDay', month: 2, day: 29 },
    ],
  ])('REC-4: reads %s', (pattern, expected) => {
    expect(series(pattern)?.pattern).toEqual(expected)
  })

  it.each([
    '<t:DailyRegeneration><t:Interval>1</t:Interval></t:DailyRegeneration>',
    '<t:WeeklyRecurrence><t:Interval>1</t:Interval><t:DaysOfWeek>Caturday</t:DaysOfWeek></t:WeeklyRecurrence>',
    '<t:DailyRecurrence><t:Interval>0</t:Interval></t:DailyRecurrence>',
  ])('a rule that is not understood makes the item unreadable, never a single event: %s', (pattern) => {
    expect(() => series(pattern)).toThrow(ConnectorError)
  })

  it('REC-5: the days of a rule stay in the zone of the series', () => {
    const late = { kind: 'zoned', local: '2026-03-09T23:30:00', zone: 'America/New_York' } as const
    const weekly = { kind: 'weekly', interval: 1, days: ['MO'], firstDay: 'MO' } as const
    const event = sampleEvent('a', {
      start: late,
      end: { ...late, local: '2026-03-10T00:30:00' },
      recurrence: { pattern: { ...weekly, days: ['MO'] }, end: { kind: 'never' } },
    })
    const fit = fitEvent(event, CONTEXT)
    if (fit.kind !== 'fits') throw new Error('does not fit')
    const elements = createElements(fit.item, CONTEXT, null)
    expect(JSON.stringify(elements)).toContain('{"name":"StartDate","text":"2026-03-09"}')
    expect(elements.find(({ name }) => name === 'Start')?.text).toBe('2026-03-10T03:30:00Z')
  })

  it.each([
    ['further dates', { extraStarts: [{ kind: 'date', date: '2026-04-01' }] }],
    [
      'a rule of its own',
      { recurrence: { pattern: { kind: 'rrule', text: 'FREQ=DAILY;BYHOUR=9,17' }, end: { kind: 'never' } } },
    ],
    [
      'a start that is not on the rule',
      {
        recurrence: { pattern: { kind: 'weekly', interval: 1, days: ['FR'], firstDay: 'MO' }, end: { kind: 'never' } },
      },
    ],
    [
      'an interval of 100 months',
      { recurrence: { pattern: { kind: 'monthlyOnDay', interval: 100, day: 10 }, end: { kind: 'never' } } },
    ],
    [
      '1000 occurrences',
      { recurrence: { pattern: { kind: 'daily', interval: 1 }, end: { kind: 'count', count: 1000 } } },
    ],
    [
      'overlapping occurrences',
      {
        end: { kind: 'zoned', local: '2026-03-12T09:00:00', zone: 'Europe/Berlin' },
        recurrence: { pattern: { kind: 'daily', interval: 1 }, end: { kind: 'never' } },
      },
    ],
    [
      'every occurrence deleted',
      {
        recurrence: { pattern: { kind: 'daily', interval: 1 }, end: { kind: 'count', count: 1 } },
        occurrences: { '2026-03-10T09:00:00': { kind: 'deleted' } },
      },
    ],
  ] as [string, Partial<Event>][])('REC-8: %s: not representable, by name', (_name, changes) => {
    const fit = fitEvent(sampleEvent('a', changes), CONTEXT)
    expect(fit).toMatchObject({
      kind: 'unrepresentable',
      losses: [{ path: 'schedule', reason: 'recurrence-not-representable' }],
    })
  })

  it('REC-3: an exception on no date of the rule, or beyond its neighbour, is named', () => {
    const regular = sampleSeries('a').occurrences['2026-03-17T09:00:00']
    if (regular?.kind !== 'exception') throw new Error('no exception')
    const far = { ...regular, start: { kind: 'zoned', local: '2026-04-20T09:00:00', zone: 'Europe/Berlin' } as const }
    const occurrences = { '2026-03-18T09:00:00': regular, '2026-03-24T09:00:00': far }
    const fit = fitEvent(sampleSeries('a', { occurrences }), CONTEXT)
    expect(
      fit.losses.filter(({ reason }) => reason === 'recurrence-not-representable').map(({ path }) => path),
    ).toEqual(['occurrence:2026-03-18T09:00:00', 'occurrence:2026-03-24T09:00:00'])
  })

  it('LOS-2: a series of which an exception is missing is unreadable', () => {
    const more = `<t:Recurrence><t:DailyRecurrence><t:Interval>1</t:Interval></t:DailyRecurrence><t:NoEndRecurrence><t:StartDate>2026-03-10</t:StartDate></t:NoEndRecurrence></t:Recurrence><t:ModifiedOccurrences><t:Occurrence><t:ItemId Id="X"/><t:Start>2026-03-11T08:00:00Z</t:Start><t:End>2026-03-11T09:00:00Z</t:End><t:OriginalStart>2026-03-11T08:00:00Z</t:OriginalStart></t:Occurrence></t:ModifiedOccurrences>`
    expect(() => read({ more, zone: zone('W. Europe Standard Time') })).toThrow(ConnectorError)
  })
})

describe('fields', () => {
  it('names what is too long, negative, too far or not a field of Exchange', () => {
    const event = sampleEvent('a', {
      title: `${'x'.repeat(254)}😀`,
      reminder: { minutesBefore: -10 },
      status: 'tentative',
      location: 'One\nTwo',
    })
    const fit = fitEvent(event, CONTEXT)
    expect(fit).toMatchObject({
      item: { title: 'x'.repeat(254), reminder: { minutesBefore: 0 }, status: 'none', location: 'One Two' },
    })
    expect(fit.losses.map(({ path, reason }) => `${path} ${reason}`)).toEqual([
      'title too-long',
      'location value-not-held',
      'status no-such-field',
      'reminder clamped',
    ])
  })

  it('takes away what no XML can hold', () => {
    expect(fitEvent(sampleEvent('a', { title: 'a\u0000b\uD800c\uFFFFd😀' }), CONTEXT)).toMatchObject({
      item: { title: 'abcd😀' },
    })
  })
})

describe('documents', () => {
  it.each(['', 'not xml', '<a><b></a>', '<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>', '<t:CalendarItem>'])(
    'refuses %j',
    (text) => {
      expect(() => readDocument(text)).toThrow(ConnectorError)
    },
  )

  const folder = '../shared/ews-examples'
  const examples = ((): string[] => {
    try {
      return readdirSync(folder).filter((name) => name.startsWith('getitem-operation-calendar'))
    } catch {
      // Named below: the folder is not there.
      return []
    }
  })()

  it.skipIf(examples.length === 0)("finds the calendar items of Microsoft's examples, not those inside them", () => {
    const found = examples.flatMap((name) => readDocuments(readFileSync(`${folder}/${name}`, 'utf8')))
    expect(found.length).toBe(3)
    const whole = found.find(({ master }) => master.children.length > 20)
    if (!whole) throw new Error('no whole item')
    const event = readEvent(whole.master, [], CONTEXT)
    expect(event.start).toEqual({ kind: 'utc', local: '2006-06-16T00:30:00' })
    expect(event.organizer).toBeNull()
  })
})
