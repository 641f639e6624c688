/** From an operation's element to the code that answers it. */
import type { Call } from './call.ts'
import { SoapFault } from './errors.ts'
import { createAttachment, deleteAttachment, getAttachment } from './operations/attachments.ts'
import { convertId } from './operations/convert-id.ts'
import { createItem } from './operations/create-item.ts'
import { deleteItem, moveItem } from './operations/delete-item.ts'
import { getServerTimeZones, resolveNames } from './operations/lookups.ts'
import { findFolder, getFolder } from './operations/read-folders.ts'
import { findItem, getItem } from './operations/read-items.ts'
import { subscribe, unsubscribe } from './operations/subscriptions.ts'
import { syncFolderHierarchy } from './operations/sync-hierarchy.ts'
import { syncFolderItems } from './operations/sync-items.ts'
import { updateItem } from './operations/update-item.ts'
import { createFolder, deleteFolder, updateFolder } from './operations/write-folders.ts'

const OPERATIONS: Record<string, (call: Call) => string> = {
  GetFolder: getFolder,
  FindFolder: findFolder,
  CreateFolder: createFolder,
  UpdateFolder: updateFolder,
  DeleteFolder: deleteFolder,
  SyncFolderHierarchy: syncFolderHierarchy,
  SyncFolderItems: syncFolderItems,
  GetItem: getItem,
  FindItem: findItem,
  CreateItem: createItem,
  UpdateItem: updateItem,
  DeleteItem: deleteItem,
  MoveItem: moveItem,
  CreateAttachment: createAttachment,
  GetAttachment: getAttachment,
  DeleteAttachment: deleteAttachment,
  GetServerTimeZones: getServerTimeZones,
  ResolveNames: resolveNames,
  ConvertId: convertId,
  Subscribe: subscribe,
  Unsubscribe: unsubscribe,
}

/** The response messages. An operation that is not simulated is refused, as one that Exchange does not have. */
export function answer(call: Call): string {
  const operation = OPERATIONS[call.operation]
  if (!operation) throw new SoapFault('ErrorInvalidRequest', `The operation ${call.operation} is not simulated.`)
  return operation(call)
}
