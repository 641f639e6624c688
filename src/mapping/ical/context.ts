/** What the lens must be told from outside, because it is pure: the zone of floating times, and for writing the time. */
import type { CalTime } from '../../model/time.ts'
import type { ZoneBook } from './times.ts'

/**
 * `floatingZone`: the IANA zone in which floating times and dates are turned into instants. `fileBytesMax`: files of an event that
 * are bigger do not travel.
 */
export type IcalReadContext = { floatingZone: string; fileBytesMax?: number }
/**
 * `nowMs` goes into DTSTAMP, CREATED and LAST-MODIFIED, and only when something is written. `files`: contents of the files that
 * the document does not have yet.
 */
export type IcalWriteContext = IcalReadContext & { nowMs: number; files?: ReadonlyMap<string, string> }

/** What reading or patching one VEVENT needs besides the component. */
export type Reading = {
  book: ZoneBook
  floatingZone: string
}

/** One VEVENT's own place in time, for what is counted from it. */
export type Moment = Reading & { start: CalTime; end: CalTime; recurring: boolean }
