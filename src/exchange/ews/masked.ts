/** The mark of a masked copy on Exchange: a named property beside the journal token (docs/decisions/0012), and how both are read again. */
import type { EwsFieldChange, ExtendedField, XmlNode } from '../../mapping/ews/change.ts'
import { readDocument } from '../../mapping/ews/document.ts'
import { extendedChange, extendedElement, extendedText } from '../../mapping/ews/extended.ts'
import { TOKEN_FIELD } from '../../mapping/ews/unfinished.ts'
import type { Mark, SideItem } from '../../ports/side.ts'

export const MASKED_FIELD: ExtendedField = {
  kind: 'extended',
  set: 'PublicStrings',
  name: 'exchange-connector-masked',
  type: 'String',
}

/** Journal tokens of creations are random UUIDs; those of restores are made from the archive entry and have version 8. */
const CREATION_TOKEN = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-/i

/** Properties of a new item with the mark, at its place in the schema's sequence: beside the token. */
export function withMark(properties: readonly XmlNode[], mark: Mark | undefined): XmlNode[] {
  if (mark === undefined || mark === null) return [...properties]
  return properties.flatMap((node) =>
    node.name === 'ExtendedProperty' ? [node, extendedElement(MASKED_FIELD, mark)] : [node],
  )
}

export function markChanges(mark: Mark | undefined): EwsFieldChange[] {
  return mark === undefined ? [] : [extendedChange(MASKED_FIELD, mark)]
}

/** Parsed only where a property of ours may be. */
export function exchangeEvidence({ native }: SideItem): { mark: string | null; made: boolean } {
  if (!native.text.includes('exchange-connector-')) return { mark: null, made: false }
  const { master } = readDocument(native.text)
  return {
    mark: extendedText(master, MASKED_FIELD),
    made: CREATION_TOKEN.test(extendedText(master, TOKEN_FIELD) ?? ''),
  }
}
