/**
 * What may change in a meeting that somebody else organizes: my answer, my own marks, and which occurrences I keep. Everything
 * else belongs to the organizer and is refused by name (INV-1).
 */
import type { Event, EventFields, Occurrence, OccurrenceKey } from '../../model/event.ts'
import { isOccurrence } from '../../model/expand.ts'
import { differingPaths, flatten } from '../../model/flat.ts'
import type { EwsContext, LossList } from './context.ts'
import { fitFields } from './fit-fields.ts'
import { fitPeople } from './fit-people.ts'
import { isRegularException, regularTimes } from './occurrence.ts'

type At = { context: EwsContext; losses: LossList }
const silent: LossList = { add: () => undefined, forOccurrence: () => silent }

/** The event as Exchange would hold it after the allowed part of the change was written onto `current`. */
export function fitForeignEvent(wanted: Event, at: At, current: Event): Event {
  const fields = personal(wanted, at, current)
  const fitted: Event = { ...current, ...fields, occurrences: {} }
  const keys = new Set([...Object.keys(current.occurrences), ...Object.keys(wanted.occurrences)])
  for (const key of [...keys].sort()) {
    const occurrence = foreignOccurrence(key, { wanted, fitted, current }, at)
    if (occurrence !== null) fitted.occurrences[key] = occurrence
  }
  nameRefused(wanted, fitted, at.losses)
  return fitted
}

/** Reminder, categories, showAs and sensitivity are mine even in somebody else's meeting. */
function personal(wanted: EventFields, at: At, current: EventFields): EventFields {
  const { showAs, sensitivity, categories, reminder } = fitFields(wanted, silent, current)
  const { organizer, attendees } = fitPeople(wanted, { ...at, losses: silent }, current)
  return { ...ownFields(current), showAs, sensitivity, categories, reminder, organizer, attendees }
}

function foreignOccurrence(
  key: OccurrenceKey,
  events: { wanted: Event; fitted: Event; current: Event },
  at: At,
): Occurrence | null {
  const held = events.current.occurrences[key]
  const asked = events.wanted.occurrences[key]
  if (held?.kind === 'deleted' || (asked?.kind === 'deleted' && isOccurrence(events.current, key))) {
    return { kind: 'deleted' }
  }
  if (asked?.kind !== 'exception') return held ?? null
  if (held !== undefined) return { ...held, fields: personal(asked.fields, at, held.fields) }
  // An answer or a mark for one occurrence makes it an exception (INV-8); its times stay those of the rule.
  if (!isOccurrence(events.current, key)) return null
  const fields = personal(asked.fields, at, events.current)
  const made: Occurrence = {
    kind: 'exception',
    ...regularTimes(events.current, key, at.context),
    fields: ownFields(fields),
  }
  return isRegularException(events.fitted, key, made) ? null : made
}

/** The fields alone, when they were taken from a whole event. */
function ownFields(from: EventFields): EventFields {
  const { title, body, location, showAs, sensitivity, importance, status, categories, reminder, organizer, attendees } =
    from
  return { title, body, location, showAs, sensitivity, importance, status, categories, reminder, organizer, attendees }
}

function nameRefused(wanted: Event, fitted: Event, losses: LossList): void {
  for (const path of differingPaths(flatten(wanted), flatten(fitted)))
    losses.add(path, 'server-owned', 'the organizer owns it')
}
