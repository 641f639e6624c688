/** Patching iCalendar: exactly what differs is written, and nothing is stamped without a change. */
import { describe, expect, it } from 'vitest'
import { writeEvent } from '../../src/mapping/ical/write-event.ts'
import type { Event } from '../../src/model/event.ts'
import { calendar, context, difference, linesOf, meeting, read, vevent, write } from './ical-builder.ts'

const berlin = (local: string) => ({ kind: 'zoned' as const, local, zone: 'Europe/Berlin' })
const people = ['ORGANIZER:mailto:a@example.org', 'ATTENDEE:mailto:b@example.org']
const patched = (native: string, change: Partial<Event>) =>
  difference(native, write(native, { ...read(native), ...change }))

describe('writeEvent', () => {
  it('stamps only what changed: DTSTAMP, LAST-MODIFIED, and SEQUENCE for the organizer’s changes of time', () => {
    const native = meeting('SEQUENCE:7', ...people)
    const moved = { start: berlin('2024-03-04T09:00:00') }
    expect(write(native, read(native))).toBe(native)
    expect(linesOf(write(native, { ...read(native), ...moved }))).toEqual(
      expect.arrayContaining(['SEQUENCE:8', 'DTSTAMP:20260102T030405Z', 'LAST-MODIFIED:20260102T030405Z']),
    )
    expect(patched(native, { title: 'x' }).come).toEqual(['SUMMARY:x'])
    expect(patched(meeting('SEQUENCE:7'), moved).come).not.toContain('SEQUENCE:8')
  })

  it('leaves what other programs mixed up as it is, while nobody moves the event', () => {
    const dateEnd = calendar(...vevent('DTSTART;TZID=Europe/Berlin:20240304T100000', 'DTEND;VALUE=DATE:20240305'))
    expect(patched(dateEnd, { title: 'x' })).toEqual({ gone: [], come: ['SUMMARY:x'] })
    const id = 'RECURRENCE-ID;TZID=Europe/Berlin:20240305T100000'
    const override = vevent(
      id,
      'DTSTART;TZID=Europe/Berlin:20240305T120000',
      'DTEND;TZID=Europe/Berlin:20240305T130000',
    )
    const both = meeting('RRULE:FREQ=DAILY;COUNT=9', 'EXDATE;TZID=Europe/Berlin:20240305T100000')
    const native = both.replace('END:VCALENDAR', [...override, 'END:VCALENDAR'].join('\r\n'))
    expect(patched(native, { title: 'x' }).gone).toEqual([])
  })

  it('leaves the exceptions alone when only the master changes, and the other way round', () => {
    const override = vevent('RECURRENCE-ID:20240305T090000Z', 'DTSTART:20240305T100000Z', 'SUMMARY:Moved', ...people)
    const native = meeting('RRULE:FREQ=DAILY;COUNT=9', 'SUMMARY:Daily', ...people).replace(
      'END:VCALENDAR',
      [...override, 'END:VCALENDAR'].join('\r\n'),
    )
    expect(write(native, { ...read(native), title: 'New' })).toContain(override.join('\r\n'))
    const event = read(native)
    const exception = event.occurrences['2024-03-05T10:00:00']
    if (exception?.kind !== 'exception') throw new Error('no exception')
    const text = write(native, {
      ...event,
      occurrences: { '2024-03-05T10:00:00': { ...exception, fields: { ...exception.fields, title: 'New' } } },
    })
    expect(text.slice(0, text.indexOf('END:VEVENT'))).toBe(native.slice(0, native.indexOf('END:VEVENT')))
  })

  it('REC-1: turns an exception into a left-out date, and back', () => {
    const override = vevent(
      'RECURRENCE-ID:20240305T090000Z',
      'DTSTART:20240305T100000Z',
      'DTEND:20240305T110000Z',
      'SUMMARY:Moved',
    )
    const native = meeting('RRULE:FREQ=DAILY;COUNT=9').replace(
      'END:VCALENDAR',
      [...override, 'END:VCALENDAR'].join('\r\n'),
    )
    const without = write(native, { ...read(native), occurrences: { '2024-03-05T10:00:00': { kind: 'deleted' } } })
    expect(without).not.toContain('RECURRENCE-ID')
    expect(without).toContain('EXDATE;TZID=Europe/Berlin:20240305T100000')
    const back = write(without, read(native))
    expect(back).not.toContain('EXDATE')
    expect(read(back)).toEqual(read(native))
  })

  it('REC-3: gives a new exception everything of the master that the model does not know', () => {
    const native = meeting('RRULE:FREQ=DAILY;COUNT=9', 'SUMMARY:Daily', 'URL:https://example.org/1', 'X-A:1')
    const event = read(native)
    const { kind, uid, start, end, recurrence, extraStarts, occurrences, ...fields } = event
    const changed = {
      '2024-03-06T10:00:00': {
        kind: 'exception' as const,
        start: berlin('2024-03-06T12:00:00'),
        end: berlin('2024-03-06T13:00:00'),
        fields: { ...fields, title: 'Later' },
      },
    }
    const { come, gone } = patched(native, { occurrences: changed })
    expect(gone).toEqual([])
    const text = write(native, { ...event, occurrences: changed })
    expect(text.slice(text.lastIndexOf('BEGIN:VEVENT'))).toMatch(/URL:https:\/\/example.org\/1[\s\S]*X-A:1/)
    expect(text.slice(text.lastIndexOf('BEGIN:VEVENT'))).not.toContain('RRULE')
    expect(come).toContain('RECURRENCE-ID;TZID=Europe/Berlin:20240306T100000')
  })

  it('REC-1: a left-out date of the old time does not come back to life when the series moves', () => {
    const native = meeting('RRULE:FREQ=DAILY;COUNT=9', 'EXDATE;TZID=Europe/Berlin:20240305T100000')
    const moved = { start: berlin('2024-03-04T11:00:00'), end: berlin('2024-03-04T12:00:00'), occurrences: {} }
    const there = write(native, { ...read(native), ...moved })
    expect(there).not.toContain('EXDATE')
    const inert = meeting('RRULE:FREQ=DAILY;COUNT=9', 'EXDATE;TZID=Europe/Berlin:20240305T110000')
    expect(read(inert).occurrences).toEqual({})
    expect(read(write(inert, { ...read(inert), ...moved })).occurrences).toEqual({})
  })

  it('keeps exceptions when the zone of the series changes but not their wall clock', () => {
    const override = vevent(
      'RECURRENCE-ID;TZID=Europe/Berlin:20240305T100000',
      'DTSTART:20240305T100000Z',
      'SUMMARY:Moved',
      'X-MINE:1',
    )
    const native = meeting('RRULE:FREQ=DAILY;COUNT=9').replace(
      'END:VCALENDAR',
      [...override, 'END:VCALENDAR'].join('\r\n'),
    )
    const zone = { zone: 'America/New_York' }
    const wanted = {
      ...read(native),
      start: { ...berlin('2024-03-04T10:00:00'), ...zone },
      end: { ...berlin('2024-03-04T11:00:00'), ...zone },
    }
    const text = write(native, wanted)
    expect(read(text)).toEqual(wanted)
    expect(text).toContain('RECURRENCE-ID;TZID=America/New_York:20240305T100000')
    expect(text).toContain('X-MINE:1')
  })

  it('keeps DURATION while it is right, and replaces it when it is not', () => {
    const native = calendar(...vevent('DTSTART:20240101T100000Z', 'DURATION:PT1H'))
    const utc = (local: string) => ({ kind: 'utc' as const, local })
    expect(patched(native, { start: utc('2024-01-02T10:00:00'), end: utc('2024-01-02T11:00:00') }).gone).toEqual([
      'DTSTART:20240101T100000Z',
    ])
    expect(patched(native, { end: utc('2024-01-01T12:00:00') })).toEqual({
      gone: ['DURATION:PT1H'],
      come: ['DTEND:20240101T120000Z'],
    })
  })

  it('never leaves a date beside a time, even where they mean the same end', () => {
    const native = calendar(...vevent('DTSTART;VALUE=DATE:20240101', 'DTEND;VALUE=DATE:20240102'))
    const utc = (local: string) => ({ kind: 'utc' as const, local })
    const timed = { start: utc('2024-01-01T10:00:00'), end: utc('2024-01-02T00:00:00') }
    expect(patched(native, timed).come).toEqual(['DTSTART:20240101T100000Z', 'DTEND:20240102T000000Z'])
  })

  it('keeps the exact PRIORITY while its class stays', () => {
    expect(patched(meeting('PRIORITY:3'), { title: 'x' }).gone).toEqual([])
    expect(patched(meeting('PRIORITY:3'), { importance: 'low' }).come).toEqual(['PRIORITY:9'])
  })

  it('marks what only Exchange can say, and takes the mark away', () => {
    const personal = write(meeting('CLASS:PUBLIC'), { ...read(meeting()), sensitivity: 'personal' })
    expect(linesOf(personal)).toEqual(expect.arrayContaining(['CLASS:PRIVATE', 'X-EXC-SENSITIVITY:PERSONAL']))
    expect(read(personal.replace('CLASS:PRIVATE', 'CLASS:CONFIDENTIAL')).sensitivity).toBe('confidential')
    expect(patched(personal, { sensitivity: 'private' }).gone).toEqual(['X-EXC-SENSITIVITY:PERSONAL'])
    const oof = write(meeting(), { ...read(meeting()), showAs: 'oof' })
    expect(read(oof.replace('TRANSP:OPAQUE', 'TRANSP:TRANSPARENT')).showAs).toBe('free')
  })

  it('lets a person’s edit of the description win over the HTML that it wrote itself', () => {
    const body = { text: 'See the list', html: '<ul><li>See <b>the list</b></li></ul>' }
    const text = write(meeting(), { ...read(meeting()), body })
    expect(read(text).body).toEqual(body)
    // The letters are the same, the text is not.
    expect(read(text.replace('See the list', 'see: the list')).body).toEqual({ text: 'see: the list', html: null })
    expect(write(text, { ...read(text), body: { text: 'Plain', html: null } })).not.toContain('X-ALT-DESC')
  })

  it('never deletes an alarm that it did not mirror', () => {
    const alarm = (minutes: number) => ['BEGIN:VALARM', 'ACTION:DISPLAY', `TRIGGER:-PT${minutes}M`, 'END:VALARM']
    const native = meeting(...alarm(10), ...alarm(60), 'BEGIN:VALARM', 'ACTION:EMAIL', 'TRIGGER:-P1D', 'END:VALARM')
    const text = write(native, { ...read(native), reminder: null })
    expect(linesOf(text)).toEqual(expect.arrayContaining(['TRIGGER:-PT60M', 'X-EXC-UNMIRRORED:TRUE', 'TRIGGER:-P1D']))
    expect(read(text).reminder).toBeNull()
    expect(patched(native, { reminder: { minutesBefore: 20 } })).toEqual({
      gone: ['TRIGGER:-PT10M'],
      come: ['TRIGGER:-PT20M'],
    })
  })

  it('TIM-1: replaces a VTIMEZONE that is wrong for the written time', () => {
    const wrong = [
      'BEGIN:VTIMEZONE',
      'TZID:Europe/Berlin',
      'BEGIN:STANDARD',
      'DTSTART:19700101T000000',
      'TZOFFSETFROM:+0000',
      'TZOFFSETTO:+0000',
      'END:STANDARD',
      'END:VTIMEZONE',
    ]
    const native = meeting('SUMMARY:x').replace('BEGIN:VEVENT', [...wrong, 'BEGIN:VEVENT'].join('\r\n'))
    const text = write(native, { ...read(native), end: berlin('2024-03-04T12:00:00') })
    expect(text).not.toContain('TZOFFSETTO:+0000')
    expect(text.match(/BEGIN:VTIMEZONE/g)).toHaveLength(1)
    expect(write(native, { ...read(native), title: 'y' })).toContain('TZOFFSETTO:+0000')
  })

  it('names what it had to adjust', () => {
    const event = {
      ...read(meeting()),
      end: berlin('2024-03-04T09:00:00'),
      occurrences: { '2024-03-05T10:00:00': { kind: 'deleted' as const } },
    }
    expect(writeEvent(null, event, context).losses.map((loss) => [loss.path, loss.reason])).toEqual([
      ['schedule', 'clamped'],
      ['occurrence:2024-03-05T10:00:00', 'value-not-held'],
    ])
  })

  it('refuses to make a document without a UID', () => {
    expect(() => writeEvent(null, { ...read(meeting()), uid: '' }, context)).toThrow('item.not-representable')
  })
})
