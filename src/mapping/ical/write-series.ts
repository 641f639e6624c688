/** Patches RRULE, RDATE and EXDATE of a master. Values that mean the wanted thing stay as they are written. */
import type { Event, OccurrenceKey } from '../../model/event.ts'
import type { CalTime } from '../../model/time.ts'
import { timeParams } from './bounds.ts'
import type { Reading } from './context.ts'
import {
  type Component,
  dropLines,
  insertLine,
  insertLines,
  lineOf,
  linesOf,
  replaceLine,
  setLine,
} from './document.ts'
import { makeLine, withValue } from './lines.ts'
import { ruleOfRecurrence } from './recurrence-write.ts'
import { inOrder } from './same-event.ts'
import { keyOfTime, occurrenceTest, type Parts, readExtraStarts, readRecurrence, timeOfKey } from './series.ts'
import { timeOfValue } from './times.ts'
import { timeValue } from './values.ts'

/** `before`: what the document said before its times were patched. */
export type SeriesPatch = {
  parts: Parts
  before: Event
  wanted: Event
  reading: Reading
  write: (time: CalTime) => void
}

/** True when anything changed. */
export function patchSeries(patch: SeriesPatch): boolean {
  const { master } = patch.parts
  const nodes = [...master.children]
  patchRule(patch)
  patchExtraStarts(patch)
  patchExclusions(patch)
  return nodes.length !== master.children.length || nodes.some((node, at) => node !== master.children[at])
}

function patchRule({ parts, wanted, reading }: SeriesPatch): void {
  const current = readRecurrence(parts, wanted.start, reading)
  if (JSON.stringify(current) === JSON.stringify(wanted.recurrence)) return
  if (wanted.recurrence && wanted.recurrence.pattern.kind !== 'rrule') {
    const rule = makeLine('RRULE', '', ruleOfRecurrence(wanted.recurrence, wanted.start, reading.floatingZone))
    dropLines(parts.master, 'EXRULE')
    setLine(parts.master, rule, lastTime(parts.master))
    return
  }
  dropLines(parts.master, 'RRULE', 'EXRULE')
  if (!wanted.recurrence) return
  const rules = ruleOfRecurrence(wanted.recurrence, wanted.start, reading.floatingZone).split('\n')
  for (const rule of rules.toReversed()) {
    if (rule.startsWith('EXRULE:'))
      insertLine(parts.master, makeLine('EXRULE', '', rule.slice('EXRULE:'.length)), lastTime(parts.master))
    else if (!rule.startsWith('RANGE=')) insertLine(parts.master, makeLine('RRULE', '', rule), lastTime(parts.master))
  }
}

function lastTime(master: Component): string {
  return lineOf(master, 'DTEND') ? 'DTEND' : lineOf(master, 'DURATION') ? 'DURATION' : 'DTSTART'
}

function patchExtraStarts({ parts, wanted, reading, write }: SeriesPatch): void {
  const textOf = (time: CalTime) => JSON.stringify(inOrder(time))
  const current = new Set(readExtraStarts(parts, wanted.start, reading).map(textOf))
  const kept = new Set(wanted.extraStarts.map(textOf))
  const missing = wanted.extraStarts.filter((time) => !current.has(textOf(time)))
  filterTimes(parts.master, 'RDATE', reading, (time) => kept.has(textOf(time)))
  insertTimes('RDATE', missing, { master: parts.master, write })
}

/** An EXDATE that means nothing (no such occurrence, before and after) is left alone; it must not come to mean something either. */
function patchExclusions({ parts, before, wanted, reading, write }: SeriesPatch): void {
  const missing = new Set<OccurrenceKey>()
  for (const [key, occurrence] of Object.entries(wanted.occurrences))
    if (occurrence.kind === 'deleted') missing.add(key)
  const deletedBefore = new Set<OccurrenceKey>()
  for (const [key, occurrence] of Object.entries(before.occurrences))
    if (occurrence.kind === 'deleted') deletedBefore.add(key)
  const wantedKeys = new Set(missing)
  const inSeries = occurrenceTest(wanted, reading)
  filterTimes(parts.master, 'EXDATE', reading, (time) => {
    const key = keyOfTime(time, wanted.start, reading)
    if (wantedKeys.has(key)) {
      missing.delete(key)
      return true
    }
    const oldKey = keyOfTime(time, before.start, reading)
    // Beside an override of its own it means nothing: both say which occurrence is not the rule's.
    if (isOverridden(before, oldKey) && isOverridden(wanted, key)) return true
    return !inSeries(key) && !deletedBefore.has(oldKey)
  })
  const times = [...missing].sort().flatMap((key) => timeOfKey(key, wanted.start) ?? [])
  insertTimes('EXDATE', times, { master: parts.master, write })
}

function isOverridden({ occurrences }: Event, key: OccurrenceKey): boolean {
  return occurrences[key]?.kind === 'exception'
}

function insertTimes(
  name: string,
  times: readonly CalTime[],
  to: { master: Component; write: (time: CalTime) => void },
): void {
  insertLines(
    to.master,
    times.map((time) => makeLine(name, timeParams(time), timeValue(time))),
    name,
  )
  for (const time of times) to.write(time)
}

/** Takes values out of the lines of a property; what is no time stays. */
function filterTimes(component: Component, name: string, reading: Reading, keep: (time: CalTime) => boolean): void {
  for (const line of linesOf(component, name)) {
    const values = line.value.split(',')
    const kept = values.filter((value) => {
      const time = timeOfValue(value, line, reading.book)
      return time === null || keep(time)
    })
    if (kept.length === 0) replaceLine(component, line, null)
    else if (kept.length < values.length) replaceLine(component, line, withValue(line, kept.join()))
  }
}
