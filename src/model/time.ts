/** Points in time as calendars write them. Four kinds that are never converted into one another silently (TIM-3, TIM-4). */

/** `YYYY-MM-DD`. */
export type DateText = string
/** Wall clock time without offset, `YYYY-MM-DDTHH:MM:SS`. */
export type LocalText = string
/** Canonical IANA zone id (`Europe/Berlin`), or `custom:NAME` for a zone that only its own rules describe. */
export type ZoneId = string

/** One yearly change of offset: the n-th weekday of a month (`week` 5 = last), at a wall clock time. */
export type ZoneTransition = {
  month: number
  week: 1 | 2 | 3 | 4 | 5
  weekday: Weekday
  /** Wall clock time before the change, `HH:MM:SS`. */
  time: string
}

/** Rules of a zone that is in no database (TIM-2). `daylight` null: one offset all the year. */
export type ZoneRules = {
  name: string
  standardOffsetMinutes: number
  daylight: { offsetMinutes: number; start: ZoneTransition; end: ZoneTransition } | null
}

export type Weekday = 'MO' | 'TU' | 'WE' | 'TH' | 'FR' | 'SA' | 'SU'

/**
 * A start or end (RFC 5545 section 3.3.4 and 3.3.5).
 * `date` all-day; the end is exclusive, as in RFC 5545. `floating` no zone. `utc` fixed instant. `zoned` wall clock in a zone.
 */
export type CalTime =
  | { kind: 'date'; date: DateText }
  | { kind: 'floating'; local: LocalText }
  | { kind: 'utc'; local: LocalText }
  | { kind: 'zoned'; local: LocalText; zone: ZoneId; rules?: ZoneRules }
