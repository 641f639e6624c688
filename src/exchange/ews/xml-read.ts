/** Reads XML bytes into the tree of src/mapping/ews/xml.ts. Strict: a document that is cut, malformed or has a DTD is an error, never a shorter one (libraries: saxes). */
import { SaxesParser } from 'saxes'
import { XML_DEPTH_MAX } from '../../limits.ts'
import type { XmlElement } from '../../mapping/ews/xml.ts'
import { ConnectorError } from '../../ports/errors.ts'
import { decodeXmlBytes } from './xml-bytes.ts'
import { withoutIllegalReferences } from './xml-characters.ts'

type Namespaces = Readonly<Record<string, string>>
type OpenElement = { element: MutableElement; namespaces: Namespaces }
type MutableElement = {
  name: string
  ns: string
  attributes: Record<string, string>
  children: MutableElement[]
  text: string
}

const PREDEFINED: Namespaces = { '': '', xml: 'http://www.w3.org/XML/1998/namespace' }

/** XML 1.0 section 4.6. */
const PREDEFINED_ENTITIES = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

/**
 * The root element. Errors: `exchange.truncated` when the document ends before its root does, `exchange.bad-response` (with
 * `reason`) for everything else. The only tolerance: character references that XML 1.0 forbids (`&#x1F;`), which Exchange sends.
 */
export function readXml(bytes: Uint8Array): XmlElement {
  return readXmlText(decodeXmlBytes(bytes))
}

export function readXmlText(source: string): XmlElement {
  const tree = new TreeBuilder()
  const parser = tree.parser()
  const text = withoutIllegalReferences(source)
  run(() => parser.write(text), 'exchange.bad-response')
  // Errors that only the end shows: an open tag, a half tag, no root at all.
  run(() => parser.close(), 'exchange.truncated')
  return tree.result()
}

function run(step: () => void, code: 'exchange.bad-response' | 'exchange.truncated'): void {
  try {
    step()
  } catch (error) {
    if (error instanceof ConnectorError) throw error
    // The parser's message can quote the document, so only its kind goes on.
    throw new ConnectorError(code, { reason: code === 'exchange.truncated' ? 'xml-ends-early' : 'xml-malformed' })
  }
}

class TreeBuilder {
  private readonly open: OpenElement[] = []
  private root: MutableElement | undefined

  result(): XmlElement {
    if (this.root === undefined) throw new ConnectorError('exchange.truncated', { reason: 'xml-ends-early' })
    return this.root
  }

  parser(): SaxesParser<{ xmlns: false }> {
    const parser = new SaxesParser({
      xmlns: false as const,
      position: false,
      forceXMLVersion: true,
      defaultXMLVersion: '1.0',
    })
    // The parser's own table inherits from Object: `&constructor;` would be found there.
    parser.ENTITIES = Object.assign(Object.create(null) as Record<string, string>, PREDEFINED_ENTITIES)
    parser.on('doctype', () => {
      throw new ConnectorError('exchange.bad-response', { reason: 'xml-dtd' })
    })
    parser.on('xmldecl', ({ encoding }) => {
      if (encoding !== undefined && !/^(utf-?8|utf-?16(le|be)?|us-ascii)$/i.test(encoding)) {
        throw new ConnectorError('exchange.bad-response', { reason: 'xml-encoding', encoding: encoding.slice(0, 20) })
      }
    })
    parser.on('opentag', (tag) => this.enter(tag.name, tag.attributes))
    parser.on('closetag', () => {
      this.open.pop()
    })
    const addText = (text: string): void => {
      const top = this.open.at(-1)
      if (top !== undefined) top.element.text += text
    }
    parser.on('text', addText)
    parser.on('cdata', addText)
    return parser
  }

  private enter(qualifiedName: string, attributes: Record<string, string>): void {
    const parent = this.open.at(-1)
    if (this.open.length >= XML_DEPTH_MAX) throw new ConnectorError('exchange.bad-response', { reason: 'xml-depth' })
    const namespaces = scope(parent?.namespaces ?? PREDEFINED, attributes)
    const [prefix, name] = splitName(qualifiedName)
    const ns = namespaces[prefix]
    if (ns === undefined) throw new ConnectorError('exchange.bad-response', { reason: 'xml-unbound-prefix' })
    const element: MutableElement = { name, ns, attributes, children: [], text: '' }
    if (parent === undefined) this.root ??= element
    else parent.element.children.push(element)
    this.open.push({ element, namespaces })
  }
}

/** The namespaces in scope of an element; takes its declarations out of the attributes. */
function scope(outer: Namespaces, attributes: Record<string, string>): Namespaces {
  let inner: Record<string, string> | undefined
  for (const key in attributes) {
    if (!key.startsWith('xmlns')) continue
    const prefix = key === 'xmlns' ? '' : key.startsWith('xmlns:') ? key.slice(6) : null
    if (prefix === null) continue
    inner ??= Object.assign(Object.create(null) as Record<string, string>, outer)
    inner[prefix] = attributes[key] ?? ''
    delete attributes[key]
  }
  return inner ?? outer
}

function splitName(qualifiedName: string): [string, string] {
  const colon = qualifiedName.indexOf(':')
  return colon < 0 ? ['', qualifiedName] : [qualifiedName.slice(0, colon), qualifiedName.slice(colon + 1)]
}
