/** Makes a new calendar, task list (RFC 4791 section 5.3.1) or address book (RFC 6352 section 6.3.1), for a user who has none or for a further Exchange folder. */
import { ConnectorError } from '../../ports/errors.ts'
import { ADDRESS_BOOK_PROPS, type DavAddressBook, isSyncableBook, readAddressBook } from './address-book.ts'
import { CALENDAR_PROPS, type DavCalendar, isSyncable, isTaskList, readCalendar } from './calendar.ts'
import type { DavClient, XmlBody } from './client.ts'
import type { DavHome } from './discovery.ts'
import { asCollectionUrl, canonicalUrl } from './href.ts'
import type { DavResponse } from './multistatus.ts'
import { statusError } from './status-error.ts'
import type { DavAnswer } from './transport.ts'
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
  const url = await make(home, wanted, (at) => client.mkcalendar(at, calendarProps(wanted, 'VEVENT')))
  return describeNew(client, url, { props: CALENDAR_PROPS, read: readCalendar, home, isUsable: isSyncable })
}

/** A calendar for tasks alone, as Nextcloud's Tasks makes them. Throws like `createCalendar`. */
export async function createTaskList(client: DavClient, home: DavHome, wanted: NewCalendar): Promise<DavCalendar> {
  const url = await make(home, wanted, (at) => client.mkcalendar(at, calendarProps(wanted, 'VTODO')))
  return describeNew(client, url, { props: CALENDAR_PROPS, read: readCalendar, home, isUsable: isTaskList })
}

/** `home`: that of a `carddav` discovery. An address book has no colour. Throws like `createCalendar`. */
export async function createAddressBook(
  client: DavClient,
  home: DavHome,
  wanted: Pick<NewCalendar, 'displayName'>,
): Promise<DavAddressBook> {
  const props = {
    'd:resourcetype': { 'd:collection': {}, 'card:addressbook': {} },
    'd:displayname': xmlText(wanted.displayName),
  }
  const url = await make(home, wanted, (at) => client.mkcol(at, props))
  return describeNew(client, url, { props: ADDRESS_BOOK_PROPS, read: readAddressBook, home, isUsable: isSyncableBook })
}

function calendarProps({ displayName, color }: NewCalendar, component: 'VEVENT' | 'VTODO'): XmlBody {
  return {
    'd:displayname': xmlText(displayName),
    'c:supported-calendar-component-set': { 'c:comp': { _attributes: { name: component } } },
    ...(color ? { 'ca:calendar-color': xmlText(color) } : {}),
  }
}

/** The URL of what was made. */
async function make(
  home: DavHome,
  { displayName }: Pick<NewCalendar, 'displayName'>,
  request: (url: string) => Promise<DavAnswer>,
): Promise<string> {
  const slug = slugOf(displayName)
  for (let count = 1; count <= NAME_TRIES_MAX; count++) {
    const name = count === 1 ? slug : `${slug}-${count}`
    const url = asCollectionUrl(canonicalUrl(name, asCollectionUrl(home.homeUrl)))
    const answer = await request(url)
    if (answer.status >= 200 && answer.status <= 299) return url
    // RFC 4918 section 9.3.1: 405 when something is there. Radicale and others say 403 or 409 with resource-must-be-null.
    const taken = answer.status === 405 || /resource-must-be-null/.test(answer.text)
    if (!taken) throw statusError(answer, 'item')
  }
  throw new ConnectorError('limit.reached', { limit: 'NAME_TRIES_MAX', value: NAME_TRIES_MAX })
}

type Description<T> = {
  props: readonly string[]
  read(response: DavResponse, at: { base: string; principalUrl: string | null }): T | null
  home: DavHome
  isUsable(collection: T): boolean
}

async function describeNew<T>(
  client: DavClient,
  url: string,
  { props, read, home, isUsable }: Description<T>,
): Promise<T> {
  const { responses, url: base } = await client.propfind(url, { depth: '0', props })
  const [self] = responses
  const collection = self ? read(self, { base, principalUrl: home.principalUrl }) : null
  if (collection && isUsable(collection)) return collection
  throw new ConnectorError('nextcloud.bad-response', {
    detail: 'a new collection cannot be used',
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
