/**
 * An oracle for recurrences: the XML that Exchange gets, expanded day by day by a simple reading of its documentation, and the
 * RRULE that Nextcloud gets, expanded by an independent library (rrule) and made instants by another (luxon), are the same
 * instants for ten years.
 */
import fc from 'fast-check'
import { DateTime } from 'luxon'
import rrulePackage from 'rrule'
import { expect, it } from 'vitest'
import type { XmlNode } from '../../src/mapping/ews/change.ts'
import { normalPattern } from '../../src/mapping/ews/recurrence.ts'
import { recurrenceNode } from '../../src/mapping/ews/recurrence-write.ts'
import { recurrenceOfRule } from '../../src/mapping/ical/recurrence-read.ts'
import { ruleOfRecurrence } from '../../src/mapping/ical/recurrence-write.ts'
import type { Recurrence, RecurrencePattern } from '../../src/model/recurrence.ts'
import type { CalTime } from '../../src/model/time.ts'
import { instantOf, localOf, withLocal } from '../../src/model/zone-time.ts'
import { pattern } from './arbitrary-event.ts'
import { expandRecurrenceXml } from './recurrence-expand.ts'

const { RRule } = rrulePackage
const YEARS = 10
const numRuns = Number(process.env.ORACLE_RUNS ?? 1000)
const ZONES = [
  ...['Europe/Berlin', 'America/New_York', 'Australia/Sydney', 'America/Sao_Paulo', 'Asia/Kathmandu'],
  ...['Australia/Lord_Howe', 'Pacific/Auckland', 'America/Los_Angeles'],
]
/** Some inside the hours that changes of offset skip or repeat. */
const CLOCKS = ['00:00:00', '01:45:00', '02:00:00', '02:15:00', '02:30:00', '09:00:00', '17:45:00', '23:30:00']

const date = fc
  .date({ min: new Date('1968-01-01'), max: new Date('2035-12-31'), noInvalidDate: true })
  .map((day) => day.toISOString().slice(0, 10))
const start: fc.Arbitrary<CalTime> = fc.oneof(
  { weight: 1, arbitrary: date.map((day): CalTime => ({ kind: 'date', date: day })) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(date, fc.constantFrom(...CLOCKS))
      .map(([day, clock]): CalTime => ({ kind: 'utc', local: `${day}T${clock}` })),
  },
  {
    weight: 8,
    arbitrary: fc
      .tuple(date, fc.constantFrom(...CLOCKS), fc.constantFrom(...ZONES))
      .map(([day, clock, zone]): CalTime => ({ kind: 'zoned', local: `${day}T${clock}`, zone })),
  },
)

type Times = { walls: string[]; instants: number[] }

/**
 * Every wall clock time, and the instants of those that tell: weekends, when offsets change, and every seventh. (To convert them
 * all takes two libraries 100 s.)
 */
function timesOf(walls: string[], instant: (wall: string) => number): Times {
  const tell = (wall: string, at: number) =>
    at % 7 === 0 || [0, 6].includes(new Date(`${wall.slice(0, 10)}Z`).getUTCDay())
  return { walls, instants: walls.filter(tell).map(instant) }
}

/** What Exchange's series means. */
function exchangeTimes(node: XmlNode, first: CalTime): Times {
  const clock = localOf(first).slice(10)
  const walls = expandRecurrenceXml(node, YEARS).map((day) => day + clock)
  return timesOf(walls, (wall) => instantOf(withLocal(first, wall), 'UTC'))
}

/** What a rule means: without UNTIL through rrule, in wall clock; then luxon; then UNTIL as RFC 5545 section 3.3.10 says. */
function ruleTimes(rule: string, first: CalTime): Times {
  const until = /;?UNTIL=([^;]+)/.exec(rule)?.[1]
  const zone = first.kind === 'zoned' ? first.zone : 'UTC'
  const lastMs = until ? untilMs(until, zone) : Number.POSITIVE_INFINITY
  const lastWall = new Date(Math.min(lastMs, 8e15)).getTime()
  const walls = rruleWalls(rule, first).filter((wall) => {
    const wallMs = Date.parse(`${wall}Z`)
    // No offset is longer than a day: only around the end the instant decides.
    if (Math.abs(wallMs - lastWall) > 2 * 86_400_000) return wallMs < lastWall
    return luxonInstant(wall, zone) <= lastMs
  })
  return timesOf(walls, (wall) => luxonInstant(wall, zone))
}

