/**
 * UpdateItem: changes fields of items, only when nobody changed them meanwhile (`NeverOverwrite`, I11). One result per change.
 * https://learn.microsoft.com/en-us/exchange/client-developer/web-service-reference/updateitem-operation
 * [MS-OXWSCORE] 3.1.4.9
 */
import type { EwsFieldChange, WritableItem, XmlNode } from '../../../mapping/ews/change.ts'
import { textAt, type XmlElement } from '../../../mapping/ews/xml.ts'
import { type EwsItemId, fieldNode, itemIdNode } from '../ids.ts'
import { type EwsOperation, picked } from '../operation.ts'
import { countOf, type ItemRef, onlyItemRef } from '../refs.ts'
import type { UpdateSendMode } from '../send-mode.ts'

/** An id whose change key is there: an update without one would overwrite whatever is there now. */
export type VersionedItemId = EwsItemId & { changeKey: string }

export type ItemChange = { id: VersionedItemId; element: WritableItem; changes: readonly EwsFieldChange[] }
export type UpdateItemRequest = { items: readonly ItemChange[]; send: UpdateSendMode }
/** `conflicts`: properties that the server resolved by itself; 0 with NeverOverwrite. */
export type UpdatedItem = ItemRef & { conflicts: number }

export function encodeUpdateItem(request: UpdateItemRequest): XmlNode {
  return {
    name: 'm:UpdateItem',
    attributes: {
      ConflictResolution: 'NeverOverwrite',
      MessageDisposition: 'SaveOnly',
      SendMeetingInvitationsOrCancellations: request.send,
      SuppressReadReceipts: 'true',
    },
    children: [{ name: 'm:ItemChanges', children: request.items.map(itemChangeNode) }],
  }
}

function itemChangeNode(change: ItemChange): XmlNode {
  const updates = change.changes.map((one) => fieldChangeNode(change.element, one))
  return { name: 'ItemChange', children: [itemIdNode(change.id), { name: 'Updates', children: updates }] }
}

function fieldChangeNode(element: WritableItem, change: EwsFieldChange): XmlNode {
  const path = fieldNode(change.field)
  return change.kind === 'delete'
    ? { name: 'DeleteItemField', children: [path] }
    : { name: 'SetItemField', children: [path, { name: element, children: [change.value] }] }
}

function decodeUpdateItem(message: XmlElement): UpdatedItem {
  const conflicts = textAt(message, 'ConflictResults', 'Count')
  return { ...onlyItemRef(message), conflicts: conflicts === undefined ? 0 : countOf(conflicts, 'Count') }
}

export const updateItem: EwsOperation<UpdateItemRequest, UpdatedItem> = {
  name: 'UpdateItem',
  effect: 'write',
  count: (request) => request.items.length,
  pick: (request, indexes) => ({ ...request, items: picked(request.items, indexes) }),
  encode: encodeUpdateItem,
  decodeMessage: decodeUpdateItem,
}
