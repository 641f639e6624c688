/** fast-check arbitraries for whole events: every kind of time, rule, exception and field, in shapes that the model allows. Shared by all lens tests. */
import fc from 'fast-check'
import { dateTextOf, dayOfText, localTextOf, WEEKDAYS, wallMsOf } from '../../src/model/civil.ts'
import type { Attendee, Body, Event, EventFields, Occurrence, Person } from '../../src/model/event.ts'
import { expandOccurrences, occurrenceKey } from '../../src/model/expand.ts'
import { type EventFile, fileOf, uniqueFiles } from '../../src/model/file.ts'
import type { DayClass, DayIndex, Recurrence, RecurrenceEnd, RecurrencePattern } from '../../src/model/recurrence.ts'
import type { CalTime, ZoneRules } from '../../src/model/time.ts'
import { localOf, withLocal } from '../../src/model/zone-time.ts'

export const ZONES = [
  'Europe/Berlin',
  'Europe/London',
  'America/New_York',
  'America/Los_Angeles',
  'Asia/Kolkata',
  'Asia/Tokyo',
  'Australia/Sydney',
  'Pacific/Auckland',
  'America/Sao_Paulo',
  'Europe/Kyiv',
  'Africa/Cairo',
  'Pacific/Kiritimati',
]
export const FLOATING_ZONE = 'Europe/Berlin'

/** No database zone has these. */
export const CUSTOM_ZONES: readonly ZoneRules[] = [
  { name: 'Ship time, "A"', standardOffsetMinutes: 95, daylight: null },
  {
    name: 'Plant',
    standardOffsetMinutes: -200,
    daylight: {
      offsetMinutes: -140,
      start: { month: 4, week: 2, weekday: 'TU', time: '01:30:00' },
      end: { month: 9, week: 5, weekday: 'SA', time: '02:00:00' },
    },
  },
  {
    name: 'Südsee; Zelt',
    standardOffsetMinutes: 625,
    daylight: {
      offsetMinutes: 685,
      start: { month: 10, week: 4, weekday: 'SU', time: '02:00:00' },
      end: { month: 3, week: 1, weekday: 'SU', time: '03:00:00' },
    },
  },
]

const piece = fc.constantFrom(
  'Planung',
  ' ',
  ',',
  ';',
  '\\',
  '\n',
  '"',
  ':',
  '^',
  '\\n',
  'Zoë',
  '日本語',
  '👩‍👩‍👧',
  '<b>&amp;',
  '\t',
  'x'.repeat(80),
  'é'.repeat(40),
  'BEGIN:VEVENT',
  '=',
)
const text = fc.array(piece, { maxLength: 8 }).map((parts) => parts.join(''))
const label = text.map((value) => value.replace(/[\n\t]/g, ' ').trim())

const localText = fc
  .record({
    day: fc.integer({ min: dayOfText('1965-01-01'), max: dayOfText('2036-12-31') }),
    minute: fc.integer({ min: 0, max: 24 * 60 - 1 }),
    second: fc.constantFrom(0, 0, 0, 7),
  })
  .map(({ day, minute, second }) => localTextOf(day * 86_400_000 + minute * 60_000 + second * 1000))

const zoned = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...ZONES).map((zone) => ({ zone })) },
  { weight: 1, arbitrary: fc.constantFrom(...CUSTOM_ZONES).map((rules) => ({ zone: `custom:${rules.name}`, rules })) },
)

export const calTime: fc.Arbitrary<CalTime> = fc.oneof(
  { weight: 2, arbitrary: localText.map((local): CalTime => ({ kind: 'date', date: local.slice(0, 10) })) },
  { weight: 1, arbitrary: localText.map((local): CalTime => ({ kind: 'floating', local })) },
  { weight: 1, arbitrary: localText.map((local): CalTime => ({ kind: 'utc', local })) },
  {
    weight: 6,
    arbitrary: fc.tuple(localText, zoned).map(([local, zone]): CalTime => ({ kind: 'zoned', local, ...zone })),
  },
)

