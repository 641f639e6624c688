/** What a server tells about one calendar, and whether it may be synced. */
import { asCollectionUrl, canonicalUrl, plainSegment } from './href.ts'
import { type DavResponse, propHref, propText } from './multistatus.ts'
import { CALDAV, DAV, findAll, NAMESPACES } from './xml.ts'

/** `owner` is the path of a principal; null when the server does not tell. */
export type DavCalendar = {
  url: string
  /** Last path segment, decoded: `personal`. */
  segment: string
  displayName: string
  color: string | null
  /** Component names; null when the server lets any be stored (RFC 4791 section 5.2.3). */
  components: readonly string[] | null
  owner: string | null
  own: boolean
  /** A feed from elsewhere: the server refreshes it, nobody writes to it. */
  subscribed: boolean
  readOnly: boolean
  /** In Nextcloud's trash. */
  deleted: boolean
  /** Our note on a calendar that was made for an Exchange folder: the name that both had last. */
  linkedName?: string | null
  ctag: string | null
  syncToken: string | null
}

export const CALENDAR_PROPS = [
  'd:resourcetype',
  'd:displayname',
  'd:owner',
  'd:current-user-privilege-set',
  'd:sync-token',
  'd:resource-id',
  'c:supported-calendar-component-set',
  'cs:getctag',
  'ca:calendar-color',
  'oc:owner-principal',
  'nc:deleted-at',
  'exc:linked-name',
]

/** Own, writable, holds events, and is a real calendar: never one shared by others, who did not consent. */
export function isSyncable(calendar: DavCalendar): boolean {
  return isUsable(calendar) && holds(calendar, 'VEVENT')
}

/** The same for tasks: a calendar for events alone is none (Nextcloud answers 403 to a task in it). */
export function isTaskList(calendar: DavCalendar): boolean {
  return isUsable(calendar) && holds(calendar, 'VTODO')
}

function isUsable({ own, subscribed, readOnly, deleted }: DavCalendar): boolean {
  return own && !subscribed && !readOnly && !deleted
}

function holds({ components }: DavCalendar, component: string): boolean {
  return components === null || components.includes(component)
}

/** Null for anything but a calendar: inbox, outbox, trash bin, the home itself. */
export function readCalendar(
  response: DavResponse,
  { base, principalUrl }: { base: string; principalUrl: string | null },
): DavCalendar | null {
  const types = new Set(response.props.get(`${DAV}resourcetype`)?.children.map((node) => node.name))
  const subscribed = types.has(`{${NAMESPACES.cs}}subscribed`)
  const deleted = types.has(`{${NAMESPACES.nc}}deleted-calendar`)
  if (!types.has(`${CALDAV}calendar`) && !subscribed && !deleted) return null
  const url = asCollectionUrl(canonicalUrl(response.href, base))
  const segment = plainSegment(url.split('/').at(-2) ?? '')
  const owner = ownerOf(response, base)
  return {
    url,
    segment,
    displayName: propText(response, `${DAV}displayname`) ?? segment,
    color: propText(response, `{${NAMESPACES.ca}}calendar-color`),
    components: componentsOf(response),
    owner,
    own: isOwn(segment, owner, principalUrl),
    subscribed,
    readOnly: segment === 'contact_birthdays' || !mayWrite(response),
    deleted: deleted || propText(response, `{${NAMESPACES.nc}}deleted-at`) !== null,
    linkedName: propText(response, `{${NAMESPACES.exc}}linked-name`),
    ctag: propText(response, `{${NAMESPACES.cs}}getctag`),
    syncToken: propText(response, `${DAV}sync-token`),
  }
}

/** Nextcloud's owner-principal is `principals/users/alice` without a root; DAV:owner is an href. */
export function ownerOf(response: DavResponse, base: string): string | null {
  const own = propText(response, `{${NAMESPACES.oc}}owner-principal`) ?? propHref(response, `${DAV}owner`)
  return own ? new URL(canonicalUrl(own, base)).pathname : null
}

/** Nextcloud names what others share `work_shared_by_bob`. */
export function isOwn(segment: string, owner: string | null, principalUrl: string | null): boolean {
  if (segment.includes('_shared_by_')) return false
  return owner === null || principalUrl === null || samePrincipal(owner, principalUrl)
}

function samePrincipal(owner: string, principalUrl: string): boolean {
  const tail = (path: string) => path.split('/').filter(Boolean).slice(-2).join('/').toLowerCase()
  return tail(owner) === tail(new URL(principalUrl).pathname)
}

function componentsOf(response: DavResponse): string[] | null {
  const set = response.props.get(`${CALDAV}supported-calendar-component-set`)
  return set ? set.children.flatMap((comp) => comp.attributes.name?.toUpperCase() ?? []) : null
}

/** Without a privilege set (RFC 3744 is optional) the first write will tell. */
export function mayWrite(response: DavResponse): boolean {
  const set = response.props.get(`${DAV}current-user-privilege-set`)
  if (!set) return true
  const granted = new Set(findAll(set, `${DAV}privilege`).flatMap((one) => one.children.map((node) => node.name)))
  if (granted.has(`${DAV}all`) || granted.has(`${DAV}write`)) return true
  return granted.has(`${DAV}write-content`) && granted.has(`${DAV}bind`)
}
