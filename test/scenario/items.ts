/** Small events for scenarios, on both sides. Times are wall clock times in Berlin unless they say otherwise. */
import type { EventInput } from '../simulators/exchange/user-input.ts'
import { TODAY } from './stage.ts'

export const BERLIN = 'W. Europe Standard Time'

/** An appointment as Outlook makes it, at this hour of a day in March 2026. */
export function appointment(subject: string, more: EventInput & { day?: number; hour?: number } = {}): EventInput {
  const { day = 3, hour = 10, ...rest } = more
  const date = `${TODAY.slice(0, 8)}${two(day)}`
  return {
    subject,
    start: `${date}T${two(hour)}:00:00`,
    end: `${date}T${two(hour + 1)}:00:00`,
    zone: BERLIN,
    reminderMinutes: null,
    ...rest,
  }
}

/** A resource with one or more components. */
export function resource(...components: readonly (readonly string[])[]): string {
  return ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//Scenario//EN', ...components.flat(), 'END:VCALENDAR', ''].join(
    '\r\n',
  )
}

export function vevent(uid: string, ...lines: readonly string[]): string[] {
  return ['BEGIN:VEVENT', `UID:${uid}`, 'DTSTAMP:20260301T000000Z', ...lines, 'END:VEVENT']
}

/** 10 to 11 o'clock in Berlin on a day of March 2026. */
export function times(day = 3, hour = 10): string[] {
  const date = `202603${two(day)}`
  return [
    `DTSTART;TZID=Europe/Berlin:${date}T${two(hour)}0000`,
    `DTEND;TZID=Europe/Berlin:${date}T${two(hour + 1)}0000`,
  ]
}

/** A resource with one event. */
export function ics(uid: string, ...lines: readonly string[]): string {
  const timed = lines.some((line) => line.startsWith('DTSTART')) ? lines : [...times(), ...lines]
  return resource(vevent(uid, ...timed))
}

/** Unfolded lines of a text. */
export function linesOf(text: string): string[] {
  return text.replace(/\r?\n[ \t]/g, '').split(/\r?\n/)
}

/** Unfolded lines of the first VEVENT, in a series the master. */
export function masterOf(text: string): string[] {
  const lines = linesOf(text)
  const from = lines.indexOf('BEGIN:VEVENT')
  return lines.slice(from + 1, lines.indexOf('END:VEVENT', from))
}

/** The lines of the master with this property. */
export function property(text: string, name: string): string[] {
  return masterOf(text).filter((line) => new RegExp(`^${name}[;:]`).test(line))
}

export function two(value: number): string {
  return String(value).padStart(2, '0')
}
