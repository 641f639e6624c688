/** The iCalendar lens as the Nextcloud side uses it for calendars. */
import { fitEvent } from '../mapping/ical/fit-event.ts'
import { readEvent } from '../mapping/ical/read-event.ts'
import { writeEvent } from '../mapping/ical/write-event.ts'
import type { Clock } from '../ports/clock.ts'
import { ConnectorError } from '../ports/errors.ts'
import type { Codec, Decoded } from './codec.ts'

export function icalCodec({ floatingZone, clock }: { floatingZone: string; clock: Clock }): Codec {
  return {
    decode: (text) => decode(text, floatingZone),
    encode: (native, desired) => writeEvent(native, desired, { floatingZone, nowMs: clock.nowMs() }).text,
    fit: (item) => fitEvent(item, { floatingZone }),
  }
}

function decode(text: string, floatingZone: string): Decoded {
  try {
    const { event } = readEvent(text, { floatingZone })
    return { kind: 'item', uid: event.uid, model: event }
  } catch (error) {
    if (!(error instanceof ConnectorError) || error.code !== 'item.unreadable') throw error
    if (isOtherKind(text)) return { kind: 'other' }
    return { kind: 'unreadable', detail: String(error.fields.reason ?? error.fields.detail ?? '') }
  }
}

/** A whole document without an event: a task or journal that some client put into this calendar. */
function isOtherKind(text: string): boolean {
  return !/^BEGIN:VEVENT\s*$/im.test(text) && /^BEGIN:(VTODO|VJOURNAL|VFREEBUSY)\s*$/im.test(text)
}
