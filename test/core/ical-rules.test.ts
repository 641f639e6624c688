/** Which RRULEs are Exchange's patterns, and which stay word for word (REC-4, REC-8); UNTIL in all its forms. */
import { describe, expect, it } from 'vitest'
import { recurrenceOfRule } from '../../src/mapping/ical/recurrence-read.ts'
import type { CalTime } from '../../src/model/time.ts'

const berlin = (local: string): CalTime => ({ kind: 'zoned', local, zone: 'Europe/Berlin' })
const patternOf = (rule: string, date: string) => recurrenceOfRule(rule, { kind: 'date', date }, 'UTC').pattern

describe('rules that are patterns', () => {
  it.each([
    ['FREQ=DAILY', '2024-01-01', { kind: 'daily', interval: 1 }],
    ['freq=daily;interval=3', '2024-01-01', { kind: 'daily', interval: 3 }],
    [
      'FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR',
      '2024-01-01',
      { kind: 'weekly', interval: 1, days: ['MO', 'TU', 'WE', 'TH', 'FR'], firstDay: 'MO' },
    ],
    ['FREQ=WEEKLY', '2024-01-03', { kind: 'weekly', interval: 1, days: ['WE'], firstDay: 'MO' }],
    [
      'FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,TU;WKST=SU',
      '2024-01-02',
      { kind: 'weekly', interval: 2, days: ['TU', 'SU'], firstDay: 'SU' },
    ],
    ['FREQ=MONTHLY', '2024-01-15', { kind: 'monthlyOnDay', interval: 1, day: 15 }],
    ['FREQ=MONTHLY;BYMONTHDAY=-1', '2024-02-29', { kind: 'monthlyOnDay', interval: 1, day: 31 }],
    ['FREQ=MONTHLY;BYMONTHDAY=28,29,30;BYSETPOS=-1', '2024-02-29', { kind: 'monthlyOnDay', interval: 1, day: 30 }],
    ['FREQ=MONTHLY;BYDAY=2TU', '2024-01-09', { kind: 'monthlyRelative', interval: 1, day: 'TU', index: 'second' }],
    ['FREQ=MONTHLY;BYDAY=-1FR', '2024-01-26', { kind: 'monthlyRelative', interval: 1, day: 'FR', index: 'last' }],
    [
      'FREQ=MONTHLY;BYDAY=TU;BYSETPOS=2',
      '2024-01-09',
      { kind: 'monthlyRelative', interval: 1, day: 'TU', index: 'second' },
    ],
    [
      'FREQ=MONTHLY;BYDAY=TU;BYMONTHDAY=8,9,10,11,12,13,14',
      '2024-01-09',
      { kind: 'monthlyRelative', interval: 1, day: 'TU', index: 'second' },
    ],
    [
      'FREQ=MONTHLY;BYDAY=SA,SU;BYSETPOS=-1',
      '2024-04-28',
      { kind: 'monthlyRelative', interval: 1, day: 'weekendDay', index: 'last' },
    ],
    [
      'FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1',
      '2024-04-01',
      { kind: 'monthlyRelative', interval: 1, day: 'weekday', index: 'first' },
    ],
    [
      'FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR,SA,SU;BYSETPOS=3',
      '2024-04-03',
      { kind: 'monthlyRelative', interval: 1, day: 'day', index: 'third' },
    ],
    ['FREQ=YEARLY', '2024-06-01', { kind: 'yearlyOnDay', month: 6, day: 1 }],
    ['FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=31', '2024-12-31', { kind: 'yearlyOnDay', month: 12, day: 31 }],
    ['FREQ=YEARLY;INTERVAL=2', '2024-06-01', { kind: 'monthlyOnDay', interval: 24, day: 1 }],
    [
      'FREQ=YEARLY;BYMONTH=11;BYDAY=4TH',
      '2024-11-28',
      { kind: 'yearlyRelative', month: 11, day: 'TH', index: 'fourth' },
    ],
  ])('REC-4: %s from %s', (rule, date, pattern) => expect(patternOf(rule, date)).toEqual(pattern))
})

describe('rules that Exchange cannot hold', () => {
  it.each([
    ['FREQ=HOURLY', '2024-01-01'],
    ['FREQ=DAILY;BYHOUR=9,17', '2024-01-01'],
    ['FREQ=DAILY;INTERVAL=2;BYDAY=MO', '2024-01-01'],
    ['FREQ=MONTHLY', '2024-01-31'],
    ['FREQ=MONTHLY;BYMONTHDAY=31', '2024-01-31'],
    ['FREQ=MONTHLY;BYMONTHDAY=1,15', '2024-01-01'],
    ['FREQ=MONTHLY;BYMONTHDAY=-2', '2024-01-30'],
    ['FREQ=MONTHLY;BYDAY=5MO', '2024-01-29'],
    ['FREQ=MONTHLY;BYDAY=1MO,3MO', '2024-01-01'],
    ['FREQ=MONTHLY;BYDAY=MO,WE;BYSETPOS=1', '2024-01-01'],
    ['FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1,-1', '2024-01-01'],
    ['FREQ=YEARLY', '2024-02-29'],
    ['FREQ=YEARLY;BYMONTH=1,7', '2024-01-01'],
    ['FREQ=YEARLY;BYDAY=20MO', '2024-05-13'],
    ['FREQ=YEARLY;BYWEEKNO=20', '2024-05-13'],
    ['FREQ=DAILY;COUNT=0', '2024-01-01'],
    ['FREQ=DAILY;COUNT=2;UNTIL=20240201', '2024-01-01'],
    ['FREQ=DAILY;INTERVAL=0', '2024-01-01'],
    ['FREQ=DAILY;UNTIL=someday', '2024-01-01'],
    ['FREQ=DAILY;UNTIL=20231231', '2024-01-01'],
    ['nonsense', '2024-01-01'],
    // The start is no date of the rule: an occurrence of its own in RFC 5545, moved on Exchange.
    ['FREQ=WEEKLY;BYDAY=TU', '2024-01-01'],
  ])('REC-8: %s from %s stays as it is', (rule, date) =>
    expect(patternOf(rule, date)).toEqual({ kind: 'rrule', text: rule }),
  )
})

describe('UNTIL', () => {
  const untilOf = (until: string, start: CalTime) => recurrenceOfRule(`FREQ=DAILY;UNTIL=${until}`, start, 'UTC').end
  it.each([
    ['20240110T090000Z', '2024-01-10', 'the start of the last occurrence in UTC'],
    ['20240110T085959Z', '2024-01-09', 'a second before it'],
    ['20240110T225959Z', '2024-01-10', 'the end of the day'],
    ['20240109T235959Z', '2024-01-09', 'UTC midnight, which is already the next day there'],
    ['20240110', '2024-01-10', 'a date'],
    ['20240110T100000', '2024-01-10', 'wall clock'],
  ])('%s is %s: %s', (until, date) =>
    expect(untilOf(until, berlin('2024-01-01T10:00:00'))).toEqual({ kind: 'until', date }),
  )

  it('is the day before or after where UTC has another date than the zone', () => {
    const evening: CalTime = { kind: 'zoned', local: '2024-03-05T21:00:00', zone: 'America/Los_Angeles' }
    expect(untilOf('20240403T040000Z', evening)).toEqual({ kind: 'until', date: '2024-04-02' })
    const morning: CalTime = { kind: 'zoned', local: '2024-03-05T08:00:00', zone: 'Asia/Tokyo' }
    expect(untilOf('20240402T230000Z', morning)).toEqual({ kind: 'until', date: '2024-04-03' })
  })
})
