/**
 * The native document of an Exchange calendar item: the XML of the item and of its exceptions, as the server gave it. It goes to
 * the archive and is the ground on which an update is written; a file of such XML can be read by hand, too (`mapping dry-run`).
 */
import { SaxesParser, type SaxesTagNS } from 'saxes'
import { XML_DEPTH_MAX } from '../../limits.ts'
import { ConnectorError } from '../../ports/errors.ts'
import { child, textAt, type XmlElement } from './xml.ts'

export const TYPES_NS = 'http://schemas.microsoft.com/exchange/services/2006/types'

/** A calendar item with the exceptions of its series. */
export type EwsDocument = { master: XmlElement; exceptions: XmlElement[] }

/** The text of a document. */
export function writeDocument({ master, exceptions }: EwsDocument): string {
  return `<t:Items xmlns:t="${TYPES_NS}">${[master, ...exceptions].map(elementText).join('')}</t:Items>`
}

function elementText(element: XmlElement): string {
  let open = `<t:${element.name}`
  for (const name in element.attributes) open += ` ${name}="${escaped(element.attributes[name] ?? '')}"`
  if (element.children.length === 0) {
    return element.text === '' ? `${open}/>` : `${open}>${escaped(element.text)}</t:${element.name}>`
  }
  return `${open}>${element.children.map(elementText).join('')}</t:${element.name}>`
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\r': '&#xD;',
  '\n': '&#xA;',
  '\t': '&#x9;',
}

function escaped(text: string): string {
  return /[&<>"\r\n\t]/.test(text) ? text.replace(/[&<>"\r\n\t]/g, (character) => ESCAPES[character] ?? '') : text
}

/** The document of one item. Throws `item.unreadable` when the text holds none. */
export function readDocument(text: string): EwsDocument {
  const [first] = readDocuments(text)
  if (first === undefined) throw new ConnectorError('item.unreadable', { reason: 'no-calendar-item' })
  return first
}

/**
 * Every calendar item of an XML text: a document of `writeDocument`, a whole GetItem answer, or a bare t:CalendarItem. Exceptions
 * go to the master of the same UID; one without a master stands alone. Throws `item.unreadable` for what is no XML.
 */
export function readDocuments(text: string): EwsDocument[] {
  const items = [...calendarItems(parse(text))]
  const documents: EwsDocument[] = items
    .filter((item) => !isException(item))
    .map((master) => ({ master, exceptions: [] }))
  const byUid = new Map(documents.map((document) => [textAt(document.master, 'UID') ?? '', document]))
  for (const item of items.filter(isException)) {
    const document = byUid.get(textAt(item, 'UID') ?? '') ?? (documents.length === 1 ? documents[0] : undefined)
    if (document === undefined) documents.push({ master: item, exceptions: [] })
    else document.exceptions.push(item)
  }
  return documents
}

function isException(item: XmlElement): boolean {
  const type = textAt(item, 'CalendarItemType')
  return type === 'Exception' || type === 'Occurrence'
}

/** The outermost elements of these names in an XML text, in document order. Throws `item.unreadable` for what is no XML. */
export function elementsOf(text: string, names: ReadonlySet<string>): XmlElement[] {
  return [...outermost(parse(text), names)]
}

function* outermost(element: XmlElement, names: ReadonlySet<string>): Generator<XmlElement> {
  if (names.has(element.name)) yield element
  else for (const part of element.children) yield* outermost(part, names)
}

/** Conflicting and adjacent meetings inside an item are items of others: they are not looked into. */
function* calendarItems(element: XmlElement): Generator<XmlElement> {
  if (element.name === 'CalendarItem') yield element
  else for (const part of element.children) yield* calendarItems(part)
}

type Open = { name: string; ns: string; attributes: Record<string, string>; children: Open[]; text: string }

function parse(text: string): XmlElement {
  const parser = new SaxesParser({ xmlns: true, position: false, additionalNamespaces: { t: TYPES_NS } })
  const root: Open = { name: '', ns: '', attributes: {}, children: [], text: '' }
  const path: Open[] = [root]
  const refuse = (reason: string): never => {
    throw new ConnectorError('item.unreadable', { reason })
  }
  parser.on('doctype', () => refuse('xml-dtd'))
  parser.on('error', () => refuse('xml-malformed'))
  parser.on('opentag', (tag) => {
    if (path.length > XML_DEPTH_MAX) refuse('xml-depth')
    const element = { name: tag.local, ns: tag.uri, attributes: plainAttributes(tag), children: [], text: '' }
    path.at(-1)?.children.push(element)
    path.push(element)
  })
  parser.on('closetag', () => path.pop())
  const addText = (part: string) => {
    const top = path.at(-1)
    if (top) top.text += part
  }
  parser.on('text', addText)
  parser.on('cdata', addText)
  parser.write(text.replace(/^\uFEFF/, '')).close()
  return root
}

function plainAttributes(tag: SaxesTagNS): Record<string, string> {
  const attributes: Record<string, string> = {}
  for (const attribute of Object.values(tag.attributes)) {
    if (attribute.prefix !== 'xmlns' && attribute.name !== 'xmlns') attributes[attribute.local] = attribute.value
  }
  return attributes
}

/** Id and change key of an item element. */
export function itemIdOf(item: XmlElement): { id: string; changeKey: string } {
  const attributes = child(item, 'ItemId')?.attributes
  return { id: attributes?.Id ?? '', changeKey: attributes?.ChangeKey ?? '' }
}