function rruleWalls(rule: string, first: CalTime, limit = Number.POSITIVE_INFINITY): string[] {
  const dtstart = new Date(`${localOf(first)}Z`)
  const end = new Date(dtstart)
  end.setUTCFullYear(end.getUTCFullYear() + YEARS)
  const options = RRule.parseString(rule.replace(/;?UNTIL=[^;]+/, '').replace(/^;/, ''))
  const times = new RRule({ ...options, dtstart })
  return times
    .between(dtstart, new Date(end.getTime() - 1), true, (_, count) => count < limit)
    .map((time) => time.toISOString().slice(0, 19))
}

/** The first of two equal wall clock times; the offset before the gap for one that is skipped (section 3.3.5). */
function luxonInstant(local: string, zone: string): number {
  const time = DateTime.fromISO(local, { zone })
  const all = time.hour < 4 || time.hour === 23 ? time.getPossibleOffsets() : [time]
  return Math.min(...all.map((one) => one.toMillis()))
}

function untilMs(until: string, zone: string): number {
  const text = until.length === 8 ? `${until}T235959` : until
  return DateTime.fromISO(text, { zone: text.endsWith('Z') ? 'UTC' : zone }).toMillis()
}

const end: fc.Arbitrary<{ kind: 'never' } | { kind: 'count'; count: number } | { kind: 'until'; days: number }> =
  fc.oneof(
    fc.constant({ kind: 'never' as const }),
    fc.record({ kind: fc.constant('count' as const), count: fc.integer({ min: 1, max: 400 }) }),
    fc.record({ kind: fc.constant('until' as const), days: fc.integer({ min: 0, max: 4000 }) }),
  )

/** Days that not every month has. */
const lateDay: fc.Arbitrary<Exclude<RecurrencePattern, { kind: 'rrule' }>> = fc
  .record({
    day: fc.integer({ min: 28, max: 31 }),
    month: fc.integer({ min: 1, max: 12 }),
    interval: fc.constantFrom(1, 2, 3, 12, 24),
  })
  .chain(({ day, month, interval }) =>
    fc.constantFrom(
      { kind: 'monthlyOnDay' as const, interval, day },
      { kind: 'yearlyOnDay' as const, month, day: Math.min(day, new Date(Date.UTC(2000, month, 0)).getUTCDate()) },
    ),
  )

/** A series whose start is the first date of its rule, as on Exchange. */
const series = fc
  .tuple(start, fc.oneof({ weight: 4, arbitrary: pattern }, { weight: 1, arbitrary: lateDay }), end)
  .map(([asked, rule, ends]) => {
    const endless: Recurrence = { pattern: rule, end: { kind: 'never' } }
    const [date = ''] = expandRecurrenceXml(recurrenceNode(endless, asked), 6)
    const first = withLocal(asked, `${date}${localOf(asked).slice(10)}`)
    const until = () => new Date(Date.parse(`${date}T00:00:00Z`) + (ends.kind === 'until' ? ends.days : 0) * 86_400_000)
    const range = ends.kind === 'until' ? { kind: 'until' as const, date: until().toISOString().slice(0, 10) } : ends
    return { start: first, recurrence: { pattern: rule, end: range } }
  })

it(`gives both sides the same instants for ${YEARS} years, whatever the rule and zone`, () => {
  const kinds = new Map<string, number>()
  fc.assert(
    fc.property(series, ({ start: first, recurrence }) => {
      const node = recurrenceNode({ ...recurrence, pattern: normalPattern(recurrence.pattern, first) }, first)
      const rule = ruleOfRecurrence(recurrence, first, 'UTC')
      const exchange = exchangeTimes(node, first)
      expect({ rule, ...ruleTimes(rule, first) }).toEqual({ rule, ...exchange })
      kinds.set(recurrence.pattern.kind, (kinds.get(recurrence.pattern.kind) ?? 0) + exchange.walls.length)
    }),
    { numRuns },
  )
  console.info(`oracle: occurrences compared: ${JSON.stringify(Object.fromEntries(kinds))}`)
  expect(kinds.size).toBe(6)
}, 120_000)

