/** Reads a native document back into the model, whatever its format: for the archive, which keeps documents and no models. */
import type { Item } from '../model/item.ts'
import { ConnectorError, unreachable } from '../ports/errors.ts'
import type { NativeDocument } from '../ports/side.ts'
import { readDocument } from './ews/document.ts'
import { readEvent as readExchangeEvent } from './ews/event.ts'
import { readEvent as readCalendarEvent } from './ical/read-event.ts'

/** `mailbox`: primary SMTP address of the owner, lower case. `floatingZone`: IANA zone of times without a zone. */
export type DocumentContext = { mailbox: string; floatingZone: string }

/** Throws ConnectorError `item.unreadable`. */
export function decodeDocument(document: NativeDocument, context: DocumentContext): Item {
  switch (document.format) {
    case 'ical':
      return readCalendarEvent(document.text, context).event
    case 'ews': {
      const { master, exceptions } = readDocument(document.text)
      return readExchangeEvent(master, exceptions, context)
    }
    case 'vcard':
      throw new ConnectorError('item.unreadable', { reason: 'contacts are not synced by this version' })
    default:
      return unreachable(document.format)
  }
}
