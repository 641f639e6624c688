/**
 * GetFolder: folders by id or by well-known name. One result per id, in their order.
 * https://learn.microsoft.com/en-us/exchange/client-developer/web-service-reference/getfolder-operation
 * [MS-OXWSFOLD] 3.1.4.6
 */
import type { XmlNode } from '../../../mapping/ews/change.ts'
import { type EwsFolderId, folderIdNode } from '../ids.ts'
import { type EwsOperation, picked } from '../operation.ts'
import { type FolderRef, onlyFolderRef } from '../refs.ts'
import { type FolderShape, folderShapeNode } from '../shapes.ts'

export type GetFolderRequest = { shape: FolderShape; ids: readonly EwsFolderId[] }

export function encodeGetFolder(request: GetFolderRequest): XmlNode {
  return {
    name: 'm:GetFolder',
    children: [folderShapeNode(request.shape), { name: 'm:FolderIds', children: request.ids.map(folderIdNode) }],
  }
}

export const getFolder: EwsOperation<GetFolderRequest, FolderRef> = {
  name: 'GetFolder',
  effect: 'read',
  count: (request) => request.ids.length,
  pick: (request, indexes) => ({ ...request, ids: picked(request.ids, indexes) }),
  encode: encodeGetFolder,
  decodeMessage: onlyFolderRef,
}
