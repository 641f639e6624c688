/** Casebook, time (TIM-1 to TIM-5), over both servers. TIM-6 is about tasks. */
import { afterEach, describe, expect, it } from 'vitest'
import { expectEqual } from './equality.ts'
import { appointment, ics, linesOf, property, resource, vevent } from './items.ts'
import { Stage } from './stage.ts'

let stage: Stage
afterEach(() => stage.close())

const PARIS = 'Romance Standard Time'
const allDay = (date: string, next: string) => [`DTSTART;VALUE=DATE:${date}`, `DTEND;VALUE=DATE:${next}`]

/** As Outlook's own export writes a zone: a display name as TZID, and its rules. */
const DISPLAY_NAME = '(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna'
const DISPLAY_ZONE = [
  'BEGIN:VTIMEZONE',
  `TZID:${DISPLAY_NAME}`,
  'BEGIN:STANDARD',
  'DTSTART:16011028T030000',
  'TZOFFSETFROM:+0200',
  'TZOFFSETTO:+0100',
  'RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10',
  'END:STANDARD',
  'BEGIN:DAYLIGHT',
  'DTSTART:16010325T020000',
  'TZOFFSETFROM:+0100',
  'TZOFFSETTO:+0200',
  'RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3',
  'END:DAYLIGHT',
  'END:VTIMEZONE',
]

function startOn(subject: string): string {
  return new Date(stage.item(subject).fields.Start ?? 0).toISOString()
}

