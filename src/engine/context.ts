/** What one pass over one collection pair works with. Built by user.ts; everything the engine touches of the world is in here. */
import type { Clock, Random } from '../ports/clock.ts'
import { originalOf } from '../ports/collection-choice.ts'
import type { Log } from '../ports/log.ts'
import type { ProgressEvent } from '../ports/report.ts'
import type { Side, SideName } from '../ports/side.ts'
import type { CollectionPair, Lease, StateStore } from '../ports/state-store.ts'
import type { KeyedHash } from '../sync/fingerprint.ts'
import type { GuardLimits } from '../sync/guard.ts'
import type { ConflictPolicy } from '../sync/merge.ts'
import type { Approved } from './approved.ts'
import type { ContentCache } from './content-cache.ts'
import type { Prints } from './prints.ts'

export type EngineOptions = {
  /** Item results per transaction and objects per write batch (`Service__BatchSaveSize`). */
  batchSaveSize: number
  conflictPolicy: ConflictPolicy
  /** `exchange`: meetings that people make or change in Nextcloud are mailed by Exchange. */
  schedulingAuthority: 'nextcloud' | 'exchange'
  /** Null = unlimited. */
  windowPastDays: number | null
  windowFutureDays: number | null
  guards: GuardLimits
  archiveRetentionDays: number
  /** Zone in which a floating time is an instant, for the sync window only. */
  floatingZone: string
  /** A full comparison that ignores cursors is due after this time. */
  scrubIntervalMs: number
}

/** The side that is never written, of a one-way link. */
export function originalOfPair({ link }: CollectionPair): SideName | null {
  return originalOf(link?.direction ?? 'both')
}

export type PassContext = {
  store: StateStore
  lease: Lease
  /** Renews the lease when half of it is gone; throws `lease.lost` or `stopped`. Called before every write (I20). */
  checkpoint: () => Promise<void>
  sides: Record<SideName, Side>
  pair: CollectionPair
  passId: string
  hash: KeyedHash
  prints: Prints
  options: EngineOptions
  allowDeletes: number | null
  /** Only these actions are written; null: whatever the plan says. */
  approved: Approved | null
  dryRun: boolean
  clock: Clock
  random: Random
  log: Log
  email: string
  onProgress: (event: ProgressEvent) => void
  cache: ContentCache
  /** For metrics and the mailbox's lag: an item that was changed at this time (by its server) was written on this side just now. */
  onWritten?: (side: SideName, changedAtMs: number | null | undefined) => void
  /** Removals that this pass has written so far, or may have: for the guard over all its rounds. */
  removals: number
  /** The guards let a plan of this pass through: what they said before, and its release, counts for the rest of the pass and no longer. */
  haltEnded?: boolean
}
