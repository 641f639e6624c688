/** Reading iCalendar: the forms that programs write, and the refusal by name of what cannot be read. */
import { describe, expect, it } from 'vitest'
import { readEvent } from '../../src/mapping/ical/read-event.ts'
import { ConnectorError } from '../../src/ports/errors.ts'
import { calendar, context, meeting, read, vevent, write } from './ical-builder.ts'

const series = (...lines: string[]) => read(meeting('RRULE:FREQ=DAILY;COUNT=9', ...lines))
const bounds = (...lines: string[]) => {
  const { start, end } = read(calendar(...vevent(...lines)))
  return [start, end].map((time) =>
    time.kind === 'date'
      ? time.date
      : `${time.local}${time.kind === 'zoned' ? ` ${time.zone}` : time.kind === 'utc' ? 'Z' : ''}`,
  )
}
function reasonOf(text: string): unknown {
  try {
    read(text)
  } catch (error) {
    return error instanceof ConnectorError && error.code === 'item.unreadable' ? error.fields.reason : error
  }
  return 'readable'
}

describe('readEvent refuses by name', () => {
  const good = meeting('SUMMARY:x')
  it.each([
    ['', 'not-icalendar'],
    ['<html><body>Login</body></html>', 'not-icalendar'],
    ['BEGIN:VCARD\r\nEND:VCARD', 'not-icalendar'],
    [good.replace('END:VCALENDAR\r\n', ''), 'truncated'],
    [good.replace('END:VEVENT\r\n', ''), 'nesting'],
    [good + good, 'several-calendars'],
    [calendar('BEGIN:VTODO', 'UID:u', 'END:VTODO'), 'no-event'],
    [good.replace('UID:u@example.org\r\n', ''), 'no-uid'],
    [good.replace(/DTSTART.*\r\n/, ''), 'no-start'],
    [good.replace('20240304T100000', '20240230T100000'), 'no-start'],
    [calendar(...vevent('DTSTART:20240101T000000Z'), ...vevent('DTSTART:20240101T000000Z')), 'several-masters'],
    [
      calendar(
        ...vevent('DTSTART:20240101T000000Z'),
        'BEGIN:VEVENT',
        'UID:other',
        'DTSTART:20240101T000000Z',
        'END:VEVENT',
      ),
      'several-uids',
    ],
    [calendar(...Array<string>(50).fill('BEGIN:VEVENT')), 'nesting'],
  ])('%#', (text, reason) => expect(reasonOf(text)).toBe(reason))

  it('any truncation of a document', () => {
    for (let length = 0; length < good.trimEnd().length; length += 1)
      expect(reasonOf(good.slice(0, length))).not.toBe('readable')
  })

  it('but reads a byte order mark, bare line feeds, blank lines and lines without a colon', () => {
    expect(read(`\uFEFF${meeting('SUMMARY:x')}`).title).toBe('x')
    expect(read(meeting('SUMMARY:x', '', 'stray', 'LOCATION:y').replaceAll('\r\n', '\n')).location).toBe('y')
  })
})