/** An end after the start: usually in the start's own kind and zone, sometimes in another zone. */
function endFor(start: CalTime): fc.Arbitrary<CalTime> {
  if (start.kind === 'date')
    return fc
      .integer({ min: 1, max: 20 })
      .map((days): CalTime => ({ kind: 'date', date: dateTextOf(dayOfText(start.date) + days) }))
  const later = (minutes: number) => localTextOf(wallMsOf(start.local) + minutes * 60_000)
  const own = fc.integer({ min: 0, max: 3000 }).map((minutes): CalTime => withLocal(start, later(minutes)))
  const other = fc
    .tuple(fc.integer({ min: 2000, max: 4000 }), fc.constantFrom(...ZONES))
    .map(([minutes, zone]): CalTime => ({ kind: 'zoned', zone, local: later(minutes) }))
  return fc.oneof({ weight: 5, arbitrary: own }, { weight: 1, arbitrary: other })
}

export const times: fc.Arbitrary<{ start: CalTime; end: CalTime }> = calTime.chain((start) =>
  endFor(start).map((end) => ({ start, end })),
)

const dayClass = fc.constantFrom<DayClass>(...WEEKDAYS, 'day', 'weekday', 'weekendDay')
const dayIndex = fc.constantFrom<DayIndex>('first', 'second', 'third', 'fourth', 'last')
const interval = fc.constantFrom(1, 1, 1, 2, 3, 5, 12, 24, 36)
const weekdaySet = fc.subarray([...WEEKDAYS], { minLength: 1 })

/** Patterns; days of the month and months may not fit the start: `recurrenceFrom` moves the start instead. */
export const pattern: fc.Arbitrary<Exclude<RecurrencePattern, { kind: 'rrule' }>> = fc.oneof(
  fc.record({ kind: fc.constant('daily' as const), interval }),
  fc.record({
    kind: fc.constant('weekly' as const),
    interval: fc.constantFrom(1, 1, 2, 3),
    days: weekdaySet,
    firstDay: fc.constantFrom(...WEEKDAYS),
  }),
  fc.record({ kind: fc.constant('monthlyOnDay' as const), interval, day: fc.integer({ min: 1, max: 31 }) }),
  fc.record({ kind: fc.constant('monthlyRelative' as const), interval, day: dayClass, index: dayIndex }),
  fc.record({
    kind: fc.constant('yearlyOnDay' as const),
    month: fc.integer({ min: 1, max: 12 }),
    day: fc.integer({ min: 1, max: 28 }),
  }),
  fc.record({
    kind: fc.constant('yearlyRelative' as const),
    month: fc.integer({ min: 1, max: 12 }),
    day: dayClass,
    index: dayIndex,
  }),
)

export type Repeating = { start: CalTime; recurrence: Recurrence }

/** A series on its own pattern: the start is moved to the pattern's first date, as Exchange does. */
export const repeating: fc.Arbitrary<Repeating> = fc
  .record({
    start: calTime,
    pattern,
    end: fc.constantFrom('never', 'count', 'until'),
    number: fc.integer({ min: 1, max: 30 }),
    slack: fc.integer({ min: 0, max: 5 }),
  })
  .map(({ start, pattern: rule, end, number, slack }) => {
    const endless: Recurrence = { pattern: rule, end: { kind: 'never' } }
    const starts = expandOccurrences({ start, recurrence: endless, floatingZone: FLOATING_ZONE }, { limit: number })
    const first = starts[0] ?? start
    return { start: first, recurrence: { pattern: rule, end: seriesEnd(end, starts, slack) } }
  })

function seriesEnd(kind: string, starts: readonly CalTime[], slack: number): RecurrenceEnd {
  const last = starts.at(-1)
  if (kind === 'count') return { kind: 'count', count: starts.length }
  if (kind === 'never' || !last) return { kind: 'never' }
  return { kind: 'until', date: dateTextOf(dayOfText(localOf(last)) + slack) }
}

