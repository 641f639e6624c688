/** Finds objects by UID: in the collection, for `already`, and in Nextcloud's trash, where one blocks its own re-creation. */
import type { ItemId } from '../ports/side.ts'
import { uidsIn } from './codec.ts'
import { multistatusOf } from './dav/client.ts'
import { canonicalUrl, plainSegment } from './dav/href.ts'
import { type DavResponse, propText } from './dav/multistatus.ts'
import { NAMESPACES } from './dav/xml.ts'
import type { SideContext } from './side-context.ts'

/** The object with exactly this UID in the collection, or null when the query found none. */
export async function findByUid(context: SideContext, uid: string): Promise<ItemId | null> {
  const { hrefs } = context
  const [found] = await queryUid(context, { url: hrefs.collectionUrl, uid })
  return found ? hrefs.idOf(found.response.href) : null
}

/**
 * Quirk NC-TRASH-UID: Nextcloud 30 and later answer 500 when an event is created whose UID lies in the trash of the same calendar
 * (a unique index that counts the trash; a meeting cancelled and sent again does it daily). The trashed object, which a person
 * has already deleted and which holds the same meeting, is purged, silently. Only on a Nextcloud trash bin, only with exactly
 * this UID, only when it came from this very calendar. True when something was purged.
 */
export async function purgeTrashed(context: SideContext, uid: string): Promise<boolean> {
  if (!context.dialect.hasTrash) return false
  const { client, hrefs, log } = context
  const collection = new URL(hrefs.collectionUrl)
  const segments = collection.pathname.split('/').filter(Boolean)
  const own = plainSegment(segments.at(-1) ?? '')
  const url = new URL('../trashbin/objects/', collection).href
  let purged = false
  for (const { response, base } of await queryUid(context, { url, uid, props: { 'nc:calendar-uri': {} } })) {
    if (propText(response, `{${NAMESPACES.nc}}calendar-uri`) !== own) continue
    const answer = await client.remove(canonicalUrl(response.href, base), null)
    log.info({ collection: own, status: answer.status }, 'purged a trashed event that blocked its re-creation')
    purged ||= answer.status >= 200 && answer.status <= 299
  }
  return purged
}

type UidQuery = { url: string; uid: string; props?: Record<string, object> }

/** text-match finds substrings (RFC 4791 section 9.7.5), so the data decides. A server without the report finds nothing. */
async function queryUid(
  { client, dialect }: SideContext,
  { url, uid, props = {} }: UidQuery,
): Promise<{ response: DavResponse; base: string }[]> {
  const { root, filter } = dialect.uidQuery(uid)
  const answer = await client.report(url, {
    depth: '1',
    root,
    body: { 'd:prop': { 'd:getetag': {}, ...dialect.data.request, ...props }, ...filter },
  })
  if (answer.status !== 207) return []
  const { responses, url: base } = multistatusOf(answer)
  return responses
    .filter((response) => uidsIn(response.props.get(dialect.data.name)?.text ?? '').includes(uid))
    .map((response) => ({ response, base }))
}