describe('start and end', () => {
  it.each([
    [['DTSTART:20240101T100000Z'], ['2024-01-01T10:00:00Z', '2024-01-01T10:00:00Z']],
    [['DTSTART;VALUE=DATE:20240101'], ['2024-01-01', '2024-01-02']],
    [
      ['DTSTART:20240101', 'DTEND:20240101'],
      ['2024-01-01', '2024-01-02'],
    ],
    [
      ['DTSTART;VALUE=DATE:20240101', 'DURATION:P2D'],
      ['2024-01-01', '2024-01-03'],
    ],
    [
      ['DTSTART;VALUE=DATE:20240101', 'DTEND:20240102T120000'],
      ['2024-01-01', '2024-01-03'],
    ],
    [
      ['DTSTART:20240101T100000', 'DTEND;VALUE=DATE:20240102'],
      ['2024-01-01T10:00:00', '2024-01-02T00:00:00'],
    ],
    [
      ['DTSTART:20240101T100000', 'DTEND:20240101T090000'],
      ['2024-01-01T10:00:00', '2024-01-01T10:00:00'],
    ],
    [['DTSTART;TZID=UTC:20240101T100000'], ['2024-01-01T10:00:00Z', '2024-01-01T10:00:00Z']],
    // A day is a day of the wall clock, 24 hours are 24 hours (RFC 5545 section 3.3.6).
    [
      ['DTSTART;TZID=Europe/Berlin:20240330T120000', 'DURATION:P1D'],
      ['2024-03-30T12:00:00 Europe/Berlin', '2024-03-31T12:00:00 Europe/Berlin'],
    ],
    [
      ['DTSTART;TZID=Europe/Berlin:20240330T120000', 'DURATION:PT24H'],
      ['2024-03-30T12:00:00 Europe/Berlin', '2024-03-31T13:00:00 Europe/Berlin'],
    ],
  ])('%#', (lines, expected) => expect(bounds(...lines)).toEqual(expected))

  it('reads an unexplained TZID as floating, and says so', () => {
    const { event, problems } = readEvent(calendar(...vevent('DTSTART;TZID=Mars/Olympus:20240101T100000')), context)
    expect(event.start).toEqual({ kind: 'floating', local: '2024-01-01T10:00:00' })
    expect(problems).toContainEqual({ path: 'TZID', reason: 'zone-approximated', detail: 'Mars/Olympus' })
  })
})

describe('occurrences', () => {
  const keys = (...lines: string[]) => Object.keys(series(...lines).occurrences)

  it.each([
    ['EXDATE;TZID=Europe/Berlin:20240305T100000'],
    ['EXDATE:20240305T090000Z'],
    ['EXDATE;TZID=America/New_York:20240305T040000'],
    ['EXDATE;VALUE=DATE:20240305'],
    ['EXDATE:20240305'],
    ['EXDATE;TZID=Europe/Berlin:20240305T100000,20240305T100000'],
  ])('REC-1: %s leaves out the day', (line) => expect(keys(line)).toEqual(['2024-03-05T10:00:00']))

  it('ignores an EXDATE that is no occurrence', () =>
    expect(keys('EXDATE:20240305T091500Z', 'EXDATE:20250305T090000Z')).toEqual([]))

  it('finds an occurrence inside the gap of a change to summer time', () => {
    const text = calendar(
      ...vevent('DTSTART;TZID=Europe/Berlin:20240330T023000', 'RRULE:FREQ=DAILY;COUNT=3', 'EXDATE:20240331T013000Z'),
    )
    expect(Object.keys(read(text).occurrences)).toEqual(['2024-03-31T02:30:00'])
  })

  it('knows dates in an all-day series however they are written', () => {
    const text = (line: string) => calendar(...vevent('DTSTART;VALUE=DATE:20240304', 'RRULE:FREQ=DAILY;COUNT=3', line))
    for (const line of [
      'EXDATE;VALUE=DATE:20240305',
      'EXDATE:20240305T000000Z',
      'EXDATE;TZID=Europe/Berlin:20240305T000000',
    ])
      expect(Object.keys(read(text(line)).occurrences)).toEqual(['2024-03-05'])
  })

  it('keeps the override where an EXDATE has the same key', () => {
    const override = vevent('RECURRENCE-ID:20240305T090000Z', 'DTSTART:20240305T100000Z', 'SUMMARY:Moved')
    const text = meeting('RRULE:FREQ=DAILY;COUNT=9', 'EXDATE:20240305T090000Z').replace(
      'END:VCALENDAR',
      [...override, 'END:VCALENDAR'].join('\r\n'),
    )
    expect(read(text).occurrences['2024-03-05T10:00:00']).toMatchObject({
      kind: 'exception',
      fields: { title: 'Moved' },
    })
  })

  it('REC-8: makes a change of all later occurrences unrepresentable, by name', () => {
    const override = vevent('RECURRENCE-ID;RANGE=THISANDFUTURE:20240305T090000Z', 'DTSTART:20240305T100000Z')
    const text = meeting('RRULE:FREQ=DAILY;COUNT=9').replace(
      'END:VCALENDAR',
      [...override, 'END:VCALENDAR'].join('\r\n'),
    )
    const { event, problems } = readEvent(text, context)
    expect(event.recurrence?.pattern.kind).toBe('rrule')
    expect(problems).toContainEqual({
      path: 'RECURRENCE-ID',
      reason: 'recurrence-not-representable',
      detail: 'RANGE=THISANDFUTURE',
    })
  })

  it('keeps several instances without their series together', () => {
    const instance = (day: string) =>
      vevent(`RECURRENCE-ID:202403${day}T090000Z`, `DTSTART:202403${day}T100000Z`, `SUMMARY:${day}`)
    const event = read(calendar(...instance('07'), ...instance('05')))
    expect([event.title, event.recurrence, event.extraStarts.length, Object.keys(event.occurrences)]).toEqual([
      '05',
      null,
      1,
      ['2024-03-07T09:00:00'],
    ])
  })
})

