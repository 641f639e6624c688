/** Occurrences of a series as both directions of the lens see them: what is no exception at all, and which number an occurrence has. */
import { SERIES_OCCURRENCES_MAX } from '../../limits.ts'
import { localTextOf, wallMsOf } from '../../model/civil.ts'
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
export function regularTimes(event: Event, key: OccurrenceKey, context: EwsContext): { start: CalTime; end: CalTime } {
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
