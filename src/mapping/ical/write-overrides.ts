/** Patches the overrides of a series (RECURRENCE-ID components, REC-3), and what master and overrides have in common: fields and stamps. */
import type { Event, EventFields, Occurrence, OccurrenceKey } from '../../model/event.ts'
import type { CalTime } from '../../model/time.ts'
import { ConnectorError } from '../../ports/errors.ts'
import { isRegularException, regularTimes } from '../ews/occurrence.ts'
import { patchBody } from './body.ts'
import { patchBounds, timeLine } from './bounds.ts'
import type { IcalWriteContext, Moment, Reading } from './context.ts'
import { type Component, copyComponent, dropLines, insertLine, lineOf, setLine } from './document.ts'
import { patchPlainFields } from './fields.ts'
import { dropFiles } from './files.ts'
import { makeLine } from './lines.ts'
import { patchPeople } from './people.ts'
import { patchReminder } from './reminder.ts'
import { keyOfTime, occurrenceTest, overridesByKey, type Parts, sequenceOf, timeOfKey } from './series.ts'
import { timeOfLine } from './times.ts'
import { utcValue } from './values.ts'

/** One document being patched. */
export type Writing = {
  context: IcalWriteContext
  calendar: Component
  parts: Parts
  reading: Reading
  before: Event
  wanted: Event
  /** Times that were written: their zones must be described. */
  times: CalTime[]
}

/** Old overrides are found by their old key: after a change of the series' zone they still mean the same occurrence. */
export function patchOverrides(writing: Writing): void {
  const { parts, reading, before, wanted, calendar } = writing
  const overrides = overridesByKey(parts, before.start, reading)
  removeOverrides(writing)
  for (const [key, component] of overrides) {
    const occurrence = wantedOverride(key, writing)
    if (occurrence?.kind !== 'exception') continue
    const id = lineOf(component, 'RECURRENCE-ID')
    const time = timeOfLine(id, reading.book)
    const moved = !time || keyOfTime(time, wanted.start, reading) !== key
    if (moved) setRecurrenceId(component, key, writing)
    const changed = patchOverride(component, occurrence, writing)
    if (moved || changed.bounds || changed.fields) stamp(component, moved || changed.bounds, writing.context)
  }
  for (const [key, occurrence] of Object.entries(wanted.occurrences)) {
    if (occurrence.kind !== 'exception' || overrides.has(key)) continue
    const component = copyComponent(parts.master)
    dropFiles(component)
    dropLines(component, 'RRULE', 'EXRULE', 'RDATE', 'EXDATE', 'RECURRENCE-ID', 'CREATED')
    setRecurrenceId(component, key, writing)
    patchOverride(component, occurrence, writing)
    stamp(component, false, writing.context)
    insertAfterEvents(calendar, component)
  }
}

function patchOverride(
  component: Component,
  wanted: Extract<Occurrence, { kind: 'exception' }>,
  { reading, times }: Writing,
): { bounds: boolean; fields: boolean } {
  const { start, end } = wanted
  const bounds = patchBounds(component, wanted, { ...reading, write: (time) => times.push(time) })
  return { bounds, fields: patchFields(component, wanted.fields, { ...reading, start, end, recurring: false }) }
}

function setRecurrenceId(component: Component, key: OccurrenceKey, { wanted, times }: Writing): void {
  const time = timeOfKey(key, wanted.start)
  if (!time) throw new ConnectorError('bug', { where: 'setRecurrenceId', key })
  const line = timeLine('RECURRENCE-ID', time)
  if (lineOf(component, 'RECURRENCE-ID')) setLine(component, line)
  else insertLine(component, line, 'UID')
  times.push(time)
}

/**
 * What an override shall say. One that differs in nothing that the model knows is nobody's exception there, yet it may hold what the
 * model does not know (an attachment, an alarm): it stays and follows its series.
 */
function wantedOverride(key: OccurrenceKey, { before, wanted, reading }: Writing): Occurrence | undefined {
  const held = before.occurrences[key]
  if (wanted.occurrences[key] || !held || !isRegularException(before, key, held)) return wanted.occurrences[key]
  if (!occurrenceTest(wanted, reading)(key)) return undefined
  return { kind: 'exception', ...regularTimes(wanted, key, reading), fields: wanted }
}

function removeOverrides(writing: Writing): void {
  const { parts, reading, before, calendar, context } = writing
  const gone = new Set(
    parts.overrides.filter((override) => {
      const time = timeOfLine(lineOf(override, 'RECURRENCE-ID'), reading.book)
      return time && wantedOverride(keyOfTime(time, before.start, reading), writing)?.kind !== 'exception'
    }),
  )
  if (gone.size === 0) return
  calendar.children = calendar.children.filter((node) => node.kind === 'line' || !gone.has(node))
  stamp(parts.master, false, context)
}

export function patchFields(component: Component, wanted: EventFields, moment: Moment): boolean {
  const changed = [
    patchPlainFields(component, wanted),
    patchBody(component, wanted.body),
    patchPeople(component, wanted),
    patchReminder(component, wanted.reminder, moment),
  ]
  return changed.includes(true)
}

/** RFC 5546 section 2.1.4: SEQUENCE counts the organizer's changes of time; RFC 5545 section 3.8.7.2 and 3.8.7.3. */
export function stamp(component: Component, scheduleChanged: boolean, context: IcalWriteContext): void {
  const now = utcValue(context.nowMs)
  setLine(component, makeLine('DTSTAMP', '', now))
  setLine(component, makeLine('LAST-MODIFIED', '', now))
  if (scheduleChanged && lineOf(component, 'ORGANIZER'))
    setLine(component, makeLine('SEQUENCE', '', String(sequenceOf(component) + 1)))
}

function insertAfterEvents(calendar: Component, component: Component): void {
  const last = calendar.children.findLastIndex((node) => node.kind === 'component' && node.name === 'VEVENT')
  calendar.children.splice(last + 1, 0, component)
}
