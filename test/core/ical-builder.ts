/** Small iCalendar documents for tests: lines in, text or model out. */
import { readEvent } from '../../src/mapping/ical/read-event.ts'
import { writeEvent } from '../../src/mapping/ical/write-event.ts'
import type { Event } from '../../src/model/event.ts'

export const context = { floatingZone: 'Europe/Berlin', nowMs: Date.UTC(2026, 0, 2, 3, 4, 5) }

export const calendar = (...lines: string[]): string =>
  ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//Test//EN', ...lines, 'END:VCALENDAR', ''].join('\r\n')
export const vevent = (...lines: string[]): string[] => [
  'BEGIN:VEVENT',
  'UID:u@example.org',
  'DTSTAMP:20240101T000000Z',
  ...lines,
  'END:VEVENT',
]

/** A VEVENT on 2024-03-04 at 10:00 in Berlin, with these further lines. */
export const meeting = (...lines: string[]): string =>
  calendar(
    ...vevent('DTSTART;TZID=Europe/Berlin:20240304T100000', 'DTEND;TZID=Europe/Berlin:20240304T110000', ...lines),
  )

export const read = (text: string): Event => readEvent(text, context).event
export const write = (native: string | null, model: Event): string => writeEvent(native, model, context).text
/** The unfolded lines of a text. */
export const linesOf = (text: string): string[] =>
  text
    .replace(/\r\n[ \t]/g, '')
    .split('\r\n')
    .slice(0, -1)

/** Lines that went and came, unfolded, stamps aside. */
export function difference(before: string, after: string): { gone: string[]; come: string[] } {
  const stamps = /^(DTSTAMP|LAST-MODIFIED):/
  const [old, now] = [before, after].map((text) => linesOf(text).filter((line) => !stamps.test(line)))
  return {
    gone: (old ?? []).filter((line) => !now?.includes(line)),
    come: (now ?? []).filter((line) => !old?.includes(line)),
  }
}
