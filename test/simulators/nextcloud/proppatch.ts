/** PROPPATCH of calendars and address books, and the reading of property sets that MKCALENDAR and MKCOL share with it. */
import { type Call, hrefOf, type Reply } from './call.ts'
import { DavError } from './errors.ts'
import { multistatus } from './multistatus.ts'
import { caldav, calendarServer, dav, ownCloud } from './names.ts'
import { resolve } from './resources.ts'
import { childNamed, childrenNamed, el, hrefEl, parseXml, textEl, toOut, type XmlNode, type XmlOut } from './xml.ts'

/** Properties that only the server sets (Sabre\DAV\Server::$protectedProperties and the plugins). */
const PROTECTED = new Set([
  ...['resourcetype', 'getetag', 'getcontentlength', 'getlastmodified', 'sync-token', 'owner'].map(dav),
  ...['current-user-privilege-set', 'supported-report-set', 'quota-used-bytes', 'quota-available-bytes'].map(dav),
  ...['supported-calendar-component-set', 'supported-calendar-data', 'max-resource-size'].map(caldav),
  calendarServer('getctag'),
  ownCloud('owner-principal'),
])

export function setsOf(root: XmlNode | undefined): XmlNode[] {
  return childrenNamed(root, dav('set')).flatMap((set) => childNamed(set, dav('prop'))?.children ?? [])
}

export const isProtected = (name: string): boolean => PROTECTED.has(name)

const group = (names: string[], status: string): XmlOut[] =>
  names.length === 0
    ? []
    : [
        el(dav('propstat'), [
          el(
            dav('prop'),
            names.map((name) => el(name)),
          ),
          textEl(dav('status'), `HTTP/1.1 ${status}`),
        ]),
      ]

/** All or nothing (RFC 4918 9.2): one protected property fails the others with 424. */
export function proppatch(call: Call): Reply {
  const resource = resolve(call, call.segments)
  const root = parseXml(call.body)
  const sets = setsOf(root)
  const removes = childrenNamed(root, dav('remove')).flatMap((node) => childNamed(node, dav('prop'))?.children ?? [])
  const names = [...sets, ...removes].map((node) => node.name)
  const target =
    resource.kind === 'calendar' ? resource.view.calendar : resource.kind === 'book' ? resource.book : undefined
  if (!target) throw new DavError('forbidden', 'Properties of this resource cannot be changed')
  const refused = names.filter(isProtected)
  const others = names.filter((name) => !isProtected(name))
  const href = hrefEl(hrefOf(call, resource.segments, true))
  if (refused.length > 0) {
    const groups = [...group(refused, '403 Forbidden'), ...group(others, '424 Failed Dependency')]
    return multistatus([el(dav('response'), [href, ...groups])])
  }
  for (const node of sets) target.properties.set(node.name, toOut(node))
  for (const node of removes) target.properties.delete(node.name)
  // CalDavBackend::updateCalendar adds a change row with an empty uri: the collection itself turns up in the next sync-collection.
  target.objects.addChange('', 2)
  return multistatus([el(dav('response'), [href, ...group(names, '200 OK')])])
}
