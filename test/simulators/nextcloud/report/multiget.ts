/** calendar-multiget and addressbook-multiget. Sabre answers each object once, in the order of its table, not in that of the request. */
import { type Call, hrefOf, type Reply, segmentsOf } from '../call.ts'
import { cardProperties } from '../cards/properties.ts'
import { servedCard } from '../cards/serve.ts'
import { DavError } from '../errors.ts'
import { multistatus, responseFor, statusResponse, type Wanted, wantedOf } from '../multistatus.ts'
import { carddav, dav } from '../names.ts'
import { type Resource, resolveOrNone } from '../resources.ts'
import { childNamed, childrenNamed, type XmlNode, type XmlOut } from '../xml.ts'

function targetOf(call: Call, href: string): string[] {
  const path = /^https?:/.test(href) && URL.canParse(href) ? new URL(href).pathname : href
  const segments = segmentsOf(path, call.world.options.webroot)
  if (!segments)
    throw new DavError(
      'forbidden',
      `Requested uri (${href}) is out of base uri (${call.world.options.webroot}/remote.php/dav/)`,
    )
  return segments
}

/** A card with its address-data in the version that was asked for. */
export function respond(call: Call, resource: Resource, wanted: Wanted, report: XmlNode): XmlOut {
  if (resource.kind !== 'card') return responseFor(call, resource, wanted)
  const data = childNamed(childNamed(report, dav('prop')), carddav('address-data'))
  const version = data?.attributes.version === '4.0' ? '4.0' : '3.0'
  const text = (): string => servedCard(resource.object.text, version)
  return responseFor(call, resource, wanted, cardProperties(resource.object).text(carddav('address-data'), text).table)
}

export function multiget(call: Call, report: XmlNode): Reply {
  const wanted = wantedOf(report)
  const targets = new Map<string, string[]>()
  for (const node of childrenNamed(report, dav('href'))) {
    const segments = targetOf(call, node.text.trim())
    targets.set(segments.join('/'), segments)
  }
  const found: Resource[] = []
  const missing: XmlOut[] = []
  for (const segments of targets.values()) {
    const resource = resolveOrNone(call, segments)
    if (resource) found.push(resource)
    else missing.push(statusResponse(hrefOf(call, segments, false), '404 Not Found'))
  }
  const idOf = (resource: Resource): number => ('object' in resource ? resource.object.id : 0)
  found.sort((a, b) => idOf(a) - idOf(b))
  const answered = found.map((resource) => respond(call, resource, wanted, report))
  return multistatus(call.world.options.multigetMissing === 'omitted' ? answered : [...answered, ...missing])
}
