/** The span of an event for the sync window: never narrower than its occurrences, and cheap for hostile series. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Event } from '../../src/model/event.ts'
import { expandOccurrences } from '../../src/model/expand.ts'
import type { Recurrence } from '../../src/model/recurrence.ts'
import { spanOf } from '../../src/model/span.ts'
import { instantOf } from '../../src/model/zone-time.ts'
import { event, FLOATING_ZONE } from './arbitrary-event.ts'

const plain: Event = {
  kind: 'event',
  uid: 'a',
  title: '',
  body: null,
  location: '',
  showAs: 'busy',
  sensitivity: 'normal',
  importance: 'normal',
  status: 'none',
  categories: [],
  reminder: null,
  organizer: null,
  attendees: [],
  start: { kind: 'utc', local: '2024-01-01T10:00:00' },
  end: { kind: 'utc', local: '2024-01-01T11:00:00' },
  recurrence: null,
  extraStarts: [],
  files: [],
  occurrences: {},
}
const at = (text: string) => Date.parse(`${text}Z`)
const series = (recurrence: Recurrence) => spanOf({ ...plain, recurrence }, 'UTC')

describe('spanOf', () => {
  it('covers every occurrence, exception and extra date', () => {
    fc.assert(
      fc.property(event, (model) => {
        const { startMs, endMs } = spanOf(model, FLOATING_ZONE)
        const starts = [
          ...expandOccurrences({ ...model, floatingZone: FLOATING_ZONE }, { limit: 50 }),
          ...model.extraStarts,
        ]
        for (const occurrence of Object.values(model.occurrences))
          if (occurrence.kind === 'exception') starts.push(occurrence.start)
        for (const start of starts) {
          expect(startMs).toBeLessThanOrEqual(instantOf(start, FLOATING_ZONE))
          if (endMs !== null) expect(endMs).toBeGreaterThanOrEqual(instantOf(start, FLOATING_ZONE))
        }
        expect(endMs === null).toBe(model.recurrence?.end.kind === 'never')
      }),
      { numRuns: Number(process.env.PROPERTY_RUNS ?? 1000) },
    )
  })

  it('is the event itself for a single one, and the last occurrence’s end for a counted series', () => {
    expect(spanOf(plain, 'UTC')).toEqual({ startMs: at('2024-01-01T10:00:00'), endMs: at('2024-01-01T11:00:00') })
    expect(series({ pattern: { kind: 'daily', interval: 1 }, end: { kind: 'count', count: 3 } }).endMs).toBe(
      at('2024-01-03T11:00:00'),
    )
  })

  it('is open at the end for an endless series and for a count beyond the bound', () => {
    expect(series({ pattern: { kind: 'daily', interval: 1 }, end: { kind: 'never' } }).endMs).toBeNull()
    expect(
      series({ pattern: { kind: 'daily', interval: 1 }, end: { kind: 'count', count: 999_999_999 } }).endMs,
    ).toBeNull()
  })

  it('takes the end of a verbatim rule from its UNTIL, and leaves a counted one open', () => {
    const rule = (text: string) => series({ pattern: { kind: 'rrule', text }, end: { kind: 'never' } }).endMs
    expect(rule('FREQ=HOURLY;UNTIL=20240201T000000Z')).toBeGreaterThanOrEqual(at('2024-02-01T01:00:00'))
    expect(rule('FREQ=SECONDLY;COUNT=1000000000')).toBeNull()
    expect(rule('FREQ=HOURLY;UNTIL=20240201\nFREQ=DAILY')).toBeNull()
  })
})
