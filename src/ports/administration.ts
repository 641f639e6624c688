/** What an administrator may ask beside syncing: conflicts, the archive, pausing, guards, keys. Part of the Connector; plain data. */
import type { FieldPath, Item, Loss } from '../model/item.ts'
import type { ErrorReport } from './report.ts'
import type { NativeDocument, SideName } from './side.ts'
import type { ActionLog, ArchiveEntry, CollectionKind, Conflict, HaltReason, Mailbox, PassLog } from './state-store.ts'

/** `title` is empty when nothing is archived: the state holds no titles. */
export type ConflictSummary = { conflict: Conflict; email: string; collection: string; title: string }

/** One version of an item for a person to read. `item` null: the document is not understood any more; its text is shown as it is.
 * `when`: start as written in the item, as in reports; empty without item.
 */
export type ShownVersion = { side: SideName; item: Item | null; when: string; document: NativeDocument }

/** What is there now, as a fresh read of the server says. `unknown`: it could not be asked. */
export type PresentVersion =
  | { kind: 'present'; version: ShownVersion }
  | { kind: 'gone'; side: SideName }
  | { kind: 'unknown'; side: SideName; error: ErrorReport }

export type ConflictDetail = ConflictSummary & {
  /** Null: nothing was lost (an edit met a deletion and won), or the entry was removed when its time was over. */
  lost: (ShownVersion & { archivedAtMs: number; expiresAtMs: number }) | null
  /** The version that won. */
  won: PresentVersion
  /** Fields on which the two differ now. Empty when one of them cannot be told. */
  differing: readonly FieldPath[]
}

export type ArchiveSummary = { entry: Omit<ArchiveEntry, 'document'>; email: string; collection: string }
export type ArchiveDetail = ArchiveSummary & { version: ShownVersion }

/** `already-there`: nothing was left to write. `newUid`: the old one is in use there by another item. */
export type Restored = {
  email: string
  collection: string
  side: SideName
  outcome: 'updated' | 'created' | 'already-there'
  uid: string
  newUid: boolean
  title: string
  /** What of the archived version that side cannot hold. */
  losses: readonly Loss[]
}

/** `already`: it had been resolved before, and nothing was done. */
export type Resolved = { conflict: Conflict; email: string; restored: Restored | null; already: boolean }

export type HaltedCollection = { name: string; halt: HaltReason }
export type Paused = { email: string; before: Mailbox['status']; reason: string | null }
export type Resumed = {
  email: string
  before: Mailbox['status']
  /** Why it was paused. */
  reason: string | null
  /** Guards that let what they saw pass from now on, and those that only `sync user --allow-deletes` releases. */
  released: readonly HaltedCollection[]
  waiting: readonly HaltedCollection[]
}

/** One thing done to one item. `title` null: nothing of it is archived, and the state holds no titles. */
export type HistoryEntry = {
  log: ActionLog
  email: string
  collection: string
  kind: CollectionKind
  title: string | null
}
/** `find`: part of a UID or of an archived title, without regard to case. */
export type HistoryFilter = { sinceMs?: number; find?: string }

type WatchedOwner = { atMs: number; email: string; collection: string; kind: CollectionKind | null }
export type WatchEvent = WatchedOwner & ({ what: 'action'; log: ActionLog } | { what: 'pass'; log: PassLog })
export type WatchOptions = { email: string | null; signal: AbortSignal; onEvent: (event: WatchEvent) => void }

/** One line of the log in the database. `email`: whose it is, where it is about a mailbox. */
export type LogEntry = {
  id: number
  atMs: number
  level: string
  replica: string
  email: string | null
  passId: string | null
  message: string
  fields: Readonly<Record<string, unknown>>
}
/** `level`: this one and what is worse. `passId`: its beginning will do. */
export type LogChoice = {
  level: 'debug' | 'info' | 'warn' | 'error'
  email?: string
  passId?: string
  sinceMs?: number
}
export type LogFilter = LogChoice & { limit: number }
export type LogFollow = LogFilter & { signal: AbortSignal; onEntry: (entry: LogEntry) => void }

export type AdminCall = { signal: AbortSignal }

/** Ids may be given without leading dashes, as lists show them. Throws `usage.unknown-user`, `usage.unknown-id`, `lease.held`. */
export interface Administration {
  /** Oldest first; resolved ones only with `all`. */
  conflicts(filter: { email?: string; all: boolean }): Promise<ConflictSummary[]>
  conflict(id: string, call: AdminCall): Promise<ConflictDetail>
  /** `restore` writes what lost back to where it lost, into the present item; the next pass carries it to the other side. */
  resolveConflict(id: string, choice: 'keep' | 'restore', call: AdminCall): Promise<Resolved>
  /** Oldest first. */
  archive(filter: { email?: string; sinceMs?: number }): Promise<ArchiveSummary[]>
  archived(id: string): Promise<ArchiveDetail>
  /** To the side that it comes from unless `to` says otherwise. Never mails. Repeated, it finds what it did and does nothing. */
  restoreArchived(id: string, call: AdminCall & { to: SideName | null }): Promise<Restored>
  /** What was done to the items of a mailbox, newest first, as long as logs are kept (90 days). */
  history(email: string, filter: HistoryFilter): Promise<HistoryEntry[]>
  /** Tells what every process does, until the signal aborts. */
  watch(options: WatchOptions): Promise<void>
  /** The newest lines of the log in the database that fit, oldest first. */
  logs(filter: LogFilter): Promise<LogEntry[]>
  /** Tells the same, then new lines as they are written, until the signal aborts. */
  followLog(options: LogFollow): Promise<void>
  pause(email: string, call: AdminCall & { reason: string | null }): Promise<Paused>
  resume(email: string, call: AdminCall): Promise<Resumed>
  /** Puts the installation's keys under the configured archive key. 0: they were already. */
  rotateKey(): Promise<{ rewrapped: number }>
}
