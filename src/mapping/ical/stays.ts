/** What of a VEVENT stays on Nextcloud alone, by name: every property that the table of events does not call a part of the model. */
import { type Component, componentsOf, parseDocument } from './document.ts'
import { paramOf } from './lines.ts'
import { ICAL_EVENT_PROPERTIES } from './table-event.ts'

const BOOKKEEPING = ['UID', 'DTSTAMP', 'CREATED', 'LAST-MODIFIED', 'SEQUENCE', '']
const MAPPED: ReadonlySet<string> = new Set([
  ...ICAL_EVENT_PROPERTIES.flatMap(({ property, path }) => (path === null ? [] : [property.split(';', 1)[0] ?? ''])),
  ...BOOKKEEPING,
])

/** Names, sorted, each once. */
export function staysOfResource(text: string): string[] {
  const names = componentsOf(parseDocument(text), 'VEVENT').flatMap(staysOf)
  return [...new Set(names)].sort()
}

function staysOf(event: Component): string[] {
  const alarms = componentsOf(event, 'VALARM').length
  const own = event.children.flatMap((node): string[] => {
    if (node.kind === 'component') return node.name === 'VALARM' ? [] : [node.name]
    const isLink = node.name === 'ATTACH' && paramOf(node, 'ENCODING') === null && !/^data:/i.test(node.value)
    return isLink || !MAPPED.has(node.name) ? [node.name] : []
  })
  return alarms > 1 ? [...own, 'VALARM (others)'] : own
}
