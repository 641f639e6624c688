/** Expansion of patterns: against an independent RRULE implementation, and Exchange's own meaning where RFC 5545 differs. */
import fc from 'fast-check'
import { DateTime } from 'luxon'
import rrule from 'rrule'
import { describe, expect, it } from 'vitest'
import { recurrenceOfRule } from '../../src/mapping/ical/recurrence-read.ts'
import { ruleOfRecurrence } from '../../src/mapping/ical/recurrence-write.ts'
import { wallMsOf } from '../../src/model/civil.ts'
import { expandOccurrences, isOccurrence, occurrenceKey } from '../../src/model/expand.ts'
import type { RecurrencePattern } from '../../src/model/recurrence.ts'
import type { CalTime } from '../../src/model/time.ts'
import { instantOf, localOf } from '../../src/model/zone-time.ts'
import { FLOATING_ZONE, type Repeating, repeating } from './arbitrary-event.ts'

const LIMIT = 40

/** Wall clocks by the rrule library, which calls its wall clock UTC; UNTIL is brought into the zone by luxon. */
function oracle({ start, recurrence }: Repeating): string[] {
  const text = ruleOfRecurrence(recurrence, start, FLOATING_ZONE)
  const options = rrule.RRule.parseString(text.replace(/;UNTIL=[^;]*/, ''))
  const until = /UNTIL=([^;]*)/.exec(text)?.[1]
  const zone = start.kind === 'zoned' && !start.rules ? start.zone : 'UTC'
  const untilWall = until && DateTime.fromISO(until, { zone: 'UTC' }).setZone(zone).toFormat("yyyy-MM-dd'T'HH:mm:ss")
  const rule = new rrule.RRule({
    ...options,
    dtstart: new Date(wallMsOf(localOf(start))),
    ...(untilWall ? { until: new Date(wallMsOf(untilWall)) } : {}),
  })
  return rule.all((_, count) => count < LIMIT).map((date) => date.toISOString().slice(0, 19))
}

const daily = (interval = 1): RecurrencePattern => ({ kind: 'daily', interval })
const never = { kind: 'never' } as const
const date = (text: string): CalTime => ({ kind: 'date', date: text })
const dates = (start: string, pattern: RecurrencePattern, limit = 4) =>
  expandOccurrences({ start: date(start), recurrence: { pattern, end: never }, floatingZone: 'UTC' }, { limit }).map(
    occurrenceKey,
  )

describe('expandOccurrences', () => {
  it('agrees with the rrule library on the rule that the lens writes', () => {
    fc.assert(
      fc.property(repeating, (series) => {
        fc.pre(series.start.kind !== 'zoned' || !series.start.rules)
        const own = expandOccurrences({ ...series, floatingZone: FLOATING_ZONE }, { limit: LIMIT }).map(localOf)
        expect(own).toEqual(oracle(series))
      }),
      { numRuns: Number(process.env.PROPERTY_RUNS ?? 1000) },
    )
  })

  it('is what the rule means that is read back', () => {
    fc.assert(
      fc.property(repeating, ({ start, recurrence }) => {
        const text = ruleOfRecurrence(recurrence, start, FLOATING_ZONE)
        expect(recurrenceOfRule(text, start, FLOATING_ZONE)).toEqual(recurrence)
      }),
      { numRuns: Number(process.env.PROPERTY_RUNS ?? 1000) },
    )
  })

  it('knows its own occurrences by their keys', () => {
    fc.assert(
      fc.property(repeating, (series) => {
        const keys = expandOccurrences({ ...series, floatingZone: FLOATING_ZONE }, { limit: 10 }).map(occurrenceKey)
        const first = keys[0] ?? ''
        for (const key of keys) expect(isOccurrence(series, key)).toBe(true)
        expect(isOccurrence(series, first.replace(/^\d{4}/, '1900'))).toBe(false)
      }),
      { numRuns: 300 },
    )
  })

  it('uses the last day of a month that lacks the day', () => {
    expect(dates('2024-01-31', { kind: 'monthlyOnDay', interval: 1, day: 31 })).toEqual([
      '2024-01-31',
      '2024-02-29',
      '2024-03-31',
      '2024-04-30',
    ])
    expect(dates('2024-02-29', { kind: 'yearlyOnDay', month: 2, day: 29 }, 3)).toEqual([
      '2024-02-29',
      '2025-02-28',
      '2026-02-28',
    ])
  })

  it('moves a start that is not on the pattern to the first date that is', () => {
    expect(dates('2024-01-01', { kind: 'weekly', interval: 1, days: ['WE'], firstDay: 'MO' }, 2)).toEqual([
      '2024-01-03',
      '2024-01-10',
    ])
  })

  it('counts weeks from the first day of the week', () => {
    const pattern = (firstDay: 'MO' | 'SU'): RecurrencePattern => ({
      kind: 'weekly',
      interval: 2,
      days: ['TU', 'SU'],
      firstDay,
    })
    expect(dates('1997-08-05', pattern('MO'))).toEqual(['1997-08-05', '1997-08-10', '1997-08-19', '1997-08-24'])
    expect(dates('1997-08-05', pattern('SU'))).toEqual(['1997-08-05', '1997-08-17', '1997-08-19', '1997-08-31'])
  })

  it('stops at the limit, at the count, at the date and before the instant', () => {
    const start: CalTime = { kind: 'zoned', local: '2024-03-30T02:30:00', zone: 'Europe/Berlin' }
    const series = (end: Parameters<typeof ruleOfRecurrence>[0]['end']) => ({
      start,
      recurrence: { pattern: daily(), end },
      floatingZone: 'UTC',
    })
    expect(expandOccurrences(series(never), { limit: 3 })).toHaveLength(3)
    expect(expandOccurrences(series({ kind: 'count', count: 2 }), { limit: 9 })).toHaveLength(2)
    expect(expandOccurrences(series({ kind: 'until', date: '2024-04-01' }), { limit: 9 })).toHaveLength(3)
    // The second one lies in the gap of the change to summer time and takes place at 03:30 (01:30 UTC).
    const gapMs = instantOf({ kind: 'zoned', local: '2024-03-31T02:30:00', zone: 'Europe/Berlin' }, 'UTC')
    expect(new Date(gapMs).toISOString()).toBe('2024-03-31T01:30:00.000Z')
    expect(expandOccurrences(series(never), { limit: 9, untilMs: gapMs })).toHaveLength(1)
    expect(expandOccurrences(series(never), { limit: 9, untilMs: gapMs + 1 })).toHaveLength(2)
  })

  it('ends in the year 9999 and never loops on a rule without dates', () => {
    expect(dates('9999-12-30', daily(), 9)).toEqual(['9999-12-30', '9999-12-31'])
    expect(dates('2024-01-01', { kind: 'weekly', interval: 1, days: [], firstDay: 'MO' })).toEqual([])
  })
})
