/** What commands may ask of the connector: compose.ts builds it, commands call it, tests replace it. */

import type { Administration } from './administration.ts'
import type { DaemonEnd } from './daemon.ts'
import type { PoolReport, PoolTestOptions } from './pool-report.ts'
import type { ApprovedPlan, ProgressEvent, RunReport, UserReport } from './report.ts'
import type { CollectionPair, Conflict, Mailbox, Observation, PassLog, StateStore } from './state-store.ts'

export type SyncOptions = {
  dryRun: boolean
  /** The number of deletions that the administrator agreed to, from the halted plan. */
  allowDeletes: number | null
  /** Sync one user although the mailbox is paused; it stays paused. */
  force?: boolean
  /** A run over all mailboxes: also those that are not due yet. */
  notDueToo?: boolean
  /** Do exactly this plan: throws `guard.plan-changed` when a dry run now would give another one. */
  plan?: ApprovedPlan
  signal: AbortSignal
  onProgress?: (event: ProgressEvent) => void
}

/** Why a user of the Nextcloud app is synced or not. `no-mailbox`: consented, but the address is not established yet. */
export type UserState = 'active' | 'paused' | 'withdrawn' | 'account-disabled' | 'no-mailbox' | 'duplicate-mailbox'

/** One user. `source` says where the mapping comes from, `identity` how the app established the address. */
export type User = {
  /** Empty where none is established. */
  email: string
  nextcloudUser: string
  source: 'users-file' | 'app'
  enabled: boolean
  state: UserState
  identity: { source: 'admin' | 'directory' | 'proof'; atMs: number } | null
}

export type MailboxStatus = {
  email: string
  mailbox: Mailbox | null
  pairs: readonly (CollectionPair & { items: number; problems: readonly Observation[] })[]
  openConflicts: readonly Conflict[]
  lastPasses: readonly PassLog[]
}

export interface Connector {
  readonly store: StateStore
  readonly admin: Administration
  /** Everybody, also those who are not synced. */
  users(): Promise<User[]>
  /** One pass over one user, due or not. Throws ConnectorError `usage.unknown-user`, `usage.paused`, `lease.held`, `guard.plan-changed`. */
  syncUser(email: string, options: SyncOptions): Promise<UserReport>
  /** One pass over all due mailboxes. One user's failure is in that user's report, never thrown. */
  syncRun(options: SyncOptions): Promise<RunReport>
  /** Without an address: every enrolled user. */
  status(email?: string): Promise<MailboxStatus[]>
  /** Works on due mailboxes until the signal aborts. Throws ConnectorError `state.*` for what no waiting cures. */
  daemon(options: { signal: AbortSignal; version: string }): Promise<DaemonEnd>
  /** Tests every service account. Errors: `config.*`; all else is in the report. */
  testPool(options: PoolTestOptions): Promise<PoolReport>
  /** Reads users and service accounts again; passes under way go on. */
  reload(): Promise<void>
  close(): Promise<void>
}
