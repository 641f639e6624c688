/** Reads requests strictly and writes responses. The simulator has its own XML layer so that no error of the client's layer hides in both. */
import { SaxesParser } from 'saxes'

export const NS_SOAP = 'http://schemas.xmlsoap.org/soap/envelope/'
export const NS_TYPES = 'http://schemas.microsoft.com/exchange/services/2006/types'
export const NS_MESSAGES = 'http://schemas.microsoft.com/exchange/services/2006/messages'
export const NS_ERRORS = 'http://schemas.microsoft.com/exchange/services/2006/errors'

/** An element of a request. `line` and `column` are told in schema faults. */
export type Node = {
  name: string
  ns: string
  attributes: Record<string, string>
  children: Node[]
  text: string
  line: number
  column: number
}

export function first(node: Node | undefined, name: string): Node | undefined {
  return node?.children.find((candidate) => candidate.name === name)
}

export function firstText(node: Node | undefined, ...path: string[]): string | undefined {
  let current = node
  for (const name of path) current = first(current, name)
  return current?.text
}

export function makeNode(name: string, text = '', children: Node[] = []): Node {
  return { name, ns: NS_TYPES, attributes: {}, children, text, line: 0, column: 0 }
}

/** Strict: a malformed document, an illegal character, a DTD or a second root throws. */
export function parseXml(document: string): Node {
  const parser = new SaxesParser({ xmlns: true, position: true })
  const stack: Node[] = []
  let root: Node | undefined
  parser.on('error', (error) => {
    throw error
  })
  parser.on('doctype', () => {
    throw new Error('For security reasons DTD is prohibited in this XML document.')
  })
  parser.on('opentag', (tag) => {
    const attributes: Record<string, string> = {}
    for (const attribute of Object.values(tag.attributes)) {
      if (attribute.prefix === 'xmlns' || attribute.name === 'xmlns') continue
      attributes[attribute.prefix === '' ? attribute.local : attribute.name] = attribute.value
    }
    const node: Node = {
      name: tag.local,
      ns: tag.uri,
      attributes,
      children: [],
      text: '',
      line: parser.line,
      column: parser.column,
    }
    const parent = stack.at(-1)
    if (parent) parent.children.push(node)
    else root = node
    if (!tag.isSelfClosing) stack.push(node)
  })
  parser.on('closetag', (tag) => {
    if (!tag.isSelfClosing) stack.pop()
  })
  const append = (text: string) => {
    const node = stack.at(-1)
    if (node) node.text += text
  }
  parser.on('text', append)
  parser.on('cdata', append)
  parser.write(document).close()
  if (!root) throw new Error('Root element is missing.')
  return root
}

const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', '\r': '&#xD;' }

/** Control characters leave as character references that XML 1.0 forbids: so does Exchange. */
export function escapeXml(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  return text.replace(/[&<>"\r\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/g, (character) => {
    return ESCAPES[character] ?? `&#x${character.charCodeAt(0).toString(16).toUpperCase()};`
  })
}

/** `<t:NAME>text</t:NAME>`, or nothing for undefined. */
export function textElement(name: string, text: string | number | boolean | undefined): string {
  if (text === undefined) return ''
  if (text === '') return `<t:${name}/>`
  return `<t:${name}>${typeof text === 'string' ? escapeXml(text) : text}</t:${name}>`
}

/** `inner` is XML already. */
export function wrap(name: string, inner: string | undefined, attributes = ''): string {
  if (inner === undefined) return ''
  return inner === '' ? `<t:${name}${attributes}/>` : `<t:${name}${attributes}>${inner}</t:${name}>`
}

export function attribute(name: string, value: string | number | boolean | undefined): string {
  return value === undefined ? '' : ` ${name}="${typeof value === 'string' ? escapeXml(value) : value}"`
}

/** Writes a stored subtree of a request back, in the types namespace. */
export function nodeToXml(node: Node): string {
  const attributes = Object.entries(node.attributes)
    .map(([name, value]) => attribute(name, value))
    .join('')
  const inner = node.children.length > 0 ? node.children.map(nodeToXml).join('') : escapeXml(node.text)
  return wrap(node.name, inner, attributes)
}
