/** Extended (MAPI) properties: one key per property, however its path is written. */
import { EwsError } from '../errors.ts'
import type { ExtendedValue } from '../model.ts'
import { attribute, first, type Node, textElement, wrap } from '../xml.ts'

/** GUIDs of the named sets (MS-OXWSXPROP DistinguishedPropertySetType). */
const SETS: Record<string, string> = {
  Meeting: '6ed8da90-450b-101b-98da-00aa003f1305',
  Appointment: '00062002-0000-0000-c000-000000000046',
  Common: '00062008-0000-0000-c000-000000000046',
  PublicStrings: '00020329-0000-0000-c000-000000000046',
  Address: '00062004-0000-0000-c000-000000000046',
  InternetHeaders: '00020386-0000-0000-c000-000000000046',
  CalendarAssistant: '11000e07-b51b-40d6-af21-caa85edab1d0',
  UnifiedMessaging: '4442858e-a9e3-4e80-b900-317a210cc15b',
  Task: '00062003-0000-0000-c000-000000000046',
  Sharing: '00062040-0000-0000-c000-000000000046',
}

const PATH_ATTRIBUTES = [
  'DistinguishedPropertySetId',
  'PropertySetId',
  'PropertyTag',
  'PropertyName',
  'PropertyId',
  'PropertyType',
]

/** Throws ErrorInvalidExtendedProperty for a combination of attributes that means nothing. */
export function extendedKey(path: Record<string, string>): string {
  const {
    DistinguishedPropertySetId: set,
    PropertySetId: guid,
    PropertyTag: tag,
    PropertyName: name,
    PropertyId: id,
  } = path
  const named = Number(set !== undefined) + Number(guid !== undefined)
  const labels = Number(name !== undefined) + Number(id !== undefined)
  const valid = tag !== undefined ? named === 0 && labels === 0 : named === 1 && labels === 1
  if (!valid) {
    throw new EwsError('ErrorInvalidExtendedProperty', 'The extended property attribute combination is invalid.')
  }
  if (tag !== undefined) return `tag:${Number(tag).toString(16)}:${path.PropertyType}`
  return `${(guid ?? SETS[set ?? ''] ?? '').toLowerCase()}:${name === undefined ? `#${id}` : name}:${path.PropertyType}`
}

function checkValue(type: string, value: string): void {
  const base = type.replace(/Array$/, '')
  const good =
    base === 'Boolean'
      ? /^(true|false|0|1)$/i.test(value)
      : ['Integer', 'Short', 'Long'].includes(base)
        ? /^-?\d+$/.test(value)
        : base === 'Binary'
          ? Buffer.from(value, 'base64').toString('base64') === value.replace(/\s/g, '')
          : true
  if (!good)
    throw new EwsError('ErrorInvalidExtendedPropertyValue', 'The extended property value is invalid for its type.')
}

/** Reads `t:ExtendedProperty`. */
export function readExtended(node: Node): [key: string, value: ExtendedValue] {
  const uri = first(node, 'ExtendedFieldURI')
  if (!uri) throw new EwsError('ErrorInvalidExtendedProperty', 'The path is missing.')
  const many = first(node, 'Values')
  const values = many ? many.children.map((value) => value.text) : [first(node, 'Value')?.text ?? '']
  const type = uri.attributes.PropertyType ?? ''
  if (type.endsWith('Array') !== (many !== undefined)) {
    throw new EwsError('ErrorInvalidExtendedPropertyValue', 'An array type takes Values, any other Value.')
  }
  for (const value of values) checkValue(type, value)
  return [extendedKey(uri.attributes), { path: uri.attributes, values, multi: many !== undefined }]
}

function extendedUriXml(path: Record<string, string>): string {
  const written = PATH_ATTRIBUTES.map((name) => {
    const value = path[name]
    return attribute(name, name === 'PropertySetId' ? value?.toLowerCase() : value)
  })
  return `<t:ExtendedFieldURI${written.join('')}/>`
}

/** Written under the path that the request used. */
export function extendedXml(path: Record<string, string>, value: ExtendedValue): string {
  const inner = value.multi
    ? wrap('Values', value.values.map((text) => textElement('Value', text)).join(''))
    : textElement('Value', value.values[0] ?? '')
  return wrap('ExtendedProperty', extendedUriXml(path) + inner)
}