describe('hostile documents', () => {
  it('are read in bounded time', () => {
    const day = (index: number) =>
      new Date(Date.UTC(2024, 2, 5, 9) + index * 86_400_000).toISOString().replace(/[-:]|\.\d+/g, '')
    const many = (count: number, line: (index: number) => string) =>
      Array.from({ length: count }, (_, index) => line(index))
    const observance = (year: number) => [
      'BEGIN:STANDARD',
      `DTSTART:${year}0101T000000`,
      'TZOFFSETFROM:+0000',
      'TZOFFSETTO:+0107',
      'RRULE:FREQ=YEARLY',
      'END:STANDARD',
    ]
    const zone = [
      'BEGIN:VTIMEZONE',
      'TZID:Odd',
      ...many(2000, (index) => observance(1900 + (index % 99)).join('\r\n')),
      'END:VTIMEZONE',
    ]
    const documents = [
      meeting(
        'RRULE:FREQ=DAILY;COUNT=999999999',
        ...many(2000, (index) => `EXDATE:${day(index)}`),
        'EXDATE:99990101T090000Z',
      ),
      meeting(`RDATE:${many(2000, day).join()}`, ...many(2000, (index) => `EXDATE:${day(index)}`)),
      meeting(`X-ALT-DESC;FMTTYPE=text/html:${'<div>'.repeat(100_000)}`),
      calendar(
        ...zone,
        ...vevent(
          'DTSTART;TZID=Odd:20240304T100000',
          'RRULE:FREQ=DAILY',
          ...many(200, (index) => `EXDATE;TZID=Odd:${day(index).slice(0, -1)}`),
        ),
      ),
      meeting(...many(2000, (index) => `ATTENDEE:mailto:p${index}@example.org`)),
    ]
    const startedMs = performance.now()
    for (const document of documents)
      expect(write(document, { ...read(document), title: 'x', attendees: [] })).toContain('SUMMARY:x')
    expect(performance.now() - startedMs).toBeLessThan(15_000)
  })

  it('never lead beyond the years that a date can name', () => {
    expect(bounds('DTSTART:99991231T230000Z', 'DURATION:P30000D')[1]).toBe('9999-12-31T23:00:00Z')
    expect(bounds('DTSTART;VALUE=DATE:99991231')).toEqual(['9999-12-31', '9999-12-31'])
    expect(bounds('DTSTART:00010101T000000Z', 'DURATION:P1D')).toEqual(['0001-01-01T00:00:00Z', '0001-01-02T00:00:00Z'])
  })
})

