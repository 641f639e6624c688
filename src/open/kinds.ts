/** What is different between calendars, task lists and address books when their collections are found, linked and made. */
import type { EwsClient } from '../exchange/ews/client.ts'
import { type ExchangeFolder, listFolders } from '../exchange/ews/folders.ts'
import { isSyncableBook } from '../nextcloud/dav/address-book.ts'
import { type DavCalendar, isTaskList } from '../nextcloud/dav/calendar.ts'
import type { DavClient } from '../nextcloud/dav/client.ts'
import { createAddressBook, createCalendar, createTaskList } from '../nextcloud/dav/create-calendar.ts'
import { type DavHome, discoverHome, listAddressBooks, listCalendars } from '../nextcloud/dav/discovery.ts'
import { type LinkProblem, linkCalendars } from '../nextcloud/link-calendars.ts'
import type { UsersFileEntry } from '../nextcloud/users-file.ts'
import { unreachable } from '../ports/errors.ts'
import type { CollectionKind, CollectionPair } from '../ports/state-store.ts'

export type Finding = { exchange: EwsClient; dav: DavClient; entry: UsersFileEntry; mailbox: string }

/** A folder and what it is linked with: an existing collection, or one that is to be made. */
export type Link = {
  folder: ExchangeFolder
  target: { kind: 'existing'; url: string } | { kind: 'create'; displayName: string }
}

export type Found = {
  folders: readonly ExchangeFolder[]
  links: readonly Link[]
  problems: readonly LinkProblem[]
  /** Collections whose owner threw them away: Nextcloud answers for them as for any other. */
  trashedUrls: ReadonlySet<string>
  /** Every calendar of the home, for what is told of them beside their items. */
  calendars?: readonly DavCalendar[]
  create(displayName: string): Promise<{ url: string }>
}

/** Looks at both sides. `known`: pairs whose link stays as it is. */
export async function findCollections(
  kind: CollectionKind,
  finding: Finding,
  known: readonly CollectionPair[],
): Promise<Found> {
  const home = await discoverHome(finding.dav, kind === 'contacts' ? 'carddav' : 'caldav')
  const folders = await listFolders(finding.exchange, finding.mailbox, kind)
  const stillThere = known.filter((pair) => folders.some((folder) => folder.id === pair.exchangeRef))
  switch (kind) {
    case 'calendar':
      return findCalendars(finding, { home, folders, stillThere })
    case 'tasks': {
      const lists = (await listCalendars(finding.dav, home)).filter((list) => isTaskList(list) && !list.deleted)
      const links = linkDefault({ folders, stillThere }, { existing: lists, preferred: 'tasks', newName: 'Tasks' })
      const create = (displayName: string) => createTaskList(finding.dav, home, { displayName })
      return { folders, links, problems: [], trashedUrls: new Set(), create }
    }
    case 'contacts': {
      const books = (await listAddressBooks(finding.dav, home)).filter(isSyncableBook)
      const links = linkDefault(
        { folders, stillThere },
        { existing: books, preferred: 'contacts', newName: 'Contacts' },
      )
      const create = (displayName: string) => createAddressBook(finding.dav, home, { displayName })
      return { folders, links, problems: [], trashedUrls: new Set(), create }
    }
    default:
      return unreachable(kind)
  }
}

type Looked = { folders: readonly ExchangeFolder[]; stillThere: readonly CollectionPair[] }

async function findCalendars(
  finding: Finding,
  { home, folders, stillThere }: Looked & { home: DavHome },
): Promise<Found> {
  const calendars = await listCalendars(finding.dav, home)
  const known = stillThere.map((pair) => ({ folderId: pair.exchangeRef, calendarUrl: pair.nextcloudRef }))
  const { linked, problems } = linkCalendars(finding.entry.links, { folders, calendars, known })
  const byId = new Map(folders.map((folder) => [folder.id, folder]))
  const links = linked.flatMap(({ folder, target }): Link[] => {
    const found = byId.get(folder.id)
    if (!found) return []
    return [
      { folder: found, target: target.kind === 'create' ? target : { kind: 'existing', url: target.calendar.url } },
    ]
  })
  const trashedUrls = new Set(calendars.filter((calendar) => calendar.deleted).map((calendar) => calendar.url))
  const create = (displayName: string) => createCalendar(finding.dav, home, { displayName })
  return { folders, links, problems, trashedUrls, calendars, create }
}

type Choice = { existing: readonly { url: string; segment: string }[]; preferred: string; newName: string }

/** Tasks and contacts: the default folder with the user's own default list, else the first one, else a new one. */
function linkDefault({ folders, stillThere }: Looked, { existing, preferred, newName }: Choice): Link[] {
  const folder = folders.find((candidate) => candidate.isDefault)
  if (!folder || stillThere.some((pair) => pair.exchangeRef === folder.id)) return []
  const taken = new Set(stillThere.map((pair) => pair.nextcloudRef))
  const free = existing.filter(({ url }) => !taken.has(url))
  const chosen = free.find(({ segment }) => segment === preferred) ?? free[0]
  const target = chosen
    ? { kind: 'existing' as const, url: chosen.url }
    : { kind: 'create' as const, displayName: newName }
  return [{ folder, target }]
}
