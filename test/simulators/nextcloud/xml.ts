/** Reads request documents and writes answers the way Sabre's writer does: fixed prefixes on the root, `x1:` for everything else. */
import { SaxesParser } from 'saxes'
import { DavError } from './errors.ts'
import { NAMESPACES, splitClark } from './names.ts'

/** `name` in Clark notation. `text` is the direct character data, untrimmed. */
export type XmlNode = { name: string; attributes: Record<string, string>; children: XmlNode[]; text: string }

/** What is written: an element, with text or with children. */
export type XmlOut = { name: string; attributes?: Record<string, string>; text?: string; children?: XmlOut[] }

export const el = (name: string, children: XmlOut[] = []): XmlOut => ({ name, children })
export const textEl = (name: string, text: string): XmlOut => ({ name, text })
export const hrefEl = (href: string): XmlOut => ({ name: '{DAV:}href', text: href })

/** Parses a request body. Sabre answers 400 to anything that is not well-formed, and so does this. */
export function parseXml(text: string): XmlNode {
  const parser = new SaxesParser({ xmlns: true })
  const stack: XmlNode[] = []
  let root: XmlNode | undefined
  let failure: Error | undefined
  parser.on('error', (error) => {
    failure ??= error
  })
  parser.on('doctype', () => {
    failure ??= new Error('document types are not accepted')
  })
  parser.on('opentag', (tag) => {
    const attributes: Record<string, string> = {}
    for (const attribute of Object.values(tag.attributes)) attributes[attribute.local] = attribute.value
    const node: XmlNode = { name: `{${tag.uri}}${tag.local}`, attributes, children: [], text: '' }
    stack.at(-1)?.children.push(node)
    root ??= node
    stack.push(node)
  })
  parser.on('closetag', () => {
    stack.pop()
  })
  const append = (data: string): void => {
    const current = stack.at(-1)
    if (current) current.text += data
  }
  parser.on('text', append)
  parser.on('cdata', append)
  parser.write(text).close()
  if (failure || !root) throw new DavError('bad-request', failure?.message ?? 'The request body was empty')
  return root
}

export const childNamed = (node: XmlNode | undefined, name: string): XmlNode | undefined =>
  node?.children.find((child) => child.name === name)

export const childrenNamed = (node: XmlNode | undefined, name: string): XmlNode[] =>
  node ? node.children.filter((child) => child.name === name) : []

/** Turns what was parsed into what is written, so that an unknown property can be stored and given back. */
export function toOut(node: XmlNode): XmlOut {
  return node.children.length > 0
    ? { name: node.name, attributes: node.attributes, children: node.children.map(toOut) }
    : { name: node.name, attributes: node.attributes, text: node.text }
}

const PREFIXES = new Map<string, string>(Object.entries(NAMESPACES).map(([prefix, ns]) => [ns, prefix]))

export function escapeXml(text: string): string {
  if (!/[&<>"\r]/.test(text)) return text
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll('\r', '&#13;')
}

function write(node: XmlOut, adHoc: Map<string, string>, out: string[]): void {
  const { ns, local } = splitClark(node.name)
  const known = PREFIXES.get(ns)
  let tag = known ? `${known}:${local}` : local
  let declaration = ''
  if (!known && ns !== '') {
    const prefix = adHoc.get(ns) ?? `x${adHoc.size + 1}`
    adHoc.set(ns, prefix)
    tag = `${prefix}:${local}`
    declaration = ` xmlns:${prefix}="${escapeXml(ns)}"`
  }
  out.push('<', tag, declaration)
  for (const [name, value] of Object.entries(node.attributes ?? {})) out.push(` ${name}="${escapeXml(value)}"`)
  if ((node.text ?? '') === '' && (node.children ?? []).length === 0) {
    out.push('/>')
    return
  }
  out.push('>', escapeXml(node.text ?? ''))
  for (const child of node.children ?? []) write(child, adHoc, out)
  out.push('</', tag, '>')
}

/** A whole document. The known prefixes are declared on its root, used or not, as Sabre does. */
export function renderXml(root: XmlOut): string {
  const out: string[] = []
  write(root, new Map(), out)
  const declarations = Object.entries(NAMESPACES).map(([prefix, ns]) => ` xmlns:${prefix}="${ns}"`)
  out[2] = declarations.join('') + (out[2] ?? '')
  return `<?xml version="1.0"?>\n${out.join('')}\n`
}
