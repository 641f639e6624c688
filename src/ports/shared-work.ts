/** What replicas share beside the state of passes: who is due, places at service accounts, numbers, nonces, the log. One state store offers it. */
import type { HeldMailbox } from './report.ts'
import type { AccountPlaces, Lease } from './state-store.ts'
import type { NonceBook } from './webhook.ts'

/** Of the whole database, by its own time. Ages in milliseconds, 0 when there is none. */
export type StateNumbers = {
  mailboxes: Readonly<Record<'active' | 'paused' | 'halted', number>>
  failing: number
  /** Active, due and held by nobody. */
  due: number
  /** How long the first of them has been due. */
  overdueMs: number
  oldestSuccessMs: number
  openConflicts: number
  leases: number
  slotsUsed: number
}

export type LogLine = { atMs: number; level: string; line: string }
/** As it was kept; ids grow. */
export type KeptLine = LogLine & { id: number; replica: string }
export type LogWindow = {
  levels: readonly string[]
  sinceMs?: number | undefined
  beforeId?: number | undefined
  afterId?: number | undefined
  limit: number
}

export interface SharedWork extends NonceBook {
  /** Only ever earlier. A mailbox that fails keeps its back-off, a paused one stays paused. Wakes the other replicas. Gives how many were marked. */
  markDue(emails: readonly string[]): Promise<number>
  /** Calls back when another replica marked something; returns when the signal aborts. On SQLite nothing ever comes: polling sees it. */
  listen(onWake: () => void, signal: AbortSignal): Promise<void>

  /** Makes the places of these accounts. */
  ensurePlaces(places: AccountPlaces): Promise<void>
  /** Which account acts for which mailbox. `all` looks at every mailbox again, else only at those without. Gives how many changed. */
  assignAccounts(accountOf: (email: string) => string | null, scope: 'all' | 'unassigned'): Promise<number>
  /** For who took a lease by itself. False when the account is full. The place is given back with the lease. */
  takePlace(lease: Lease, place: { account: string; usersMax: number; ttlMs: number }): Promise<boolean>

  /** Says that a replica is alive for so long. Gives the names of all that are, itself included, sorted. */
  present(replica: string, ttlMs: number): Promise<string[]>
  absent(replica: string): Promise<void>
  /** Active mailboxes that another holder works on; with `dueOnly` those that were due. */
  heldByOthers(holder: string, dueOnly: boolean): Promise<HeldMailbox[]>
  numbers(): Promise<StateNumbers>
  /** Adds to the log in the database and removes the oldest lines beyond `linesMax`. */
  writeLog(replica: string, lines: readonly LogLine[], linesMax: number): Promise<void>
  /** The newest `limit` lines of the window, newest first. */
  readLog(window: LogWindow): Promise<KeptLine[]>
}
