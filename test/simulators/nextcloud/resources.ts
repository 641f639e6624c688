/** From a path to what is there for this user: the node tree of Nextcloud's DAV root, as far as calendars and contacts need it. */
import type { Call } from './call.ts'
import type { AddressBook } from './cards/address-book.ts'
import { DavError, notFound } from './errors.ts'
import type { StoredObject } from './objects.ts'
import type { Calendar, CalendarView, InboxItem, Subscription, User } from './store.ts'

export type Resource =
  | { kind: 'collection'; segments: string[]; children: 'none' | 'principals' | 'homes' }
  | { kind: 'principal'; segments: string[]; user: User }
  | { kind: 'calendar-home'; segments: string[]; user: User }
  | { kind: 'calendar'; segments: string[]; view: CalendarView }
  | { kind: 'object'; segments: string[]; view: CalendarView; object: StoredObject }
  | { kind: 'subscription'; segments: string[]; subscription: Subscription; user: User }
  | { kind: 'inbox' | 'outbox' | 'trashbin' | 'trash-objects' | 'trash-restore'; segments: string[]; user: User }
  | { kind: 'inbox-item'; segments: string[]; item: InboxItem; user: User }
  | { kind: 'trash-object'; segments: string[]; calendar: Calendar; object: StoredObject; user: User }
  | { kind: 'book-home'; segments: string[]; user: User }
  | { kind: 'book'; segments: string[]; book: AddressBook }
  | { kind: 'card'; segments: string[]; book: AddressBook; object: StoredObject }

const NOT_COLLECTIONS = new Set<Resource['kind']>(['object', 'inbox-item', 'trash-object', 'card'])
export const isCollection = (resource: Resource): boolean => !NOT_COLLECTIONS.has(resource.kind)

/** Homes of others exist, but the ACL plugin refuses them. */
function homeOwner(call: Call, uid: string, what: string): User {
  const user = call.world.store.users.get(uid)
  if (!user) throw notFound(`Principal with name ${uid} not found`)
  if (user !== call.user)
    throw new DavError('need-privileges', `User did not have the required privileges ({DAV:}read) for path "${what}"`)
  return user
}

function trashed(user: User, name: string): { calendar: Calendar; object: StoredObject } {
  const id = Number(/(\d+)\.ics/.exec(name)?.[1])
  for (const calendar of user.calendars.values()) {
    const object = calendar.objects.trash.get(id)
    if (object) return { calendar, object }
  }
  throw notFound('Calendar object not found')
}

function resolveTrash(segments: string[], user: User): Resource {
  const [, , , part, name, ...rest] = segments
  if (part === undefined) return { kind: 'trashbin', segments, user }
  if (part === 'restore' && name === undefined) return { kind: 'trash-restore', segments, user }
  if (part === 'objects' && name === undefined) return { kind: 'trash-objects', segments, user }
  if (part === 'objects' && name !== undefined && rest.length === 0)
    return { kind: 'trash-object', segments, user, ...trashed(user, name) }
  throw notFound(`File not found: ${segments.slice(3).join('/')}`)
}

/** On 29 the feed lists trashed uris, and they can be read there. */
function objectIn(call: Call, view: CalendarView, name: string): StoredObject | undefined {
  const live = view.calendar.objects.live.get(name)
  if (live || call.world.options.version >= 30) return live
  return [...view.calendar.objects.trash.values()].find((object) => object.uri === name)
}

function resolveCalendars(call: Call, segments: string[]): Resource {
  const [, uid, uri, name, ...rest] = segments
  if (uid === undefined) return { kind: 'collection', segments, children: 'homes' }
  const user = homeOwner(call, uid, segments.join('/'))
  if (uri === undefined) return { kind: 'calendar-home', segments, user }
  if (uri === 'trashbin' && call.world.options.trashbin) return resolveTrash(segments, user)
  if (uri === 'inbox' && name !== undefined) {
    const item = user.inbox.get(name)
    if (item) return { kind: 'inbox-item', segments, item, user }
    throw notFound('Calendar object not found')
  }
  if (uri === 'inbox' || uri === 'outbox') return { kind: uri, segments, user }
  const subscription = user.subscriptions.find((candidate) => candidate.uri === uri)
  if (subscription && name === undefined) return { kind: 'subscription', segments, subscription, user }
  const view = call.world.store.calendarOf(user, uri)
  if (!view) throw notFound(`Calendar with name '${uri}' could not be found`)
  if (name === undefined) return { kind: 'calendar', segments, view }
  const object = rest.length === 0 && view.calendar.deletedAtMs === null ? objectIn(call, view, name) : undefined
  if (!object) throw notFound('Calendar object not found')
  return { kind: 'object', segments, view, object }
}

function resolveBooks(call: Call, segments: string[]): Resource {
  const [, group, uid, uri, name, ...rest] = segments
  if (uid === undefined && (group === undefined || group === 'users'))
    return { kind: 'collection', segments, children: 'none' }
  if (group !== 'users' || uid === undefined) throw notFound(`File not found: ${group}`)
  const user = homeOwner(call, uid, segments.join('/'))
  if (uri === undefined) return { kind: 'book-home', segments, user }
  const book = user.addressBooks.get(uri)
  if (!book) throw notFound(`Addressbook with name '${uri}' could not be found`)
  if (name === undefined) return { kind: 'book', segments, book }
  const object = rest.length === 0 ? book.objects.live.get(name) : undefined
  if (!object) throw notFound('Card not found')
  return { kind: 'card', segments, book, object }
}

/** Throws 404 where Sabre's tree has no node. */
export function resolve(call: Call, segments: string[]): Resource {
  const [top, group, uid, ...rest] = segments
  if (top === undefined) return { kind: 'collection', segments, children: 'none' }
  if (top === 'calendars') return resolveCalendars(call, segments)
  if (top === 'addressbooks') return resolveBooks(call, segments)
  if (top !== 'principals' || rest.length > 0) throw notFound(`File not found: ${top} in 'root'`)
  if (group === undefined) return { kind: 'collection', segments, children: 'none' }
  if (group !== 'users') throw notFound(`File not found: ${group}`)
  if (uid === undefined) return { kind: 'collection', segments, children: 'principals' }
  const user = call.world.store.users.get(uid)
  if (!user) throw notFound(`Principal with name ${uid} not found`)
  return { kind: 'principal', segments, user }
}

/** The resource or `undefined`; other refusals (a home of somebody else) are thrown. */
export function resolveOrNone(call: Call, segments: string[]): Resource | undefined {
  try {
    return resolve(call, segments)
  } catch (error) {
    if (error instanceof DavError && error.kind === 'not-found') return undefined
    throw error
  }
}
