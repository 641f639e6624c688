/** Writes XmlNode trees as XML text: everything is escaped here and nowhere else, and what XML 1.0 cannot hold is dropped. */
import type { XmlNode } from '../../mapping/ews/change.ts'
import { ConnectorError } from '../../ports/errors.ts'
import { writableText } from './xml-characters.ts'

/** Names are ours, never a user's: one that is no XML name is a bug, and would let text become markup. */
const NAME = /^(?:[a-z]+:)?[A-Za-z_][A-Za-z0-9_.-]*$/

/** Compact, without declaration. A name without prefix is written in the types namespace (`t:`). */
export function writeXml(node: XmlNode): string {
  if (!NAME.test(node.name)) throw new ConnectorError('bug', { where: 'writeXml', name: node.name.slice(0, 40) })
  const name = node.name.includes(':') ? node.name : `t:${node.name}`
  let open = `<${name}`
  for (const [key, value] of Object.entries(node.attributes ?? {})) {
    if (!NAME.test(key)) throw new ConnectorError('bug', { where: 'writeXml', name: key.slice(0, 40) })
    open += ` ${key}="${escapedAttribute(value)}"`
  }
  const content = escapedText(node.text ?? '') + (node.children ?? []).map(writeXml).join('')
  return content === '' ? `${open}/>` : `${open}>${content}</${name}>`
}

const TEXT_ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '\r': '&#xD;' }

function escapedText(text: string): string {
  return writableText(text).replace(/[&<>\r]/g, (character) => TEXT_ESCAPES[character] ?? '')
}

const ATTRIBUTE_ESCAPES: Readonly<Record<string, string>> = {
  ...TEXT_ESCAPES,
  '"': '&quot;',
  // A parser would turn them into spaces (XML 1.0 section 3.3.3).
  '\t': '&#x9;',
  '\n': '&#xA;',
}

function escapedAttribute(value: string): string {
  return writableText(value).replace(/[&<>"\r\n\t]/g, (character) => ATTRIBUTE_ESCAPES[character] ?? '')
}
