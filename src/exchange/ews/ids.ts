/** The identifiers that EWS requests take, and how they are written. All are opaque texts of the server: never parsed, never made up. */
import type { FieldUri, XmlNode } from '../../mapping/ews/change.ts'
import { unreachable } from '../../ports/errors.ts'

/** MS-OXWSCORE 2.2.4.25 ItemIdType. The change key is required where a write shall be conditional (I11). */
export type PlainItemId = { kind: 'item'; id: string; changeKey?: string }
/** MS-OXWSCORE OccurrenceItemIdType: the n-th occurrence (from 1, deleted ones counted) of a series. */
export type OccurrenceId = { kind: 'occurrence'; masterId: string; index: number; changeKey?: string }
/** MS-OXWSCORE RecurringMasterItemIdType: the series of a known occurrence. */
export type MasterOfId = { kind: 'master-of'; occurrenceId: string; changeKey?: string }
export type EwsItemId = PlainItemId | OccurrenceId | MasterOfId

/** MS-OXWSCDATA 2.2.5.10 DistinguishedFolderIdNameType, as far as it is used. */
export type FolderName =
  | 'msgfolderroot'
  | 'root'
  | 'calendar'
  | 'tasks'
  | 'contacts'
  | 'deleteditems'
  | 'inbox'
  | 'drafts'
  | 'sentitems'
/** `mailbox`: the folder of another mailbox than the one called for. */
export type EwsFolderId =
  | { kind: 'folder'; id: string; changeKey?: string }
  | { kind: 'distinguished'; name: FolderName; mailbox?: string }

export function itemIdNode(id: EwsItemId): XmlNode {
  const changeKey = id.changeKey === undefined ? {} : { ChangeKey: id.changeKey }
  switch (id.kind) {
    case 'item':
      return { name: 'ItemId', attributes: { Id: id.id, ...changeKey } }
    case 'occurrence':
      return {
        name: 'OccurrenceItemId',
        attributes: { RecurringMasterId: id.masterId, ...changeKey, InstanceIndex: String(id.index) },
      }
    case 'master-of':
      return { name: 'RecurringMasterItemId', attributes: { OccurrenceId: id.occurrenceId, ...changeKey } }
    default:
      return unreachable(id)
  }
}

export function folderIdNode(id: EwsFolderId): XmlNode {
  if (id.kind === 'folder') {
    const changeKey = id.changeKey === undefined ? {} : { ChangeKey: id.changeKey }
    return { name: 'FolderId', attributes: { Id: id.id, ...changeKey } }
  }
  const mailbox =
    id.mailbox === undefined ? [] : [{ name: 'Mailbox', children: [{ name: 'EmailAddress', text: id.mailbox }] }]
  return { name: 'DistinguishedFolderId', attributes: { Id: id.name }, children: mailbox }
}

export function fieldNode(field: FieldUri): XmlNode {
  switch (field.kind) {
    case 'field':
      return { name: 'FieldURI', attributes: { FieldURI: field.uri } }
    case 'indexed':
      return { name: 'IndexedFieldURI', attributes: { FieldURI: field.uri, FieldIndex: field.index } }
    case 'extended': {
      const attributes: Record<string, string> = {}
      if ('set' in field) attributes.DistinguishedPropertySetId = field.set
      if ('guid' in field) attributes.PropertySetId = field.guid
      if ('tag' in field) attributes.PropertyTag = field.tag
      if ('name' in field) attributes.PropertyName = field.name
      if ('id' in field) attributes.PropertyId = String(field.id)
      attributes.PropertyType = field.type
      return { name: 'ExtendedFieldURI', attributes }
    }
    default:
      return unreachable(field)
  }
}
