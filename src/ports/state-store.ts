/**
 * What the engine remembers between passes: identities, versions and keyed hashes, never calendar contents
 * (the archive is the exception and is encrypted). All changes of one step go into one transaction (`commit`).
 */
import type { Direction } from './collection-choice.ts'
import type { Cursor, ItemId, SideName, Token, Version } from './side.ts'

export type CollectionKind = 'calendar' | 'tasks' | 'contacts'

/** Keyed hash per field path (HMAC-SHA-256, 96 bits, base64url). */
export type FieldHashes = Readonly<Record<string, string>>

/** `key` = lower-case mailbox address. `halted`: a guard stopped it and waits for a person. */
export type Mailbox = {
  id: string
  email: string
  status: 'active' | 'paused' | 'halted'
  /** What the administrator said when pausing it. */
  statusReason?: string | null
  nextRunAtMs: number
  /** Smaller runs first among the due ones. */
  priority: number
  /** Failed passes in a row. */
  attempts: number
  lastStartedAtMs: number | null
  lastSuccessAtMs: number | null
  lastOutcome: PassOutcome | null
  /** Absent or null before the first pass of this version. */
  lastPass?: LastPass | null
}

/**
 * The last pass over the mailbox, idle ones too. `account`: the service account that it last used. `lag`: the longest time from a change on
 * one server to its write on the other, in the last pass that carried any (first passes do not count), and when that was.
 */
export type LastPass = {
  counts: PassCounts
  tookMs: number
  account: string | null
  lag: { ms: number; atMs: number } | null
  /** Why it failed, wholly or in a collection: values of ErrorCode. */
  errorCodes: readonly string[]
}

export type PassOutcome = 'in-step' | 'partial' | 'failed' | 'halted' | 'stopped'

/** One Exchange folder linked with one Nextcloud collection. `exchangeRef`/`nextcloudRef`: what the sides need to open it (folder id, URL). */
export type CollectionPair = {
  id: string
  mailboxId: string
  kind: CollectionKind
  name: string
  exchangeRef: string
  nextcloudRef: string
  /** Identities as first described; null before the first pass. */
  exchangeIdentity: string | null
  nextcloudIdentity: string | null
  /** Hash of endpoints, folders, filters, mapping version (I6). */
  configHash: string
  exchangeCursor: Cursor | null
  nextcloudCursor: Cursor | null
  /** The first pass (creations and adoptions only) is complete. */
  firstPassDone: boolean
  status: 'active' | 'halted'
  /** Why it is halted: guard name and numbers. */
  halt: HaltReason | null
  lastScrubAtMs: number | null
  /** What the user's choice of collections says about it; null before anybody looked. */
  link?: PairLink | null
}

/**
 * `choice`: the key of the choice that made it. `chosen` false: nobody chooses it any more; it is not opened, and its base stays.
 * `choices`: a hash of all choices of its kind when both sides were last looked at, at `lookedAtMs`.
 */
export type PairLink = {
  choice: string
  direction: Direction
  chosen: boolean
  choices: string
  lookedAtMs: number
  /** Names the Exchange server that was looked at; at another one the folders have other ids. */
  server?: string
}

/** `released`: an administrator looked at it (`users resume`) and lets these numbers pass. */
export type HaltReason = {
  guard: string
  side?: SideName
  numbers: Readonly<Record<string, number>>
  sinceMs: number
  released?: boolean
  /** Other guards that were released on the way here: all releases count until a pass gets through. */
  releasedBefore?: readonly ReleasedGuard[]
}

/** `side`: whose listing or changes it was about; a release of one side says nothing about the other. */
export type ReleasedGuard = { guard: string; side?: SideName; numbers: Readonly<Record<string, number>> }

export type BaseSide = { id: ItemId; version: Version; hashes: FieldHashes }

/** A base row: the two items were seen equal, each through its own side's fingerprint (I4). */
export type ItemPair = {
  id: string
  pairId: string
  uid: string
  exchange: BaseSide
  nextcloud: BaseSide
}

/** A problem of one item, shown by name until it is gone. `code` is an ErrorCode or a loss reason. */
export type Problem = { code: string; detail: string }

/** What was last seen of one item on one side. `dirty`: not yet decided upon. Times are instants in ms for the sync window, null = unbounded. */
export type Observation = {
  pairId: string
  side: SideName
  itemId: ItemId
  state: 'present' | 'gone' | 'unreadable'
  version: Version | null
  uid: string
  hashes: FieldHashes
  spanStartMs: number | null
  spanEndMs: number | null
  dirty: boolean
  /** How its present state was found: a feed tells news, a listing may tell what is old (INV-3). */
  seenBy: 'feed' | 'listing'
  /** Failed tries to settle it; the next one not before `retryAtMs`. */
  attempts: number
  retryAtMs: number | null
  problem: Problem | null
}

