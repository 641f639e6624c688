/** Reads a native document back into the model, whatever its format: for the archive, which keeps documents and no models. */
import type { Item } from '../model/item.ts'
import { unreachable } from '../ports/errors.ts'
import type { NativeDocument } from '../ports/side.ts'
import { readDocument } from './ews/document.ts'
import { readEvent as readExchangeEvent } from './ews/event.ts'
import { readSingleDocuments, readSingleItem } from './ews/single-item.ts'
import { readEvent as readCalendarEvent } from './ical/read-event.ts'
import { readTodo } from './ical/todo-read.ts'
import { readContact } from './vcard/read-contact.ts'

/** `mailbox`: primary SMTP address of the owner, lower case. `floatingZone`: IANA zone of times without a zone. */
export type DocumentContext = { mailbox: string; floatingZone: string }

/** Throws ConnectorError `item.unreadable`. */
export function decodeDocument(document: NativeDocument, context: DocumentContext): Item {
  switch (document.format) {
    case 'ical':
      return isTodo(document.text)
        ? readTodo(document.text, context).task
        : readCalendarEvent(document.text, context).event
    case 'ews': {
      const [single] = readSingleDocuments(document.text)
      if (single) return readSingleItem(single, context)
      const { master, exceptions } = readDocument(document.text)
      return readExchangeEvent(master, exceptions, context)
    }
    case 'vcard':
      return readContact(document.text).contact
    default:
      return unreachable(document.format)
  }
}

/** A resource holds components of one kind alone (RFC 4791 section 4.1). */
export function isTodo(icsText: string): boolean {
  return /^BEGIN:VTODO\s*$/im.test(icsText) && !/^BEGIN:VEVENT\s*$/im.test(icsText)
}