describe('fields', () => {
  it.each([
    [['STATUS:TENTATIVE'], 'tentative'],
    [['TRANSP:TRANSPARENT'], 'free'],
    [['TRANSP:OPAQUE', 'X-MICROSOFT-CDO-BUSYSTATUS:OOF'], 'oof'],
    [['X-MICROSOFT-CDO-BUSYSTATUS:FREE'], 'free'],
    [['TRANSP:OPAQUE', 'X-MICROSOFT-CDO-BUSYSTATUS:FREE'], 'busy'],
    [['TRANSP:TRANSPARENT', 'X-MICROSOFT-CDO-BUSYSTATUS:BUSY'], 'free'],
    [['X-MICROSOFT-CDO-BUSYSTATUS:WORKINGELSEWHERE'], 'workingElsewhere'],
  ])('shows %j as %s', (lines, showAs) => expect(read(meeting(...lines)).showAs).toBe(showAs))

  it.each([
    ['PUBLIC', 'normal'],
    ['PRIVATE', 'private'],
    ['CONFIDENTIAL', 'confidential'],
    ['PERSONAL', 'personal'],
    ['X-SECRET', 'private'],
  ])('CLASS:%s is %s', (word, sensitivity) => expect(read(meeting(`CLASS:${word}`)).sensitivity).toBe(sensitivity))

  it.each([
    [['TRIGGER:-PT15M'], 15],
    [['TRIGGER:PT0S'], 0],
    [['TRIGGER:PT5M'], -5],
    [['TRIGGER;RELATED=END:-PT70M'], 10],
    [['TRIGGER;VALUE=DATE-TIME:20240304T084500Z'], 15],
    [['TRIGGER:-PT30S'], null],
    [['TRIGGER:-P1DT1H'], 1500],
  ])('the alarm %j is %j minutes before', (lines, minutes) => {
    const alarm = ['BEGIN:VALARM', 'ACTION:DISPLAY', ...lines, 'END:VALARM']
    expect(read(meeting(...alarm)).reminder?.minutesBefore ?? null).toBe(minutes)
  })

  it('takes no reminder from mail alarms, nor from absolute ones in a series', () => {
    const alarm = (...lines: string[]) => ['BEGIN:VALARM', ...lines, 'END:VALARM']
    expect(read(meeting(...alarm('ACTION:EMAIL', 'TRIGGER:-PT5M'))).reminder).toBeNull()
    expect(series(...alarm('ACTION:DISPLAY', 'TRIGGER;VALUE=DATE-TIME:20240304T084500Z')).reminder).toBeNull()
  })

  it('lets an edited description win over the HTML left behind', () => {
    const html = 'X-ALT-DESC;FMTTYPE=text/html:<p>old words</p>'
    expect(read(meeting('DESCRIPTION:old words', html)).body).toEqual({ text: 'old words', html: '<p>old words</p>' })
    expect(read(meeting('DESCRIPTION:new words', html)).body).toEqual({ text: 'new words', html: null })
    expect(read(meeting(html)).body?.text).toBe('old words')
    expect(read(meeting('DESCRIPTION;ALTREP="data:text/html,%3Cp%3Ehello%3C/p%3E":hello')).body?.html).toBe(
      '<p>hello</p>',
    )
  })

  it('INV-7: has no organizer without attendees, and finds addresses in their many forms', () => {
    expect(read(meeting('ORGANIZER:mailto:a@example.org')).organizer).toBeNull()
    const event = read(
      meeting(
        'ORGANIZER;EMAIL=Boss@example.org:urn:uuid:1',
        'ATTENDEE:b@example.org',
        'ATTENDEE:urn:uuid:2',
        'ATTENDEE;CN=x:MAILTO:B@example.org',
      ),
    )
    expect(event.organizer).toEqual({ email: 'boss@example.org', name: '' })
    expect(event.attendees).toEqual([{ email: 'b@example.org', name: '', role: 'required', partStat: 'needsAction' }])
  })
})
