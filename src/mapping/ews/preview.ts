/** The CalendarItem that a creation would send, as indented text for people. The SOAP layer writes the real request. */
import type { Event } from '../../model/event.ts'
import type { XmlNode } from './change.ts'
import type { EwsContext } from './context.ts'
import { createElements } from './write.ts'

export function previewText(event: Event, context: EwsContext): string {
  const item: XmlNode = { name: 'CalendarItem', children: createElements(event, context, null) }
  const exceptions = Object.entries(event.occurrences).map(
    ([key, occurrence]) => `<!-- occurrence ${key}: ${occurrence.kind} -->`,
  )
  const files = event.files.map(({ name, bytes }) => `<!-- FileAttachment ${name}: ${bytes} bytes -->`)
  return [...nodeLines(item, ''), ...files, ...exceptions].join('\n')
}

/** An element as indented text for people. */
export function nodeText(node: XmlNode): string {
  return nodeLines(node, '').join('\n')
}

function nodeLines({ name, attributes = {}, children = [], text = '' }: XmlNode, indent: string): string[] {
  const open = `${name}${Object.entries(attributes)
    .map(([key, value]) => ` ${key}="${escaped(value)}"`)
    .join('')}`
  if (children.length === 0)
    return [text === '' ? `${indent}<${open}/>` : `${indent}<${open}>${escaped(text)}</${name}>`]
  return [`${indent}<${open}>`, ...children.flatMap((child) => nodeLines(child, `${indent}  `)), `${indent}</${name}>`]
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}
