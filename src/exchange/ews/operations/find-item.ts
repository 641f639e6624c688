/**
 * FindItem: one page of the items of a folder, with a restriction if wanted. The page says itself whether it is the last one.
 * https://learn.microsoft.com/en-us/exchange/client-developer/web-service-reference/finditem-operation
 * [MS-OXWSSRCH] 3.1.4.2
 */
import type { XmlNode } from '../../../mapping/ews/change.ts'
import type { XmlElement } from '../../../mapping/ews/xml.ts'
import { type EwsFolderId, folderIdNode } from '../ids.ts'
import type { EwsOperation } from '../operation.ts'
import { booleanOf, countOf, type ItemRef, itemRefs, requiredChild } from '../refs.ts'
import {
  type ItemShape,
  itemShapeNode,
  type Page,
  pageNode,
  type Restriction,
  restrictionNode,
  type SortOrder,
  sortOrderNode,
} from '../shapes.ts'

export type FindItemRequest = {
  shape: ItemShape
  folder: EwsFolderId
  page: Page
  restriction?: Restriction
  sort?: SortOrder
}

/** `total` is what the server counts in the whole view now; `nextOffset` is null when the server does not give it. */
export type FoundItems = { items: ItemRef[]; total: number; last: boolean; nextOffset: number | null }

export function encodeFindItem(request: FindItemRequest): XmlNode {
  return {
    name: 'm:FindItem',
    attributes: { Traversal: 'Shallow' },
    children: [
      itemShapeNode(request.shape),
      pageNode('m:IndexedPageItemView', request.page),
      ...(request.restriction === undefined ? [] : [restrictionNode(request.restriction)]),
      ...(request.sort === undefined ? [] : [sortOrderNode(request.sort)]),
      { name: 'm:ParentFolderIds', children: [folderIdNode(request.folder)] },
    ],
  }
}

function decodeFindItem(message: XmlElement): FoundItems {
  const root = requiredChild(message, 'RootFolder')
  const next = root.attributes.IndexedPagingOffset
  return {
    items: itemRefs(requiredChild(root, 'Items')),
    total: countOf(root.attributes.TotalItemsInView, 'TotalItemsInView'),
    last: booleanOf(root.attributes.IncludesLastItemInRange, 'IncludesLastItemInRange'),
    nextOffset: next === undefined ? null : countOf(next, 'IndexedPagingOffset'),
  }
}

export const findItem: EwsOperation<FindItemRequest, FoundItems> = {
  name: 'FindItem',
  effect: 'read',
  count: () => 1,
  pick: (request) => request,
  encode: encodeFindItem,
  decodeMessage: decodeFindItem,
}
