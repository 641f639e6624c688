/**
 * SyncFolderHierarchy: which folders were made, changed or removed since a sync state.
 * https://learn.microsoft.com/en-us/exchange/client-developer/web-service-reference/syncfolderhierarchy-operation
 * [MS-OXWSSYNC] 3.1.4.1
 */
import type { XmlNode } from '../../../mapping/ews/change.ts'
import { child, type XmlElement } from '../../../mapping/ews/xml.ts'
import { type EwsFolderId, folderIdNode } from '../ids.ts'
import type { EwsOperation } from '../operation.ts'
import { badResponse, booleanOf, type FolderRef, folderRef, idOf, requiredChild, requiredText } from '../refs.ts'
import { type FolderShape, folderShapeNode } from '../shapes.ts'

export type SyncFolderHierarchyRequest = { shape: FolderShape; root: EwsFolderId; syncState: string | null }

export type FolderFeedEntry = { kind: 'create' | 'update'; folder: FolderRef } | { kind: 'delete'; id: string }
export type FolderFeedPage = { syncState: string; last: boolean; entries: FolderFeedEntry[] }

export function encodeSyncFolderHierarchy(request: SyncFolderHierarchyRequest): XmlNode {
  return {
    name: 'm:SyncFolderHierarchy',
    children: [
      folderShapeNode(request.shape),
      { name: 'm:SyncFolderId', children: [folderIdNode(request.root)] },
      ...(request.syncState === null ? [] : [{ name: 'm:SyncState', text: request.syncState }]),
    ],
  }
}

function decodeSyncFolderHierarchy(message: XmlElement): FolderFeedPage {
  const syncState = requiredText(message, 'SyncState')
  if (syncState === '') throw badResponse('missing-element', { element: 'SyncState', parent: message.name })
  return {
    syncState,
    last: booleanOf(requiredText(message, 'IncludesLastFolderInRange'), 'IncludesLastFolderInRange'),
    entries: (child(message, 'Changes')?.children ?? []).map(decodeEntry),
  }
}

function decodeEntry(change: XmlElement): FolderFeedEntry {
  switch (change.name) {
    case 'Create':
    case 'Update': {
      const [folder] = change.children
      if (folder === undefined || change.children.length !== 1)
        throw badResponse('folder-count', { parent: change.name })
      return { kind: change.name === 'Create' ? 'create' : 'update', folder: folderRef(folder) }
    }
    case 'Delete':
      return { kind: 'delete', id: idOf(requiredChild(change, 'FolderId')).id }
    default:
      throw badResponse('unknown-change', { element: change.name })
  }
}

export const syncFolderHierarchy: EwsOperation<SyncFolderHierarchyRequest, FolderFeedPage> = {
  name: 'SyncFolderHierarchy',
  effect: 'sync',
  count: () => 1,
  pick: (request) => request,
  encode: encodeSyncFolderHierarchy,
  decodeMessage: decodeSyncFolderHierarchy,
}
