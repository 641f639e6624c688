/**
 * What must be done to the occurrences of a series on Exchange so that they become what is wanted: exceptions changed or made,
 * occurrences deleted. Exchange has no list of them to write (REC-1, REC-2): each is written by its own id or number.
 */
import type { Event, EventFields, Occurrence, OccurrenceKey, PartStat } from '../../model/event.ts'
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

/** Whether an occurrence is deleted that shall be there again: only a rewritten rule brings it back. */
export function mustResetSeries(current: Event, desired: Event): boolean {
  if (current.recurrence === null || desired.recurrence === null) return false
  return Object.entries(current.occurrences).some(
    ([key, held]) => held.kind === 'deleted' && desired.occurrences[key]?.kind !== 'deleted',
  )
}

/** Deletions first, then changes by date. `current` and `document` are one fresh read; `desired` is fitted. */
export function occurrenceWork(
  current: Event,
  desired: Event,
  at: { document: EwsDocument; context: EwsContext },
): OccurrenceWork[] {
  const { document, context } = at
  const natives = readExceptions(current, document, context)
  const keys = new Set([...natives.keys(), ...Object.keys(desired.occurrences)])
  const work = [...keys]
    .sort()
    .map((key) => workFor(key, { current, desired, native: natives.get(key), master: document.master }, context))
    .filter((one) => one !== null)
  return [...work.filter((one) => one.kind === 'delete'), ...work.filter((one) => one.kind === 'change')]
}

type Series = { current: Event; desired: Event; native: NativeException | undefined; master: XmlElement }

function workFor(key: OccurrenceKey, series: Series, context: EwsContext): OccurrenceWork | null {
  const { current, desired, native, master } = series
  const wanted = desired.occurrences[key]
  if (current.occurrences[key]?.kind === 'deleted') return null
  const target = targetOf(key, series, context)
  if (target === null) return null
  if (wanted?.kind === 'deleted') return { kind: 'delete', key, target }
  const before = native?.occurrence ?? regular(current, key, context)
  const after = wanted ?? regular(desired, key, context)
  const changes = [
    ...fieldChanges(before.fields, after.fields, native?.element ?? master),
    ...timeChanges(before, after, context),
  ]
  const answer = answerChange(before.fields, after.fields, context)
  return changes.length === 0 && answer === null ? null : { kind: 'change', key, target, changes, answer }
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
