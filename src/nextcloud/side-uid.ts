/** Finds objects by UID: in the collection, for `already`, and in Nextcloud's trash, where one blocks its own re-creation. */
import { nameOf } from '../model/item-name.ts'
import type { DeletedItem, ItemId } from '../ports/side.ts'
import { normaliseLines, uidsIn } from './codec.ts'
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

/** The document with this UID in the collection, also where it is written as a URN; or null. */
export async function textByUid(context: SideContext, uid: string): Promise<string | null> {
  const { collectionUrl: url } = context.hrefs
  const [plain] = await queryUid(context, { url, uid })
  const [found = plain] = plain ? [] : await queryUid(context, { url, uid: `urn:uuid:${uid}` })
  const text = found?.response.props.get(context.dialect.data.name)?.text
  return text === undefined ? null : normaliseLines(text)
}

/**
 * Quirk NC-TRASH-UID: Nextcloud 30 and later answer 500 when an event is created whose UID lies in the trash of the same calendar
 * (a unique index that counts the trash; a meeting cancelled and sent again does it daily). Gives the trashed objects that stand in
 * the way: only those of a Nextcloud trash bin with exactly this UID that came from this very calendar.
 */
export async function trashedWith(context: SideContext, uid: string): Promise<DeletedItem[]> {
  if (!context.dialect.hasTrash) return []
  const { hrefs, dialect, codec } = context
  const collection = new URL(hrefs.collectionUrl)
  const segments = collection.pathname.split('/').filter(Boolean)
  const own = plainSegment(segments.at(-1) ?? '')
  const url = new URL('../trashbin/objects/', collection).href
  const found = await queryUid(context, { url, uid, props: { 'nc:calendar-uri': {} } })
  return found
    .filter(({ response }) => propText(response, `{${NAMESPACES.nc}}calendar-uri`) === own)
    .map(({ response, base }) => {
      const id = new URL(canonicalUrl(response.href, base)).pathname as ItemId
      const native = { format: dialect.format, text: normaliseLines(response.props.get(dialect.data.name)?.text ?? '') }
      const decoded = codec.decode(native.text)
      return { id, uid, title: decoded.kind === 'item' ? nameOf(decoded.model).title : '', native }
    })
}

/** Removes trashed objects for good, silently; their contents are in the archive by now. */
export async function purgeTrashed({ client, hrefs, log }: SideContext, ids: readonly ItemId[]): Promise<void> {
  for (const id of ids) {
    const { status } = await client.remove(new URL(id, hrefs.collectionUrl).href, null)
    log.info({ status }, 'purged a trashed event that blocked its re-creation')
  }
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