const person: fc.Arbitrary<Person> = fc.record({
  email: fc.constantFrom('ann@example.org', 'bob@example.org', 'cid@example.org', "d'or+x@example.org"),
  name: label,
})
const attendee: fc.Arbitrary<Attendee> = fc.record({
  email: fc.constantFrom('eve@example.org', 'fay@example.org', 'room-1@example.org', 'bob@example.org'),
  name: label,
  role: fc.constantFrom('required', 'optional', 'resource', 'nonParticipant'),
  partStat: fc.constantFrom('needsAction', 'accepted', 'declined', 'tentative', 'delegated'),
})
const body: fc.Arbitrary<Body | null> = fc.oneof(
  fc.constant(null),
  text.map((value) => (value === '' ? null : { text: value, html: null })),
  fc.tuple(text, text).map(([value, html]) => ({ text: value, html: `<p>${html}</p>` })),
)

/** Contents of generated files: their bytes make their hashes, so the lenses must be given them by these. */
const FILES = ['%PDF-1.4 minutes', 'a,b\n1,2', '\u0000\u0001binary'].map((content) =>
  Buffer.from(content).toString('base64'),
)
export const FILE_CONTENTS: ReadonlyMap<string, string> = new Map(
  FILES.map((base64) => [fileOf(base64, { name: null, mediaType: null })?.hash ?? '', base64]),
)
const files: fc.Arbitrary<EventFile[]> = fc
  .uniqueArray(
    fc
      .record({
        base64: fc.constantFrom(...FILES),
        name: fc.oneof(label, fc.constantFrom('Minutes.pdf', 'a;b,c:"d".txt', 'C:\\x/y')),
        mediaType: fc.constantFrom('', 'application/pdf', 'text/csv'),
      })
      .map(({ base64, ...said }) => fileOf(base64, said) as EventFile),
    { maxLength: 2, selector: ({ hash }) => hash },
  )
  .map(uniqueFiles)

export const eventFields: fc.Arbitrary<EventFields> = fc
  .record({
    title: text,
    body,
    location: text,
    showAs: fc.constantFrom(
      'free' as const,
      'tentative' as const,
      'busy' as const,
      'oof' as const,
      'workingElsewhere' as const,
    ),
    sensitivity: fc.constantFrom('normal' as const, 'personal' as const, 'private' as const, 'confidential' as const),
    importance: fc.constantFrom('low' as const, 'normal' as const, 'high' as const),
    status: fc.constantFrom('none' as const, 'confirmed' as const, 'tentative' as const, 'cancelled' as const),
    categories: fc
      .uniqueArray(
        label.filter((name) => name !== ''),
        { maxLength: 4 },
      )
      .map((names) => names.sort()),
    reminder: fc.option(fc.record({ minutesBefore: fc.integer({ min: -600, max: 20_000 }) })),
    organizer: fc.option(person),
    attendees: fc.uniqueArray(attendee, { maxLength: 4, selector: ({ email }) => email }),
  })
  .map((fields) => ({
    ...fields,
    attendees: fields.attendees
      .filter(({ email }) => email !== fields.organizer?.email)
      .sort((one, other) => (one.email < other.email ? -1 : 1)),
  }))
  .map((fields) => ({ ...fields, organizer: fields.attendees.length > 0 ? fields.organizer : null }))

/** Exceptions and deletions on dates that the series has. */
function occurrencesFor({ start, recurrence }: Repeating): fc.Arbitrary<Event['occurrences']> {
  const starts = expandOccurrences({ start, recurrence, floatingZone: FLOATING_ZONE }, { limit: 6 })
  return fc
    .array(fc.option(fc.oneof(fc.constant({ kind: 'deleted' as const }), exception), { freq: 2 }), {
      minLength: starts.length,
      maxLength: starts.length,
    })
    .map((chosen) => {
      const pairs = starts.flatMap((time, at): [string, Occurrence][] => {
        const occurrence = chosen[at]
        return occurrence ? [[occurrenceKey(time), occurrence]] : []
      })
      return Object.fromEntries(pairs.sort(([one], [other]) => (one < other ? -1 : 1)))
    })
}

