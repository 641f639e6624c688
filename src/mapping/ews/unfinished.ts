/**
 * The mark of a write that takes several requests. Changing the rule of a series makes Exchange forget its exceptions until they
 * are written again: a stop in between would look like a person's edit and travel to the other side. The item itself keeps what it
 * was before, so that the half-done write reads as not begun and is done again (P1, P2).
 */
import type { Event } from '../../model/event.ts'
import { applyPatch, flatten, isSchedulePath, unflatten } from '../../model/flat.ts'
import type { FieldPath, Json } from '../../model/item.ts'
import { eventOf } from '../../model/kinds.ts'
import type { EwsFieldChange, ExtendedField, XmlNode } from './change.ts'
import { childrenOf, textAt, type XmlElement } from './xml.ts'

/** Longer marks are not written: a named string property is not meant for more. */
const MARK_CHARS_MAX = 30_000

/** Where a creation leaves its journal token: a named property that other programs leave alone. */
export const TOKEN_FIELD = named('exchange-connector-token')
export const UNFINISHED_FIELD = named('exchange-connector-unfinished')
const UNFINISHED_TOKEN_SUFFIX = ':unfinished'

type NamedField = Extract<ExtendedField, { set: string; name: string }>

function named(name: string): NamedField {
  return { kind: 'extended', set: 'PublicStrings', name, type: 'String' }
}

/** Token values of a creation: the series is whole, or its exceptions are still to be written. */
export function tokenValue(token: string, state: 'whole' | 'unfinished'): string {
  return state === 'whole' ? token : token + UNFINISHED_TOKEN_SUFFIX
}

/** t:ExtendedProperty with a value. */
export function extendedNode(to: NamedField, value: string): XmlNode {
  const attributes = { DistinguishedPropertySetId: to.set, PropertyName: to.name, PropertyType: to.type }
  return {
    name: 'ExtendedProperty',
    children: [
      { name: 'ExtendedFieldURI', attributes },
      { name: 'Value', text: value },
    ],
  }
}

/** The value of a named property of an item, or null. */
export function extendedValue(item: XmlElement, from: NamedField): string | null {
  const property = childrenOf(item, 'ExtendedProperty').find((candidate) =>
    childrenOf(candidate, 'ExtendedFieldURI').some(
      ({ attributes }) => attributes.PropertyName === from.name && attributes.DistinguishedPropertySetId === from.set,
    ),
  )
  return textAt(property, 'Value') ?? null
}

/** Sets the mark on a series that is about to be rewritten; nothing when there is too much to keep. */
export function markUnfinished(before: Event): EwsFieldChange[] {
  const kept: [FieldPath, Json][] = [...flatten(before)].filter(([path]) => isSchedulePath(path))
  const text = JSON.stringify(kept)
  if (text.length > MARK_CHARS_MAX) return []
  return [{ kind: 'set', field: UNFINISHED_FIELD, value: extendedNode(UNFINISHED_FIELD, text) }]
}

export const CLEAR_UNFINISHED: EwsFieldChange = { kind: 'delete', field: UNFINISHED_FIELD }

/** Turns the token of a creation into that of a whole series. */
export function finishToken(token: string): EwsFieldChange {
  return { kind: 'set', field: TOKEN_FIELD, value: extendedNode(TOKEN_FIELD, tokenValue(token, 'whole')) }
}

export function isUnfinished(item: XmlElement): boolean {
  return extendedValue(item, UNFINISHED_FIELD) !== null
}

/** The event with the schedule and occurrences that it had before a write that did not come to its end. */
export function asBefore(event: Event, master: XmlElement): Event {
  const text = extendedValue(master, UNFINISHED_FIELD)
  const kept = text === null ? null : parseMark(text)
  if (kept === null) return event
  const flat = flatten(event)
  const gone = [...flat.keys()].filter(isSchedulePath).map((path): [FieldPath, undefined] => [path, undefined])
  return eventOf(
    unflatten(applyPatch(flat, new Map<FieldPath, Json | undefined>([...gone, ...kept])), event.uid, [event]),
  )
}

function parseMark(text: string): [FieldPath, Json][] | null {
  try {
    const kept: unknown = JSON.parse(text)
    return Array.isArray(kept) && kept.some((entry) => Array.isArray(entry) && entry[0] === 'schedule') ? kept : null
  } catch {
    // Not our text: the item is read as it is.
    return null
  }
}
