/**
 * UpdateFolder: changes properties of folders (their name). One result per change.
 * https://learn.microsoft.com/en-us/exchange/client-developer/web-service-reference/updatefolder-operation
 * [MS-OXWSFOLD] 3.1.4.8
 */
import type { EwsFieldChange, XmlNode } from '../../../mapping/ews/change.ts'
import { type EwsFolderId, fieldNode, folderIdNode } from '../ids.ts'
import { type EwsOperation, picked } from '../operation.ts'
import { type FolderRef, onlyFolderRef } from '../refs.ts'
import type { FolderElement } from './create-folder.ts'

export type FolderChange = { id: EwsFolderId; element: FolderElement; changes: readonly EwsFieldChange[] }
export type UpdateFolderRequest = { folders: readonly FolderChange[] }

export function encodeUpdateFolder(request: UpdateFolderRequest): XmlNode {
  return {
    name: 'm:UpdateFolder',
    children: [{ name: 'm:FolderChanges', children: request.folders.map(folderChangeNode) }],
  }
}

function folderChangeNode(change: FolderChange): XmlNode {
  const updates = change.changes.map((one) => fieldChangeNode(change.element, one))
  return { name: 'FolderChange', children: [folderIdNode(change.id), { name: 'Updates', children: updates }] }
}

function fieldChangeNode(element: FolderElement, change: EwsFieldChange): XmlNode {
  const path = fieldNode(change.field)
  return change.kind === 'delete'
    ? { name: 'DeleteFolderField', children: [path] }
    : { name: 'SetFolderField', children: [path, { name: element, children: [change.value] }] }
}

export const updateFolder: EwsOperation<UpdateFolderRequest, FolderRef> = {
  name: 'UpdateFolder',
  effect: 'write',
  count: (request) => request.folders.length,
  pick: (request, indexes) => ({ ...request, folders: picked(request.folders, indexes) }),
  encode: encodeUpdateFolder,
  decodeMessage: onlyFolderRef,
}
