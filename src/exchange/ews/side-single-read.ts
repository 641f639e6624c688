/** Reading tasks, contacts and distribution lists for the engine: models with their native documents, and versions alone. */
import { EWS_PHOTO_BATCH_BYTES_MAX, EWS_PHOTO_BATCH_MAX } from '../../limits.ts'
import { photoAttachments, withPhotoContent } from '../../mapping/ews/contact-photo.ts'
import { itemIdOf, writeDocument } from '../../mapping/ews/document.ts'
import { derivedUid, uidOf } from '../../mapping/ews/identity.ts'
import { readSingleItem } from '../../mapping/ews/single-item.ts'
import { isUnfinished } from '../../mapping/ews/unfinished.ts'
import { textAt, type XmlElement } from '../../mapping/ews/xml.ts'
import { ConnectorError, itemError, unreachable } from '../../ports/errors.ts'
import type { ItemId, ReadResult, SideItem, Version } from '../../ports/side.ts'
import type { CollectionKind } from '../../ports/state-store.ts'
import type { EwsResult } from './operation.ts'
import { type Attachment, getAttachment } from './operations/attachments.ts'
import { call, readBatches, type SideContext } from './side-context.ts'
import { type Fetched, fetchSingles } from './side-get.ts'
import { SINGLE_VERSION_SHAPE, singleShape } from './side-single-shapes.ts'

export type SingleKind = Exclude<CollectionKind, 'calendar'>

/** One result per id, in order. */
export async function readSingles(context: SideContext, ids: readonly ItemId[]): Promise<ReadResult[]> {
  const kind = singleKind(context)
  const fetched = await fetchSingles(context, ids, { shape: singleShape(kind), whyNot: whyNot(kind) })
  const whole = await addPhotos(context, fetched)
  return whole.map((item) => readResult(context, item))
}

/** Elements with their versions only. */
export function fetchSingleVersions(context: SideContext, ids: readonly string[]): Promise<Fetched[]> {
  return fetchSingles(context, ids, { shape: SINGLE_VERSION_SHAPE, whyNot: whyNot(singleKind(context)) })
}

export function singleKind(context: SideContext): SingleKind {
  if (context.kind === 'calendar') throw new ConnectorError('bug', { where: 'singleKind', kind: context.kind })
  return context.kind
}

const CLASSES: Readonly<Record<SingleKind, readonly { element: string; itemClass: RegExp }[]>> = {
  tasks: [{ element: 'Task', itemClass: /^IPM\.Task(\.|$)/i }],
  contacts: [
    { element: 'Contact', itemClass: /^IPM\.Contact(\.|$)/i },
    { element: 'DistributionList', itemClass: /^IPM\.DistList(\.|$)/i },
  ],
}

/** Things that lie in the folder and do not belong there: messages, posts, items of another kind. */
function whyNot(kind: SingleKind): (element: XmlElement) => Record<string, string> | null {
  return (element) => {
    const itemClass = textAt(element, 'ItemClass')
    const known = CLASSES[kind].some(
      (one) => one.element === element.name && (itemClass === undefined || one.itemClass.test(itemClass)),
    )
    return known ? null : { reason: 'item-class', detail: itemClass ?? element.name }
  }
}

/** Fetches the photos of contacts. A contact whose photo cannot be had is not the whole contact (I10). */
async function addPhotos(context: SideContext, fetched: readonly Fetched[]): Promise<Fetched[]> {
  const photos = fetched.flatMap((item) => {
    const photo = item.kind === 'present' ? photoAttachments(item.document.master).at(-1) : undefined
    return photo === undefined || photo.content !== null ? [] : [{ item: item.id, ...photo }]
  })
  if (photos.length === 0) return [...fetched]
  const small = photos.filter(({ size }) => size === null || size <= EWS_PHOTO_BATCH_BYTES_MAX)
  const large = photos.filter(({ size }) => size !== null && size > EWS_PHOTO_BATCH_BYTES_MAX)
  const ask = (batch: { id: string }[]) => call(context, getAttachment, { ids: batch.map(({ id }) => id) })
  const results = [...(await readBatches(small, EWS_PHOTO_BATCH_MAX, ask)), ...(await readBatches(large, 1, ask))]
  const byItem = new Map(
    [...small, ...large].map((photo, index) => [photo.item, { id: photo.id, result: results[index] }]),
  )
  return fetched.map((item) => {
    const photo = byItem.get(item.id)
    return item.kind === 'present' && photo !== undefined ? withPhoto(item, photo.id, photo.result) : item
  })
}

function withPhoto(
  item: Extract<Fetched, { kind: 'present' }>,
  photoId: string,
  result: EwsResult<Attachment> | undefined,
): Fetched {
  const { master } = item.document
  if (result?.kind === 'ok' && result.value.content !== null) {
    const content = result.value.content.replace(/\s+/g, '')
    return { ...item, document: { master: withPhotoContent(master, new Map([[photoId, content]])), exceptions: [] } }
  }
  const error = new ConnectorError(
    'item.unreadable',
    { reason: 'photo' },
    result?.kind === 'failed' ? result.error : undefined,
  )
  return { kind: 'failed', id: item.id, changeKey: itemIdOf(master).changeKey, error, element: master }
}

function readResult(context: SideContext, fetched: Fetched): ReadResult {
  const id = fetched.id as ItemId
  switch (fetched.kind) {
    case 'gone':
      return { kind: 'gone', id }
    case 'failed': {
      const version = fetched.changeKey as Version | null
      return { kind: 'unreadable', id, version, error: fetched.error, uid: uidWhenKnown(fetched.element) }
    }
    case 'present':
      return present(context, id, fetched.document.master)
    default:
      return unreachable(fetched)
  }
}

/** What is of another kind has no counterpart: it must not make the others wait. */
function uidWhenKnown(element: XmlElement | undefined): string | null {
  return element === undefined ? null : derivedUid(element)
}

function present(context: SideContext, id: ItemId, element: XmlElement): ReadResult {
  const version = itemIdOf(element).changeKey as Version
  try {
    const model = readSingleItem(element, context.lens)
    if (isUnfinished(element)) context.log.warn({ id }, 'an earlier write to this item was cut short')
    const native: SideItem['native'] = { format: 'ews', text: writeDocument({ master: element, exceptions: [] }) }
    const modifiedAtMs = Date.parse(textAt(element, 'LastModifiedTime') ?? '')
    const item: SideItem = { id, version, uid: model.uid, model, native }
    return { kind: 'present', item: { ...item, modifiedAtMs: Number.isNaN(modifiedAtMs) ? null : modifiedAtMs } }
  } catch (error) {
    return { kind: 'unreadable', id, version, error: itemError(error, context.log), uid: uidOf(element) }
  }
}
