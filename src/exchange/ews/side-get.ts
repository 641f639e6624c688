/** Reads items and the exceptions of their series, in batches, and tells gone from unreadable (I8, I10). */
import type { EwsDocument } from '../../mapping/ews/document.ts'
import { child, textAt, type XmlElement } from '../../mapping/ews/xml.ts'
import { ConnectorError } from '../../ports/errors.ts'
import { type EwsResult, responseCodeOf } from './operation.ts'
import { getFolder } from './operations/get-folder.ts'
import { getItem } from './operations/get-item.ts'
import type { ItemRef } from './refs.ts'
import type { ItemShape } from './shapes.ts'
import { call, readBatches, type SideContext } from './side-context.ts'
import { exceptionIds } from './side-version.ts'

/** An item with the exceptions of its series, as elements. */
export type Fetched =
  | { kind: 'present'; id: string; document: EwsDocument }
  | { kind: 'gone'; id: string }
  | { kind: 'failed'; id: string; changeKey: string | null; error: ConnectorError; element?: XmlElement }

export type FetchShapes = { master: ItemShape; exception: ItemShape }

/** One result per id, in order. Two requests per hundred items, the second only when there are exceptions. */
export async function fetchItems(
  context: SideContext,
  ids: readonly string[],
  shapes: FetchShapes,
): Promise<Fetched[]> {
  const masters = await getItems(context, ids, shapes.master)
  const fetched: Fetched[] = []
  for (const [index, id] of ids.entries())
    fetched.push(await asFetched(context, { id, whyNot: whyNotAnEvent }, masters[index]))
  return addExceptions(context, fetched, shapes.exception)
}

/** Why an element is not of the folder's kind, as fields of an error; null when it is. */
type WhyNot = (element: XmlElement) => Record<string, string> | null

/** One result per id, in order: items that stand alone, without series. */
export async function fetchSingles(
  context: SideContext,
  ids: readonly string[],
  how: { shape: ItemShape; whyNot: WhyNot },
): Promise<Fetched[]> {
  const results = await getItems(context, ids, how.shape)
  const fetched: Fetched[] = []
  for (const [index, id] of ids.entries()) {
    fetched.push(await asFetched(context, { id, whyNot: how.whyNot }, results[index]))
  }
  return fetched
}

function getItems(context: SideContext, ids: readonly string[], shape: ItemShape): Promise<EwsResult<ItemRef>[]> {
  return readBatches(ids, context.limits.getBatchMax, (batch) =>
    call(context, getItem, { shape, ids: batch.map((id) => ({ kind: 'item' as const, id })) }),
  )
}

async function asFetched(
  context: SideContext,
  { id, whyNot }: { id: string; whyNot: WhyNot },
  result: EwsResult<ItemRef> | undefined,
): Promise<Fetched> {
  if (result === undefined) throw new ConnectorError('bug', { where: 'fetchItems' })
  if (result.kind === 'failed') {
    return isNotFound(result.error)
      ? { kind: 'gone', id }
      : { kind: 'failed', id, changeKey: null, error: result.error }
  }
  const { element, changeKey } = result.value
  const parentId = child(element, 'ParentFolderId')?.attributes.Id
  const place = parentId === undefined ? 'ours' : await placeOf(context, parentId)
  if (place === 'other') return { kind: 'gone', id }
  if (place instanceof ConnectorError) return { kind: 'failed', id, changeKey, error: place, element }
  const reason = whyNot(element)
  if (reason !== null) {
    return { kind: 'failed', id, changeKey, error: new ConnectorError('item.unreadable', reason), element }
  }
  return { kind: 'present', id, document: { master: element, exceptions: [] } }
}

/** Only the explicit not-found is one (I8). */
export function isNotFound(error: unknown): boolean {
  return responseCodeOf(error) === 'ErrorItemNotFound'
}

/** Things that lie in a calendar folder and are no events of it: messages, contacts, an occurrence without its series. */
function whyNotAnEvent(item: XmlElement): Record<string, string> | null {
  const [itemClass, type] = [textAt(item, 'ItemClass'), textAt(item, 'CalendarItemType')]
  const isAppointment = itemClass === undefined || /^IPM\.Appointment(\.|$)/i.test(itemClass)
  if (item.name !== 'CalendarItem' || !isAppointment) {
    return { reason: 'item-class', detail: itemClass ?? item.name }
  }
  return type === 'Occurrence' || type === 'Exception' ? { reason: 'occurrence', detail: type } : null
}

/** What a folder answers that is gone or closed to us: ours was opened in the same breath, so it is another one. */
const NOT_OURS: ReadonlySet<string> = new Set(['ErrorFolderNotFound', 'ErrorItemNotFound', 'ErrorAccessDenied'])

/**
 * Whether an item's parent is our folder. Servers may name a folder by several ids: before an item counts as moved away, the
 * server is asked which folder the other id is. One that it cannot make out is no evidence (I8).
 */
async function placeOf(context: SideContext, parentId: string): Promise<'ours' | 'other' | ConnectorError> {
  const known = parentId === context.folderId ? 'ours' : context.folders.get(parentId)
  if (known !== undefined) return known
  const ids = [parentId, context.folderId].map((id) => ({ kind: 'folder', id }) as const)
  const [parent, ours] = await call(context, getFolder, { shape: { base: 'IdOnly' }, ids })
  if (ours?.kind !== 'ok') throw ours?.error ?? new ConnectorError('bug', { where: 'placeOf' })
  if (parent?.kind === 'failed' && !NOT_OURS.has(responseCodeOf(parent.error) ?? '')) return parent.error
  const place = parent?.kind === 'ok' && parent.value.id === ours.value.id ? 'ours' : 'other'
  context.folders.set(parentId, place)
  return place
}

async function addExceptions(context: SideContext, fetched: readonly Fetched[], shape: ItemShape): Promise<Fetched[]> {
  const wanted = fetched.flatMap((item) => (item.kind === 'present' ? exceptionIds(item.document.master) : []))
  if (wanted.length === 0) return [...fetched]
  const results = await getItems(context, wanted, shape)
  const byId = new Map(wanted.map((id, index) => [id, results[index]]))
  return fetched.map((item): Fetched => {
    if (item.kind !== 'present') return item
    const { master } = item.document
    const exceptions: XmlElement[] = []
    for (const id of exceptionIds(master)) {
      const result = byId.get(id)
      if (result?.kind !== 'ok') {
        // Half a series is not the series: somebody changed it meanwhile, or an exception is broken.
        const error = result?.error ?? new ConnectorError('bug', { where: 'addExceptions' })
        const changeKey = child(master, 'ItemId')?.attributes.ChangeKey ?? null
        const reason = { reason: 'exception', detail: responseCodeOf(error) ?? error.code }
        const unreadable = new ConnectorError('item.unreadable', reason, error)
        return { kind: 'failed', id: item.id, changeKey, error: unreadable, element: master }
      }
      exceptions.push(withId(result.value.element, id))
    }
    return { ...item, document: { master, exceptions } }
  })
}

/** The id as the master names it, by which the lens matches them: a server may give another one in the item itself. */
function withId(item: XmlElement, id: string): XmlElement {
  const children = item.children.map((part) =>
    part.name === 'ItemId' ? { ...part, attributes: { ...part.attributes, Id: id } } : part,
  )
  return { ...item, children }
}
