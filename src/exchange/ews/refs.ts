/** Reads the parts that many EWS answers share: items, folders, required values. What must be there and is not makes the answer bad, never shorter. */
import { child, textAt, type XmlElement } from '../../mapping/ews/xml.ts'
import { ConnectorError } from '../../ports/errors.ts'

/** An item in an answer: its element (`CalendarItem`, `MeetingRequest`, ...) for the lens, and its identity. */
export type ItemRef = { id: string; changeKey: string | null; element: XmlElement }

/** MS-OXWSFOLD BaseFolderType. What the shape did not ask for is null. */
export type FolderRef = {
  id: string
  changeKey: string | null
  /** `Folder`, `CalendarFolder`, `TasksFolder`, `ContactsFolder`, `SearchFolder`. */
  elementName: string
  parentId: string | null
  folderClass: string | null
  displayName: string | null
  totalCount: number | null
  childFolderCount: number | null
  element: XmlElement
}

export function badResponse(reason: string, fields: Record<string, string | number> = {}): ConnectorError {
  return new ConnectorError('exchange.bad-response', { reason, ...fields })
}

export function requiredChild(element: XmlElement, name: string): XmlElement {
  const found = child(element, name)
  if (found === undefined) throw badResponse('missing-element', { element: name, parent: element.name })
  return found
}

export function requiredText(element: XmlElement, name: string): string {
  return requiredChild(element, name).text
}

/** XML Schema boolean (`true`, `false`, `1`, `0`). */
export function booleanOf(text: string | undefined, what: string): boolean {
  const value = text?.trim()
  if (value === 'true' || value === '1') return true
  if (value === 'false' || value === '0') return false
  throw badResponse('not-a-boolean', { element: what })
}

/** A count or offset: XML Schema int that is not negative. */
export function countOf(text: string | undefined, what: string): number {
  const value = text?.trim() ?? ''
  if (!/^\d{1,10}$/.test(value)) throw badResponse('not-a-number', { element: what })
  return Number(value)
}

export function idOf(element: XmlElement): { id: string; changeKey: string | null } {
  const id = element.attributes.Id
  if (id === undefined || id === '') throw badResponse('missing-id', { element: element.name })
  return { id, changeKey: element.attributes.ChangeKey ?? null }
}

export function itemRef(element: XmlElement): ItemRef {
  return { ...idOf(requiredChild(element, 'ItemId')), element }
}

/** Every child of a list element is an item: an element that is none makes the answer bad. */
export function itemRefs(list: XmlElement): ItemRef[] {
  return list.children.map(itemRef)
}

/** The one item of a response message (`Items` with exactly one child). */
export function onlyItemRef(message: XmlElement): ItemRef {
  const items = requiredChild(message, 'Items').children
  const [only] = items
  if (only === undefined || items.length !== 1) throw badResponse('item-count', { count: items.length })
  return itemRef(only)
}

export function folderRef(element: XmlElement): FolderRef {
  const total = textAt(element, 'TotalCount')
  const children = textAt(element, 'ChildFolderCount')
  return {
    ...idOf(requiredChild(element, 'FolderId')),
    elementName: element.name,
    parentId: child(element, 'ParentFolderId')?.attributes.Id ?? null,
    folderClass: textAt(element, 'FolderClass') ?? null,
    displayName: textAt(element, 'DisplayName') ?? null,
    totalCount: total === undefined ? null : countOf(total, 'TotalCount'),
    childFolderCount: children === undefined ? null : countOf(children, 'ChildFolderCount'),
    element,
  }
}

/** The one folder of a response message (`Folders` with exactly one child). */
export function onlyFolderRef(message: XmlElement): FolderRef {
  const folders = requiredChild(message, 'Folders').children
  const [only] = folders
  if (only === undefined || folders.length !== 1) throw badResponse('folder-count', { count: folders.length })
  return folderRef(only)
}
