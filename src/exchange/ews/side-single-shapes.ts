/** Which properties of tasks, contacts and distribution lists the side asks for: all that the lenses read, and no more. */
import { field } from '../../mapping/ews/change.ts'
import { CONTACT_DATES } from '../../mapping/ews/contact-dates.ts'
import { SLOTS, SMTP_FIELDS } from '../../mapping/ews/contact-slots.ts'
import { CONTACT_TEXTS } from '../../mapping/ews/contact-texts.ts'
import { SEARCH_KEY_FIELD, UID_FIELD } from '../../mapping/ews/identity.ts'
import { DEAD_FIELD } from '../../mapping/ews/task.ts'
import { UNFINISHED_FIELD } from '../../mapping/ews/unfinished.ts'
import type { CollectionKind } from '../../ports/state-store.ts'
import type { ItemShape } from './shapes.ts'

const ITEM_PROPERTIES = [
  'item:ParentFolderId',
  'item:ItemClass',
  'item:Subject',
  'item:Sensitivity',
  'item:Body',
  'item:Categories',
  'item:DateTimeCreated',
  'item:LastModifiedTime',
].map(field)

const TASK_PROPERTIES = [
  'item:Importance',
  'item:ReminderDueBy',
  'item:ReminderIsSet',
  'task:CompleteDate',
  'task:DueDate',
  'task:IsComplete',
  'task:PercentComplete',
  'task:Recurrence',
  'task:StartDate',
  'task:Status',
].map(field)

const CONTACT_PROPERTIES = [
  'item:Attachments',
  'contacts:FileAs',
  'contacts:FileAsMapping',
  'contacts:CompleteName',
  'contacts:EmailAddresses',
  'contacts:PhysicalAddresses',
  'contacts:PhoneNumbers',
  'contacts:Birthday',
  'contacts:Children',
  'contacts:ImAddresses',
  'contacts:PostalAddressIndex',
  'contacts:WeddingAnniversary',
  'distributionlist:Members',
].map(field)

/** `Best`: HTML where the item has it. Not filtered, so that what is read is what is there. */
const TASK_SHAPE: ItemShape = {
  base: 'IdOnly',
  bodyType: 'Best',
  properties: [...ITEM_PROPERTIES, ...TASK_PROPERTIES, UID_FIELD, SEARCH_KEY_FIELD, DEAD_FIELD, UNFINISHED_FIELD],
}

const CONTACT_SHAPE: ItemShape = {
  base: 'IdOnly',
  bodyType: 'Best',
  properties: [
    ...ITEM_PROPERTIES,
    ...CONTACT_PROPERTIES,
    ...CONTACT_TEXTS.map(({ uri }) => uri),
    ...CONTACT_DATES.map(({ local }) => local),
    ...SLOTS.map((slot) => SMTP_FIELDS[slot]),
    UID_FIELD,
    SEARCH_KEY_FIELD,
  ],
}

/** Everything of an item. */
export function singleShape(kind: Exclude<CollectionKind, 'calendar'>): ItemShape {
  return kind === 'tasks' ? TASK_SHAPE : CONTACT_SHAPE
}

/** Enough to tell what it is, where it is and its version. */
export const SINGLE_VERSION_SHAPE: ItemShape = {
  base: 'IdOnly',
  properties: ['item:ParentFolderId', 'item:ItemClass', 'item:LastModifiedTime'].map(field),
}

/** Hints and lists: the change key is the whole version. */
export const SINGLE_HINT_SHAPE: ItemShape = { base: 'IdOnly' }
