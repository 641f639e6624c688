/** Properties of everything that is not a calendar: principals, homes, objects, the trash bin, address books and cards. */
import { type Call, hrefOf } from '../call.ts'
import { bookProperties, cardProperties } from '../cards/properties.ts'
import { caldav, calendarServer, carddav, dav, nextcloudCom, sabre } from '../names.ts'
import type { StoredObject } from '../objects.ts'
import type { Resource } from '../resources.ts'
import type { User } from '../store.ts'
import { el, hrefEl } from '../xml.ts'
import { calendarProperties, subscriptionProperties } from './calendar.ts'
import { httpDate, type PropertyTable, PropertyTableBuilder, privileges } from './property.ts'

function withPrincipal(call: Call, builder: PropertyTableBuilder): PropertyTableBuilder {
  return builder.href(dav('current-user-principal'), () => hrefOf(call, ['principals', 'users', call.user.uid], true))
}

function principalProperties(call: Call, user: User): PropertyTable {
  const self = (): string => hrefOf(call, ['principals', 'users', user.uid], true)
  const home = (name: string): string => hrefOf(call, ['calendars', user.uid, ...(name ? [name] : [])], true)
  return withPrincipal(call, new PropertyTableBuilder())
    .names(dav('resourcetype'), [dav('principal')])
    .text(dav('displayname'), () => user.displayName)
    .href(dav('principal-URL'), self)
    .elements(dav('alternate-URI-set'), () => [])
    .href(caldav('calendar-home-set'), () => home(''))
    .href(carddav('addressbook-home-set'), () => hrefOf(call, ['addressbooks', 'users', user.uid], true))
    .href(caldav('schedule-inbox-URL'), () => home('inbox'))
    .href(caldav('schedule-outbox-URL'), () => home('outbox'))
    .href(caldav('schedule-default-calendar-URL'), () => home('personal'))
    .elements(caldav('calendar-user-address-set'), () => [
      ...(user.email === '' ? [] : [hrefEl(`mailto:${user.email}`)]),
      hrefEl(self()),
    ])
    .text(caldav('calendar-user-type'), () => 'INDIVIDUAL')
    .text(sabre('email-address'), () => user.email).table
}

/** Sabre takes the carriage returns out of calendar-data; GET gives the bytes as stored. */
export function objectProperties(object: StoredObject): PropertyTableBuilder {
  return new PropertyTableBuilder()
    .elements(dav('resourcetype'), () => [])
    .text(dav('getetag'), () => object.etag)
    .text(dav('getcontenttype'), () => `text/calendar; charset=utf-8; component=${object.component.toLowerCase()}`)
    .text(dav('getcontentlength'), () => String(Buffer.byteLength(object.text)))
    .text(dav('getlastmodified'), () => httpDate(object.modifiedMs))
    .text(caldav('calendar-data'), () => object.text.replaceAll('\r', ''))
}

const simple = (call: Call, types: readonly string[]): PropertyTableBuilder =>
  withPrincipal(call, new PropertyTableBuilder()).names(dav('resourcetype'), types)

export function propertiesOf(call: Call, resource: Resource): PropertyTable {
  switch (resource.kind) {
    case 'collection':
      return simple(call, [dav('collection')]).table
    case 'calendar-home':
    case 'book-home':
      return simple(call, [dav('collection')])
        .href(dav('owner'), () => hrefOf(call, ['principals', 'users', resource.user.uid], true))
        .elements(dav('current-user-privilege-set'), () => privileges([dav('read'), dav('write'), dav('bind')]))
        .text(dav('quota-used-bytes'), () => '1048576')
        .text(dav('quota-available-bytes'), () => '-3').table
    case 'principal':
      return principalProperties(call, resource.user)
    case 'calendar':
      return calendarProperties(call, resource.view)
    case 'subscription':
      return subscriptionProperties(call, resource.subscription)
    case 'object':
      return objectProperties(resource.object)
        .href(dav('owner'), () => hrefOf(call, ['principals', 'users', resource.view.calendar.owner], true))
        .elements(dav('current-user-privilege-set'), () =>
          privileges(resource.view.access === 'read' ? [dav('read')] : [dav('read'), dav('write')]),
        ).table
    case 'trash-object':
      return objectProperties(resource.object)
        .text(nextcloudCom('deleted-at'), () => new Date(resource.object.deletedAtMs ?? 0).toISOString())
        .text(nextcloudCom('calendar-uri'), () => resource.calendar.uri).table
    case 'inbox-item':
      return new PropertyTableBuilder()
        .elements(dav('resourcetype'), () => [])
        .text(dav('getetag'), () => resource.item.etag)
        .text(dav('getcontenttype'), () => 'text/calendar; charset=utf-8')
        .text(caldav('calendar-data'), () => resource.item.text.replaceAll('\r', '')).table
    case 'inbox':
      return simple(call, [dav('collection'), caldav('schedule-inbox')])
        .text(calendarServer('getctag'), () => `"${resource.user.inbox.size}"`)
        .elements(caldav('calendar-free-busy-set'), () => [el(dav('href'))]).table
    case 'outbox':
      return simple(call, [dav('collection'), caldav('schedule-outbox')]).table
    case 'trashbin':
      return simple(call, [dav('collection'), nextcloudCom('trash-bin')]).text(
        nextcloudCom('trash-bin-retention-duration'),
        () => '2592000',
      ).table
    case 'trash-objects':
    case 'trash-restore':
      return simple(call, [dav('collection')]).table
    case 'book':
      return bookProperties(call, resource.book)
    case 'card':
      return cardProperties(resource.object).table
  }
}
