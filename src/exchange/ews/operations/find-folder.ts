/**
 * FindFolder: one page of the folders below a folder, deep if wanted. The page says itself whether it is the last one.
 * https://learn.microsoft.com/en-us/exchange/client-developer/web-service-reference/findfolder-operation
 * [MS-OXWSSRCH] 3.1.4.1
 */
import type { XmlNode } from '../../../mapping/ews/change.ts'
import { child, type XmlElement } from '../../../mapping/ews/xml.ts'
import { type EwsFolderId, folderIdNode } from '../ids.ts'
import type { EwsOperation } from '../operation.ts'
import { badResponse, booleanOf, countOf, type FolderRef, folderRef, requiredChild } from '../refs.ts'
import { type FolderShape, folderShapeNode, type Page, pageNode, type Restriction, restrictionNode } from '../shapes.ts'

export type FindFolderRequest = {
  shape: FolderShape
  parent: EwsFolderId
  traversal: 'Shallow' | 'Deep'
  page: Page
  restriction?: Restriction
}

export type FoundFolders = { folders: FolderRef[]; total: number; last: boolean; nextOffset: number | null }

export function encodeFindFolder(request: FindFolderRequest): XmlNode {
  return {
    name: 'm:FindFolder',
    attributes: { Traversal: request.traversal },
    children: [
      folderShapeNode(request.shape),
      pageNode('m:IndexedPageFolderView', request.page),
      ...(request.restriction === undefined ? [] : [restrictionNode(request.restriction)]),
      { name: 'm:ParentFolderIds', children: [folderIdNode(request.parent)] },
    ],
  }
}

function decodeFindFolder(message: XmlElement): FoundFolders {
  const root = requiredChild(message, 'RootFolder')
  const total = countOf(root.attributes.TotalItemsInView, 'TotalItemsInView')
  const list = child(root, 'Folders')
  // The schema lets the list away; that is believed only when there is nothing to list.
  if (list === undefined && total > 0) throw badResponse('missing-element', { element: 'Folders', parent: root.name })
  const next = root.attributes.IndexedPagingOffset
  return {
    folders: (list?.children ?? []).map(folderRef),
    total,
    last: booleanOf(root.attributes.IncludesLastItemInRange, 'IncludesLastItemInRange'),
    nextOffset: next === undefined ? null : countOf(next, 'IndexedPagingOffset'),
  }
}

export const findFolder: EwsOperation<FindFolderRequest, FoundFolders> = {
  name: 'FindFolder',
  effect: 'read',
  count: () => 1,
  pick: (request) => request,
  encode: encodeFindFolder,
  decodeMessage: decodeFindFolder,
}
