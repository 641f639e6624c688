/**
 * The port that both worlds implement: one Side per mailbox and collection. The engine knows nothing else of Exchange or Nextcloud.
 * Retry, throttling, read-only (dry run), logging and measuring are decorators around it.
 */
import type { FieldPath, Fit, Item } from '../model/item.ts'
import type { ConnectorError } from './errors.ts'

declare const brand: unique symbol
type Brand<T, B> = T & { readonly [brand]: B }

export type SideName = 'exchange' | 'nextcloud'
/** Opaque: compared with ===, never parsed or ordered outside its own side. EWS item id, DAV href. */
export type ItemId = Brand<string, 'ItemId'>
/** Opaque. Change key(s), ETag. Never contains anything that a read of the same unchanged item would not give again. */
export type Version = Brand<string, 'Version'>
/** Opaque. EWS SyncState, DAV sync-token. */
export type Cursor = Brand<string, 'Cursor'>
/** Opaque journal token of a creation; a UUID. The server holds it, so that an unknown create can be settled by asking. */
export type Token = Brand<string, 'Token'>

/** The other system's own document, kept for patching and for the archive. */
export type NativeDocument = { format: 'ical' | 'vcard' | 'ews'; text: string }

/** `modifiedAtMs`: last change as the server or the document tells it; only for the conflict policy `newest`. */
export type SideItem = {
  id: ItemId
  version: Version
  uid: string
  model: Item
  native: NativeDocument
  modifiedAtMs?: number | null
  /** How much of it the engine may see; absent: all of it, and nothing is known of a mask (docs/decisions/0012). */
  mask?: MaskInfo
}

/**
 * `view`: the model is the item itself, or only its time block under a placeholder title. `marked`: the server holds the mark of a
 * masked copy. `made`: the connector created it. `blank`: it holds nothing but what a masked copy holds. `titles`: those of masked
 * views, to recognise them in a base.
 */
export type MaskInfo = {
  view: 'real' | 'masked'
  marked: boolean
  made: boolean
  blank: boolean
  titles: readonly string[]
}

export type SideDescription = {
  /** Stable identity of the collection itself: when it changes, it is another collection (promises.md, guards). */
  identity: string
  displayName: string
  /** Items that exist, when the server tells cheaply. */
  itemCount: number | null
  readOnly: boolean
}

/** What a feed said. A hint, not a fact (I7). `version` when the feed gives it. */
export type Hint = { kind: 'changed'; id: ItemId; version: Version | null } | { kind: 'removed'; id: ItemId }

export type ChangePage =
  | { kind: 'page'; hints: Hint[]; cursor: Cursor; more: boolean }
  /**
   * `rolledBack`: the feed is at an earlier point than the cursor: the server was restored from a backup, or is another one.
   * `aged`: nothing is wrong but the time since it was last used: much may have happened in it, in the ordinary way.
   */
  | { kind: 'cursor-invalid'; reason: string; rolledBack?: boolean; aged?: boolean }

export type ListEntry = { id: ItemId; version: Version | null }

/**
 * `gone` only after an explicit not-found for this id in an authenticated, otherwise healthy answer (I8), or because the
 * item is positively in another folder now. Everything else that is not readable is `unreadable` (I10) or an error of the call.
 */
export type ReadResult =
  | { kind: 'present'; item: SideItem }
  | { kind: 'gone'; id: ItemId }
  /** `uid` when it can be told although the item cannot be read: then it is known which item waits. */
  | { kind: 'unreadable'; id: ItemId; version: Version | null; error: ConnectorError; uid?: string | null }

/** Content of a file in base64 by its hash, or null when it cannot be had any more. Asked for only when the file is written. */
export type FileSource = (hash: string) => Promise<string | null>

/** Who may hear of a write: `people` lets Exchange invite, inform or answer where the write concerns them. Absent: nobody. */
export type Mail = 'nobody' | 'people'

