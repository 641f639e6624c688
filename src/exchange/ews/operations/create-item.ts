/**
 * CreateItem: new items in a folder. The folder is always named, and the answer holds the new ids, one result per item.
 * https://learn.microsoft.com/en-us/exchange/client-developer/web-service-reference/createitem-operation
 * [MS-OXWSCORE] 3.1.4.2
 */
import type { WritableItem, XmlNode } from '../../../mapping/ews/change.ts'
import { type EwsFolderId, folderIdNode } from '../ids.ts'
import { type EwsOperation, picked } from '../operation.ts'
import { type ItemRef, onlyItemRef } from '../refs.ts'
import type { SendMode } from '../send-mode.ts'

/** `properties` in the order of the schema: EWS refuses another order. */
export type NewItem = { element: WritableItem; properties: readonly XmlNode[] }
export type CreateItemRequest = { folder: EwsFolderId; items: readonly NewItem[]; send: SendMode }

export function encodeCreateItem(request: CreateItemRequest): XmlNode {
  return {
    name: 'm:CreateItem',
    // SaveOnly is a second net: a message among the items would be kept as a draft.
    attributes: { MessageDisposition: 'SaveOnly', SendMeetingInvitations: request.send },
    children: [
      { name: 'm:SavedItemFolderId', children: [folderIdNode(request.folder)] },
      { name: 'm:Items', children: request.items.map((item) => ({ name: item.element, children: item.properties })) },
    ],
  }
}

export const createItem: EwsOperation<CreateItemRequest, ItemRef> = {
  name: 'CreateItem',
  effect: 'write',
  count: (request) => request.items.length,
  pick: (request, indexes) => ({ ...request, items: picked(request.items, indexes) }),
  encode: encodeCreateItem,
  decodeMessage: onlyItemRef,
}
