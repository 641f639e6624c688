/**
 * What must be done to the occurrences of a series on Exchange so that they become what is wanted: exceptions changed or made,
 * occurrences deleted. Exchange has no list of them to write (REC-1, REC-2): each is written by its own id or number.
 */
import type { Event, EventFields, Occurrence, OccurrenceKey, PartStat } from '../../model/event.ts'
import { instantOf } from '../../model/zone-time.ts'
import type { EwsFieldChange } from './change.ts'
import type { EwsContext } from './context.ts'
import { type EwsDocument, itemIdOf } from './document.ts'
import { type NativeException, readExceptions } from './event.ts'
import { occurrenceIndex, regularTimes } from './occurrence.ts'
import { answerChange, timeChanges } from './write.ts'
import { fieldChanges } from './write-fields.ts'
import type { XmlElement } from './xml.ts'

/** An exception has an id of its own; a regular occurrence is known by its number in the series. */
export type OccurrenceTarget = { kind: 'exception'; id: string } | { kind: 'regular'; index: number }
export type OccurrenceWork = { key: OccurrenceKey; target: OccurrenceTarget } & (
  | { kind: 'delete' }
  | { kind: 'change'; changes: EwsFieldChange[]; answer: PartStat | null }
)

/**
 * Deletions first. Then changes, in an order in which no occurrence meets its neighbour on the way: those that move to a later time
 * from the last to the first, the others from the first to the last. `current` and `document` are one fresh read; `desired` is fitted.
 */
export function occurrenceWork(
  current: Event,
  desired: Event,
  at: { document: EwsDocument; context: EwsContext },
): OccurrenceWork[] {
  const { document, context } = at
  const natives = readExceptions(current, document, context)
  const keys = [...new Set([...natives.keys(), ...Object.keys(desired.occurrences)])].sort()
  const plan = (key: OccurrenceKey) =>
    workFor(key, { current, desired, native: natives.get(key), master: document.master }, context)
  const planned = keys.map(plan).filter((one) => one !== null)
  const work = (direction: Planned['direction']) =>
    planned.filter((one) => one.direction === direction).map((one) => one.work)
  return [...work('deleted'), ...work('later').reverse(), ...work('earlier')]
}

type Planned = { work: OccurrenceWork; direction: 'deleted' | 'later' | 'earlier' }
type Series = { current: Event; desired: Event; native: NativeException | undefined; master: XmlElement }

function workFor(key: OccurrenceKey, series: Series, context: EwsContext): Planned | null {
  const { current, desired, native, master } = series
  const wanted = desired.occurrences[key]
  if (current.occurrences[key]?.kind === 'deleted') return null
  const target = targetOf(key, series, context)
  if (target === null) return null
  if (wanted?.kind === 'deleted') return { direction: 'deleted', work: { kind: 'delete', key, target } }
  const before = native?.occurrence ?? regular(current, key, context)
  const after = wanted ?? regular(desired, key, context)
  const changes = [
    ...fieldChanges(before.fields, after.fields, native?.element ?? master),
    ...timeChanges(before, after, context),
  ]
  const answer = answerChange(before.fields, after.fields, context)
  if (changes.length === 0 && answer === null) return null
  const [fromMs, toMs] = [before, after].map(({ start }) => instantOf(start, context.floatingZone))
  const direction = toMs !== undefined && fromMs !== undefined && toMs > fromMs ? 'later' : 'earlier'
  return { direction, work: { kind: 'change', key, target, changes, answer } }
}

function targetOf(key: OccurrenceKey, { current, native }: Series, context: EwsContext): OccurrenceTarget | null {
  if (native) return { kind: 'exception', id: itemIdOf(native.element).id }
  const index = occurrenceIndex(current, key, context)
  return index === null ? null : { kind: 'regular', index }
}

type Exception = Extract<Occurrence, { kind: 'exception' }>

/** An occurrence as the rule gives it, with the master's fields. */
function regular(event: Event, key: OccurrenceKey, context: EwsContext): Exception {
  const fields: EventFields = event
  return { kind: 'exception', ...regularTimes(event, key, context), fields }
}
