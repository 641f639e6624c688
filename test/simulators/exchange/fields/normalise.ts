/** What Exchange does to a calendar item or task before it saves it: defaults, all-day midnights, sanity checks. */
import { randomBytes } from 'node:crypto'
import type { Call } from '../call.ts'
import { EwsError } from '../errors.ts'
import type { Fields } from '../model.ts'
import { DAY_MS, MINUTE_MS, startOfDay } from '../time/dates.ts'
import { fromWall, toWall } from '../time/zones.ts'
import { makeNode } from '../xml.ts'

const REMINDER_DEFAULT_MINUTES = 15
const REMINDER_MAX_MINUTES = 2_629_800
/** MS-OXWSMTGS: an appointment lasts five years at most. */
const DURATION_MAX_MS = 5 * 366 * DAY_MS

/** A GlobalObjectId in hexadecimal, as Exchange makes for an item that came without a UID. */
function newUid(): string {
  return `040000008200E00074C5B7101A82E00800000000${randomBytes(16).toString('hex').toUpperCase()}10000000${randomBytes(16).toString('hex').toUpperCase()}`
}

/** Start to midnight of its day, end to the midnight that follows it, in the item's zones; at least one day. */
export function alignAllDay(fields: Fields): void {
  if (!fields.IsAllDayEvent || fields.Start === undefined || !fields.StartTimeZone) return
  const zone = fields.StartTimeZone
  const start = startOfDay(toWall(zone, fields.Start))
  const end = Math.ceil(toWall(zone, fields.End ?? fields.Start) / DAY_MS) * DAY_MS
  fields.Start = fromWall(zone, start)
  fields.End = fromWall(zone, Math.max(end, start + DAY_MS))
}

export function checkTimes(fields: Fields): void {
  const { Start: start, End: end, ReminderMinutesBeforeStart: minutes } = fields
  if (start !== undefined && end !== undefined) {
    if (end < start) throw new EwsError('ErrorCalendarEndDateIsEarlierThanStartDate')
    if (end - start > DURATION_MAX_MS) {
      throw new EwsError('ErrorCalendarDurationIsTooLong', 'The duration of a calendar item cannot exceed five years.')
    }
  }
  if (minutes !== undefined && (minutes < 0 || minutes > REMINDER_MAX_MINUTES)) {
    throw new EwsError('ErrorPropertyValidationFailure', 'ReminderMinutesBeforeStart is out of range.')
  }
}

/** Fills in what a new calendar item has anyway. */
export function completeCalendarItem(fields: Fields, call: Pick<Call, 'nowMs' | 'settings' | 'zone'>): void {
  const now = Math.ceil(call.nowMs() / (30 * MINUTE_MS)) * 30 * MINUTE_MS
  const zone = fields.StartTimeZone ?? fields.EndTimeZone ?? call.zone
  fields.ItemClass ??= 'IPM.Appointment'
  fields.StartTimeZone ??= zone
  fields.EndTimeZone ??= zone
  fields.Start ??= now
  fields.End ??= fields.Start + 30 * MINUTE_MS
  if (fields.Recurrence) {
    fields.Start = Math.floor(fields.Start / MINUTE_MS) * MINUTE_MS
    fields.End = Math.floor(fields.End / MINUTE_MS) * MINUTE_MS
  }
  fields.LegacyFreeBusyStatus ??= 'Busy'
  fields.UID ??= newUid()
  if (fields.ReminderIsSet === undefined) {
    fields.ReminderIsSet = fields.ReminderMinutesBeforeStart !== undefined || call.settings.defaultReminder
  }
  fields.ReminderMinutesBeforeStart ??= REMINDER_DEFAULT_MINUTES
  alignAllDay(fields)
  checkTimes(fields)
}

const PROGRESS = new Set(['Status', 'PercentComplete', 'CompleteDate'])

/** The rule's date goes with the time of day of Start: a range that begins elsewhere wins over Start's date. */
export function startOnRange(fields: Fields): void {
  const { Recurrence: recurrence, StartTimeZone: zone, Start: start, End: end } = fields
  if (!recurrence || !zone || start === undefined || end === undefined) return
  const wall = toWall(zone, start)
  const shifted = recurrence.range.startDate + (wall - startOfDay(wall))
  const length = toWall(zone, end) - wall
  fields.Start = fromWall(zone, shifted)
  fields.End = fromWall(zone, shifted + length)
}

/**
 * Status, PercentComplete and CompleteDate drive one another (MS-OXWSTASK 2.2.4.3), and the one that is set last decides. `changed`
 * is what the request set, in its order.
 */
export function completeTask(fields: Fields, changed: ReadonlySet<string>, nowMs: number): void {
  fields.ItemClass ??= 'IPM.Task'
  const other = { ...fields.other }
  const percent = Number(other.PercentComplete?.text ?? 0)
  if (percent < 0 || percent > 100) throw new EwsError('ErrorInvalidPercentCompleteValue', 'Not between 0 and 100.')
  const last = [...changed].filter((name) => PROGRESS.has(name)).at(-1)
  const done =
    (last === 'Status' && other.Status?.text === 'Completed') ||
    (last === 'PercentComplete' && percent === 100) ||
    (last === 'CompleteDate' && other.CompleteDate !== undefined)
  if (done) {
    other.Status = makeNode('Status', 'Completed')
    other.PercentComplete = makeNode('PercentComplete', '100')
    // The status sets the day, too: only a day that comes after it stays.
    if (last !== 'CompleteDate')
      other.CompleteDate = makeNode('CompleteDate', `${new Date(nowMs).toISOString().slice(0, 10)}T00:00:00Z`)
  } else if (last !== undefined) {
    delete other.CompleteDate
    if (changed.has('Status') && other.Status?.text === 'NotStarted')
      other.PercentComplete = makeNode('PercentComplete', '0')
    else if (percent === 100) other.PercentComplete = makeNode('PercentComplete', '0')
    if (changed.has('PercentComplete') && !changed.has('Status')) {
      other.Status = makeNode('Status', percent === 0 ? 'NotStarted' : 'InProgress')
    }
  }
  other.Status ??= makeNode('Status', 'NotStarted')
  other.PercentComplete ??= makeNode('PercentComplete', '0')
  fields.other = other
}
