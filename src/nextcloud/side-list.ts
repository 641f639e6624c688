/** Lists a collection completely (PROPFIND, depth 1), and describes it. An answer that could be a part is an error, never a shorter list. */
import { ConnectorError } from '../ports/errors.ts'
import type { ListEntry, SideDescription } from '../ports/side.ts'
import { ADDRESS_BOOK_PROPS, readAddressBook } from './dav/address-book.ts'
import { CALENDAR_PROPS, readCalendar } from './dav/calendar.ts'
import { type DavResponse, propText } from './dav/multistatus.ts'
import { DAV } from './dav/xml.ts'
import { type SideContext, versionOf } from './side-context.ts'

/** Objects, without the collection itself. Tasks in a mixed calendar are among them: a read tells. */
export async function listEntries({ client, hrefs }: SideContext): Promise<ListEntry[]> {
  const props = ['d:getetag', 'd:resourcetype']
  const { responses } = await client.propfind(hrefs.collectionUrl, { depth: '1', props })
  const entries = new Map<string, ListEntry>()
  const [only] = responses
  if (responses.length === 1 && only?.status === 404) {
    throw new ConnectorError('nextcloud.collection-not-found', { path: new URL(hrefs.collectionUrl).pathname })
  }
  let sawCollection = false
  for (const response of responses) {
    if (response.status === 507) throw new ConnectorError('nextcloud.truncated', { detail: 'listing of a collection' })
    const id = hrefs.idOf(response.href)
    if (id === null) {
      sawCollection = true
      continue
    }
    const isCollection = response.props
      .get(`${DAV}resourcetype`)
      ?.children.some((node) => node.name === `${DAV}collection`)
    if (isCollection || response.status === 404) continue
    entries.set(id, { id, version: versionOf(propText(response, `${DAV}getetag`)) })
  }
  // RFC 4918 section 9.1: depth 1 includes the collection. An answer without it comes from something else (LOS-1).
  if (!sawCollection) throw new ConnectorError('nextcloud.bad-response', { detail: 'a listing without its collection' })
  return [...entries.values()]
}

/**
 * Identity: the URL, and the resource-id where a server has one (RFC 5842 section 3.1: never reused). Nextcloud has none; there
 * a calendar that was deleted and made anew under its old name shows by a sync token that went backwards, which asks for a
 * full comparison, and by the guards on what it then lacks.
 */
export async function describeCollection({ client, hrefs, dialect }: SideContext): Promise<SideDescription> {
  const url = hrefs.collectionUrl
  const { responses, url: base } = await client.propfind(url, {
    depth: '0',
    props: dialect.format === 'vcard' ? ADDRESS_BOOK_PROPS : CALENDAR_PROPS,
  })
  const [self] = responses
  if (self?.status === 404) throw new ConnectorError('nextcloud.collection-not-found', { path: new URL(url).pathname })
  const collection = self && (dialect.format === 'vcard' ? bookFacts(self, base) : calendarFacts(self, base))
  if (!collection) {
    throw new ConnectorError('nextcloud.collection-not-found', {
      path: new URL(url).pathname,
      detail: dialect.format === 'vcard' ? 'not an address book' : 'not a calendar',
    })
  }
  const resource = self.props.get(`${DAV}resource-id`)?.children[0]?.text.trim()
  return {
    identity: resource ? `${url} ${resource}` : url,
    displayName: collection.displayName,
    itemCount: null,
    readOnly: collection.readOnly,
  }
}

type Facts = { displayName: string; readOnly: boolean }

function calendarFacts(self: DavResponse, base: string): Facts | null {
  const calendar = readCalendar(self, { base, principalUrl: null })
  if (!calendar || calendar.deleted) return null
  return { displayName: calendar.displayName, readOnly: calendar.readOnly || calendar.subscribed }
}

function bookFacts(self: DavResponse, base: string): Facts | null {
  const book = readAddressBook(self, { base, principalUrl: null })
  return book && { displayName: book.displayName, readOnly: book.readOnly || book.generated }
}
