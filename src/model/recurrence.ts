/**
 * How an item repeats, in the terms both sides share: Exchange's patterns (MS-OXWSCDATA RecurrenceType).
 * An RFC 5545 rule that no such pattern equals is kept verbatim as `rrule`: it lives on the Nextcloud side only (REC-8).
 */
import type { DateText, Weekday } from './time.ts'

export type DayIndex = 'first' | 'second' | 'third' | 'fourth' | 'last'
/** A weekday, or Exchange's Day, Weekday (Monday to Friday), WeekendDay (REC-4). */
export type DayClass = Weekday | 'day' | 'weekday' | 'weekendDay'

/**
 * Intervals are >= 1. `monthlyOnDay.day` and `yearlyOnDay.day`: 1..31, and, as on Exchange, a month without that day uses
 * its last day. So RRULE `BYMONTHDAY=31`, which skips such months, is NOT `monthlyOnDay` 31.
 * A yearly rule with an interval n > 1 is canonically monthly with interval 12 n.
 */
export type RecurrencePattern =
  | { kind: 'daily'; interval: number }
  | { kind: 'weekly'; interval: number; days: Weekday[]; firstDay: Weekday }
  | { kind: 'monthlyOnDay'; interval: number; day: number }
  | { kind: 'monthlyRelative'; interval: number; day: DayClass; index: DayIndex }
  | { kind: 'yearlyOnDay'; month: number; day: number }
  | { kind: 'yearlyRelative'; month: number; day: DayClass; index: DayIndex }
  | { kind: 'rrule'; text: string }

/** `until` is the last date on which an occurrence may start, in the zone of the series' start (Exchange EndDateRecurrence). */
export type RecurrenceEnd = { kind: 'never' } | { kind: 'count'; count: number } | { kind: 'until'; date: DateText }

export type Recurrence = { pattern: RecurrencePattern; end: RecurrenceEnd }