const numbers = (max: number) => fc.uniqueArray(fc.integer({ min: 1, max }), { minLength: 1, maxLength: 3 })
const weekday = fc.constantFrom('MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU')
const byDay = fc.oneof(
  fc.uniqueArray(weekday, { minLength: 1, maxLength: 7 }).map((days) => days.join()),
  fc.constantFrom('MO,TU,WE,TH,FR', 'SA,SU', 'SU,MO,TU,WE,TH,FR,SA'),
  fc.tuple(fc.constantFrom('1', '2', '+3', '4', '5', '-1', '-2'), weekday).map(([n, day]) => n + day),
)
const part = <T>(name: string, value: fc.Arbitrary<T>, freq = 2) =>
  fc.option(value, { freq, nil: null }).map((chosen) => (chosen === null ? '' : `;${name}=${chosen}`))

/** Rules as programs write them, sensible and not. */
const rule = fc
  .tuple(
    fc.constantFrom('DAILY', 'WEEKLY', 'MONTHLY', 'MONTHLY', 'YEARLY'),
    part('INTERVAL', fc.constantFrom(1, 2, 3, 12, 24)),
    part('BYMONTH', fc.integer({ min: 1, max: 12 }), 1),
    part(
      'BYMONTHDAY',
      fc.oneof(
        fc.integer({ min: 1, max: 31 }),
        fc.constantFrom(-1, -2),
        numbers(31),
        fc.constantFrom('28,29,30', '28,29', '8,9,10,11,12,13,14'),
      ),
      1,
    ),
    part('BYDAY', byDay),
    part('BYSETPOS', fc.constantFrom('1', '2', '3', '4', '-1', '1,-1'), 1),
    part('WKST', fc.constantFrom('SU', 'MO', 'SA'), 1),
    fc.oneof(
      fc.constant(''),
      fc.integer({ min: 1, max: 40 }).map((n) => `;COUNT=${n}`),
      fc.integer({ min: 0, max: 4000 }).map((n) => `@${n}`),
    ),
    fc.constantFrom('date', 'exact', 'early', 'day-end'),
  )
  .map(([freq, interval, month, monthDay, day, position, weekStart, end, form]) => ({
    text: `FREQ=${freq}${interval}${month}${monthDay}${day}${position}${weekStart}`,
    end,
    form,
  }))

function endedRule({ text, end, form }: { text: string; end: string; form: string }, first: CalTime): string {
  if (!end.startsWith('@')) return text + end
  const day = new Date(Date.parse(`${localOf(first)}Z`) + Number(end.slice(1)) * 86_400_000).toISOString().slice(0, 10)
  const compact = day.replaceAll('-', '')
  if (form === 'date' || first.kind === 'date') return `${text};UNTIL=${compact}`
  const clock = form === 'day-end' ? '23:59:59' : localOf(first).slice(11)
  const early = form === 'early' ? 1000 : 0
  const instant = new Date(instantOf(withLocal(first, `${day}T${clock}`), 'UTC') - early).toISOString()
  return `${text};UNTIL=${instant.slice(0, 19).replace(/[-:]/g, '')}Z`
}

it('reads a rule as a pattern of Exchange only when it has the same instants', () => {
  let patterns = 0
  let others = 0
  fc.assert(
    fc.property(start, rule, (asked, parts) => {
      // DTSTART on the rule, as it should be: else the rule stays as it is and proves nothing.
      const [wall] = rruleWalls(parts.text, asked, 1)
      if (wall === undefined) return
      const first = withLocal(asked, wall)
      const text = endedRule(parts, first)
      const recurrence: Recurrence = recurrenceOfRule(text, first, 'UTC')
      if (recurrence.pattern.kind === 'rrule') {
        others += 1
        return
      }
      patterns += 1
      const node = recurrenceNode({ ...recurrence, pattern: normalPattern(recurrence.pattern, first) }, first)
      expect({ text, ...exchangeTimes(node, first) }).toEqual({ text, ...ruleTimes(text, first) })
    }),
    { numRuns },
  )
  console.info(`oracle: of ${patterns + others} rules ${patterns} are patterns of Exchange, ${others} stay as they are`)
  expect(patterns).toBeGreaterThan(numRuns / 3)
}, 120_000)
