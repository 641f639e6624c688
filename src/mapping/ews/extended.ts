/**
 * MAPI properties of an item by any of their three names (MS-OXWSXPROP 2.2.4.2): by tag, by set and number, by set and name.
 * What EWS has no element for (prefixes, phonetic names, our own UID) is read and written through them.
 */
import type { EwsFieldChange, ExtendedField, XmlNode } from './change.ts'
import { child, childrenOf, textAt, type XmlElement } from './xml.ts'

/** The single value of a property of an item, or null when the item does not have it. */
export function extendedText(item: XmlElement, field: ExtendedField): string | null {
  const property = childrenOf(item, 'ExtendedProperty').find((candidate) => {
    const uri = child(candidate, 'ExtendedFieldURI')
    return uri !== undefined && names(uri.attributes, field)
  })
  return textAt(property, 'Value') ?? null
}

/** Servers write tags and numbers in hexadecimal or decimal, whichever they like. */
function names(path: Readonly<Record<string, string>>, field: ExtendedField): boolean {
  if ('tag' in field) return path.PropertyTag !== undefined && Number(path.PropertyTag) === Number(field.tag)
  if ('set' in field && path.DistinguishedPropertySetId !== field.set) return false
  if ('guid' in field && path.PropertySetId?.toLowerCase() !== field.guid.toLowerCase()) return false
  return 'name' in field ? path.PropertyName === field.name : Number(path.PropertyId) === field.id
}

/** t:ExtendedProperty with a value. */
export function extendedElement(field: ExtendedField, value: string): XmlNode {
  const attributes: Record<string, string> = {}
  if ('set' in field) attributes.DistinguishedPropertySetId = field.set
  if ('guid' in field) attributes.PropertySetId = field.guid
  if ('tag' in field) attributes.PropertyTag = field.tag
  if ('name' in field) attributes.PropertyName = field.name
  if ('id' in field) attributes.PropertyId = String(field.id)
  attributes.PropertyType = field.type
  return {
    name: 'ExtendedProperty',
    children: [
      { name: 'ExtendedFieldURI', attributes },
      { name: 'Value', text: value },
    ],
  }
}

/** Sets a property, or takes it away when there is nothing to hold. */
export function extendedChange(field: ExtendedField, value: string | null): EwsFieldChange {
  return value === null || value === ''
    ? { kind: 'delete', field }
    : { kind: 'set', field, value: extendedElement(field, value) }
}
