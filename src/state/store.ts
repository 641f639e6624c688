/** The StateStore over SQLite and PostgreSQL: it binds the queries of this folder to one database and its keys, and decides nothing. */

import type { AccountBook } from '../ports/account-book.ts'
import type { EndpointBook } from '../ports/endpoint-book.ts'
import type { LogLine, LogWindow, SharedWork } from '../ports/shared-work.ts'
import type { ItemId, SideName } from '../ports/side.ts'
import type { AccountPlaces, ClaimOptions, Lease, StateChange, StateStore } from '../ports/state-store.ts'
import { sqlAccountBook } from './accounts.ts'
import { archiveEntries, pruneArchive } from './archive.ts'
import { assignAccounts } from './assign.ts'
import { claimDue } from './claim.ts'
import { commit } from './commit.ts'
import type { StateDatabase } from './database.ts'
import { sqlEndpointBook } from './endpoints.ts'
import { actionLogs, conflicts, countRemovals, passLogs, recentLogs } from './evidence.ts'
import { exportPair } from './export.ts'
import * as items from './items.ts'
import type { KeyRing } from './keys.ts'
import { acquireLease, releaseLease, renewLease } from './leases.ts'
import { readLog, writeLog } from './log-lines.ts'
import { ensureMailbox, listMailboxes, mailboxByEmail } from './mailboxes.ts'
import { checkSchema, migrate } from './migrate.ts'
import { rememberNonce } from './nonces.ts'
import { markDue } from './notify.ts'
import { heldByOthers, numbers } from './numbers.ts'
import { pending } from './pending.ts'
import { absentReplica, presentReplica } from './replicas.ts'
import type { RandomBytes } from './seal.ts'
import { ensureSlots, takeSlot } from './slots.ts'
import { itemPairsByUid, unpairedByUid } from './uids.ts'

export type SqlStateStoreParts = {
  database: StateDatabase
  keys: KeyRing
  uuid: () => string
  randomBytes: RandomBytes
}

export class SqlStateStore implements StateStore, SharedWork {
  /** For the invariant checker and tests. */
  readonly database: StateDatabase
  /** What all replicas know about the service accounts. */
  readonly accounts: AccountBook
  /** Where autodiscover found the mailboxes. */
  readonly endpoints: EndpointBook
  readonly #keys: KeyRing
  readonly #uuid: () => string
  readonly #randomBytes: RandomBytes

  constructor({ database, keys, uuid, randomBytes }: SqlStateStoreParts) {
    this.database = database
    this.accounts = sqlAccountBook(database)
    this.endpoints = sqlEndpointBook(database)
    this.#keys = keys
    this.#uuid = uuid
    this.#randomBytes = randomBytes
  }

  migrate = () => migrate(this.database)

  async check() {
    await checkSchema(this.database)
    await this.#keys.verify()
  }

  close = () => this.database.close()
  fingerprintKey = () => this.#keys.key('fingerprint-key')

  mailboxByEmail = (email: string) => mailboxByEmail(this.database, email)
  ensureMailbox = (email: string) => ensureMailbox(this.database, email, this.#uuid())
  listMailboxes = () => listMailboxes(this.database)

  acquireLease = (mailboxId: string, options: { holder: string; ttlMs: number }) =>
    acquireLease(this.database, mailboxId, options)
  renewLease = (lease: Lease, ttlMs: number) => renewLease(this.database, lease, ttlMs)
  releaseLease = (lease: Lease) => releaseLease(this.database, lease)
  claimDue = (options: ClaimOptions) => claimDue(this.database, options)

  ensurePlaces = (places: AccountPlaces) => ensureSlots(this.database, places)
  takePlace = (lease: Lease, place: { account: string; usersMax: number; ttlMs: number }) =>
    takeSlot(this.database, lease, place)
  assignAccounts = (accountOf: (email: string) => string | null, scope: 'all' | 'unassigned') =>
    assignAccounts(this.database, accountOf, scope)
  markDue = (emails: readonly string[]) => markDue(this.database, emails)
  listen = (onWake: () => void, signal: AbortSignal) => this.database.listen(onWake, signal)
  heldByOthers = (holder: string, dueOnly: boolean) => heldByOthers(this.database, holder, dueOnly)
  numbers = () => numbers(this.database)
  remember = (nonce: string, ttlMs: number) => rememberNonce(this.database, nonce, ttlMs)
  present = (replica: string, ttlMs: number) => presentReplica(this.database, replica, ttlMs)
  absent = (replica: string) => absentReplica(this.database, replica)
  writeLog = (replica: string, lines: readonly LogLine[], linesMax: number) =>
    writeLog(this.database, replica, { lines, linesMax })
  readLog = (window: LogWindow) => readLog(this.database, window)

  commit = (lease: Lease, changes: readonly StateChange[]) =>
    commit(this.database, changes, { keys: this.#keys, randomBytes: this.#randomBytes, lease })

  collectionPairs = (mailboxId: string) => items.collectionPairs(this.database, mailboxId)
  collectionPairById = (id: string) => items.collectionPairById(this.database, id)
  pending = (pairId: string, nowMs: number) => pending(this.database, pairId, nowMs)
  observations = (pairId: string, side: SideName, ids: readonly ItemId[]) =>
    items.observations(this.database, { pairId, side }, ids)
  knownItems = (pairId: string, side: SideName) => items.knownItems(this.database, { pairId, side })
  unpairedByUid = (pairId: string, side: SideName, uids: readonly string[]) =>
    unpairedByUid(this.database, { pairId, side }, uids)
  itemPairBySide = (pairId: string, side: SideName, id: ItemId) =>
    items.itemPairBySide(this.database, { pairId, side }, id)
  itemPairsByUid = (pairId: string, uids: readonly string[]) => itemPairsByUid(this.database, pairId, uids)
  countItemPairs = (pairId: string) => items.countItemPairs(this.database, pairId)
  exportPair = (pairId: string) => exportPair(this.database, pairId)
  madeItems = (pairId: string, side: SideName) => items.madeItems(this.database, { pairId, side })
  problems = (pairId: string) => items.problems(this.database, pairId)
  openIntents = (pairId: string) => items.openIntents(this.database, pairId)

  countRemovals = (mailboxId: string, sinceMs: number) => countRemovals(this.database, mailboxId, sinceMs)
  archiveEntries = (filter: { mailboxId?: string; id?: string }) => archiveEntries(this.database, this.#keys, filter)
  conflicts = (filter: { mailboxId?: string; openOnly?: boolean; id?: string }) => conflicts(this.database, filter)
  pruneArchive = (nowMs: number) => pruneArchive(this.database, nowMs)
  passLogs = (filter: { mailboxId?: string; limit: number }) => passLogs(this.database, filter)
  actionLogs = (filter: { pairId: string; uid?: string; sinceMs?: number; limit: number }) =>
    actionLogs(this.database, filter)
  recentLogs = (filter: { sinceMs: number; limit: number }) => recentLogs(this.database, filter)
}