/** Journal entry of a write that is about to leave (I13). Removed in the transaction that records its outcome. */
export type Intent = {
  token: Token
  pairId: string
  action: 'create' | 'update' | 'remove'
  /** The side that is written. */
  side: SideName
  uid: string
  /** The item on the other side that is the source of a creation; null otherwise. */
  sourceId: ItemId | null
  /** The item written; for a creation the one that it replaces, else null. */
  targetId: ItemId | null
  expect: Version | null
  itemPairId: string | null
  /** Creation: the source's hashes when it was read, and the hashes of what was sent as the written side would hold it. They become the base when the creation is settled. */
  sourceHashes: FieldHashes | null
  desiredHashes: FieldHashes | null
  openedAtMs: number
}

export type ArchiveReason = 'conflict' | 'remove' | 'edit-beats-delete' | 'restore'

/** Content that lost. `document` is encrypted by the store. */
export type ArchiveEntry = {
  id: string
  mailboxId: string
  pairId: string
  side: SideName
  uid: string
  itemId: ItemId
  reason: ArchiveReason
  /** Shown in lists; encrypted like the document. */
  title: string
  document: { format: 'ical' | 'vcard' | 'ews'; text: string }
  createdAtMs: number
  expiresAtMs: number
}

export type Conflict = {
  id: string
  mailboxId: string
  pairId: string
  itemPairId: string | null
  uid: string
  /** Field paths on which both sides had changed; empty for edit-beats-delete. */
  paths: readonly string[]
  kind: 'edit-edit' | 'edit-delete'
  winner: SideName
  /** The loser's content. Null for edit-delete (nothing was lost). */
  archiveId: string | null
  createdAtMs: number
  resolvedAtMs: number | null
  resolution: 'kept' | 'restored' | null
}

/** I25: seen = unchanged + created + updated + removed + conflicts + skipped + failed. An item is counted once, by the first of failed, conflict, created, updated, removed, skipped that fits. */
export type PassCounts = {
  seen: number
  unchanged: number
  created: number
  updated: number
  removed: number
  conflicts: number
  skipped: number
  failed: number
}

export type PassLog = {
  id: string
  mailboxId: string
  pairId: string | null
  startedAtMs: number
  endedAtMs: number
  outcome: PassOutcome
  counts: PassCounts
  /** Error code that ended the pass, if one did. */
  errorCode: string | null
}

/** One thing done to one item, for "why did my meeting vanish?". No contents. */
export type ActionLog = {
  passId: string
  pairId: string
  uid: string
  action: string
  side: SideName
  reason: string
  versionBefore: string | null
  versionAfter: string | null
  atMs: number
}

export type StateChange =
  | { kind: 'put-observation'; observation: Observation }
  | { kind: 'drop-observation'; pairId: string; side: SideName; itemId: ItemId }
  | { kind: 'set-cursor'; pairId: string; side: SideName; cursor: Cursor | null }
  | { kind: 'put-item-pair'; itemPair: ItemPair }
  | { kind: 'drop-item-pair'; id: string }
  | { kind: 'open-intent'; intent: Intent }
  | { kind: 'close-intent'; token: Token }
  | { kind: 'put-archive'; entry: ArchiveEntry }
  | { kind: 'put-conflict'; conflict: Conflict }
  | { kind: 'put-collection-pair'; pair: CollectionPair }
  /** Forget base, observations and cursors of a pair (adoption follows, I5/I6); intents, archive and conflicts stay. */
  | { kind: 'reset-collection-pair'; pairId: string }
  /** Remembered as made by the connector, whatever is forgotten of the pair later. */
  | { kind: 'note-made'; pairId: string; side: SideName; itemId: ItemId }
  | { kind: 'put-mailbox'; mailbox: Mailbox }
  | { kind: 'log-pass'; log: PassLog }
  | { kind: 'log-action'; log: ActionLog }

/** A row of pending work. At least one observation is dirty. Items that are not paired come one side at a time. */
export type PendingRow = {
  itemPair: ItemPair | null
  exchange: Observation | null
  nextcloud: Observation | null
}

/** The right to write for a mailbox. Every commit carries it; a commit with an old fence fails with `lease.lost` (I20). */
export type Lease = { mailboxId: string; holder: string; fence: number }
export type LeaseAttempt = { kind: 'held'; lease: Lease } | { kind: 'busy'; holder: string; untilMs: number }

