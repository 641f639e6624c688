/** Exceptions and deleted occurrences as Exchange would hold them: each belongs to a date of the rule, none may pass its neighbour. */
import type { Event, EventFields, Occurrence, OccurrenceKey } from '../../model/event.ts'
import { expandOccurrences, isOccurrence } from '../../model/expand.ts'
import type { CalTime } from '../../model/time.ts'
import { instantOf, localAt } from '../../model/zone-time.ts'
import { unreachable } from '../../ports/errors.ts'
import { type EwsContext, type LossList, lossList } from './context.ts'
import { fitFields } from './fit-fields.ts'
import { fitPeople } from './fit-people.ts'
import { fitTimes } from './fit-schedule.ts'
import { isRegularException, occurrenceIndex, regularTimes, unmoved, wallText } from './occurrence.ts'

/** `reset`: the rule is written anew, so that Exchange forgets what its exceptions were. */
type At = { context: EwsContext; losses: LossList; current: Event | null; reset: boolean }
type Occurrences = Record<OccurrenceKey, Occurrence>

/** `wanted` is the event as asked for, `fitted` its master as Exchange would hold it. */
export function fitOccurrences(wanted: Event, fitted: Event, at: At): Occurrences {
  const found: Occurrences = {}
  for (const key of Object.keys(wanted.occurrences).sort()) {
    const occurrence = wanted.occurrences[key]
    const heldKey = fitted.start.kind === 'date' ? key.slice(0, 10) : `${key.slice(0, 17)}00`
    if (occurrence === undefined) continue
    if (!isOccurrence(fitted, heldKey)) {
      at.losses.add(`occurrence:${key}`, 'recurrence-not-representable', 'not a date of the rule')
    } else if (occurrence.kind === 'deleted') {
      found[heldKey] = occurrence
    } else {
      const losses = at.losses.forOccurrence(`occurrence:${key}`)
      found[heldKey] = fitException({ wanted, fitted, key: heldKey, occurrence }, { ...at, losses })
    }
  }
  keepOrder(fitted, found, at)
  for (const [key, occurrence] of Object.entries(found)) {
    if (isRegularException(fitted, key, occurrence)) delete found[key]
  }
  return found
}

type ExceptionToFit = {
  wanted: Event
  fitted: Event
  key: OccurrenceKey
  occurrence: Extract<Occurrence, { kind: 'exception' }>
}

function fitException({ wanted, fitted, key, occurrence }: ExceptionToFit, at: At): Occurrence {
  const before = at.current?.occurrences[key]
  // A new exception begins as the master is: its people have the master's names and answers.
  const held: EventFields = before?.kind === 'exception' && !at.reset ? before.fields : fitted
  const current = at.current === null ? null : held
  const times = heldTimes({ series: fitted, key, times: occurrence }, at)
  const own = fitFields(occurrence.fields, at.losses, current)
  // The organizer is the master's (INV-6); people may be invited to one occurrence alone.
  const { attendees } = occurrence.fields
  const organizer = attendees.length > 0 && wanted.organizer ? wanted.organizer : occurrence.fields.organizer
  const people = fitPeople({ organizer, attendees }, at, held)
  return { kind: 'exception', ...times, fields: { ...own, ...people } }
}

/** Times of an exception as they come back. A time of the rule that a change of offset skips is still the rule's own time. */
function heldTimes(
  { series, key, times }: { series: Event; key: OccurrenceKey; times: { start: CalTime; end: CalTime } },
  at: At,
) {
  const { recurrence } = series
  const skipped = fitTimes({ ...regularTimes(series, key, at.context), recurrence }, { ...at, losses: lossList([]) })
  return unmoved(fitTimes({ ...times, recurrence }, at), { told: wallText(skipped.start), key }, at.context)
}

/**
 * Exchange refuses an occurrence on the day of its neighbour or beyond it (ErrorOccurrenceCrossingBoundary): such an exception
 * keeps its fields and stays on its own day.
 */
function keepOrder(fitted: Event, found: Occurrences, at: At): void {
  // One that goes back to its day may stand in the way of another: until nothing moves any more, each at most once.
  for (let moved = true; moved; ) {
    moved = false
    for (const [key, occurrence] of Object.entries(found)) {
      if (occurrence.kind !== 'exception') continue
      const day = dayIn(fitted, occurrence.start, at.context)
      if (day === dayOf(key)) continue
      const { before, after } = neighbours(fitted, key, { found, context: at.context })
      if ((before === null || day > before) && (after === null || day < after)) continue
      at.losses.add(`occurrence:${key}`, 'recurrence-not-representable', 'moved past another occurrence')
      found[key] = {
        ...occurrence,
        ...heldTimes({ series: fitted, key, times: regularTimes(fitted, key, at.context) }, at),
      }
      moved = true
    }
  }
}

/** The day of a time in the zone of the series, where Exchange compares days. */
function dayIn(series: Event, time: CalTime, context: EwsContext): string {
  const instantMs = instantOf(time, context.floatingZone)
  const { start } = series
  switch (start.kind) {
    case 'utc':
      return localAt('UTC', instantMs).slice(0, 10)
    case 'zoned':
      return localAt(start.zone, instantMs, start.rules).slice(0, 10)
    case 'date':
    case 'floating':
      return localAt(context.floatingZone, instantMs).slice(0, 10)
    default:
      return unreachable(start)
  }
}

/** Days of the nearest occurrences that are not deleted. */
function neighbours(
  fitted: Event,
  key: OccurrenceKey,
  { found, context }: { found: Occurrences; context: EwsContext },
): { before: string | null; after: string | null } {
  const index = occurrenceIndex(fitted, key, context) ?? 1
  const deleted = Object.values(found).filter((occurrence) => occurrence.kind === 'deleted').length
  const { start, recurrence } = fitted
  const series = { start, recurrence, floatingZone: context.floatingZone }
  const keys = expandOccurrences(series, { limit: index + 1 + deleted }).map(wallText)
  const dayAt = (candidate: string): string | null => {
    const occurrence = found[candidate]
    if (occurrence?.kind === 'deleted') return null
    return occurrence === undefined ? dayOf(candidate) : dayIn(fitted, occurrence.start, context)
  }
  const first = (candidates: string[]) => candidates.map(dayAt).find((day) => day !== null) ?? null
  return { before: first(keys.slice(0, index - 1).reverse()), after: first(keys.slice(index)) }
}

function dayOf(text: string): string {
  return text.slice(0, 10)
}
