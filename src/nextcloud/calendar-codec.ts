/** The iCalendar lens as the Nextcloud side uses it for calendars. */
import { fitEvent } from '../mapping/ical/fit-event.ts'
import { readEvent } from '../mapping/ical/read-event.ts'
import { writeEvent } from '../mapping/ical/write-event.ts'
import { eventOf } from '../model/kinds.ts'
import type { Clock } from '../ports/clock.ts'
import { ConnectorError } from '../ports/errors.ts'
import type { Codec, Decoded } from './codec.ts'

/** `floatingZone`: IANA zone of the user's floating times and dates. */
export function calendarCodec({ floatingZone, clock }: { floatingZone: string; clock: Clock }): Codec {
  return {
    decode: (text) => decode(text, floatingZone),
    encode: (native, desired) => writeEvent(native, eventOf(desired), { floatingZone, nowMs: clock.nowMs() }).text,
    fit: (item) => fitEvent(eventOf(item), { floatingZone }),
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
