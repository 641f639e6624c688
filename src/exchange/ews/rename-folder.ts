/** Gives a folder another name: a person renamed the calendar that was made for it. */
import { field } from '../../mapping/ews/change.ts'
import type { EwsClient } from './client.ts'
import { onlyValue } from './operation.ts'
import { updateFolder } from './operations/update-folder.ts'

export type FolderRename = { mailbox: string; folderId: string; name: string }

/** Throws ConnectorError, for example when another folder beside it has the name. */
export async function renameFolder(client: EwsClient, { mailbox, folderId, name }: FolderRename): Promise<void> {
  const changes = [
    { kind: 'set' as const, field: field('folder:DisplayName'), value: { name: 'DisplayName', text: name } },
  ]
  const folders = [{ id: { kind: 'folder' as const, id: folderId }, element: 'CalendarFolder' as const, changes }]
  onlyValue(await client.call(updateFolder, { folders }, { mailbox }))
}
