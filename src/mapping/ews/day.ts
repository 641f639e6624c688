/**
 * Dates that Exchange keeps as instants: starts and ends of tasks, birthdays (TIM-5). Every program has its own idea of the time of
 * day that goes with a date; here they all mean the same day, in any zone.
 */
import { DAY_MS, dateTextOf, isDateText, localTextOf, wallMsOf } from '../../model/civil.ts'
import type { DateText } from '../../model/time.ts'
import { instantOf, localAt } from '../../model/zone-time.ts'
import type { EwsContext } from './context.ts'
import { readInstant } from './time.ts'

/** The last day that programs use; 4501-01-01 means that there is no date (MS-OXOTASK 2.2.2.2.4). */
const NO_DATE_YEAR = 4500
/** PtypTime counts from 1601 (MS-OXCDATA 2.11.1). */
const FIRST_YEAR = 1601
const NOON_MS = DAY_MS / 2

/**
 * The day that is meant: midnight in UTC (EWS), midnight in the mailbox's zone (Outlook: the day before at 23:00Z in Berlin), or the
 * nearest day (11:59Z, as Outlook on the web and phones write it). Throws `item.unreadable` for what is no time.
 */
export function readDay(text: string | undefined, context: EwsContext): DateText | null {
  if (text === undefined || text.trim() === '') return null
  const instantMs = readInstant(text, { kind: 'none' })
  const utc = localTextOf(instantMs)
  const own = localAt(context.floatingZone, instantMs)
  const date = isMidnight(utc) ? utc.slice(0, 10) : isMidnight(own) ? own.slice(0, 10) : nearest(instantMs)
  return Number(date.slice(0, 4)) > NO_DATE_YEAR || !isDateText(date) ? null : date
}

function isMidnight(local: string): boolean {
  return local.endsWith('T00:00:00')
}

/** Until noon the day that it stands in, then the next. */
function nearest(instantMs: number): DateText {
  const day = Math.floor(instantMs / DAY_MS)
  return dateTextOf(instantMs - day * DAY_MS > NOON_MS ? day + 1 : day)
}

/** Whether Exchange can hold the date at all. */
export function isHeldDay(date: DateText): boolean {
  const year = Number(date.slice(0, 4))
  return isDateText(date) && year >= FIRST_YEAR && year <= NO_DATE_YEAR
}

/** Start and due date of a task: EWS cuts the time of day in UTC. */
export function dayText(date: DateText): string {
  return `${date}T00:00:00Z`
}

/**
 * The day of completion: MAPI keeps it as midnight of the mailbox's zone (MS-OXOTASK 2.2.2.2.9), EWS may cut it in UTC. The later of
 * both midnights is that day for both.
 */
export function completionText(date: DateText, context: EwsContext): string {
  const utcMs = wallMsOf(`${date}T00:00:00`)
  const ownMs = instantOf({ kind: 'date', date }, context.floatingZone)
  return `${localTextOf(Math.max(utcMs, ownMs))}Z`
}

/** Birthdays and anniversaries: a minute before noon is the same day in every zone from -11 to +12 (MS-ASCNTC Birthday). */
export function anniversaryText(date: DateText): string {
  return `${date}T11:59:00Z`
}
