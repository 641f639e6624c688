/**
 * What stands alone in its folder on Exchange: tasks, contacts and distribution lists. The side, the archive and the dry run go
 * through here, so that they need not know which of them they hold.
 */
import type { Contact, Group } from '../../model/contact.ts'
import type { Item } from '../../model/item.ts'
import type { Task } from '../../model/task.ts'
import { ConnectorError, unreachable } from '../../ports/errors.ts'
import type { WritableItem, XmlNode } from './change.ts'
import { readContact } from './contact.ts'
import { contactElements } from './contact-write.ts'
import type { EwsContext } from './context.ts'
import { elementsOf } from './document.ts'
import { groupElements, readGroup } from './group.ts'
import { nodeText } from './preview.ts'
import { readTask } from './task.ts'
import { taskBefore } from './task-unfinished.ts'
import { taskElements } from './task-write.ts'
import type { XmlElement } from './xml.ts'

export type SingleItem = Task | Contact | Group

const ELEMENTS: ReadonlySet<string> = new Set(['Task', 'Contact', 'DistributionList'])

/** Every task, contact and distribution list of an XML text: a document of writeDocument, a GetItem answer, or the bare elements. */
export function readSingleDocuments(text: string): XmlElement[] {
  return elementsOf(text, ELEMENTS)
}

/** The one item of a document. Throws `item.unreadable` when the text holds none. */
export function readSingleDocument(text: string): XmlElement {
  const [first] = readSingleDocuments(text)
  if (first === undefined) throw new ConnectorError('item.unreadable', { reason: 'no-item' })
  return first
}

/** The model of an item. One whose last write did not come to its end reads as it was before. */
export function readSingleItem(element: XmlElement, context: EwsContext): SingleItem {
  switch (element.name) {
    case 'Task':
      return taskBefore(readTask(element, context), element)
    case 'Contact':
      return readContact(element, context)
    case 'DistributionList':
      return readGroup(element)
    default:
      throw new ConnectorError('item.unreadable', { reason: 'item-class', detail: element.name })
  }
}

/** A new item for CreateItem. `item` is fitted; `token`: value of the journal's property. */
export function singleElements(
  item: SingleItem,
  context: EwsContext,
  token: string | null,
): { element: WritableItem; properties: XmlNode[] } {
  switch (item.kind) {
    case 'task':
      return { element: 'Task', properties: taskElements(item, context, token) }
    case 'contact':
      return { element: 'Contact', properties: contactElements(item, token) }
    case 'group':
      return { element: 'DistributionList', properties: groupElements(item, token) }
    default:
      return unreachable(item)
  }
}

export function isSingleItem(item: Item): item is SingleItem {
  return item.kind !== 'event'
}

/** The element that a creation would send, as indented text for people. */
export function singlePreview(item: SingleItem, context: EwsContext): string {
  const { element, properties } = singleElements(item, context, null)
  return nodeText({ name: element, children: properties })
}
