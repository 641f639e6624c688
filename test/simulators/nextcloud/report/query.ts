/** calendar-query and addressbook-query. On the trash the filter is not looked at: everything trashed comes back (nextcloud-facts 3.2). */
import type { Call, Reply } from '../call.ts'
import { childrenOfResource } from '../children.ts'
import { DavError } from '../errors.ts'
import { allNamed, parseComponent } from '../ical.ts'
import { multistatus, responseFor, wantedOf } from '../multistatus.ts'
import { caldav, carddav } from '../names.ts'
import { type Resource, resolve } from '../resources.ts'
import { childNamed, childrenNamed, type XmlNode } from '../xml.ts'
import { matchesFilter } from './filter.ts'
import { respond } from './multiget.ts'

function trashedResources(call: Call, resource: Extract<Resource, { user: unknown }>): Resource[] {
  const objects = [...call.user.calendars.values()].flatMap((calendar) => [...calendar.objects.trash.values()])
  return objects.map((object) => resolve(call, [...resource.segments, `${object.id}.ics`]))
}

export function calendarQuery(call: Call, resource: Resource, report: XmlNode): Reply {
  const wanted = wantedOf(report)
  const depth = call.headers.depth ?? '0'
  if (resource.kind === 'object') return multistatus([responseFor(call, resource, wanted)])
  if (depth === '0' && (resource.kind === 'calendar' || resource.kind === 'trash-objects'))
    throw new DavError(
      'bad-request',
      'A calendar-query REPORT on a calendar with a Depth: 0 is undefined. Set Depth to 1',
    )
  if (resource.kind === 'trash-objects')
    return multistatus(trashedResources(call, resource).map((entry) => responseFor(call, entry, wanted)))
  if (resource.kind !== 'calendar') return multistatus([])
  const filter = childNamed(childNamed(report, caldav('filter')), caldav('comp-filter'))
  if (!filter) throw new DavError('bad-request', 'The {urn:ietf:params:xml:ns:caldav}filter element is required')
  const matching = childrenOfResource(call, resource).filter(
    (entry) => entry.kind === 'object' && matchesFilter(entry.object, filter),
  )
  return multistatus(matching.map((entry) => responseFor(call, entry, wanted)))
}

/** Property filters with text-match, joined by `test` (RFC 6352 10.5). */
export function addressBookQuery(call: Call, resource: Resource, report: XmlNode): Reply {
  const wanted = wantedOf(report)
  if (resource.kind !== 'book') return multistatus([])
  const filter = childNamed(report, carddav('filter'))
  const properties = childrenNamed(filter, carddav('prop-filter'))
  const matches = (text: string, property: XmlNode): boolean => {
    const values = allNamed(parseComponent(text), (property.attributes.name ?? '').toUpperCase())
    const match = childNamed(property, carddav('text-match'))
    if (childNamed(property, carddav('is-not-defined'))) return values.length === 0
    return values.some((value) => !match || value.value.toLowerCase().includes(match.text.toLowerCase()))
  }
  const cards = childrenOfResource(call, resource).filter((entry) => {
    if (entry.kind !== 'card' || properties.length === 0) return entry.kind === 'card'
    const hits = properties.map((property) => matches(entry.object.text, property))
    return filter?.attributes.test === 'allof' ? hits.every(Boolean) : hits.some(Boolean)
  })
  return multistatus(cards.map((entry) => respond(call, entry, wanted, report)))
}
