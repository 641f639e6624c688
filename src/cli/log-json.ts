/** The JSON form of a line of the log in the database. Its fields went through the masking when they were written. */
import type { LogEntry } from '../ports/administration.ts'
import { instant } from './instant.ts'

export function logEntryJson({ atMs, level, email, passId, replica, message, fields }: LogEntry) {
  return { at: instant(atMs), level, email, passId, replica, message, fields }
}
