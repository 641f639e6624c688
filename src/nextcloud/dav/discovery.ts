/** Finds a user's principal and calendars from whatever URL the administrator gave (RFC 6764, RFC 5397, RFC 4791 section 6.2.1). */
import { ConnectorError } from '../../ports/errors.ts'
import type { DavClient } from './client.ts'
import { asCollectionUrl, canonicalUrl } from './href.ts'
import { type DavResponse, propHref, propText } from './multistatus.ts'
import { CALDAV, DAV, findAll, NAMESPACES } from './xml.ts'

export type DavHome = { principalUrl: string; homeUrl: string }

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
  ctag: string | null
  syncToken: string | null
}

const PRINCIPAL_PROPS = ['d:current-user-principal', 'c:calendar-home-set']

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
]

/**
 * Throws `nextcloud.sign-in` at the first refusal: a wrong password is not tried at further URLs, since each failure counts
 * towards the server's brute force delay. Throws `nextcloud.bad-response` when no CalDAV is found at any of them.
 */
export async function discoverHome(client: DavClient): Promise<DavHome> {
  const given = asCollectionUrl(client.baseUrl)
  const candidates = [given, new URL('/.well-known/caldav', given).href, new URL('remote.php/dav/', given).href]
  let last: ConnectorError | null = null
  for (const url of candidates) {
    const principalUrl = await principalAt(client, url).catch((error: unknown) => {
      if (!isElsewhere(error)) throw error
      last = error
      return null
    })
    if (principalUrl) return { principalUrl, homeUrl: await homeOf(client, principalUrl) }
  }
  throw last ?? new ConnectorError('nextcloud.bad-response', { detail: 'no CalDAV principal found', url: given })
}

/** No DAV at this URL, but perhaps at the next one. */
function isElsewhere(error: unknown): error is ConnectorError {
  if (!(error instanceof ConnectorError)) return false
  return (
    error.code === 'nextcloud.bad-response' ||
    error.code === 'nextcloud.collection-not-found' ||
    error.code === 'nextcloud.access-denied' ||
    error.code === 'nextcloud.redirect' ||
    error.code === 'nextcloud.truncated'
  )
}

async function principalAt(client: DavClient, url: string): Promise<string | null> {
  const { responses, url: answered } = await client.propfind(url, { depth: '0', props: PRINCIPAL_PROPS })
  const [self] = responses
  if (!self) return null
  const principal = propHref(self, `${DAV}current-user-principal`)
  if (principal) return asCollectionUrl(canonicalUrl(principal, answered))
  // The URL of a principal itself.
  return propHref(self, `${CALDAV}calendar-home-set`) ? asCollectionUrl(canonicalUrl(self.href, answered)) : null
}

async function homeOf(client: DavClient, principalUrl: string): Promise<string> {
  const { responses, url } = await client.propfind(principalUrl, { depth: '0', props: ['c:calendar-home-set'] })
  const [self] = responses
  const home = self && propHref(self, `${CALDAV}calendar-home-set`)
  if (!home) throw new ConnectorError('nextcloud.bad-response', { detail: 'no calendar-home-set', url: principalUrl })
  return asCollectionUrl(canonicalUrl(home, url))
}

/** Every calendar of the home, those that are not to be synced included: see `isSyncable`. */
export async function listCalendars(client: DavClient, home: DavHome): Promise<DavCalendar[]> {
  const { responses, url } = await client.propfind(home.homeUrl, { depth: '1', props: CALENDAR_PROPS })
  if (responses.some((response) => response.status === 507)) {
    throw new ConnectorError('nextcloud.truncated', { detail: 'list of calendars' })
  }
  return responses.flatMap((response) => readCalendar(response, { base: url, principalUrl: home.principalUrl }) ?? [])
}

/** Own, writable, holds events, and is a real calendar: never one shared by others, who did not consent. */
export function isSyncable(calendar: DavCalendar): boolean {
  const { own, subscribed, readOnly, deleted, components } = calendar
  return own && !subscribed && !readOnly && !deleted && (components === null || components.includes('VEVENT'))
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
  const segment = decodeURIComponent(url.split('/').at(-2) ?? '')
  const owner = ownerOf(response, base)
  const sharedByName = segment.includes('_shared_by_')
  return {
    url,
    segment,
    displayName: propText(response, `${DAV}displayname`) ?? segment,
    color: propText(response, `{${NAMESPACES.ca}}calendar-color`),
    components: componentsOf(response),
    owner,
    own: !sharedByName && (owner === null || principalUrl === null || samePrincipal(owner, principalUrl)),
    subscribed,
    readOnly: segment === 'contact_birthdays' || !mayWrite(response),
    deleted: deleted || propText(response, `{${NAMESPACES.nc}}deleted-at`) !== null,
    ctag: propText(response, `{${NAMESPACES.cs}}getctag`),
    syncToken: propText(response, `${DAV}sync-token`),
  }
}

/** Nextcloud's owner-principal is `principals/users/alice` without a root; DAV:owner is an href. */
function ownerOf(response: DavResponse, base: string): string | null {
  const own = propText(response, `{${NAMESPACES.oc}}owner-principal`) ?? propHref(response, `${DAV}owner`)
  return own ? new URL(canonicalUrl(own, base)).pathname : null
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
function mayWrite(response: DavResponse): boolean {
  const set = response.props.get(`${DAV}current-user-privilege-set`)
  if (!set) return true
  const granted = new Set(findAll(set, `${DAV}privilege`).flatMap((one) => one.children.map((node) => node.name)))
  if (granted.has(`${DAV}all`) || granted.has(`${DAV}write`)) return true
  return granted.has(`${DAV}write-content`) && granted.has(`${DAV}bind`)
}
