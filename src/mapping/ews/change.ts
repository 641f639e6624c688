/** What the Exchange lens asks to be written: XML to create and field changes to apply. Plain data, so that the lens stays pure and the SOAP layer needs no words of calendars. */

/**
 * An element to write. A name without a prefix is in the types namespace (`Subject` becomes `t:Subject`); `m:` gives the messages
 * namespace. Text is written before the children and escaped by the writer: never escape it yourself.
 */
export type XmlNode = {
  name: string
  attributes?: Readonly<Record<string, string>>
  children?: readonly XmlNode[]
  text?: string
}

/** MS-OXWSXPROP 2.2.5.8 DistinguishedPropertySetType. */
export type PropertySetName =
  | 'Meeting'
  | 'Appointment'
  | 'Common'
  | 'PublicStrings'
  | 'Address'
  | 'InternetHeaders'
  | 'CalendarAssistant'
  | 'UnifiedMessaging'
  | 'Task'
  | 'Sharing'

/** MS-OXWSXPROP 2.2.5.9 MapiPropertyTypeType, as far as it is used. */
export type MapiType =
  | 'String'
  | 'StringArray'
  | 'Integer'
  | 'Short'
  | 'Boolean'
  | 'SystemTime'
  | 'Binary'
  | 'Double'
  | 'Long'
  | 'CLSID'

/** MS-OXWSXPROP 2.2.4.2 PathToExtendedFieldType: one of the three ways to name a MAPI property. */
export type ExtendedField =
  | { kind: 'extended'; set: PropertySetName; name: string; type: MapiType }
  | { kind: 'extended'; set: PropertySetName; id: number; type: MapiType }
  | { kind: 'extended'; guid: string; name: string; type: MapiType }
  | { kind: 'extended'; guid: string; id: number; type: MapiType }
  | { kind: 'extended'; tag: string; type: MapiType }

/**
 * MS-OXWSCDATA: `field` = PathToUnindexedFieldType (`calendar:Start`, `item:Subject`), `indexed` = PathToIndexedFieldType
 * (`contacts:PhoneNumber` with `BusinessPhone`), `extended` = PathToExtendedFieldType.
 */
export type FieldUri = { kind: 'field'; uri: string } | { kind: 'indexed'; uri: string; index: string } | ExtendedField

/** `value` is the property's own element (`{name: 'Subject', text: 'x'}`), without the item around it. */
export type EwsFieldChange = { kind: 'set'; field: FieldUri; value: XmlNode } | { kind: 'delete'; field: FieldUri }

/** The element names of what may be written. Nothing that is itself a message: writing one could send mail (P6). */
export type WritableItem = 'CalendarItem' | 'Task' | 'Contact' | 'DistributionList'

/** Shorthand for `{kind: 'field', uri}`. */
export function field(uri: string): FieldUri {
  return { kind: 'field', uri }
}