const exception: fc.Arbitrary<Occurrence> = fc
  .record({ bounds: times, fields: eventFields })
  .map(({ bounds, fields }) => ({ kind: 'exception' as const, ...bounds, fields }))

const single: fc.Arbitrary<Event> = fc
  .record({ fields: eventFields, bounds: times, extraStarts: fc.array(calTime, { maxLength: 1 }), files })
  .map(({ fields, bounds, extraStarts, files: own }) => ({
    kind: 'event' as const,
    uid: 'generated@example.org',
    ...fields,
    ...bounds,
    recurrence: null,
    extraStarts,
    files: own,
    occurrences: {},
  }))

const series: fc.Arbitrary<Event> = fc
  .tuple(repeating, eventFields)
  .chain(([own, fields]) =>
    fc
      .record({ end: endFor(own.start), occurrences: occurrencesFor(own), attached: files })
      .map((rest) => ({ own, fields, ...rest })),
  )
  .map(({ own, fields, end, occurrences, attached }) => ({
    kind: 'event' as const,
    uid: 'generated@example.org',
    ...fields,
    start: own.start,
    end,
    recurrence: own.recurrence,
    extraStarts: [],
    files: attached,
    occurrences,
  }))

/** Any event of the model, single or series with exceptions. */
export const event: fc.Arbitrary<Event> = fc.oneof(single, series)
export const seriesEvent: fc.Arbitrary<Event> = series
export const singleEvent: fc.Arbitrary<Event> = single

/** What no reader would produce but a caller may hand over: other names, wrong order, impossible dates. The lens must bring it into form. */
export const sloppyEvent: fc.Arbitrary<Event> = fc
  .record({
    model: event,
    which: fc.subarray([...Array(12).keys()], { minLength: 1 }),
    day: fc.integer({ min: 1, max: 31 }),
  })
  .map(({ model, which, day }) => which.reduce((changed, index) => SPOILERS[index]?.(changed, day) ?? changed, model))

const SPOILERS: readonly ((model: Event, day: number) => Event)[] = [
  (model) => ({ ...model, title: `${model.title}\r\n\u0007\uD800`, location: '\u001F' }),
  (model) => ({ ...model, categories: ['z', ' a ', '', 'z', 'A\nB', ...model.categories] }),
  (model) => ({ ...model, organizer: { email: 'EVE@Example.org', name: 'eve@example.org' } }),
  (model) => ({
    ...model,
    attendees: [...model.attendees, { email: '', name: 'x', role: 'required', partStat: 'accepted' }],
  }),
  (model) => ({
    ...model,
    attendees: model.attendees.map((one) => ({ ...one, email: one.email.toUpperCase() })).reverse(),
  }),
  (model) => ({ ...model, end: { kind: 'utc', local: '1969-01-01T00:00:00' } }),
  (model) => ({ ...model, start: { kind: 'zoned', zone: 'Asia/Calcutta', local: '2024-02-29T23:30:00' } }),
  (model, day) => ({
    ...model,
    recurrence: { pattern: { kind: 'yearlyOnDay', month: 2, day }, end: { kind: 'until', date: '1960-01-01' } },
  }),
  (model, day) => ({
    ...model,
    recurrence: { pattern: { kind: 'rrule', text: `FREQ=MONTHLY;BYMONTHDAY=${day}` }, end: { kind: 'never' } },
  }),
  (model) => ({
    ...model,
    occurrences: {
      ...model.occurrences,
      '2024-01-01T00:00:00': { kind: 'deleted' },
      nonsense: { kind: 'deleted' },
      '2024-02-30': { kind: 'deleted' },
    },
  }),
  (model) => ({ ...model, body: { text: '', html: '' }, reminder: { minutesBefore: -0.5 } }),
  (model) => ({
    ...model,
    extraStarts: [
      { kind: 'zoned', zone: 'Etc/UTC', local: '2030-01-01T00:00:00' },
      { kind: 'date', date: '2001-01-01' },
      { kind: 'date', date: '2001-01-01' },
    ],
  }),
]
