/**
 * GetItem: whole items by id, in one request for up to EWS_GET_BATCH_MAX of them. One result per id, in their order.
 * https://learn.microsoft.com/en-us/exchange/client-developer/web-service-reference/getitem-operation
 * [MS-OXWSCORE] 3.1.4.4
 */
import type { XmlNode } from '../../../mapping/ews/change.ts'
import { type EwsItemId, itemIdNode } from '../ids.ts'
import { type EwsOperation, picked } from '../operation.ts'
import { type ItemRef, onlyItemRef } from '../refs.ts'
import { type ItemShape, itemShapeNode } from '../shapes.ts'

export type GetItemRequest = { shape: ItemShape; ids: readonly EwsItemId[] }

export function encodeGetItem(request: GetItemRequest): XmlNode {
  return {
    name: 'm:GetItem',
    children: [itemShapeNode(request.shape), { name: 'm:ItemIds', children: request.ids.map(itemIdNode) }],
  }
}

export const getItem: EwsOperation<GetItemRequest, ItemRef> = {
  name: 'GetItem',
  effect: 'read',
  count: (request) => request.ids.length,
  pick: (request, indexes) => ({ ...request, ids: picked(request.ids, indexes) }),
  encode: encodeGetItem,
  decodeMessage: onlyItemRef,
}
