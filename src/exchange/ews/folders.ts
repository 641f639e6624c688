/** The folders of a mailbox that can be synced, by kind: which there are, and making one. */
import { FEED_PAGES_MAX } from '../../limits.ts'
import { type ExtendedField, field } from '../../mapping/ews/change.ts'
import { extendedElement, extendedText } from '../../mapping/ews/extended.ts'
import { ConnectorError } from '../../ports/errors.ts'
import type { CollectionKind } from '../../ports/state-store.ts'
import type { EwsClient } from './client.ts'
import type { FolderName } from './ids.ts'
import { onlyValue } from './operation.ts'
import { createFolder, type FolderElement } from './operations/create-folder.ts'
import { findFolder } from './operations/find-folder.ts'
import { getFolder } from './operations/get-folder.ts'
import type { FolderRef } from './refs.ts'
import type { FolderShape } from './shapes.ts'

/** `color`: what createFolderOfKind left there; EWS itself knows no colour of a folder. */
export type ExchangeFolder = {
  id: string
  name: string
  isDefault: boolean
  kind: CollectionKind
  color?: string | null
}
export type CalendarFolder = ExchangeFolder & { kind: 'calendar' }

/** The default folder of a kind, the element and the class of all of them. */
export const FOLDER_KINDS: Readonly<
  Record<CollectionKind, { home: FolderName; element: FolderElement; folderClass: string }>
> = {
  calendar: { home: 'calendar', element: 'CalendarFolder', folderClass: 'IPF.Appointment' },
  tasks: { home: 'tasks', element: 'TasksFolder', folderClass: 'IPF.Task' },
  contacts: { home: 'contacts', element: 'ContactsFolder', folderClass: 'IPF.Contact' },
}

/** Outlook keeps colours in its own views (MS-OXOCFG); this named property keeps Nextcloud's, so that a calendar made again gets it back. */
const COLOR: ExtendedField = {
  kind: 'extended',
  set: 'PublicStrings',
  name: 'exchange-connector-color',
  type: 'String',
}

const SHAPE: FolderShape = {
  base: 'IdOnly',
  properties: [
    ...['folder:DisplayName', 'folder:FolderClass', 'folder:ParentFolderId'].map((uri) => field(uri)),
    COLOR,
  ],
}
const PAGE_MAX = 200

/**
 * The default folder first, then every other folder of the kind by name. What lies in Deleted Items is left out.
 * Errors: `exchange.folder-not-found` for a mailbox without such a folder.
 */
export async function listFolders(client: EwsClient, mailbox: string, kind: CollectionKind): Promise<ExchangeFolder[]> {
  const wellKnown = await client.call(
    getFolder,
    {
      shape: SHAPE,
      ids: [
        { kind: 'distinguished', name: FOLDER_KINDS[kind].home },
        { kind: 'distinguished', name: 'deleteditems' },
      ],
    },
    { mailbox },
  )
  const [home, deleted] = wellKnown
  if (home?.kind !== 'ok') throw home?.error ?? new ConnectorError('exchange.folder-not-found', {})
  const deletedId = deleted?.kind === 'ok' ? deleted.value.id : null
  const all = await everyFolder(client, mailbox)
  const parents = new Map(all.map((folder) => [folder.id, folder.parentId]))
  const others = all.filter(
    (folder) => isOfKind(folder, kind) && folder.id !== home.value.id && !isBelow(folder.id, deletedId, parents),
  )
  const sorted = others
    .map((folder) => found(folder, kind, false))
    .sort((one, other) => (one.name < other.name ? -1 : 1))
  return [found(home.value, kind, true), ...sorted]
}

/** Makes a folder below the default one, as Outlook does: there no mail folder has its name. */
export async function createFolderOfKind(
  client: EwsClient,
  mailbox: string,
  { kind, name, color = null }: { kind: CollectionKind; name: string; color?: string | null },
): Promise<ExchangeFolder> {
  const request = {
    parent: { kind: 'distinguished', name: FOLDER_KINDS[kind].home } as const,
    folders: [
      {
        element: FOLDER_KINDS[kind].element,
        displayName: name,
        properties: color === null ? [] : [extendedElement(COLOR, color)],
      },
    ],
  }
  const { id } = onlyValue(await client.call(createFolder, request, { mailbox }))
  return { id, name, isDefault: false, kind, color }
}

export async function listCalendarFolders(client: EwsClient, mailbox: string): Promise<CalendarFolder[]> {
  const folders = await listFolders(client, mailbox, 'calendar')
  return folders.map((folder) => ({ ...folder, kind: 'calendar' as const }))
}

export async function createCalendarFolder(client: EwsClient, mailbox: string, name: string): Promise<CalendarFolder> {
  return { ...(await createFolderOfKind(client, mailbox, { kind: 'calendar', name })), kind: 'calendar' as const }
}

async function everyFolder(client: EwsClient, mailbox: string): Promise<FolderRef[]> {
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

/**
 * Folders of a class below the kind's own (birthdays, suggested contacts, recipient cache) are made by the server for itself and
 * not written to.
 */
function isOfKind(folder: FolderRef, kind: CollectionKind): boolean {
  const { element, folderClass } = FOLDER_KINDS[kind]
  return folder.folderClass === null ? folder.elementName === element : folder.folderClass === folderClass
}

function isBelow(id: string, ancestor: string | null, parents: ReadonlyMap<string, string | null>): boolean {
  const seen = new Set<string>()
  for (let at: string | null | undefined = id; at != null && !seen.has(at); at = parents.get(at)) {
    if (at === ancestor) return true
    seen.add(at)
  }
  return false
}

function found(folder: FolderRef, kind: CollectionKind, isDefault: boolean): ExchangeFolder {
  return { id: folder.id, name: folder.displayName ?? '', isDefault, kind, color: extendedText(folder.element, COLOR) }
}
