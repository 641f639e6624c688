/** From when to when an item takes place, for the sync window. Cheap: a counted series is walked within a bound, everything else is arithmetic. */
import { SPAN_OCCURRENCES_MAX } from '../limits.ts'
import { DAY_MS } from './civil.ts'
import type { Event } from './event.ts'
import { expandOccurrences } from './expand.ts'
import type { Item } from './item.ts'
import { instantOf, localOf, withLocal } from './zone-time.ts'

/** Instants in ms; null = unbounded on that side. A window test with it never excludes an item that has an occurrence inside. */
export type Span = { startMs: number | null; endMs: number | null }

/** Tasks and contacts have no place in time that a window could exclude: an open task of years ago is still to be done. */
export function spanOf(item: Item, floatingZone: string): Span {
  return item.kind === 'event' ? spanOfEvent(item, floatingZone) : { startMs: null, endMs: null }
}

function spanOfEvent(event: Event, floatingZone: string): Span {
  const firstMs = instantOf(event.start, floatingZone)
  const lengthMs = Math.max(0, instantOf(event.end, floatingZone) - firstMs)
  const lastMs = lastStartMs(event, floatingZone)
  let startMs = firstMs
  let endMs = lastMs === null ? null : lastMs + lengthMs
  const include = (fromMs: number, toMs: number): void => {
    startMs = Math.min(startMs, fromMs)
    if (endMs !== null) endMs = Math.max(endMs, toMs)
  }
  for (const extra of event.extraStarts) {
    const extraMs = instantOf(extra, floatingZone)
    include(extraMs, extraMs + lengthMs)
  }
  for (const occurrence of Object.values(event.occurrences)) {
    if (occurrence.kind === 'deleted') continue
    include(instantOf(occurrence.start, floatingZone), instantOf(occurrence.end, floatingZone))
  }
  return { startMs, endMs }
}

function lastStartMs(event: Event, floatingZone: string): number | null {
  const { start, recurrence } = event
  const firstMs = instantOf(start, floatingZone)
  if (!recurrence) return firstMs
  if (recurrence.pattern.kind === 'rrule') return rruleUntilMs(recurrence.pattern.text, firstMs)
  switch (recurrence.end.kind) {
    case 'never':
      return null
    case 'until':
      return Math.max(
        firstMs,
        instantOf(withLocal(start, recurrence.end.date + localOf(start).slice(10)), floatingZone),
      )
    case 'count': {
      if (recurrence.end.count > SPAN_OCCURRENCES_MAX) return null
      const last = expandOccurrences({ start, recurrence, floatingZone }, { limit: SPAN_OCCURRENCES_MAX }).at(-1)
      return last ? instantOf(last, floatingZone) : firstMs
    }
  }
}

/** The end of a verbatim rule, a day late at most; unbounded when it counts or has several parts. */
function rruleUntilMs(text: string, firstMs: number): number | null {
  const until = /^[^\n]*\bUNTIL=(\d{4})(\d{2})(\d{2})[^\n]*$/i.exec(text)
  if (!until) return null
  return Math.max(firstMs, Date.UTC(Number(until[1]), Number(until[2]) - 1, Number(until[3])) + 2 * DAY_MS)
}
