/**
 * Finds a user's principal, calendars and address books from whatever URL the administrator gave (RFC 6764, RFC 5397, RFC 4791
 * section 6.2.1, RFC 6352 section 7.1.1).
 */
import { ConnectorError } from '../../ports/errors.ts'
import { ADDRESS_BOOK_PROPS, type DavAddressBook, readAddressBook } from './address-book.ts'
import { CALENDAR_PROPS, type DavCalendar, readCalendar } from './calendar.ts'
import type { DavClient } from './client.ts'
import { asCollectionUrl, canonicalUrl } from './href.ts'
import { type DavResponse, propHref } from './multistatus.ts'
import { CALDAV, CARDDAV, DAV } from './xml.ts'

export type DavHome = { principalUrl: string; homeUrl: string }

export type DavService = 'caldav' | 'carddav'

const HOME_SET = {
  caldav: { prop: 'c:calendar-home-set', name: `${CALDAV}calendar-home-set` },
  carddav: { prop: 'card:addressbook-home-set', name: `${CARDDAV}addressbook-home-set` },
} as const

/**
 * Throws `nextcloud.sign-in` at the first refusal: a wrong password is not tried at further URLs, since each failure counts
 * towards the server's brute force delay. Throws `nextcloud.bad-response` when the service is found at none of them.
 */
export async function discoverHome(client: DavClient, service: DavService = 'caldav'): Promise<DavHome> {
  const given = asCollectionUrl(client.baseUrl)
  const candidates = [given, new URL(`/.well-known/${service}`, given).href, new URL('remote.php/dav/', given).href]
  // What the administrator's own address answered is told; the guesses after it only lead astray.
  let first: ConnectorError | null = null
  for (const url of candidates) {
    const principalUrl = await principalAt(client, url, service).catch((error: unknown) => {
      if (!isElsewhere(error)) throw error
      first ??= error
      return null
    })
    if (principalUrl) return { principalUrl, homeUrl: await homeOf(client, principalUrl, service) }
  }
  throw (
    first ??
    new ConnectorError('nextcloud.bad-response', {
      detail: `no ${service === 'caldav' ? 'CalDAV' : 'CardDAV'} principal found`,
      url: given,
    })
  )
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

async function principalAt(client: DavClient, url: string, service: DavService): Promise<string | null> {
  const props = ['d:current-user-principal', HOME_SET[service].prop]
  const { responses, url: answered } = await client.propfind(url, { depth: '0', props })
  const [self] = responses
  if (!self) return null
  const principal = propHref(self, `${DAV}current-user-principal`)
  if (principal) return asCollectionUrl(canonicalUrl(principal, answered))
  // The URL of a principal itself.
  return propHref(self, HOME_SET[service].name) ? asCollectionUrl(canonicalUrl(self.href, answered)) : null
}

async function homeOf(client: DavClient, principalUrl: string, service: DavService): Promise<string> {
  const { prop, name } = HOME_SET[service]
  const { responses, url } = await client.propfind(principalUrl, { depth: '0', props: [prop] })
  const [self] = responses
  const home = self && propHref(self, name)
  if (!home) throw new ConnectorError('nextcloud.bad-response', { detail: `no ${prop}`, url: principalUrl })
  return asCollectionUrl(canonicalUrl(home, url))
}

/** Every calendar of the home, those that are not to be synced included: see `isSyncable` and `isTaskList`. */
export async function listCalendars(client: DavClient, home: DavHome): Promise<DavCalendar[]> {
  return listHome(client, home, { props: CALENDAR_PROPS, read: readCalendar })
}

/** Every address book of the home (of a `carddav` discovery), generated ones included: see `isSyncableBook`. */
export async function listAddressBooks(client: DavClient, home: DavHome): Promise<DavAddressBook[]> {
  return listHome(client, home, { props: ADDRESS_BOOK_PROPS, read: readAddressBook })
}

type Reader<T> = {
  props: readonly string[]
  read(response: DavResponse, at: { base: string; principalUrl: string | null }): T | null
}

async function listHome<T>(client: DavClient, home: DavHome, { props, read }: Reader<T>): Promise<T[]> {
  const { responses, url } = await client.propfind(home.homeUrl, { depth: '1', props })
  if (responses.some((response) => response.status === 507)) {
    throw new ConnectorError('nextcloud.truncated', { detail: 'list of collections' })
  }
  return responses.flatMap((response) => read(response, { base: url, principalUrl: home.principalUrl }) ?? [])
}
