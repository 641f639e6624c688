/** Which properties of calendar items the side asks for: all that the lens reads, and no more. */
import { field } from '../../mapping/ews/change.ts'
import { TOKEN_FIELD, UNFINISHED_FIELD } from '../../mapping/ews/unfinished.ts'
import { MASKED_FIELD } from './masked.ts'
import type { ItemShape } from './shapes.ts'

/** Hints and lists: the type tells whether the change key is the whole version (a series has those of its exceptions, too). */
export const HINT_SHAPE: ItemShape = { base: 'IdOnly', properties: [field('calendar:CalendarItemType')] }

const VERSION_PROPERTIES = [
  'item:ParentFolderId',
  'item:ItemClass',
  'item:LastModifiedTime',
  'calendar:CalendarItemType',
  'calendar:ModifiedOccurrences',
].map(field)

/** Enough to tell the version of an item. */
export const VERSION_SHAPE: ItemShape = { base: 'IdOnly', properties: VERSION_PROPERTIES }

const OCCURRENCE_PROPERTIES = ['calendar:Start', 'calendar:OriginalStart', 'calendar:CalendarItemType'].map(field)

/** Enough to see that an occurrence is the one that was meant, with the change key for writing it. */
export const OCCURRENCE_SHAPE: ItemShape = { base: 'IdOnly', properties: OCCURRENCE_PROPERTIES }

const EXCEPTION_PROPERTIES = [
  'item:Subject',
  'item:Sensitivity',
  'item:Body',
  'item:Categories',
  'item:Importance',
  'item:ReminderIsSet',
  'item:ReminderMinutesBeforeStart',
  'item:LastModifiedTime',
  'calendar:UID',
  'calendar:Start',
  'calendar:End',
  'calendar:OriginalStart',
  'calendar:IsAllDayEvent',
  'calendar:LegacyFreeBusyStatus',
  'calendar:Location',
  'calendar:IsMeeting',
  'calendar:IsCancelled',
  'calendar:CalendarItemType',
  'calendar:MyResponseType',
  'calendar:Organizer',
  'calendar:RequiredAttendees',
  'calendar:OptionalAttendees',
  'calendar:Resources',
  'calendar:StartTimeZone',
  'calendar:EndTimeZone',
].map(field)

/** `Best`: HTML where the item has it. Not filtered, so that what is read is what is there. */
export const EXCEPTION_SHAPE: ItemShape = { base: 'IdOnly', bodyType: 'Best', properties: EXCEPTION_PROPERTIES }

const MASTER_PROPERTIES = [
  'item:ParentFolderId',
  'item:ItemClass',
  'item:Attachments',
  'calendar:RecurrenceId',
  'calendar:IsOrganizer',
  'calendar:Recurrence',
  'calendar:ModifiedOccurrences',
  'calendar:DeletedOccurrences',
].map(field)

export const MASTER_SHAPE: ItemShape = {
  base: 'IdOnly',
  bodyType: 'Best',
  properties: [...EXCEPTION_PROPERTIES, ...MASTER_PROPERTIES, UNFINISHED_FIELD, TOKEN_FIELD, MASKED_FIELD],
}

/** Enough to tell the version of an exception. */
export const EXCEPTION_VERSION_SHAPE: ItemShape = { base: 'IdOnly', properties: [field('item:LastModifiedTime')] }
