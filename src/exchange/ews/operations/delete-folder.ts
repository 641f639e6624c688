/**
 * DeleteFolder: moves folders to Deleted Items; hard deletion cannot be expressed (I16). One result per id.
 * https://learn.microsoft.com/en-us/exchange/client-developer/web-service-reference/deletefolder-operation
 * [MS-OXWSFOLD] 3.1.4.4
 */
import type { XmlNode } from '../../../mapping/ews/change.ts'
import { type EwsFolderId, folderIdNode } from '../ids.ts'
import { type EwsOperation, picked } from '../operation.ts'

export type DeleteFolderRequest = { ids: readonly EwsFolderId[] }

export function encodeDeleteFolder(request: DeleteFolderRequest): XmlNode {
  return {
    name: 'm:DeleteFolder',
    attributes: { DeleteType: 'MoveToDeletedItems' },
    children: [{ name: 'm:FolderIds', children: request.ids.map(folderIdNode) }],
  }
}

export const deleteFolder: EwsOperation<DeleteFolderRequest, null> = {
  name: 'DeleteFolder',
  effect: 'write',
  count: (request) => request.ids.length,
  pick: (request, indexes) => ({ ...request, ids: picked(request.ids, indexes) }),
  encode: encodeDeleteFolder,
  decodeMessage: () => null,
}
