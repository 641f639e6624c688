/**
 * DeleteItem: moves items to Deleted Items. Hard deletion cannot be expressed (I16). One result per id.
 * https://learn.microsoft.com/en-us/exchange/client-developer/web-service-reference/deleteitem-operation
 * [MS-OXWSCORE] 3.1.4.3
 */
import type { XmlNode } from '../../../mapping/ews/change.ts'
import { type EwsItemId, itemIdNode } from '../ids.ts'
import { type EwsOperation, picked } from '../operation.ts'
import type { SendMode } from '../send-mode.ts'

/** `taskOccurrences`: what happens to a recurring task (`SpecifiedOccurrenceOnly` = this one only); ignored for other items. */
export type DeleteItemRequest = {
  ids: readonly EwsItemId[]
  send: SendMode
  taskOccurrences?: 'AllOccurrences' | 'SpecifiedOccurrenceOnly'
}

export function encodeDeleteItem(request: DeleteItemRequest): XmlNode {
  return {
    name: 'm:DeleteItem',
    attributes: {
      DeleteType: 'MoveToDeletedItems',
      SendMeetingCancellations: request.send,
      AffectedTaskOccurrences: request.taskOccurrences ?? 'AllOccurrences',
      // Deleting an unread item with a requested receipt would mail its sender.
      SuppressReadReceipts: 'true',
    },
    children: [{ name: 'm:ItemIds', children: request.ids.map(itemIdNode) }],
  }
}

export const deleteItem: EwsOperation<DeleteItemRequest, null> = {
  name: 'DeleteItem',
  effect: 'write',
  count: (request) => request.ids.length,
  pick: (request, indexes) => ({ ...request, ids: picked(request.ids, indexes) }),
  encode: encodeDeleteItem,
  decodeMessage: () => null,
}
