/** A calendar, task list or address book of Nextcloud as linking sees it: its names, and why it may not be used. */
import { type DavAddressBook, isSyncableBook } from './dav/address-book.ts'
import { type DavCalendar, isSyncable, isTaskList } from './dav/calendar.ts'

export type Unusable = 'not-own' | 'read-only' | 'subscription' | 'no-events' | 'no-tasks' | 'generated' | 'in-trash'

/** `color`: as the server holds it, `#RRGGBB` or `#RRGGBBAA`. `linkedName`: our note, see collection-props.ts. */
export type Linkable = {
  url: string
  segment: string
  displayName: string
  unusable: Unusable | null
  color: string | null
  linkedName: string | null
}

export function linkableCalendar(calendar: DavCalendar): Linkable {
  return linkable(calendar, unusableCalendar(calendar) ?? (isSyncable(calendar) ? null : 'no-events'))
}

export function linkableTaskList(calendar: DavCalendar): Linkable {
  return linkable(calendar, unusableCalendar(calendar) ?? (isTaskList(calendar) ? null : 'no-tasks'))
}

export function linkableBook(book: DavAddressBook): Linkable {
  const { own, readOnly, generated } = book
  const reason = generated ? 'generated' : !own ? 'not-own' : readOnly ? 'read-only' : null
  return linkable({ ...book, color: null }, isSyncableBook(book) ? null : reason)
}

function unusableCalendar({ deleted, subscribed, own, readOnly }: DavCalendar): Unusable | null {
  if (deleted) return 'in-trash'
  if (subscribed) return 'subscription'
  if (!own) return 'not-own'
  return readOnly ? 'read-only' : null
}

type Described = Pick<DavCalendar, 'url' | 'segment' | 'displayName' | 'color' | 'linkedName'>

function linkable({ url, segment, displayName, color, linkedName }: Described, unusable: Unusable | null): Linkable {
  return { url, segment, displayName, unusable, color, linkedName: linkedName ?? null }
}
