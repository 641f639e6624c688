/**
 * Versions of items. A single item's version is its change key, so the feed's change key is enough to recognise the echo of an
 * own write. A series' version also holds what its exceptions are at: on some servers an edited exception does not move the
 * master's change key (exchange-facts), so only a read of both gives it.
 */
import { itemIdOf } from '../../mapping/ews/document.ts'
import { child, childrenOf, textAt, type XmlElement } from '../../mapping/ews/xml.ts'
import type { Version } from '../../ports/side.ts'
import type { ItemRef } from './refs.ts'

export function isSeries(item: XmlElement): boolean {
  return textAt(item, 'CalendarItemType') === 'RecurringMaster' || child(item, 'Recurrence') !== undefined
}

/** Ids of the exceptions that a master names. */
export function exceptionIds(master: XmlElement): string[] {
  const named = childrenOf(child(master, 'ModifiedOccurrences'), 'Occurrence')
  return named
    .map(itemIdOf)
    .map(({ id }) => id)
    .filter((id) => id !== '')
}

export function versionOf(master: XmlElement, exceptions: readonly XmlElement[]): Version {
  const { changeKey } = itemIdOf(master)
  if (!isSeries(master)) return changeKey as Version
  const parts = exceptions.map((item) => [
    itemIdOf(item).id,
    itemIdOf(item).changeKey,
    textAt(item, 'LastModifiedTime') ?? '',
  ])
  return JSON.stringify([changeKey, ...parts.sort(([one = ''], [other = '']) => (one < other ? -1 : 1))]) as Version
}

/** The master's own change key within a version. */
export function changeKeyOf(version: Version): string {
  if (!version.startsWith('[')) return version
  const [changeKey] = JSON.parse(version) as unknown[]
  return typeof changeKey === 'string' ? changeKey : version
}

/** The version of a hint or a list entry: null for what may be a series of events. */
export function hintVersion(item: ItemRef): Version | null {
  if (item.element.name !== 'CalendarItem') return item.changeKey as Version | null
  return textAt(item.element, 'CalendarItemType') === 'Single' && item.changeKey !== null
    ? (item.changeKey as Version)
    : null
}
