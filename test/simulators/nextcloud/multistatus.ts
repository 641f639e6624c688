/** Multistatus answers: propstat groups by status, Sabre's 418 for a resource without any property asked for, `Prefer: return=minimal`. */
import { type Call, hrefOf, type Reply, xmlReply } from './call.ts'
import { dav } from './names.ts'
import { propertiesOf } from './properties/others.ts'
import type { PropertyTable } from './properties/property.ts'
import { isCollection, type Resource } from './resources.ts'
import { el, hrefEl, textEl, type XmlNode, type XmlOut } from './xml.ts'

export type Wanted = { kind: 'all' } | { kind: 'names' } | { kind: 'some'; names: string[] }

/** Sabre's answer to allprop (RFC 4918 9.1): the plain WebDAV properties only. */
const ALL = ['resourcetype', 'getetag', 'getcontenttype', 'getcontentlength', 'getlastmodified'].map(dav)

const status = (code: string): XmlOut => textEl(dav('status'), `HTTP/1.1 ${code}`)

export function wantedOf(request: XmlNode | undefined): Wanted {
  const kinds = new Map(request?.children.map((child) => [child.name, child]))
  const prop = kinds.get(dav('prop'))
  if (prop) return { kind: 'some', names: prop.children.map((child) => child.name) }
  return kinds.has(dav('propname')) ? { kind: 'names' } : { kind: 'all' }
}

export const wantsMinimal = (call: Call): boolean =>
  /return=minimal/.test(call.headers.prefer ?? '') || call.headers.brief === 't'

function propstats(table: PropertyTable, wanted: Wanted, minimal: boolean): XmlOut[] {
  const names = wanted.kind === 'some' ? wanted.names : wanted.kind === 'all' ? ALL : [...table.keys()]
  const found: XmlOut[] = []
  const missing: XmlOut[] = []
  for (const name of new Set(names)) {
    const make = table.get(name)
    if (make) found.push(wanted.kind === 'names' ? el(name) : make())
    else if (wanted.kind === 'some') missing.push(el(name))
  }
  const groups: XmlOut[] = []
  if (found.length > 0) groups.push(el(dav('propstat'), [el(dav('prop'), found), status('200 OK')]))
  if (missing.length > 0 && !minimal)
    groups.push(el(dav('propstat'), [el(dav('prop'), missing), status('404 Not Found')]))
  if (groups.length === 0) groups.push(el(dav('propstat'), [el(dav('prop')), status("418 I'm a teapot")]))
  return groups
}

/** One response element with the wanted properties. `table` replaces the resource's own when the caller transformed it. */
export function responseFor(call: Call, resource: Resource, wanted: Wanted, table?: PropertyTable): XmlOut {
  return el(dav('response'), [
    hrefEl(hrefOf(call, resource.segments, isCollection(resource))),
    ...propstats(table ?? propertiesOf(call, resource), wanted, wantsMinimal(call)),
  ])
}

export const statusResponse = (href: string, code: string): XmlOut => el(dav('response'), [hrefEl(href), status(code)])

export function multistatus(responses: XmlOut[], syncToken?: string): Reply {
  const token = syncToken === undefined ? [] : [textEl(dav('sync-token'), syncToken)]
  return xmlReply(207, el(dav('multistatus'), [...responses, ...token]))
}
