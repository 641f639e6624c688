/**
 * SyncFolderItems: what changed in a folder since a sync state, at most SYNC_PAGE_SIZE_MAX changes per call. Hints, not facts (I7).
 * https://learn.microsoft.com/en-us/exchange/client-developer/web-service-reference/syncfolderitems-operation
 * [MS-OXWSSYNC] 3.1.4.2
 */
import type { XmlNode } from '../../../mapping/ews/change.ts'
import { child, type XmlElement } from '../../../mapping/ews/xml.ts'
import { type EwsFolderId, folderIdNode } from '../ids.ts'
import type { EwsOperation } from '../operation.ts'
import { badResponse, booleanOf, type ItemRef, idOf, itemRef, requiredChild, requiredText } from '../refs.ts'
import { type ItemShape, itemShapeNode } from '../shapes.ts'

/** `syncState` null = from the beginning. */
export type SyncFolderItemsRequest = {
  shape: ItemShape
  folder: EwsFolderId
  syncState: string | null
  sizeMax: number
}

export type ItemFeedEntry =
  | { kind: 'create' | 'update'; item: ItemRef }
  | { kind: 'delete'; id: string }
  | { kind: 'read-flag'; id: string; changeKey: string | null }

/** `last`: the feed has nothing more for now. */
export type ItemFeedPage = { syncState: string; last: boolean; entries: ItemFeedEntry[] }

export function encodeSyncFolderItems(request: SyncFolderItemsRequest): XmlNode {
  return {
    name: 'm:SyncFolderItems',
    children: [
      itemShapeNode(request.shape),
      { name: 'm:SyncFolderId', children: [folderIdNode(request.folder)] },
      ...(request.syncState === null ? [] : [{ name: 'm:SyncState', text: request.syncState }]),
      { name: 'm:MaxChangesReturned', text: String(request.sizeMax) },
      { name: 'm:SyncScope', text: 'NormalItems' },
    ],
  }
}

function decodeSyncFolderItems(message: XmlElement): ItemFeedPage {
  const syncState = requiredText(message, 'SyncState')
  if (syncState === '') throw badResponse('missing-element', { element: 'SyncState', parent: message.name })
  return {
    syncState,
    last: booleanOf(requiredText(message, 'IncludesLastItemInRange'), 'IncludesLastItemInRange'),
    entries: (child(message, 'Changes')?.children ?? []).map(decodeEntry),
  }
}

/** A kind of change that is not known here makes the answer bad: leaving it out would lose a change for good. */
function decodeEntry(change: XmlElement): ItemFeedEntry {
  switch (change.name) {
    case 'Create':
    case 'Update': {
      const [item] = change.children
      if (item === undefined || change.children.length !== 1) throw badResponse('item-count', { parent: change.name })
      return { kind: change.name === 'Create' ? 'create' : 'update', item: itemRef(item) }
    }
    case 'Delete':
      return { kind: 'delete', id: idOf(requiredChild(change, 'ItemId')).id }
    case 'ReadFlagChange':
      return { kind: 'read-flag', ...idOf(requiredChild(change, 'ItemId')) }
    default:
      throw badResponse('unknown-change', { element: change.name })
  }
}

export const syncFolderItems: EwsOperation<SyncFolderItemsRequest, ItemFeedPage> = {
  name: 'SyncFolderItems',
  effect: 'sync',
  count: () => 1,
  pick: (request) => request,
  encode: encodeSyncFolderItems,
  decodeMessage: decodeSyncFolderItems,
}
