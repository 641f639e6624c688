/** The union of what is synced, and the flat form on which fingerprint and merge work. */
import type { Contact, Group } from './contact.ts'
import type { Event } from './event.ts'
import type { Task } from './task.ts'

export type Item = Event | Task | Contact | Group
export type ItemKind = Item['kind']

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json }

/**
 * A unit of merging: `title`, `schedule` (start, end, recurrence, extraStarts together), `category:NAME`, `attendee:EMAIL`,
 * `occurrence:KEY`, `phone:SLOT`; src/model/flat-*.ts have those of each kind. A path that is absent means "does not have it".
 */
export type FieldPath = string
export type FlatItem = ReadonlyMap<FieldPath, Json>

/** Why a field does not fit on a side; docs/mapping lists them. */
export type LossReason =
  | 'no-such-field'
  | 'value-not-held'
  | 'too-long'
  | 'too-many'
  | 'zone-approximated'
  | 'floating-time'
  | 'recurrence-not-representable'
  | 'server-owned'
  | 'clamped'

/** One thing that one side cannot hold (P7). Paths are field paths of the flat form, or a native property's name. */
export type Loss = { path: string; reason: LossReason; detail?: string }

/** What a side would hold of an item. `unrepresentable`: it must not be written there at all, the item stays where it is. */
export type Fit<T> = { kind: 'fits'; item: T; losses: Loss[] } | { kind: 'unrepresentable'; losses: Loss[] }
