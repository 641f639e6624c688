/** MKCALENDAR and extended MKCOL (RFC 5689): new calendars and address books in the own home. */
import { type Call, emptyReply, type Reply } from './call.ts'
import { newAddressBook } from './cards/address-book.ts'
import { DavError } from './errors.ts'
import { caldav, carddav, dav } from './names.ts'
import { isProtected, setsOf } from './proppatch.ts'
import { resolveOrNone } from './resources.ts'
import { childrenNamed, parseXml, toOut, type XmlNode } from './xml.ts'

/** CalDavBackend::createCalendar: without a set, everything. */
const ALL_COMPONENTS = ['VEVENT', 'VTODO', 'VJOURNAL']

function componentsOf(sets: XmlNode[]): string[] {
  const node = sets.find((candidate) => candidate.name === caldav('supported-calendar-component-set'))
  if (!node) return ALL_COMPONENTS
  return childrenNamed(node, caldav('comp')).map((comp) => (comp.attributes.name ?? '').toUpperCase())
}

export function makeCollection(call: Call): Reply {
  const root = call.body.trim() === '' ? undefined : parseXml(call.body)
  const sets = setsOf(root)
  const typeNode = sets.find((node) => node.name === dav('resourcetype'))
  const types = new Set(typeNode?.children.map((child) => child.name))
  if (call.method === 'MKCALENDAR') types.add(caldav('calendar'))
  const name = call.segments.at(-1)
  const parent = resolveOrNone(call, call.segments.slice(0, -1))
  if (!parent || name === undefined) throw new DavError('conflict', 'Parent node does not exist')
  if (resolveOrNone(call, call.segments))
    throw new DavError('method-not-allowed', 'The resource you tried to create already exists')
  const properties = sets.filter((node) => !isProtected(node.name)).map(toOut)
  if (parent.kind === 'calendar-home') {
    if (!types.has(caldav('calendar')))
      throw new DavError('invalid-resource-type', 'Unknown resourceType for this collection')
    call.world.store.createCalendar(parent.user, name, { components: componentsOf(sets), properties })
    return emptyReply(201)
  }
  if (parent.kind === 'book-home' && types.has(carddav('addressbook'))) {
    const id = call.world.store.nextId()
    call.world.store.addBook(parent.user, newAddressBook({ id, owner: parent.user.uid, uri: name, properties }))
    return emptyReply(201)
  }
  throw new DavError('forbidden', 'Permission denied to create a collection here')
}
