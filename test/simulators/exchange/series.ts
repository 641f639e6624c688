/** Occurrences of a series as Exchange shows them: index, original start, exceptions laid over the master, deleted ones left out. */
import { EwsError } from './errors.ts'
import type { Exception, Fields, StoredItem, View } from './model.ts'
import { occurrenceDates } from './recurrence.ts'
import { startOfDay } from './time/dates.ts'
import { fromWall, toWall, type Zone } from './time/zones.ts'

const UTC: Zone = {
  id: 'UTC',
  name: '(UTC) Coordinated Universal Time',
  changes: [{ since: Number.NEGATIVE_INFINITY, offsetMs: 0 }],
}

export function zoneOf(fields: Fields): Zone {
  return fields.StartTimeZone ?? UTC
}

/** The item itself: a single one, or the master of its series. */
export function viewOf(item: StoredItem): View {
  return { item, type: item.fields.Recurrence ? 'RecurringMaster' : 'Single', fields: item.fields }
}

/** Start and end that the rule gives for a date: the master's wall clock times. */
export function ruleTimes(item: StoredItem, date: number): { start: number; end: number } {
  const zone = zoneOf(item.fields)
  const first = toWall(zone, item.fields.Start ?? 0)
  const last = toWall(zone, item.fields.End ?? 0)
  const wallStart = date + (first - startOfDay(first))
  return { start: fromWall(zone, wallStart), end: fromWall(zone, wallStart + (last - first)) }
}

/** The occurrence of a date that the rule has. Neither the rule nor deletion is checked here. */
export function occurrenceView(item: StoredItem, date: number): View {
  const times = ruleTimes(item, date)
  const exception = item.exceptions?.get(date)
  const own = exception?.fields
  const fields: Fields = { ...item.fields, Start: times.start, End: times.end, ...own }
  delete fields.Recurrence
  if (own?.extended) fields.extended = { ...item.fields.extended, ...own.extended }
  if (own?.other) fields.other = { ...item.fields.other, ...own.other }
  const view: View = { item, type: exception ? 'Exception' : 'Occurrence', fields, date, originalStart: times.start }
  return exception ? { ...view, exception } : view
}

/** All occurrences that exist, by original date. */
export function* occurrences(item: StoredItem): Generator<View> {
  if (!item.fields.Recurrence) return
  for (const date of occurrenceDates(item.fields.Recurrence)) {
    if (!item.deletedDates?.has(date)) yield occurrenceView(item, date)
  }
}

/** What of an item lies in [from, to): the single item, or its occurrences there. An item without length counts at its start. */
export function* inWindow(item: StoredItem, from: number, to: number): Generator<View> {
  const overlaps = (fields: Fields) => {
    const start = fields.Start ?? 0
    const end = fields.End ?? start
    return start < to && (end > from || (start === end && start >= from))
  }
  const { Recurrence: recurrence } = item.fields
  if (!recurrence) {
    if (overlaps(item.fields)) yield viewOf(item)
    return
  }
  for (const date of item.exceptions?.keys() ?? []) {
    const view = occurrenceView(item, date)
    if (overlaps(view.fields)) yield view
  }
  for (const date of occurrenceDates(recurrence)) {
    if (ruleTimes(item, date).start >= to) return
    if (item.deletedDates?.has(date) || item.exceptions?.has(date)) continue
    const view = occurrenceView(item, date)
    if (overlaps(view.fields)) yield view
  }
}

/** The n-th occurrence, counted from 1 over all that the rule gives. */
export function occurrenceAt(item: StoredItem, index: number): View {
  if (!item.fields.Recurrence) throw new EwsError('ErrorCalendarCannotUseIdForRecurringMasterId')
  let current = 0
  for (const date of occurrenceDates(item.fields.Recurrence)) {
    if (++current !== index) continue
    if (item.deletedDates?.has(date)) throw new EwsError('ErrorCalendarOccurrenceIsDeletedFromRecurrence')
    return occurrenceView(item, date)
  }
  throw new EwsError('ErrorCalendarOccurrenceIndexIsOutOfRecurrenceRange')
}

/** The occurrence that an id of this date means; gone when the rule has no such date any more or it was deleted. */
export function occurrenceOn(item: StoredItem, date: number): View {
  const { Recurrence: recurrence } = item.fields
  if (!recurrence || item.deletedDates?.has(date)) throw new EwsError('ErrorItemNotFound')
  for (const candidate of occurrenceDates(recurrence)) {
    if (candidate === date) return occurrenceView(item, date)
    if (candidate > date) break
  }
  throw new EwsError('ErrorItemNotFound')
}

/** The exception of a date, made when there is none yet. */
export function exceptionFor(item: StoredItem, date: number, nowMs: number): Exception {
  item.exceptions ??= new Map()
  const existing = item.exceptions.get(date)
  if (existing) return existing
  const exception: Exception = { date, fields: {}, modified: nowMs }
  item.exceptions.set(date, exception)
  return exception
}

/** An occurrence may not reach or pass the day of its neighbours (Outlook's and Exchange's rule). */
export function checkNeighbours(item: StoredItem, date: number, start: number): void {
  if (!item.fields.Recurrence) return
  const zone = zoneOf(item.fields)
  const dayOf = (view: View) => startOfDay(toWall(zone, view.fields.Start ?? 0))
  const day = startOfDay(toWall(zone, start))
  let before: View | undefined
  for (const view of occurrences(item)) {
    if (view.date === date) continue
    if ((view.date ?? 0) < date) {
      before = view
      continue
    }
    if (day >= dayOf(view)) throw new EwsError('ErrorOccurrenceCrossingBoundary')
    break
  }
  if (before && day <= dayOf(before)) throw new EwsError('ErrorOccurrenceCrossingBoundary')
}

/** Puts Start, End and the range's start on the first occurrence that the rule gives, as Exchange stores a new rule. */
export function alignToRule(item: StoredItem): void {
  const { Recurrence: recurrence } = item.fields
  if (!recurrence) return
  const date = occurrenceDates(recurrence).next().value
  if (date === undefined) throw new EwsError('ErrorRecurrenceHasNoOccurrence', 'The recurrence has no occurrence.')
  const times = ruleTimes(item, date)
  item.fields.Start = times.start
  item.fields.End = times.end
  item.fields.Recurrence = { ...recurrence, range: { ...recurrence.range, startDate: date } }
}
