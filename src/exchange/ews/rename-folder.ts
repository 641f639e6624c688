/** Gives a folder another name: a person renamed the collection that it is linked with. */
import { field } from '../../mapping/ews/change.ts'
import type { CollectionKind } from '../../ports/state-store.ts'
import type { EwsClient } from './client.ts'
import { FOLDER_KINDS } from './folders.ts'
import { onlyValue } from './operation.ts'
import { updateFolder } from './operations/update-folder.ts'

export type FolderRename = { mailbox: string; kind: CollectionKind; folderId: string; name: string }

/** Throws ConnectorError, for example when another folder beside it has the name. */
export async function renameFolder(client: EwsClient, { mailbox, kind, folderId, name }: FolderRename): Promise<void> {
  const changes = [
    { kind: 'set' as const, field: field('folder:DisplayName'), value: { name: 'DisplayName', text: name } },
  ]
  const folders = [{ id: { kind: 'folder' as const, id: folderId }, element: FOLDER_KINDS[kind].element, changes }]
  onlyValue(await client.call(updateFolder, { folders }, { mailbox }))
}
