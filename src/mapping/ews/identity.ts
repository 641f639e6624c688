/**
 * The UID of a task, contact or distribution list. EWS has none for them (quirk EWS-SINGLE-UID), so ours lives in a named property; an item that was
 * born on Exchange gets one that is worked out from what the server gave it, the same at every read.
 */
import { createHash } from 'node:crypto'
import type { ExtendedField } from './change.ts'
import { itemIdOf } from './document.ts'
import { extendedText } from './extended.ts'
import { line } from './text.ts'
import { textAt, type XmlElement } from './xml.ts'

export const UID_FIELD: Extract<ExtendedField, { set: string; name: string }> = {
  kind: 'extended',
  set: 'PublicStrings',
  name: 'exchange-connector-uid',
  type: 'String',
}

/** PidTagSearchKey (MS-OXCPRPT 2.2.1.9): made with the item, and kept when the mailbox moves and all item ids change. */
export const SEARCH_KEY_FIELD: ExtendedField = { kind: 'extended', tag: '0x300B', type: 'Binary' }

/**
 * The UID of a calendar item. Whoever was invited to single occurrences of a series has several items of its one UID, told apart by
 * RecurrenceId alone: each is an event of its own, because an object on Nextcloud is the only one of its UID (REC-6).
 */
export function eventUid(item: XmlElement): string {
  const uid = line(textAt(item, 'UID') ?? '')
  const instance = textAt(item, 'RecurrenceId')?.replace(/[-:]/g, '').trim() ?? ''
  const isAlone = textAt(item, 'CalendarItemType') === 'Single' && instance !== ''
  return uid !== '' && isAlone ? `${uid}_R${instance}` : uid
}

/** The UID that we gave the item, else the derived one. */
export function uidOf(item: XmlElement): string {
  return line(extendedText(item, UID_FIELD) ?? '') || derivedUid(item)
}

/**
 * A copy has the search key of its original, but a time of creation of its own. A server that gives no search key leaves the item id.
 */
export function derivedUid(item: XmlElement): string {
  const searchKey = extendedText(item, SEARCH_KEY_FIELD)?.replace(/\s+/g, '') ?? ''
  const { id } = itemIdOf(item)
  const origin = searchKey === '' ? `id|${id}` : `key|${searchKey}|${textAt(item, 'DateTimeCreated')?.trim() ?? ''}`
  return `ews-${createHash('sha256').update(origin).digest('hex').slice(0, 32)}`
}
