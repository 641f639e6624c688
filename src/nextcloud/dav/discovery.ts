/** Finds a user's principal and calendars from whatever URL the administrator gave (RFC 6764, RFC 5397, RFC 4791 section 6.2.1). */
import { ConnectorError } from '../../ports/errors.ts'
import { CALENDAR_PROPS, type DavCalendar, readCalendar } from './calendar.ts'
import type { DavClient } from './client.ts'
import { asCollectionUrl, canonicalUrl } from './href.ts'
import { propHref } from './multistatus.ts'
import { CALDAV, DAV } from './xml.ts'

export type DavHome = { principalUrl: string; homeUrl: string }

const PRINCIPAL_PROPS = ['d:current-user-principal', 'c:calendar-home-set']

/**
 * Throws `nextcloud.sign-in` at the first refusal: a wrong password is not tried at further URLs, since each failure counts
 * towards the server's brute force delay. Throws `nextcloud.bad-response` when no CalDAV is found at any of them.
 */
export async function discoverHome(client: DavClient): Promise<DavHome> {
  const given = asCollectionUrl(client.baseUrl)
  const candidates = [given, new URL('/.well-known/caldav', given).href, new URL('remote.php/dav/', given).href]
  // What the administrator's own address answered is told; the guesses after it only lead astray.
  let first: ConnectorError | null = null
  for (const url of candidates) {
    const principalUrl = await principalAt(client, url).catch((error: unknown) => {
      if (!isElsewhere(error)) throw error
      first ??= error
      return null
    })
    if (principalUrl) return { principalUrl, homeUrl: await homeOf(client, principalUrl) }
  }
  throw first ?? new ConnectorError('nextcloud.bad-response', { detail: 'no CalDAV principal found', url: given })
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
