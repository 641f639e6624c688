/** Properties of an address book and of a card. Cards are served as 3.0 unless 4.0 was asked for (nextcloud-facts 3.4). */
import { type Call, hrefOf } from '../call.ts'
import { calendarServer, carddav, dav, ownCloud, SYNC_TOKEN_PREFIX } from '../names.ts'
import type { StoredObject } from '../objects.ts'
import {
  httpDate,
  type PropertyTable,
  PropertyTableBuilder,
  privileges,
  supportedReports,
} from '../properties/property.ts'
import type { AddressBook } from './address-book.ts'

const REPORTS = [dav('sync-collection'), carddav('addressbook-multiget'), carddav('addressbook-query')]

export function bookProperties(call: Call, book: AddressBook): PropertyTable {
  const token = (): string => `${SYNC_TOKEN_PREFIX}${book.objects.token}`
  const principal = (): string => hrefOf(call, ['principals', 'users', book.owner], true)
  return new PropertyTableBuilder()
    .stored(book.properties.values())
    .names(dav('resourcetype'), [dav('collection'), carddav('addressbook')])
    .text(dav('sync-token'), token)
    .text(calendarServer('getctag'), token)
    .href(dav('owner'), principal)
    .href(dav('current-user-principal'), principal)
    .text(ownCloud('owner-principal'), () => `principals/users/${book.owner}`)
    .elements(carddav('supported-address-data'), () =>
      ['3.0', '4.0'].map((version) => ({
        name: carddav('address-data-type'),
        attributes: { 'content-type': 'text/vcard', version },
      })),
    )
    .text(carddav('max-resource-size'), () => '10000000')
    .elements(dav('current-user-privilege-set'), () =>
      privileges([dav('read'), dav('write'), dav('write-content'), dav('bind'), dav('unbind')]),
    )
    .elements(dav('supported-report-set'), () => supportedReports(REPORTS)).table
}

export function cardProperties(object: StoredObject): PropertyTableBuilder {
  return new PropertyTableBuilder()
    .elements(dav('resourcetype'), () => [])
    .text(dav('getetag'), () => object.etag)
    .text(dav('getcontenttype'), () => 'text/vcard; charset=utf-8')
    .text(dav('getcontentlength'), () => String(Buffer.byteLength(object.text)))
    .text(dav('getlastmodified'), () => httpDate(object.modifiedMs))
    .text(carddav('address-data'), () => object.text)
}
