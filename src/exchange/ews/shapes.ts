/** The shapes (which properties an answer has), restrictions and pages that EWS reads take. */
import type { FieldUri, XmlNode } from '../../mapping/ews/change.ts'
import { unreachable } from '../../ports/errors.ts'
import { fieldNode } from './ids.ts'

/** MS-OXWSCDATA 2.2.4.46 ItemResponseShapeType. `bodyType` `Best` gives HTML when the item has it. */
export type ItemShape = {
  base: 'IdOnly' | 'Default' | 'AllProperties'
  bodyType?: 'Best' | 'HTML' | 'Text'
  /** False: Exchange does not "sanitise" the HTML (MS-OXWSCDATA FilterHtmlContent). */
  filterHtml?: boolean
  includeMime?: boolean
  properties?: readonly FieldUri[]
}

/** MS-OXWSCDATA FolderResponseShapeType. */
export type FolderShape = { base: 'IdOnly' | 'Default' | 'AllProperties'; properties?: readonly FieldUri[] }

/** MS-OXWSSRCH RestrictionType, as far as it is used. `equals` compares with a constant. */
export type Restriction =
  | { kind: 'equals'; field: FieldUri; value: string }
  | { kind: 'exists'; field: FieldUri }
  | { kind: 'at-least'; field: FieldUri; value: string }
  | { kind: 'at-most'; field: FieldUri; value: string }
  | { kind: 'and' | 'or'; all: readonly [Restriction, Restriction, ...Restriction[]] }

/** MS-OXWSSRCH IndexedPageViewType, from the beginning. */
export type Page = { offset: number; sizeMax: number }

export type SortOrder = readonly { field: FieldUri; order: 'Ascending' | 'Descending' }[]

export function itemShapeNode(shape: ItemShape): XmlNode {
  const children: XmlNode[] = [{ name: 'BaseShape', text: shape.base }]
  if (shape.includeMime !== undefined) children.push({ name: 'IncludeMimeContent', text: String(shape.includeMime) })
  if (shape.bodyType !== undefined) children.push({ name: 'BodyType', text: shape.bodyType })
  if (shape.filterHtml !== undefined) children.push({ name: 'FilterHtmlContent', text: String(shape.filterHtml) })
  return { name: 'm:ItemShape', children: [...children, ...additionalProperties(shape.properties)] }
}

export function folderShapeNode(shape: FolderShape): XmlNode {
  return {
    name: 'm:FolderShape',
    children: [{ name: 'BaseShape', text: shape.base }, ...additionalProperties(shape.properties)],
  }
}

function additionalProperties(fields: readonly FieldUri[] | undefined): XmlNode[] {
  return fields === undefined || fields.length === 0
    ? []
    : [{ name: 'AdditionalProperties', children: fields.map(fieldNode) }]
}

export function restrictionNode(restriction: Restriction): XmlNode {
  return { name: 'm:Restriction', children: [expressionNode(restriction)] }
}

function expressionNode(expression: Restriction): XmlNode {
  switch (expression.kind) {
    case 'equals':
      return comparison('IsEqualTo', expression)
    case 'at-least':
      return comparison('IsGreaterThanOrEqualTo', expression)
    case 'at-most':
      return comparison('IsLessThanOrEqualTo', expression)
    case 'exists':
      return { name: 'Exists', children: [fieldNode(expression.field)] }
    case 'and':
      return { name: 'And', children: expression.all.map(expressionNode) }
    case 'or':
      return { name: 'Or', children: expression.all.map(expressionNode) }
    default:
      return unreachable(expression)
  }
}

function comparison(name: string, operands: { field: FieldUri; value: string }): XmlNode {
  const constant = {
    name: 'FieldURIOrConstant',
    children: [{ name: 'Constant', attributes: { Value: operands.value } }],
  }
  return { name, children: [fieldNode(operands.field), constant] }
}

export function pageNode(name: 'm:IndexedPageItemView' | 'm:IndexedPageFolderView', page: Page): XmlNode {
  return {
    name,
    attributes: { MaxEntriesReturned: String(page.sizeMax), Offset: String(page.offset), BasePoint: 'Beginning' },
  }
}

export function sortOrderNode(order: SortOrder): XmlNode {
  return {
    name: 'm:SortOrder',
    children: order.map(({ field, order }) => ({
      name: 'FieldOrder',
      attributes: { Order: order },
      children: [fieldNode(field)],
    })),
  }
}
