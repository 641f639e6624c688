/** From ids in a request to folders, items and occurrences of the mailbox, with Exchange's refusals. */
import type { Call } from './call.ts'
import { EwsError } from './errors.ts'
import { type DecodedId, decodeChangeKey, decodeId } from './ids.ts'
import type { Folder, StoredItem, View } from './model.ts'
import { occurrenceAt, occurrenceOn, viewOf } from './series.ts'
import { first, firstText, type Node } from './xml.ts'

function storedItem(call: Call, id: DecodedId): StoredItem {
  const item = id.tag === call.mailbox.tag ? call.mailbox.items.get(id.serial) : undefined
  if (!item) throw new EwsError('ErrorItemNotFound')
  return item
}

/** An id names an item or, when it is an occurrence's, the occurrence. */
export function viewById(call: Call, text: string): View {
  const id = decodeId(text)
  if (id.kind === 'folder') throw new EwsError('ErrorCannotUseFolderIdForItemId', 'The id is a folder id.')
  if (id.kind === 'attachment') throw new EwsError('ErrorInvalidIdMalformed')
  const item = storedItem(call, id)
  return id.kind === 'occurrence' ? occurrenceOn(item, id.date) : viewOf(item)
}

/** ItemId, OccurrenceItemId or RecurringMasterItemId. */
export function resolveView(call: Call, node: Node): View {
  switch (node.name) {
    case 'OccurrenceItemId': {
      const master = viewById(call, node.attributes.RecurringMasterId ?? '')
      if (master.type !== 'RecurringMaster') throw new EwsError('ErrorCalendarCannotUseIdForRecurringMasterId')
      const index = Number(node.attributes.InstanceIndex)
      if (index < 1) throw new EwsError('ErrorCalendarOccurrenceIndexIsOutOfRecurrenceRange')
      return occurrenceAt(master.item, index)
    }
    case 'RecurringMasterItemId': {
      const id = decodeId(node.attributes.OccurrenceId ?? '')
      if (id.kind !== 'occurrence') throw new EwsError('ErrorCalendarCannotUseIdForOccurrenceId')
      return viewOf(storedItem(call, id))
    }
    default:
      return viewById(call, node.attributes.Id ?? '')
  }
}

/** Throws when the change key of the request is missing, damaged or older than the item. */
export function checkChangeKey(node: Node, item: StoredItem, resolution: string): void {
  if (resolution === 'AlwaysOverwrite') return
  const { ChangeKey: changeKey } = node.attributes
  if (!changeKey) throw new EwsError('ErrorChangeKeyRequiredForWriteOperations')
  const version = decodeChangeKey(changeKey)
  if (resolution === 'NeverOverwrite' && version !== item.version) throw new EwsError('ErrorIrresolvableConflict')
}

/** FolderId or DistinguishedFolderId. `code` names the error that the operation gives for an unknown folder. */
export function resolveFolder(call: Call, node: Node, code = 'ErrorFolderNotFound'): Folder {
  if (node.name === 'DistinguishedFolderId') {
    const owner = firstText(node, 'Mailbox', 'EmailAddress')?.toLowerCase()
    if (owner !== undefined && owner !== call.mailbox.email) {
      if (!call.findMailbox(owner)) throw new EwsError('ErrorNonExistentMailbox')
      throw new EwsError('ErrorAccessDenied', 'Access is denied. Check credentials and try again.')
    }
    const name = node.attributes.Id
    for (const folder of call.mailbox.folders.values()) if (folder.distinguished === name) return folder
    throw new EwsError('ErrorFolderNotFound')
  }
  const id = decodeId(node.attributes.Id ?? '')
  if (id.kind !== 'folder') throw new EwsError('ErrorCannotUseItemIdForFolderId', 'The id is an item id.')
  const folder = id.tag === call.mailbox.tag ? call.mailbox.folders.get(id.serial) : undefined
  if (!folder) throw new EwsError(code)
  return folder
}

/** The folder inside `ParentFolderId`, `SavedItemFolderId`, `ToFolderId`, `SyncFolderId`. */
export function targetFolder(call: Call, name: string, code?: string): Folder | undefined {
  const node = first(call.request, name)?.children[0]
  return node ? resolveFolder(call, node, code) : undefined
}