export type Claim = { mailbox: Mailbox; lease: Lease }
/** `accounts`: a claim also takes a place at the mailbox's service account, and leaves those whose account is full. Absent: places do not count. */
export type ClaimOptions = { holder: string; limit: number; ttlMs: number; accounts?: AccountPlaces | null }
/** The service accounts that may be used now, and how many mailboxes at a time each serves, over all replicas. */
export type AccountPlaces = { names: readonly string[]; usersMax: number }

export interface StateStore {
  /** Newest schema; idempotent; refuses a newer one (`state.newer-schema`). */
  migrate(): Promise<{ from: number; to: number }>
  /** Throws `state.not-initialised` when `migrate` never ran, `state.newer-schema` when this program is too old. */
  check(): Promise<void>
  close(): Promise<void>
  /** The installation's key of the field hashes: 32 random bytes, made once, stored wrapped by the archive key. Throws `state.key-missing`. */
  fingerprintKey(): Promise<Uint8Array>

  mailboxByEmail(email: string): Promise<Mailbox | null>
  /** Creates it (active, due now) when it is new. */
  ensureMailbox(email: string): Promise<Mailbox>
  listMailboxes(): Promise<Mailbox[]>

  /** Database time decides. A lease that ran out can be taken; the fence grows by one each time. */
  acquireLease(mailboxId: string, options: { holder: string; ttlMs: number }): Promise<LeaseAttempt>
  /** False when the lease was lost. */
  renewLease(lease: Lease, ttlMs: number): Promise<boolean>
  releaseLease(lease: Lease): Promise<void>
  /** Due, active, unleased mailboxes, by priority and next_run_at, leased in the same transaction. */
  claimDue(options: ClaimOptions): Promise<Claim[]>

  collectionPairs(mailboxId: string): Promise<CollectionPair[]>
  collectionPairById(id: string): Promise<CollectionPair | null>
  /** Atomic; verifies the fence first. Conflicts over a unique key are `state.corrupt`. */
  commit(lease: Lease, changes: readonly StateChange[]): Promise<void>

  /** Dirty observations with their base and counterpart, whose retry time has come, ordered by uid, side, id. */
  pending(pairId: string, nowMs: number): Promise<PendingRow[]>
  /** Observations of these items, whatever their state. */
  observations(pairId: string, side: SideName, ids: readonly ItemId[]): Promise<Observation[]>
  /** Every known item of a side (id, version, state, dirty) for comparing with a full list. */
  knownItems(pairId: string, side: SideName): Promise<Pick<Observation, 'itemId' | 'version' | 'state' | 'dirty'>[]>
  /** Present, unpaired items of a side with one of these uids. */
  unpairedByUid(pairId: string, side: SideName, uids: readonly string[]): Promise<Observation[]>
  itemPairBySide(pairId: string, side: SideName, id: ItemId): Promise<ItemPair | null>
  /** Item pairs with one of these uids: an unpaired item of the same uid is a duplicate of them. */
  itemPairsByUid(pairId: string, uids: readonly string[]): Promise<ItemPair[]>
  countItemPairs(pairId: string): Promise<number>
  /** Everything of a pair as changes that recreate it in another store (collection pair, base, observations, intents), in batches: a dry run works on such a copy. */
  exportPair(pairId: string): AsyncIterable<StateChange[]>
  /** Items that the connector made on this side, also those that are gone. */
  madeItems(pairId: string, side: SideName): Promise<ItemId[]>
  /** Items with a problem, for status. */
  problems(pairId: string): Promise<Observation[]>
  openIntents(pairId: string): Promise<Intent[]>
  /** Removals written in a pair since an instant, for the 24-hour guard. */
  countRemovals(mailboxId: string, sinceMs: number): Promise<number>

  archiveEntries(filter: { mailboxId?: string; id?: string }): Promise<ArchiveEntry[]>
  conflicts(filter: { mailboxId?: string; openOnly?: boolean; id?: string }): Promise<Conflict[]>
  /** Removes expired entries, never one that an unresolved conflict points to. Gives the number removed. */
  pruneArchive(nowMs: number): Promise<number>
  passLogs(filter: { mailboxId?: string; limit: number }): Promise<PassLog[]>
  actionLogs(filter: { pairId: string; uid?: string; sinceMs?: number; limit: number }): Promise<ActionLog[]>
  /** Of all mailboxes, what was logged at or after an instant; the newest `limit` of each. */
  recentLogs(filter: { sinceMs: number; limit: number }): Promise<{ actions: ActionLog[]; passes: PassLog[] }>
}
