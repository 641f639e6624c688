/**
 * CreateFolder: new folders below a parent. One result per folder.
 * https://learn.microsoft.com/en-us/exchange/client-developer/web-service-reference/createfolder-operation
 * [MS-OXWSFOLD] 3.1.4.2
 */
import type { XmlNode } from '../../../mapping/ews/change.ts'
import { type EwsFolderId, folderIdNode } from '../ids.ts'
import { type EwsOperation, picked } from '../operation.ts'
import { type FolderRef, onlyFolderRef } from '../refs.ts'

export type FolderElement = 'Folder' | 'CalendarFolder' | 'TasksFolder' | 'ContactsFolder'
export type CreateFolderRequest = {
  parent: EwsFolderId
  /** `properties`: extended ones. */
  folders: readonly { element: FolderElement; displayName: string; properties?: readonly XmlNode[] }[]
}

export function encodeCreateFolder(request: CreateFolderRequest): XmlNode {
  return {
    name: 'm:CreateFolder',
    children: [
      { name: 'm:ParentFolderId', children: [folderIdNode(request.parent)] },
      {
        name: 'm:Folders',
        children: request.folders.map(({ element, displayName, properties = [] }) => ({
          name: element,
          children: [{ name: 'DisplayName', text: displayName }, ...properties],
        })),
      },
    ],
  }
}

export const createFolder: EwsOperation<CreateFolderRequest, FolderRef> = {
  name: 'CreateFolder',
  effect: 'write',
  count: (request) => request.folders.length,
  pick: (request, indexes) => ({ ...request, folders: picked(request.folders, indexes) }),
  encode: encodeCreateFolder,
  decodeMessage: onlyFolderRef,
}