/** `desired` is what shall be there; the token is already journalled (I13). `files`: where the contents of its files come from. */
/** `native`: a document of this side that is patched instead of making a new one, so that a restored item gets all its properties back. */
export type CreateRequest = {
  token: Token
  desired: Item
  native?: NativeDocument | null
  mark?: Mark
  files?: FileSource
  mail?: Mail
  /** Deleted items that blocked it and are in the archive by now: they may be removed for good. */
  purge?: readonly ItemId[]
}
/** Patch `current.native` so that it becomes `desired`; `changed` names the paths that differ. `current.version` is the precondition. */
export type UpdateRequest = {
  current: SideItem
  desired: Item
  changed: readonly FieldPath[]
  mark?: Mark
  files?: FileSource
  mail?: Mail
}
/**
 * The mark of a masked copy, written together with the item: a text makes it one (and takes away all that the model does not
 * name), null ends it, absent leaves it as it is.
 */
export type Mark = string | null
/** `title` is empty when the document cannot be read. */
export type DeletedItem = { id: ItemId; uid: string; title: string; native: NativeDocument }
/** `mail`: `people` only for a meeting of the mailbox's own: its cancellation is sent. */
export type RemoveRequest = { id: ItemId; expect: Version; mail?: Mail }

/**
 * The item in an outcome is as the server holds it now (read back where the server may have rewritten it, I15).
 * `overtaken`: the version read back is not the one that the write returned (or it returned none), so the item may already
 * carry somebody's later edit; the engine then does not take its content for what was written.
 */
export type CreateOutcome =
  | { kind: 'created'; item: SideItem; overtaken?: boolean }
  /** Deleted items in a trash bin still hold the UID; nothing was made. With `purge` it can be, once their contents are kept (I16). */
  | { kind: 'blocked'; by: readonly DeletedItem[] }
  | { kind: 'already'; id: ItemId | null; reason: 'token' | 'uid' }
  | { kind: 'refused'; error: ConnectorError }
  | { kind: 'unknown'; error: ConnectorError }
export type UpdateOutcome =
  | { kind: 'updated'; item: SideItem; overtaken?: boolean }
  | { kind: 'changed-underneath' }
  | { kind: 'gone' }
  | { kind: 'refused'; error: ConnectorError }
  | { kind: 'unknown'; error: ConnectorError }
export type RemoveOutcome =
  | { kind: 'removed' }
  | { kind: 'changed-underneath' }
  | { kind: 'gone' }
  | { kind: 'refused'; error: ConnectorError }
  | { kind: 'unknown'; error: ConnectorError }

/**
 * Batch methods give one outcome per request, in the order of the requests. An error that concerns the whole mailbox or server
 * (sign-in, unreachable, throttled beyond retries, folder gone) is thrown as ConnectorError instead; a write whose answer was
 * lost is never thrown, it is `unknown` (I12). Implementations choose their own batch size and concurrency within limits.ts.
 */
export interface Side {
  readonly name: SideName
  describe(): Promise<SideDescription>
  /** `null` asks from the beginning: every item comes as a hint, page by page, and the last cursor starts the feed. */
  changes(cursor: Cursor | null): Promise<ChangePage>
  /** Every item, independent of cursors. It ends normally only when the last page was read; else it throws. */
  listAll(): AsyncIterable<ListEntry[]>
  read(ids: readonly ItemId[]): Promise<ReadResult[]>
  create(requests: readonly CreateRequest[]): Promise<CreateOutcome[]>
  update(requests: readonly UpdateRequest[]): Promise<UpdateOutcome[]>
  remove(requests: readonly RemoveRequest[]): Promise<RemoveOutcome[]>
  /** The item that a creation with this token made, or null when the server positively has none. */
  findByToken(token: Token): Promise<ItemId | null>
  /** Content of one of the item's files, in base64; null when it is not there any more. */
  file(item: Pick<SideItem, 'native' | 'mask'>, hash: string): Promise<string | null>
  /**
   * What this side would hold of the item, and what it would lose. Pure. Without `current`: after a creation. With `current`
   * (what the side holds now): after an update of it, so that what only the server can set (organizer, answers) stays as it is.
   */
  fit(item: Item, current?: Item): Fit<Item>
}
