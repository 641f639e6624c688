/** The canonical event: one resource, that is a single event or a whole series with its exceptions. What both sides can express. */
import type { EventFile } from './file.ts'
import type { Recurrence } from './recurrence.ts'
import type { CalTime } from './time.ts'

export type ShowAs = 'free' | 'tentative' | 'busy' | 'oof' | 'workingElsewhere'
export type Sensitivity = 'normal' | 'personal' | 'private' | 'confidential'
export type Importance = 'low' | 'normal' | 'high'
export type EventStatus = 'none' | 'confirmed' | 'tentative' | 'cancelled'
export type PartStat = 'needsAction' | 'accepted' | 'declined' | 'tentative' | 'delegated'
export type AttendeeRole = 'required' | 'optional' | 'resource' | 'nonParticipant'

/** `email` is lower case and without `mailto:`; `name` is empty when there is none. */
export type Person = { email: string; name: string }
export type Attendee = Person & { role: AttendeeRole; partStat: PartStat }

/**
 * Lines end with \n. `text` is always there: for an HTML body it is its plain text form.
 * An absent body is `null`, never an empty text.
 */
export type Body = { text: string; html: string | null }

/** Minutes before the start; negative = after the start. */
export type Reminder = { minutesBefore: number }

/** What a master and an exception can each have of their own. */
export type EventFields = {
  title: string
  body: Body | null
  location: string
  showAs: ShowAs
  sensitivity: Sensitivity
  importance: Importance
  /** `cancelled` = a cancelled meeting; `none` = the property is absent. */
  status: EventStatus
  /** Without duplicates and without order (kept sorted by code unit). */
  categories: string[]
  reminder: Reminder | null
  /** Null for a plain appointment (INV-7): an organizer is never invented. */
  organizer: Person | null
  /** One per e-mail address, sorted by it. */
  attendees: Attendee[]
}

/** Wall clock time of an occurrence's original start in the zone of the master's start: `YYYY-MM-DDTHH:MM:SS`, or `YYYY-MM-DD` in an all-day series. */
export type OccurrenceKey = string

/** An occurrence that differs from what the rule says: all its fields (the effective ones, inherited ones included), or deleted. */
export type Occurrence = { kind: 'exception'; start: CalTime; end: CalTime; fields: EventFields } | { kind: 'deleted' }

export type Event = EventFields & {
  kind: 'event'
  uid: string
  start: CalTime
  /** Exclusive. Equal to start for an event without length. */
  end: CalTime
  recurrence: Recurrence | null
  /** RDATEs, sorted: Exchange cannot hold them. */
  extraStarts: CalTime[]
  /** Files of the whole series, one per content, sorted by it. Files of an exception of its own stay where they are. */
  files: EventFile[]
  /** Sorted by key. Empty for a single event. */
  occurrences: Record<OccurrenceKey, Occurrence>
}
