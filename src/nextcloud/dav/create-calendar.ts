/** Makes a new calendar for events (RFC 4791 section 5.3.1), for a user who has none or for a further Exchange folder. */
import { ConnectorError } from '../../ports/errors.ts'
import { CALENDAR_PROPS, type DavCalendar, isSyncable, readCalendar } from './calendar.ts'
import type { DavClient } from './client.ts'
import type { DavHome } from './discovery.ts'
import { asCollectionUrl, canonicalUrl } from './href.ts'
import { statusError } from './status-error.ts'
import { xmlText } from './xml.ts'

/** `color`: `#RRGGBB`. */
export type NewCalendar = { displayName: string; color?: string }

/** Names tried when one is taken: `work`, `work-2`, ... */
const NAME_TRIES_MAX = 20

/**
 * Its component set is VEVENT alone: without a set Nextcloud would let tasks in. Throws `nextcloud.access-denied`,
 * `nextcloud.quota`, `nextcloud.item-refused`.
 */
export async function createCalendar(client: DavClient, home: DavHome, wanted: NewCalendar): Promise<DavCalendar> {
  const slug = slugOf(wanted.displayName)
  for (let count = 1; count <= NAME_TRIES_MAX; count++) {
    const name = count === 1 ? slug : `${slug}-${count}`
    const url = asCollectionUrl(canonicalUrl(name, asCollectionUrl(home.homeUrl)))
    const answer = await client.mkcalendar(url, {
      'd:displayname': xmlText(wanted.displayName),
      'c:supported-calendar-component-set': { 'c:comp': { _attributes: { name: 'VEVENT' } } },
      ...(wanted.color ? { 'ca:calendar-color': xmlText(wanted.color) } : {}),
    })
    if (answer.status >= 200 && answer.status <= 299) return describeNew(client, url, home)
    // RFC 4918 section 9.3.1: 405 when something is there. Radicale and others say 403 or 409 with resource-must-be-null.
    const taken = answer.status === 405 || /resource-must-be-null/.test(answer.text)
    if (!taken) throw statusError(answer, 'item')
  }
  throw new ConnectorError('limit.reached', { limit: 'NAME_TRIES_MAX', value: NAME_TRIES_MAX })
}

async function describeNew(client: DavClient, url: string, home: DavHome): Promise<DavCalendar> {
  const { responses, url: base } = await client.propfind(url, { depth: '0', props: CALENDAR_PROPS })
  const [self] = responses
  const calendar = self && readCalendar(self, { base, principalUrl: home.principalUrl })
  if (calendar && isSyncable(calendar)) return calendar
  throw new ConnectorError('nextcloud.bad-response', {
    detail: 'a new calendar cannot be used',
    path: new URL(url).pathname,
  })
}

/** Safe in every path: lower-case ASCII letters, digits and `-`. */
function slugOf(displayName: string): string {
  const plain = displayName
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
  return plain.slice(0, 40) || 'exchange'
}
