/** Which properties a response shows: base shape, additional paths, and what the operation may show at all. */
import { EwsError } from '../errors.ts'
import type { BodyWanted } from '../render/body.ts'
import { first, firstText, type Node } from '../xml.ts'
import { extendedKey } from './extended.ts'
import { type ItemKind, PROPERTY_BY_URI, type Property } from './property-table.ts'

export type ItemShape = {
  bodyType: BodyWanted
  /** Names asked for one by one. */
  names: ReadonlySet<string>
  /** Dictionary entries asked for one by one: property -> keys. */
  indexed: ReadonlyMap<string, ReadonlySet<string>>
  extended: readonly { key: string; path: Record<string, string> }[]
  wants(kind: ItemKind, property: Property): boolean
}

/** Shown by BaseShape Default (EWS reference, "Property sets and response shapes"). */
const DEFAULTS: Record<ItemKind, string> = {
  CalendarItem:
    'ItemId ParentFolderId Subject Sensitivity Body Attachments HasAttachments ResponseObjects UID Start End IsAllDayEvent LegacyFreeBusyStatus Location CalendarItemType MyResponseType Organizer RequiredAttendees OptionalAttendees Resources Recurrence FirstOccurrence LastOccurrence ModifiedOccurrences DeletedOccurrences ConferenceType AllowNewTimeProposal IsOnlineMeeting MeetingWorkspaceUrl NetShowUrl',
  Task: 'ItemId ParentFolderId Subject Sensitivity Body Attachments HasAttachments DueDate PercentComplete StartDate Status',
  Contact:
    'ItemId ParentFolderId Subject Sensitivity Body Attachments HasAttachments FileAs DisplayName CompleteName CompanyName EmailAddresses PhysicalAddresses PhoneNumbers BusinessHomePage ImAddresses JobTitle',
  DistributionList: 'ItemId ParentFolderId Subject DisplayName FileAs',
  Message:
    'ItemId ParentFolderId Subject Sensitivity Body Attachments HasAttachments Size DateTimeSent DateTimeCreated Sender ToRecipients CcRecipients From IsRead',
  Item: 'ItemId ParentFolderId ItemClass Subject Sensitivity Body Attachments HasAttachments Size DateTimeSent DateTimeCreated',
}

/** Shown only when named, even by AllProperties. */
const EXPLICIT = new Set(
  'MimeContent MimeContentUTF8 UniqueBody NormalizedBody TextBody EntityExtractionResult StoreEntryId SearchKey MeetingTimeZone Preview StartWallClock EndWallClock StartTimeZoneId EndTimeZoneId ExtendedProperty'.split(
    ' ',
  ),
)

const DICTIONARIES: Record<string, string> = {
  'contacts:EmailAddress': 'EmailAddresses',
  'contacts:PhoneNumber': 'PhoneNumbers',
  'contacts:ImAddress': 'ImAddresses',
  'contacts:PhysicalAddress:Street': 'PhysicalAddresses',
  'contacts:PhysicalAddress:City': 'PhysicalAddresses',
  'contacts:PhysicalAddress:State': 'PhysicalAddresses',
  'contacts:PhysicalAddress:CountryOrRegion': 'PhysicalAddresses',
  'contacts:PhysicalAddress:PostalCode': 'PhysicalAddresses',
}

/** The property that holds the entries of an indexed path. */
export function dictionaryOf(uri: string): string {
  const name = DICTIONARIES[uri]
  if (!name) throw new EwsError('ErrorInvalidPropertyRequest', `The property ${uri} cannot be used here.`)
  return name
}

export type ShapeUse = 'get' | 'find' | 'sync'

/**
 * Reads ItemShape. FindItem and SyncFolderItems cannot show bodies, attendees, or what must be worked out per item:
 * FindItem refuses such a path, SyncFolderItems leaves the property out.
 */
export function readItemShape(request: Node, use: ShapeUse): ItemShape {
  const node = first(request, 'ItemShape')
  const base = firstText(node, 'BaseShape') ?? 'IdOnly'
  const names = new Set<string>(['ItemId'])
  const indexed = new Map<string, Set<string>>()
  const extended: { key: string; path: Record<string, string> }[] = []
  for (const path of first(node, 'AdditionalProperties')?.children ?? []) {
    const uri = path.attributes.FieldURI ?? ''
    if (path.name === 'ExtendedFieldURI') {
      extended.push({ key: extendedKey(path.attributes), path: path.attributes })
    } else if (path.name === 'IndexedFieldURI') {
      const name = dictionaryOf(uri)
      indexed.set(name, (indexed.get(name) ?? new Set()).add(path.attributes.FieldIndex ?? ''))
    } else {
      const property = PROPERTY_BY_URI.get(uri)
      if (uri.startsWith('folder:')) {
        throw new EwsError('ErrorInvalidPropertyRequest', `The property ${uri} is not valid for items.`)
      }
      // A property of kinds that are not simulated (meeting requests, posts): no item has it.
      if (!property) continue
      if (use === 'sync' && !property.flags.includes('f')) continue
      if (use === 'find' && !property.flags.includes('f')) {
        throw new EwsError(
          'ErrorInvalidPropertyForOperation',
          'The property can not be used with this type of restriction.',
          {
            path: `<t:FieldURI FieldURI="${uri}"/>`,
          },
        )
      }
      names.add(property.name.replace('*', ''))
    }
  }
  const wants = (kind: ItemKind, property: Property): boolean => {
    const name = property.name.replace('*', '')
    if (names.has(name)) return true
    if (base === 'IdOnly' || EXPLICIT.has(name)) return false
    if (use !== 'get' && !property.flags.includes('f')) return false
    return base === 'AllProperties' || DEFAULTS[kind].split(' ').includes(name)
  }
  return { bodyType: (firstText(node, 'BodyType') ?? 'Best') as BodyWanted, names, indexed, extended, wants }
}
