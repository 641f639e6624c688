/** The iCalendar lens as the Nextcloud side uses it for calendars. */

import { fileContent } from '../mapping/ical/files.ts'
import { fitEvent } from '../mapping/ical/fit-event.ts'
import { readEvent } from '../mapping/ical/read-event.ts'
import { writeEvent } from '../mapping/ical/write-event.ts'
import { eventOf } from '../model/kinds.ts'
import type { Clock } from '../ports/clock.ts'
import { ConnectorError } from '../ports/errors.ts'
import type { Codec, Decoded } from './codec.ts'

/** `floatingZone`: IANA zone of the user's floating times and dates. `fileBytesMax`: files that are bigger do not travel. */
export type CalendarCodecOptions = { floatingZone: string; clock: Clock; fileBytesMax?: number }

export function calendarCodec({ floatingZone, clock, fileBytesMax }: CalendarCodecOptions): Codec {
  const read = { floatingZone, ...(fileBytesMax === undefined ? {} : { fileBytesMax }) }
  return {
    decode: (text) => decode(text, floatingZone),
    encode: (native, desired, files) =>
      writeEvent(native, eventOf(desired), { ...read, nowMs: clock.nowMs(), ...(files ? { files } : {}) }).text,
    fit: (item, current) => fitEvent(eventOf(item), read, current ? eventOf(current) : null),
    file: fileContent,
  }
}

function decode(text: string, floatingZone: string): Decoded {
  try {
    const { event } = readEvent(text, { floatingZone })
    return { kind: 'item', uid: event.uid, model: event }
  } catch (error) {
    if (!(error instanceof ConnectorError) || error.code !== 'item.unreadable') throw error
    const reason = String(error.fields.reason ?? 'unknown')
    // A task or journal that shares the calendar (Nextcloud's MKCALENDAR without a component set allows them).
    if (reason === 'no-event' && /^BEGIN:V(?:TODO|JOURNAL|FREEBUSY)\s*$/im.test(text)) return { kind: 'other' }
    return { kind: 'unreadable', detail: [reason, error.fields.detail].filter(Boolean).join(': ') }
  }
}
