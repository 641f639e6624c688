/** DATE, DATE-TIME and DURATION values (RFC 5545 section 3.3.4 to 3.3.6), read tolerantly and written strictly. */
import { DAY_MS, isDateText } from '../../model/civil.ts'
import type { CalTime, DateText, LocalText } from '../../model/time.ts'

/** `20240131` or `20240131T090000[Z]` as wall clock text; midnight for a date; null when there is no such day or time. */
export function localTextOfValue(value: string): LocalText | null {
  const match = /^\s*(\d{4})-?(\d{2})-?(\d{2})(?:T(\d{2}):?(\d{2}):?(\d{2})?Z?)?\s*$/i.exec(value)
  if (!match) return null
  const date = `${match[1]}-${match[2]}-${match[3]}`
  if (!isDateText(date) || date < '0001') return null
  const [hour, minute, second] = [match[4] ?? '00', match[5] ?? '00', match[6] ?? '00']
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 60) return null
  // A leap second: calendars mean the last second of the minute.
  return `${date}T${hour}:${minute}:${second === '60' ? '59' : second}`
}

export function isDateValue(value: string): boolean {
  return !/T/i.test(value)
}

export function isUtcValue(value: string): boolean {
  return /Z\s*$/i.test(value)
}

export function dateValue(date: DateText): string {
  return date.replaceAll('-', '')
}

export function localValue(local: LocalText): string {
  return local.replace(/[-:]/g, '')
}

/** The value of a time, `Z` included for UTC. */
export function timeValue(time: CalTime): string {
  if (time.kind === 'date') return dateValue(time.date)
  return localValue(time.local) + (time.kind === 'utc' ? 'Z' : '')
}

/** An instant as a UTC value. */
export function utcValue(instantMs: number): string {
  return `${new Date(instantMs).toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`
}

/** Days count in wall clock, the rest exactly (section 3.3.6). */
export type Duration = { days: number; exactMs: number }

export function parseDuration(value: string): Duration | null {
  const match = /^\s*([+-])?P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?\s*$/i.exec(value)
  if (!match || !/\d/.test(value)) return null
  const sign = match[1] === '-' ? -1 : 1
  const days = Number(match[2] ?? 0) * 7 + Number(match[3] ?? 0)
  const seconds = Number(match[4] ?? 0) * 3600 + Number(match[5] ?? 0) * 60 + Number(match[6] ?? 0)
  // Beyond a century a duration is an error, and arithmetic with it leaves the years that dates can name.
  if (days > 36_525 || seconds * 1000 > 36_525 * DAY_MS) return null
  return { days: sign * days, exactMs: sign * seconds * 1000 }
}

/** `-PT15M` for 15 minutes before. */
export function minutesBeforeValue(minutes: number): string {
  if (minutes === 0) return 'PT0S'
  const size = Math.abs(minutes)
  const text = size % 10_080 === 0 ? `P${size / 10_080}W` : size % 1440 === 0 ? `P${size / 1440}D` : clockText(size)
  return (minutes > 0 ? '-' : '') + text
}

function clockText(minutes: number): string {
  const days = Math.floor(minutes / 1440)
  const hours = Math.floor(minutes / 60) % 24
  const rest = minutes % 60
  return `P${days ? `${days}D` : ''}T${hours ? `${hours}H` : ''}${rest ? `${rest}M` : ''}`
}
