/** What of a calendar item stays on Exchange alone, by name: the kept rows of the table of events that the item has. */
import { otherAttachments } from './files.ts'
import { EWS_EVENT_KEPT } from './table-event-kept.ts'
import { child, type XmlElement } from './xml.ts'

const NAMES = EWS_EVENT_KEPT.map(({ property }) => property.slice(property.indexOf(':') + 1)).filter(
  (name) => !name.startsWith('Attachments'),
)

/** Names, sorted, each once. */
export function staysOfItem(item: XmlElement): string[] {
  const own = NAMES.filter((name) => {
    const element = child(item, name)
    return element !== undefined && (element.children.length > 0 || element.text !== '')
  })
  return [...new Set([...own, ...otherAttachments(item)])].sort()
}
