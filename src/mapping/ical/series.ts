/** The repeating part of a resource: RRULE, RDATE, EXDATE and RECURRENCE-ID, each with the occurrence keys that it names. */
import { dateTextOf, dayOfText } from '../../model/civil.ts'
import type { Event, OccurrenceKey } from '../../model/event.ts'
import { isOccurrence, occurrenceKey } from '../../model/expand.ts'
import type { Recurrence } from '../../model/recurrence.ts'
import type { CalTime } from '../../model/time.ts'
import { instantOf, localInFrame, withLocal } from '../../model/zone-time.ts'
import type { Reading } from './context.ts'
import { type Component, lineOf, linesOf } from './document.ts'
import { paramOf } from './lines.ts'
import { recurrenceOfRule, verbatim } from './recurrence-read.ts'
import { timeOfLine, timesOfLine } from './times.ts'

export type Series = Pick<Event, 'start' | 'recurrence' | 'extraStarts'>

/** A resource's VEVENTs. Without a master (only single instances were shared) the first instance stands for it. */
export type Parts = { master: Component; overrides: Component[]; hasMaster: boolean }

/** Several rules, or exclusions by rule (RFC 2445), are no pattern of Exchange; nor is a series that changes from one date on. */
export function readRecurrence(parts: Parts, start: CalTime, reading: Reading): Recurrence | null {
  const rules = linesOf(parts.master, 'RRULE').map((line) => line.value.trim())
  const exclusions = linesOf(parts.master, 'EXRULE').map((line) => `EXRULE:${line.value.trim()}`)
  const [rule] = rules
  if (rule === undefined) return null
  const ranged = parts.overrides.some(isRanged)
  if (rules.length === 1 && exclusions.length === 0 && !ranged)
    return recurrenceOfRule(rule, start, reading.floatingZone)
  return verbatim([...rules, ...exclusions, ...(ranged ? ['RANGE=THISANDFUTURE'] : [])].join('\n'))
}

export function isRanged(override: Component): boolean {
  const line = lineOf(override, 'RECURRENCE-ID')
  return line !== null && paramOf(line, 'RANGE')?.toUpperCase() === 'THISANDFUTURE'
}

/** RDATEs in order, each once. Without a master the other instances count as such. */
export function readExtraStarts(parts: Parts, start: CalTime, reading: Reading): CalTime[] {
  const times = linesOf(parts.master, 'RDATE').flatMap((line) => timesOfLine(line, reading.book))
  if (!parts.hasMaster) {
    for (const override of parts.overrides) {
      const time = timeOfLine(lineOf(override, 'RECURRENCE-ID'), reading.book)
      if (time && keyOfTime(time, start, reading) !== occurrenceKey(start)) times.push(time)
    }
  }
  return sortedTimes(times, reading.floatingZone)
}

export function sortedTimes(times: readonly CalTime[], floatingZone: string): CalTime[] {
  const unique = new Map(times.map((time) => [JSON.stringify(time), time]))
  return [...unique.entries()]
    .map(([text, time]) => ({ text, time, atMs: instantOf(time, floatingZone) }))
    .sort((one, other) => one.atMs - other.atMs || (one.text < other.text ? -1 : 1))
    .map(({ time }) => time)
}

/**
 * The key that an EXDATE, RDATE or RECURRENCE-ID means: its wall clock in the zone of the series' start. A date in a series with
 * times means the occurrence of that day; a time in an all-day series the date it is written with.
 */
export function keyOfTime(time: CalTime, start: CalTime, reading: Reading): OccurrenceKey {
  const local = localInFrame(time, start, reading.floatingZone)
  if (start.kind === 'date') return local.slice(0, 10)
  const clock = start.local.slice(10)
  if (time.kind === 'date') return local.slice(0, 10) + clock
  // An occurrence inside the gap of a change of offset has a wall clock that no instant gives back.
  const expected = local.slice(0, 10) + clock
  const same =
    local !== expected &&
    instantOf(withLocal(start, expected), reading.floatingZone) === instantOf(time, reading.floatingZone)
  return same ? expected : local
}

/** Tells whether the series has an occurrence with a key, so that leaving it out or changing it means something. */
export function occurrenceTest(series: Series, reading: Reading): (key: OccurrenceKey) => boolean {
  if (series.recurrence === null && series.extraStarts.length === 0) return () => false
  const single = new Set(series.extraStarts.map((extra) => keyOfTime(extra, series.start, reading)))
  single.add(occurrenceKey(series.start))
  return (key) => single.has(key) || isOccurrence(series, key)
}

/** The time whose key this is; null when the text is no such time. */
export function timeOfKey(key: OccurrenceKey, start: CalTime): CalTime | null {
  const pattern = start.kind === 'date' ? /^\d{4}-\d{2}-\d{2}$/ : /^\d{4}-\d{2}-\d{2}T([01]\d|2[0-3]):[0-5]\d:[0-5]\d$/
  if (!pattern.test(key) || dateTextOf(dayOfText(key)) !== key.slice(0, 10)) return null
  return start.kind === 'date' ? { kind: 'date', date: key } : withLocal(start, key)
}

/** Keys that the master leaves out, exceptions aside. */
export function excludedKeys(master: Component, series: Series, reading: Reading): Set<OccurrenceKey> {
  const keys = new Set<OccurrenceKey>()
  const inSeries = occurrenceTest(series, reading)
  for (const line of linesOf(master, 'EXDATE')) {
    for (const time of timesOfLine(line, reading.book)) {
      const key = keyOfTime(time, series.start, reading)
      if (inSeries(key)) keys.add(key)
    }
  }
  return keys
}

/** The overrides by key. Of two with one key the higher SEQUENCE counts, else the later one. */
export function overridesByKey(parts: Parts, start: CalTime, reading: Reading): Map<OccurrenceKey, Component> {
  const byKey = new Map<OccurrenceKey, Component>()
  for (const override of parts.overrides) {
    const time = timeOfLine(lineOf(override, 'RECURRENCE-ID'), reading.book)
    if (!time) continue
    const key = keyOfTime(time, start, reading)
    const other = byKey.get(key)
    if (!other || sequenceOf(override) >= sequenceOf(other)) byKey.set(key, override)
  }
  return byKey
}

export function sequenceOf(component: Component): number {
  const value = Number(lineOf(component, 'SEQUENCE')?.value.trim() || 0)
  return Number.isInteger(value) && value >= 0 && value < 2 ** 31 - 1 ? value : 0
}
