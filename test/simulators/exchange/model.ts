/** What a simulated mailbox holds. Plain data, small per item: ids and XML are made when asked for. */
import type { ItemKind } from './fields/property-table.ts'
import type { Recurrence } from './recurrence.ts'
import type { Zone } from './time/zones.ts'
import type { Node } from './xml.ts'

export type ResponseType = 'Unknown' | 'Organizer' | 'Tentative' | 'Accept' | 'Decline' | 'NoResponseReceived'
export type Person = { name: string; email: string }
export type Attendee = Person & { response?: ResponseType; repliedAt?: number }
export type BodyValue = { type: 'HTML' | 'Text'; content: string }
/** `path` holds the attributes of the property's path as given. */
export type ExtendedValue = { path: Record<string, string>; values: string[]; multi: boolean }

/** Values under the names of EWS elements. Times are epoch ms. `other` keeps what is stored without being understood. */
export type Fields = {
  ItemClass?: string
  Subject?: string
  Sensitivity?: string
  Importance?: string
  Body?: BodyValue | null
  Categories?: string[]
  ReminderIsSet?: boolean
  ReminderMinutesBeforeStart?: number
  UID?: string
  /** Of an occurrence that somebody was invited to alone. */
  RecurrenceId?: number
  Start?: number
  End?: number
  IsAllDayEvent?: boolean
  LegacyFreeBusyStatus?: string
  Location?: string
  IsCancelled?: boolean
  IsResponseRequested?: boolean
  MeetingRequestWasSent?: boolean
  MyResponseType?: ResponseType
  AppointmentReplyTime?: number
  AppointmentSequenceNumber?: number
  Organizer?: Person
  RequiredAttendees?: Attendee[]
  OptionalAttendees?: Attendee[]
  Resources?: Attendee[]
  Recurrence?: Recurrence | null
  StartTimeZone?: Zone
  EndTimeZone?: Zone
  AllowNewTimeProposal?: boolean
  /** Undefined in an exception: it lacks what its master has. */
  extended?: Record<string, ExtendedValue | undefined>
  other?: Record<string, Node | undefined>
}

/** `kind` absent: a file. */
export type Attachment = {
  kind?: 'item' | 'reference'
  serial: number
  name: string
  contentType: string
  contentId: string | undefined
  isInline: boolean
  isContactPhoto: boolean
  content: Buffer
  modified: number
}

/** An occurrence that differs: only what it has of its own. `date` is its original date (midnight as if UTC). */
export type Exception = { date: number; fields: Fields; modified: number; attachments?: Attachment[] }

export type StoredItem = {
  serial: number
  folder: number
  kind: ItemKind
  /** PidTagSearchKey, base64: copied with the item. */
  searchKey?: string
  fields: Fields
  exceptions?: Map<number, Exception>
  deletedDates?: Set<number>
  attachments?: Attachment[]
  created: number
  modified: number
  /** Number of the last change in the mailbox's sequence: the change key. */
  version: number
  /** The last change was of the read flag only: the feed says so instead of Update. */
  onlyReadFlag?: boolean
  /** Number of the change that brought it into its folder: Create or Update in the feed. */
  arrived: number
}

export type FolderKind = 'Folder' | 'CalendarFolder' | 'ContactsFolder' | 'TasksFolder' | 'SearchFolder'

export type Folder = {
  serial: number
  parent: number
  kind: FolderKind
  folderClass: string
  name: string
  distinguished: string | undefined
  version: number
  created: number
  extended: Record<string, ExtendedValue>
  /** Item serial -> number of its last change, oldest first: the feed. */
  changes: Map<number, number>
  /** Serials that left the folder, oldest first. */
  tombstones: Map<number, { seq: number; arrived: number }>
}

export type OccurrenceKind = 'Single' | 'RecurringMaster' | 'Occurrence' | 'Exception'

/** One thing that a response can show: an item, or an occurrence with its effective fields. */
export type View = {
  item: StoredItem
  type: OccurrenceKind
  fields: Fields
  /** Original date and start of an occurrence. */
  date?: number
  originalStart?: number
  exception?: Exception
}

/** What a subscription is told. */
export type MailboxEvent = {
  kind: 'CreatedEvent' | 'ModifiedEvent' | 'DeletedEvent' | 'MovedEvent'
  item: StoredItem
  folder: Folder
}
