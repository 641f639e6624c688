/** Occurrences of a series as both directions of the lens see them: what is no exception at all, and which number an occurrence has. */
import { SERIES_OCCURRENCES_MAX } from '../../limits.ts'
import { DAY_MS, localTextOf, wallMsOf } from '../../model/civil.ts'
import type { Event, Occurrence, OccurrenceKey } from '../../model/event.ts'
import { expandOccurrences, isOccurrence } from '../../model/expand.ts'
import { canonicalJson } from '../../model/flat.ts'
import type { Json } from '../../model/item.ts'
import type { CalTime } from '../../model/time.ts'
import { instantOf, localInFrame, localOf, sameFrame, withLocal } from '../../model/zone-time.ts'
import type { EwsContext } from './context.ts'

/** Wall clock text of a time, as occurrence keys are written. */
export function wallText(time: CalTime): string {
  return time.kind === 'date' ? time.date : time.local
}

/** The occurrence that the rule gives for a key: the master's wall clock time and length on that day. */
export function regularTimes(
  event: Event,
  key: OccurrenceKey,
  context: Pick<EwsContext, 'floatingZone'>,
): { start: CalTime; end: CalTime } {
  const start = withLocal(event.start, key)
  const length = wallMsOf(localInFrame(event.end, event.start, context.floatingZone)) - wallMsOf(localOf(event.start))
  return { start, end: endAfter(event, start, { length, floatingZone: context.floatingZone }) }
}

function endAfter(event: Event, start: CalTime, by: { length: number; floatingZone: string }): CalTime {
  const local = localTextOf(wallMsOf(localOf(start)) + by.length)
  const inStartZone = withLocal(event.start, local)
  return withLocal(event.end, localInFrame(inStartZone, event.end, by.floatingZone))
}

/** An exception that differs in nothing from what the rule says: Exchange keeps such ones, the model has none. */
export function isRegularException(event: Event, key: OccurrenceKey, occurrence: Occurrence): boolean {
  if (occurrence.kind === 'deleted') return false
  const { start, end } = occurrence
  if (!sameFrame(event.start, start) || !sameFrame(event.end, end) || !sameFrame(event.start, event.end)) return false
  if (wallText(start) !== key) return false
  const lengths = [event, occurrence].map((one) => wallMsOf(localOf(one.end)) - wallMsOf(localOf(one.start)))
  return lengths[0] === lengths[1] && sameFields(event, occurrence.fields)
}

function sameFields(event: Event, fields: Extract<Occurrence, { kind: 'exception' }>['fields']): boolean {
  return Object.entries(fields).every(
    ([name, value]) => canonicalJson(value as Json) === canonicalJson(event[name as keyof typeof fields] as Json),
  )
}

/** The number of an occurrence in its series, from 1, deleted and moved ones counted (OccurrenceItemId InstanceIndex); null for a key that the rule does not give. */
export function occurrenceIndex(event: Event, key: OccurrenceKey, context: EwsContext): number | null {
  const { recurrence, start } = event
  if (!recurrence || recurrence.pattern.kind === 'rrule' || !isOccurrence(event, key)) return null
  const untilMs = instantOf(withLocal(start, key), context.floatingZone) + 1
  const series = { start, recurrence, floatingZone: context.floatingZone }
  const times = expandOccurrences(series, { limit: SERIES_OCCURRENCES_MAX, untilMs })
  const last = times.at(-1)
  return last !== undefined && wallText(last) === key ? times.length : null
}

/** Whether an occurrence is deleted that shall be there again: only a rewritten rule brings it back. */
export function bringsBackDeleted(current: Event, desired: Event): boolean {
  if (current.recurrence === null || desired.recurrence === null) return false
  return Object.entries(current.occurrences).some(
    ([key, held]) => held.kind === 'deleted' && desired.occurrences[key]?.kind !== 'deleted',
  )
}

/** Whether that is so and the rule would not be written anyway. */
export function needsReset(current: Event, desired: Event): boolean {
  const rule = ({ start, recurrence }: Event) => canonicalJson({ start, recurrence } as unknown as Json)
  return bringsBackDeleted(current, desired) && rule(current) === rule(desired)
}

/** Whether Exchange forgets the exceptions of a series on the way from one to the other: its times or its rule are written. */
export function resetsSeries(current: Event, desired: Event): boolean {
  const schedule = ({ start, end, recurrence }: Event) => canonicalJson({ start, end, recurrence } as unknown as Json)
  return schedule(current) !== schedule(desired) || bringsBackDeleted(current, desired)
}

/** Offsets of one zone in two databases differ by so much at most. */
const ZONE_DISPUTE_MS = 3 * 3_600_000

/**
 * The key of the rule that an original start means. Windows knows other rules than the zone database for some years (London
 * 1968 to 1971, a summer time abolished last month): an instant may then read an hour off, its day in the series is the same.
 */
export function nearestKey(event: Event, told: OccurrenceKey): OccurrenceKey {
  if (event.start.kind === 'date' || isOccurrence(event, told)) return told
  const toldMs = wallMsOf(told)
  const clock = wallText(event.start).slice(10)
  for (const days of [0, 1, -1]) {
    const candidate = `${localTextOf(toldMs + days * DAY_MS).slice(0, 10)}${clock}`
    if (Math.abs(wallMsOf(candidate) - toldMs) <= ZONE_DISPUTE_MS && isOccurrence(event, candidate)) return candidate
  }
  return told
}

/** Times of an exception, at the rule's own time (`key`) when it starts where its original start was `told` to be. */
export function unmoved(
  { start, end }: { start: CalTime; end: CalTime },
  { told, key }: { told: OccurrenceKey; key: OccurrenceKey },
  context: EwsContext,
): { start: CalTime; end: CalTime } {
  if (told === key || wallText(start) !== told || end.kind === 'date') return { start, end }
  const own = withLocal(start, key)
  // A wall clock time that a change of offset skips is the same instant: only its name differs.
  const isSkipped = instantOf(own, context.floatingZone) === instantOf(start, context.floatingZone)
  const shiftMs = isSkipped ? 0 : wallMsOf(key) - wallMsOf(told)
  return { start: own, end: withLocal(end, localTextOf(wallMsOf(end.local) + shiftMs)) }
}
