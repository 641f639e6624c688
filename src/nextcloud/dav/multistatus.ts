/** Reads a 207 Multi-Status answer (RFC 4918 section 13, RFC 6578 section 6.4): the one form in which DAV servers list things. */
import { ConnectorError } from '../../ports/errors.ts'
import { childNamed, DAV, findAll, parseXml, type XmlNode } from './xml.ts'

/** `status` is that of the whole resource, null when the properties have their own. `props` holds those answered with 2xx only. */
export type DavResponse = {
  href: string
  status: number | null
  props: ReadonlyMap<string, XmlNode>
  /** Names of precondition elements, `{DAV:}number-of-matches-within-limits`. */
  errors: readonly string[]
}

export type Multistatus = {
  responses: readonly DavResponse[]
  syncToken: string | null
  /** The URL that answered, after redirects: hrefs are relative to it. */
  url: string
}

/** Throws like `parseXml`, and `nextcloud.bad-response` when the document is something else (a login page, an error). */
export function readMultistatus(text: string, url: string): Multistatus {
  const root = parseXml(text)
  if (root.name !== `${DAV}multistatus`) {
    throw new ConnectorError('nextcloud.bad-response', { detail: `expected a multistatus, got ${root.name}` })
  }
  const responses = root.children.filter((node) => node.name === `${DAV}response`).flatMap(readResponse)
  return { responses, syncToken: childNamed(root, `${DAV}sync-token`)?.text.trim() || null, url }
}

/** A response may name several hrefs with one status (RFC 4918 section 14.24). */
function readResponse(node: XmlNode): DavResponse[] {
  const hrefs = node.children.filter((candidate) => candidate.name === `${DAV}href`)
  if (hrefs.length === 0) throw new ConnectorError('nextcloud.bad-response', { detail: 'a response without href' })
  const statusNode = childNamed(node, `${DAV}status`)
  const props = new Map<string, XmlNode>()
  for (const propstat of node.children) {
    if (propstat.name !== `${DAV}propstat`) continue
    const status = statusOf(childNamed(propstat, `${DAV}status`))
    if (status === null || status < 200 || status > 299) continue
    for (const prop of childNamed(propstat, `${DAV}prop`)?.children ?? []) props.set(prop.name, prop)
  }
  const errors = findAll(node, `${DAV}error`).flatMap((error) => error.children.map((child) => child.name))
  return hrefs.map((href) => ({ href: href.text.trim(), status: statusOf(statusNode), props, errors }))
}

/** `HTTP/1.1 404 Not Found` -> 404. */
function statusOf(node: XmlNode | undefined): number | null {
  const match = /^\s*HTTP\/\S+\s+(\d{3})\b/.exec(node?.text ?? '')
  return match?.[1] ? Number(match[1]) : null
}

/** Trimmed text of a property, or null when it is absent or empty. */
export function propText(response: DavResponse, name: string): string | null {
  return response.props.get(name)?.text.trim() || null
}

/** The first href inside a property. */
export function propHref(response: DavResponse, name: string): string | null {
  const property = response.props.get(name)
  const [href] = property ? findAll(property, `${DAV}href`) : []
  return href?.text.trim() || null
}
