/** Reading for the engine: items by id as models with their native documents and versions. */
import { type EwsDocument, itemIdOf, writeDocument } from '../../mapping/ews/document.ts'
import { readEvent } from '../../mapping/ews/event.ts'
import { derivedUid, eventUid } from '../../mapping/ews/identity.ts'
import { asBefore, isUnfinished } from '../../mapping/ews/unfinished.ts'
import { textAt, type XmlElement } from '../../mapping/ews/xml.ts'
import { itemError, unreachable } from '../../ports/errors.ts'
import type { ItemId, ReadResult, SideItem, Version } from '../../ports/side.ts'
import type { SideContext } from './side-context.ts'
import { addFileFacts } from './side-files.ts'
import { type Fetched, fetchItems } from './side-get.ts'
import { EXCEPTION_SHAPE, MASTER_SHAPE } from './side-shapes.ts'
import { versionOf } from './side-version.ts'

const WHOLE = { master: MASTER_SHAPE, exception: EXCEPTION_SHAPE }

/** One result per id, in order. A series that changed between its two requests is asked for once more. */
export async function readItems(context: SideContext, ids: readonly ItemId[]): Promise<ReadResult[]> {
  const fetched = await fetchItems(context, ids, WHOLE)
  const torn = fetched.filter((item) => item.kind === 'failed' && item.error.fields.reason === 'exception')
  const again =
    torn.length === 0
      ? []
      : await fetchItems(
          context,
          torn.map(({ id }) => id),
          WHOLE,
        )
  const fresh = new Map(again.map((item) => [item.id, item]))
  const whole = await addFileFacts(
    context,
    fetched.map((item) => fresh.get(item.id) ?? item),
  )
  return whole.map((item) => readResult(context, item))
}

function readResult(context: SideContext, fetched: Fetched): ReadResult {
  const id = fetched.id as ItemId
  switch (fetched.kind) {
    case 'gone':
      return { kind: 'gone', id }
    case 'failed': {
      const version = fetched.changeKey as Version | null
      const uid = fetched.element ? knownUid(fetched.element) : null
      return { kind: 'unreadable', id, version, error: fetched.error, uid }
    }
    case 'present':
      return present(context, id, fetched.document)
    default:
      return unreachable(fetched)
  }
}

/** Known by its UID, a broken item holds up nothing but its own counterpart (I10); a message in a calendar folder has none at all. */
function knownUid(element: XmlElement): string {
  return eventUid(element) || derivedUid(element)
}

function present(context: SideContext, id: ItemId, document: EwsDocument): ReadResult {
  const version = versionOf(document.master, document.exceptions)
  try {
    return { kind: 'present', item: sideItem(context, id, document) }
  } catch (error) {
    return { kind: 'unreadable', id, version, error: itemError(error, context.log), uid: knownUid(document.master) }
  }
}

/** The item as the engine sees it: one whose last write did not come to its end reads as it was before (asBefore). */
function sideItem(context: SideContext, id: ItemId, document: EwsDocument): SideItem {
  const { master, exceptions } = document
  const event = readEvent(master, exceptions, context.lens)
  if (isUnfinished(master))
    context.log.warn({ id: itemIdOf(master).id }, 'an earlier write to this series was cut short')
  return {
    id,
    version: versionOf(master, exceptions),
    uid: event.uid,
    model: asBefore(event, master),
    native: { format: 'ews', text: writeDocument(document) },
    modifiedAtMs: lastModifiedMs(document),
  }
}

function lastModifiedMs({ master, exceptions }: EwsDocument): number | null {
  const times = [master, ...exceptions].map((item) => Date.parse(textAt(item, 'LastModifiedTime') ?? ''))
  const known = times.filter((time) => !Number.isNaN(time))
  return known.length === 0 ? null : Math.max(...known)
}
