/** Calendar arithmetic on whole days, without zones and without Date. Recurrence and zone rules stand on it, where speed counts. */
import type { DateText, LocalText, Weekday } from './time.ts'

export const WEEKDAYS: readonly Weekday[] = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU']
export const DAY_MS = 86_400_000
/** 0001-01-01 and 9999-12-31. */
const FIRST_DAY = -719_162
const LAST_DAY = 2_932_896

/** A day is the number of days since 1970-01-01 (proleptic Gregorian calendar, as ISO 8601 and RFC 5545 use it). */
export type Civil = { year: number; month: number; day: number }

/** Days since 1970-01-01; `day` may lie outside the month. Howard Hinnant, chrono-compatible date algorithms. */
export function dayNumber(year: number, month: number, day: number): number {
  const shifted = month <= 2 ? year - 1 : year
  const era = Math.floor(shifted / 400)
  const yearOfEra = shifted - era * 400
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1
  return era * 146_097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 719_468
}

export function civilOf(dayCount: number): Civil {
  const shifted = dayCount + 719_468
  const era = Math.floor(shifted / 146_097)
  const dayOfEra = shifted - era * 146_097
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  )
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const monthIndex = Math.floor((5 * dayOfYear + 2) / 153)
  const month = monthIndex < 10 ? monthIndex + 3 : monthIndex - 9
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  return { year, month, day: dayOfYear - Math.floor((153 * monthIndex + 2) / 5) + 1 }
}

export function daysInMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}

/** 0 = Monday. */
export function weekdayIndexOf(dayCount: number): number {
  return (((dayCount + 3) % 7) + 7) % 7
}

export function weekdayOf(dayCount: number): Weekday {
  return WEEKDAYS[weekdayIndexOf(dayCount)] ?? 'MO'
}

/** Reads the first ten characters of a date or local text. */
export function dayOfText(text: DateText | LocalText): number {
  return dayNumber(Number(text.slice(0, 4)), Number(text.slice(5, 7)), Number(text.slice(8, 10)))
}

/** Days outside of the years 1 to 9999, which no text can name, become the first or the last one. */
export function dateTextOf(dayCount: number): DateText {
  const { year, month, day } = civilOf(Math.min(Math.max(dayCount, FIRST_DAY), LAST_DAY))
  return `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}`
}

/** Wall clock milliseconds, as if the wall clock were UTC. */
export function wallMsOf(local: LocalText): number {
  const seconds = Number(local.slice(11, 13)) * 3600 + Number(local.slice(14, 16)) * 60 + Number(local.slice(17, 19))
  return dayOfText(local) * DAY_MS + seconds * 1000
}

export function localTextOf(wallMs: number): LocalText {
  const dayCount = Math.floor(wallMs / DAY_MS)
  const seconds = Math.floor((wallMs - dayCount * DAY_MS) / 1000)
  const hours = Math.floor(seconds / 3600)
  const minutes = Math.floor(seconds / 60) % 60
  return `${dateTextOf(dayCount)}T${pad(hours, 2)}:${pad(minutes, 2)}:${pad(seconds % 60, 2)}`
}

/** Whether `YYYY-MM-DD` names a day that exists. */
export function isDateText(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false
  const month = Number(text.slice(5, 7))
  const day = Number(text.slice(8, 10))
  return month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(Number(text.slice(0, 4)), month)
}

function pad(value: number, width: number): string {
  return String(value).padStart(width, '0')
}
