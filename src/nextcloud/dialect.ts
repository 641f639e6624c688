/** What CalDAV (RFC 4791) and CardDAV (RFC 6352) say differently about the same things: events, tasks, contacts. */
import { unreachable } from '../ports/errors.ts'
import type { CollectionKind } from '../ports/state-store.ts'
import type { XmlBody } from './dav/client.ts'
import { CALDAV, CARDDAV, xmlText } from './dav/xml.ts'

export type Dialect = {
  format: 'ical' | 'vcard'
  /** Of the names of new objects. */
  extension: '.ics' | '.vcf'
  /** The property with an object's text, and how it is asked for. */
  data: { name: string; request: XmlBody }
  /**
   * Asked for again where the text that came is not the one that is stored: Nextcloud converts a stored vCard 4.0 to 3.0 unless
   * 4.0 is asked for, and the conversion loses properties (nextcloud-facts 3.4). Null where nothing is converted.
   */
  otherVersion: XmlBody | null
  multiget: string
  /** A query for objects whose UID contains this text. */
  uidQuery(uid: string): { root: string; filter: XmlBody }
  /** Deleted objects lie in a trash bin, where they block their UID. Contacts have none. */
  hasTrash: boolean
}

export function dialectOf(kind: CollectionKind): Dialect {
  switch (kind) {
    case 'calendar':
      return calendarDialect('VEVENT')
    case 'tasks':
      return calendarDialect('VTODO')
    case 'contacts':
      return CONTACTS
    default:
      return unreachable(kind)
  }
}

function calendarDialect(component: 'VEVENT' | 'VTODO'): Dialect {
  return {
    format: 'ical',
    extension: '.ics',
    data: { name: `${CALDAV}calendar-data`, request: { 'c:calendar-data': {} } },
    otherVersion: null,
    multiget: 'c:calendar-multiget',
    uidQuery: (uid) => ({
      root: 'c:calendar-query',
      filter: {
        'c:filter': {
          'c:comp-filter': {
            _attributes: { name: 'VCALENDAR' },
            'c:comp-filter': {
              _attributes: { name: component },
              'c:prop-filter': { _attributes: { name: 'UID' }, 'c:text-match': xmlText(uid) },
            },
          },
        },
      },
    }),
    hasTrash: true,
  }
}

const CONTACTS: Dialect = {
  format: 'vcard',
  extension: '.vcf',
  data: { name: `${CARDDAV}address-data`, request: addressData('3.0') },
  otherVersion: addressData('4.0'),
  multiget: 'card:addressbook-multiget',
  uidQuery: (uid) => ({
    root: 'card:addressbook-query',
    filter: {
      'card:filter': { 'card:prop-filter': { _attributes: { name: 'UID' }, 'card:text-match': xmlText(uid) } },
    },
  }),
  hasTrash: false,
}

function addressData(version: '3.0' | '4.0'): XmlBody {
  return { 'card:address-data': { _attributes: { 'content-type': 'text/vcard', version } } }
}
