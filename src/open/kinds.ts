/** What is different between calendars, task lists and address books when their collections are found and made. */
import type { EwsClient } from '../exchange/ews/client.ts'
import { type ExchangeFolder, listFolders } from '../exchange/ews/folders.ts'
import type { DavClient } from '../nextcloud/dav/client.ts'
import {
  createAddressBook,
  createCalendar,
  createTaskList,
  type NewCalendar,
} from '../nextcloud/dav/create-calendar.ts'
import { discoverHome, listAddressBooks, listCalendars } from '../nextcloud/dav/discovery.ts'
import { type Linkable, linkableBook, linkableCalendar, linkableTaskList } from '../nextcloud/linkable.ts'
import { unreachable } from '../ports/errors.ts'
import type { CollectionKind } from '../ports/state-store.ts'

export type Finding = { exchange: EwsClient; dav: DavClient; mailbox: string }

export type Found = {
  folders: readonly ExchangeFolder[]
  /** Every one of the home, those that may not be used and those in the trash included. */
  collections: readonly Linkable[]
  defaults: { preferred: string; made: string }
  create(wanted: NewCalendar): Promise<{ url: string }>
}

/** Nextcloud's names of what every user gets, and ours for what is made where there is none. */
const DEFAULTS: Readonly<Record<CollectionKind, Found['defaults']>> = {
  calendar: { preferred: 'personal', made: 'Calendar' },
  tasks: { preferred: 'tasks', made: 'Tasks' },
  contacts: { preferred: 'contacts', made: 'Contacts' },
}

/** Looks at both sides. */
export async function findCollections(kind: CollectionKind, { dav, exchange, mailbox }: Finding): Promise<Found> {
  const home = await discoverHome(dav, kind === 'contacts' ? 'carddav' : 'caldav')
  const folders = await listFolders(exchange, mailbox, kind)
  const defaults = DEFAULTS[kind]
  switch (kind) {
    case 'calendar': {
      const collections = (await listCalendars(dav, home)).map(linkableCalendar)
      return { folders, collections, defaults, create: (wanted) => createCalendar(dav, home, wanted) }
    }
    case 'tasks': {
      const collections = (await listCalendars(dav, home)).map(linkableTaskList)
      return { folders, collections, defaults, create: (wanted) => createTaskList(dav, home, wanted) }
    }
    case 'contacts': {
      const collections = (await listAddressBooks(dav, home)).map(linkableBook)
      return { folders, collections, defaults, create: (wanted) => createAddressBook(dav, home, wanted) }
    }
    default:
      return unreachable(kind)
  }
}
