/** Reads the XML of DAV answers into a small tree. Strict on purpose: a document that was cut must never read as a shorter one. */
import { SaxesParser } from 'saxes'
import { RESPONSE_BYTES_MAX, XML_DEPTH_MAX } from '../../limits.ts'
import { ConnectorError } from '../../ports/errors.ts'

/** `name` is in Clark notation, `{DAV:}href`; attributes by local name. `text` is the direct character data, untrimmed. */
export type XmlNode = { name: string; attributes: Readonly<Record<string, string>>; children: XmlNode[]; text: string }

/** Namespaces of the properties that the connector asks for, with the prefixes of its requests. */
export const NAMESPACES = {
  d: 'DAV:',
  c: 'urn:ietf:params:xml:ns:caldav',
  card: 'urn:ietf:params:xml:ns:carddav',
  cs: 'http://calendarserver.org/ns/',
  ca: 'http://apple.com/ns/ical/',
  oc: 'http://owncloud.org/ns',
  nc: 'http://nextcloud.com/ns',
  /** Our own properties of collections. */
  exc: 'urn:nextcloud-exchange-connector',
} as const

export const DAV = `{${NAMESPACES.d}}`
export const CALDAV = `{${NAMESPACES.c}}`
export const CARDDAV = `{${NAMESPACES.card}}`

// A server may pass on control characters that people pasted into an event. XML 1.0 (section 2.2) forbids them, and one bad
// event must not make a whole collection unreadable (LOS-8).
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is removed
const FORBIDDEN = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/g
const CHARACTER_REFERENCE = /&#(x[0-9a-fA-F]+|[0-9]+);/g

/**
 * Parses a whole document. Throws `nextcloud.truncated` when its end is missing, `nextcloud.bad-response` when it is not
 * well-formed, has a DTD or is nested too deeply.
 */
export function parseXml(source: string): XmlNode {
  if (source.length > RESPONSE_BYTES_MAX) throw new ConnectorError('nextcloud.too-large', { bytes: source.length })
  const parser = new SaxesParser({ xmlns: true })
  const root: XmlNode = { name: '', attributes: {}, children: [], text: '' }
  const open: XmlNode[] = [root]
  let ended = false
  parser.on('error', (error) => {
    throw ended
      ? new ConnectorError('nextcloud.truncated', { detail: 'XML ends too early' })
      : new ConnectorError('nextcloud.bad-response', { detail: `not XML: ${error.message.slice(0, 120)}` })
  })
  parser.on('doctype', () => {
    throw new ConnectorError('nextcloud.bad-response', { detail: 'XML with a DTD' })
  })
  parser.on('opentag', (tag) => {
    const attributes: Record<string, string> = {}
    for (const attribute of Object.values(tag.attributes)) attributes[attribute.local] = attribute.value
    const node: XmlNode = { name: `{${tag.uri}}${tag.local}`, attributes, children: [], text: '' }
    open.at(-1)?.children.push(node)
    if (open.push(node) > XML_DEPTH_MAX) throw new ConnectorError('nextcloud.bad-response', { detail: 'XML too deep' })
  })
  parser.on('closetag', () => {
    open.pop()
  })
  const addText = (text: string) => {
    const node = open.at(-1)
    if (node) node.text += text
  }
  parser.on('text', addText)
  parser.on('cdata', addText)
  parser.write(withoutForbidden(source))
  ended = true
  parser.close()
  const [top] = root.children
  if (!top) throw new ConnectorError('nextcloud.truncated', { detail: 'empty XML' })
  return top
}

function withoutForbidden(source: string): string {
  const text = source.charCodeAt(0) === 0xfeff ? source.slice(1) : source
  return text.replace(FORBIDDEN, '').replace(CHARACTER_REFERENCE, (reference, digits: string) => {
    const code = digits.startsWith('x') ? Number.parseInt(digits.slice(1), 16) : Number.parseInt(digits, 10)
    return isXmlCharacter(code) ? reference : ''
  })
}

function isXmlCharacter(code: number): boolean {
  if (code === 0x9 || code === 0xa || code === 0xd) return true
  if (code < 0x20 || (code >= 0xd800 && code <= 0xdfff) || code === 0xfffe || code === 0xffff) return false
  return code <= 0x10ffff
}

export function childNamed(node: XmlNode | undefined, name: string): XmlNode | undefined {
  return node?.children.find((candidate) => candidate.name === name)
}

/** The node itself or any node below it with that name, in document order. */
export function findAll(node: XmlNode, name: string): XmlNode[] {
  const below = node.children.flatMap((candidate) => findAll(candidate, name))
  return node.name === name ? [node, ...below] : below
}

/** Text for tsdav's XML writer, which takes `&amp;` in its input for an ampersand: without this a literal `&amp;` would shrink. */
export function xmlText(value: string): { _text: string } {
  return { _text: value.replaceAll('&', '&amp;').replace(FORBIDDEN, '') }
}
