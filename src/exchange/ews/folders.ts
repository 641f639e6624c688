/** The calendar folders of a mailbox: which there are, and making one. */
import { FEED_PAGES_MAX } from '../../limits.ts'
import { field } from '../../mapping/ews/change.ts'
import { ConnectorError } from '../../ports/errors.ts'
import type { EwsClient } from './client.ts'
import { onlyValue } from './operation.ts'
import { createFolder } from './operations/create-folder.ts'
import { findFolder } from './operations/find-folder.ts'
import { getFolder } from './operations/get-folder.ts'
import type { FolderRef } from './refs.ts'
import type { FolderShape } from './shapes.ts'

export type CalendarFolder = { id: string; name: string; isDefault: boolean; kind: 'calendar' }

const SHAPE: FolderShape = {
  base: 'IdOnly',
  properties: ['folder:DisplayName', 'folder:FolderClass', 'folder:ParentFolderId'].map((uri) => field(uri)),
}
const PAGE_MAX = 200

/**
 * The default calendar first, then every other calendar folder of the mailbox by name. What lies in Deleted Items is left out.
 * Errors: `exchange.folder-not-found` for a mailbox without a calendar.
 */
export async function listCalendarFolders(client: EwsClient, mailbox: string): Promise<CalendarFolder[]> {
  const wellKnown = await client.call(
    getFolder,
    {
      shape: SHAPE,
      ids: [
        { kind: 'distinguished', name: 'calendar' },
        { kind: 'distinguished', name: 'deleteditems' },
      ],
    },
    { mailbox },
  )
  const [calendar, deleted] = wellKnown
  if (calendar?.kind !== 'ok') throw calendar?.error ?? new ConnectorError('exchange.folder-not-found', {})
  const deletedId = deleted?.kind === 'ok' ? deleted.value.id : null
  const all = await listFolders(client, mailbox)
  const parents = new Map(all.map((folder) => [folder.id, folder.parentId]))
  const others = all.filter(
    (folder) => isCalendar(folder) && folder.id !== calendar.value.id && !isBelow(folder.id, deletedId, parents),
  )
  const sorted = others
    .map((folder) => calendarFolder(folder, false))
    .sort((one, other) => (one.name < other.name ? -1 : 1))
  return [calendarFolder(calendar.value, true), ...sorted]
}

/** Makes a calendar folder at the top of the mailbox, beside the default one. */
export async function createCalendarFolder(client: EwsClient, mailbox: string, name: string): Promise<CalendarFolder> {
  const request = {
    parent: { kind: 'distinguished', name: 'msgfolderroot' } as const,
    folders: [{ element: 'CalendarFolder' as const, displayName: name }],
  }
  const { id } = onlyValue(await client.call(createFolder, request, { mailbox }))
  return { id, name, isDefault: false, kind: 'calendar' }
}

async function listFolders(client: EwsClient, mailbox: string): Promise<FolderRef[]> {
  const folders = new Map<string, FolderRef>()
  for (let pages = 0; pages < FEED_PAGES_MAX; pages++) {
    const request = {
      shape: SHAPE,
      parent: { kind: 'distinguished', name: 'msgfolderroot' } as const,
      traversal: 'Deep' as const,
      page: { offset: folders.size, sizeMax: PAGE_MAX },
    }
    const page = onlyValue(await client.call(findFolder, request, { mailbox }))
    const before = folders.size
    for (const folder of page.folders) folders.set(folder.id, folder)
    if (page.last) return [...folders.values()]
    if (folders.size === before) throw new ConnectorError('exchange.bad-response', { reason: 'list-does-not-move' })
  }
  throw new ConnectorError('limit.reached', { limit: 'FEED_PAGES_MAX', side: 'exchange' })
}

/** Folders of a class below IPF.Appointment (birthdays) are made by the server and not written to. */
function isCalendar(folder: FolderRef): boolean {
  return folder.folderClass === null
    ? folder.elementName === 'CalendarFolder'
    : folder.folderClass === 'IPF.Appointment'
}

function isBelow(id: string, ancestor: string | null, parents: ReadonlyMap<string, string | null>): boolean {
  const seen = new Set<string>()
  for (let at: string | null | undefined = id; at != null && !seen.has(at); at = parents.get(at)) {
    if (at === ancestor) return true
    seen.add(at)
  }
  return false
}

function calendarFolder(folder: FolderRef, isDefault: boolean): CalendarFolder {
  return { id: folder.id, name: folder.displayName ?? '', isDefault, kind: 'calendar' }
}