describe('time', () => {
  it('TIM-1: IANA zones with a VTIMEZONE on Nextcloud, Windows zones on Exchange', async () => {
    stage = await Stage.open()
    stage.mailbox().addEvent(appointment('Tokyo', { zone: 'Tokyo Standard Time' }))
    stage.mailbox().addEvent(appointment('Denver', { zone: 'Mountain Standard Time' }))
    stage
      .calendar()
      .put(
        'd.ics',
        ics('d@example.org', 'SUMMARY:Sydney', 'DTSTART;TZID=Australia/Sydney:20260305T090000', 'DURATION:PT1H'),
        { silent: true },
      )
    await stage.settle()
    for (const [title, zone] of [
      ['Tokyo', 'Asia/Tokyo'],
      ['Denver', 'America/Denver'],
    ] as const) {
      const { text } = stage.object(`SUMMARY:${title}`)
      expect(property(text, 'DTSTART')).toEqual([`DTSTART;TZID=${zone}:20260303T100000`])
      expect(linesOf(text)).toEqual(expect.arrayContaining(['BEGIN:VTIMEZONE', `TZID:${zone}`]))
    }
    expect(stage.item('Sydney').fields.StartTimeZone?.id).toBe('AUS Eastern Standard Time')
    expect(startOn('Sydney')).toBe('2026-03-04T22:00:00.000Z')
    await expectEqual(stage.world)
  })

  it('TIM-2: a zone that is called by its display name is recognised, before and after the change of clocks', async () => {
    stage = await Stage.open()
    const at = (date: string) => [
      `DTSTART;TZID="${DISPLAY_NAME}":${date}T100000`,
      `DTEND;TZID="${DISPLAY_NAME}":${date}T110000`,
    ]
    const object = (uid: string, title: string, date: string) =>
      resource(DISPLAY_ZONE, vevent(uid, `SUMMARY:${title}`, ...at(date)))
    stage.calendar().put('w.ics', object('w@example.org', 'Winter', '20260305'), { silent: true })
    stage.calendar().put('s.ics', object('s@example.org', 'Summer', '20260705'), { silent: true })
    await stage.settle()
    expect(stage.item('Winter').fields.StartTimeZone?.id).toBe('W. Europe Standard Time')
    expect([startOn('Winter'), startOn('Summer')]).toEqual(['2026-03-05T09:00:00.000Z', '2026-07-05T08:00:00.000Z'])
    expect(property(stage.object('SUMMARY:Winter').text, 'DTSTART')[0]).toContain('Amsterdam')
  })

  it('TIM-3: whole days stay on their days in every zone, both ways', async () => {
    stage = await Stage.open()
    for (const [subject, zone] of [
      ['Paris', PARIS],
      ['Auckland', 'New Zealand Standard Time'],
      ['Honolulu', 'Hawaiian Standard Time'],
      ['Utc', 'UTC'],
    ] as const)
      stage
        .mailbox()
        .addEvent(
          appointment(subject, { allDay: true, start: '2026-03-05T00:00:00', end: '2026-03-07T00:00:00', zone }),
        )
    stage
      .calendar()
      .put('h.ics', ics('h@example.org', 'SUMMARY:Holiday', ...allDay('20260328', '20260330')), { silent: true })
    await stage.settle()
    for (const subject of ['Paris', 'Auckland', 'Honolulu', 'Utc']) {
      const { text } = stage.object(`SUMMARY:${subject}`)
      expect([...property(text, 'DTSTART'), ...property(text, 'DTEND')]).toEqual(allDay('20260305', '20260307'))
    }
    const { fields } = stage.item('Holiday')
    // Over the change of clocks: two days of Berlin are 47 hours.
    expect([fields.IsAllDayEvent, ((fields.End ?? 0) - (fields.Start ?? 0)) / 3_600_000]).toEqual([true, 47])
    expect(startOn('Holiday')).toBe('2026-03-27T23:00:00.000Z')
    const [before] = property(stage.object('SUMMARY:Holiday').text, 'DTSTART')
    stage.mailbox().editEvent(stage.item('Holiday').id, { location: 'Sea' })
    await stage.settle()
    expect(property(stage.object('SUMMARY:Holiday').text, 'DTSTART')).toEqual([before])
  })

  it('TIM-4: floating times, UTC times and two different zones stay what they are through edits of the other side', async () => {
    stage = await Stage.open()
    const flight = ['DTSTART;TZID=Europe/Berlin:20260310T100000', 'DTEND;TZID=America/New_York:20260310T130000']
    const cases = {
      Floating: ['DTSTART:20260305T090000', 'DTEND:20260305T100000'],
      Utc: ['DTSTART:20260306T090000Z', 'DTEND:20260306T100000Z'],
      Flight: flight,
    }
    for (const [title, lines] of Object.entries(cases))
      stage.calendar().put(`${title}.ics`, ics(`${title}@example.org`, `SUMMARY:${title}`, ...lines), { silent: true })
    await stage.settle()
    for (const title of Object.keys(cases)) stage.mailbox().editEvent(stage.item(title).id, { location: 'There' })
    await stage.settle()
    for (const [title, lines] of Object.entries(cases)) {
      const { text } = stage.object(`SUMMARY:${title}`)
      expect([...property(text, 'DTSTART'), ...property(text, 'DTEND')]).toEqual(lines)
      expect(property(text, 'LOCATION')).toEqual(['LOCATION:There'])
    }
    const { fields } = stage.item('Flight')
    expect([fields.StartTimeZone?.id, fields.EndTimeZone?.id]).toEqual([
      'W. Europe Standard Time',
      'Eastern Standard Time',
    ])
    expect(startOn('Floating')).toBe('2026-03-05T08:00:00.000Z')
  })

  it('TIM-4: an appointment with two zones on Exchange keeps both on Nextcloud', async () => {
    stage = await Stage.open()
    stage.mailbox().addEvent(
      appointment('Flight', {
        start: '2026-03-10T10:00:00',
        end: '2026-03-10T13:00:00',
        endZone: 'Eastern Standard Time',
      }),
    )
    await stage.settle()
    const { text } = stage.object('SUMMARY:Flight')
    expect(property(text, 'DTSTART')).toEqual(['DTSTART;TZID=Europe/Berlin:20260310T100000'])
    expect(property(text, 'DTEND')).toEqual(['DTEND;TZID=America/New_York:20260310T130000'])
    await expectEqual(stage.world)
  })

  it('TIM-5: a birthday of 1955 is a date on both sides, every year', async () => {
    stage = await Stage.open()
    const yearly = 'RRULE:FREQ=YEARLY'
    stage
      .calendar()
      .put('b.ics', ics('b@example.org', 'SUMMARY:Olga', ...allDay('19550329', '19550330'), yearly), { silent: true })
    const pattern = { kind: 'AbsoluteYearlyRecurrence', month: 8, day: 14 } as const
    stage.mailbox().addEvent(
      appointment('Hans', {
        allDay: true,
        start: '1948-08-14T00:00:00',
        end: '1948-08-15T00:00:00',
        zone: PARIS,
        recurrence: { pattern },
      }),
    )
    await stage.settle()
    expect(stage.item('Olga').fields).toMatchObject({
      IsAllDayEvent: true,
      Recurrence: { pattern: { kind: 'AbsoluteYearlyRecurrence', month: 3, day: 29 } },
    })
    const { text } = stage.object('SUMMARY:Hans')
    expect(property(text, 'DTSTART')).toEqual(['DTSTART;VALUE=DATE:19480814'])
    expect(property(text, 'RRULE')[0]).toMatch(/FREQ=YEARLY/)
    await expectEqual(stage.world)
  })
})
