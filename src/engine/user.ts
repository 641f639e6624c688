/** One user: lease, then every collection pair in turn. One bad collection does not stop the others (I23). */
import type { Clock, Random } from '../ports/clock.ts'
import { NO_COUNTS } from '../ports/counts.ts'
import { ConnectorError } from '../ports/errors.ts'
import type { Log } from '../ports/log.ts'
import type { Metrics } from '../ports/metrics.ts'
import type { ErrorReport, PairReport, ProgressEvent, UserReport } from '../ports/report.ts'
import type { Side, SideName } from '../ports/side.ts'
import type {
  CollectionKind,
  CollectionPair,
  LastPass,
  Lease,
  Mailbox,
  PassOutcome,
  StateStore,
} from '../ports/state-store.ts'
import type { KeyedHash } from '../sync/fingerprint.ts'
import type { Approved } from './approved.ts'
import { ContentCache } from './content-cache.ts'
import type { EngineOptions } from './context.ts'
import { PassNotes } from './last-pass.ts'
import { runPair } from './pass.ts'
import { Prints } from './prints.ts'

/** `ownSides`: without the masks of the sensitive mode, for giving a side back what was its own (restore). */
export type OpenedPair = {
  pair: CollectionPair
  sides: Record<SideName, Side>
  ownSides?: Record<SideName, Side>
}

/** A collection that was asked for and cannot be opened; the others go on (I23). `halted`: it waits for a person, with the reason. */
export type UnopenedPair = { name: string; kind: CollectionKind; error: ConnectorError; halted?: CollectionPair }
export type OpenedPairs = { opened: readonly OpenedPair[]; unopened: readonly UnopenedPair[] }
export type UserToOpen = {
  mailbox: Mailbox
  lease: Lease
  store: StateStore
  dryRun: boolean
  signal: AbortSignal
  /** Told which service account is about to act. */
  onAccount?: (name: string) => void
}

/** Signs in on both sides, finds the collections and their state rows. In a dry run it must not write on a server. */
export type OpenPairs = (user: UserToOpen) => Promise<OpenedPairs>

export type UserRun = {
  store: StateStore
  mailbox: Mailbox
  lease: Lease
  openPairs: OpenPairs
  options: EngineOptions
  intervals: { normalMs: number; criticalMs: number }
  hash: KeyedHash
  allowDeletes: number | null
  approved?: Approved
  dryRun: boolean
  clock: Clock
  random: Random
  log: Log
  metrics?: Metrics
  signal: AbortSignal
  /** Told at each step, so that the lease is kept alive only while there are any. */
  alive?: () => void
  onProgress: (event: ProgressEvent) => void
}

/** Leases are held this long and renewed at half time, and by a heartbeat while a call waits. */
export const LEASE_TTL_MS = 90_000
/** Longest wait after failed passes. */
const BACKOFF_MAX_MS = 3_600_000

/** Never throws for the user's own troubles; `stopped`, `lease.lost`, state errors and bugs come back in the report as well. */
export async function runUser(run: UserRun): Promise<UserReport> {
  const startedAtMs = run.clock.nowMs()
  run.onProgress({ kind: 'user-started', email: run.mailbox.email })
  const pairs: PairReport[] = []
  const notes = new PassNotes(run.clock, run.metrics)
  let error: ErrorReport | null = null
  try {
    const checkpoint = checkpointOf(run)
    const { opened, unopened } = await run.openPairs({ ...run, onAccount: notes.usedAccount })
    pairs.push(...unopened.map(unopenedReport))
    const allowed = allowedOf(run, opened)
    for (const one of opened) pairs.push(await runOpened({ ...run, ...allowed(one) }, one, { checkpoint, notes }))
  } catch (thrown) {
    error = reportOf(thrown, run)
  }
  const outcome = worstOf(pairs, error)
  const hasWork = pairs.some((pair) => pair.outcome === 'partial' && (pair.counts.failed > 0 || pair.waiting === 0))
  const report: UserReport = {
    email: run.mailbox.email,
    dryRun: run.dryRun,
    outcome,
    pairs,
    error,
    tookMs: run.clock.nowMs() - startedAtMs,
  }
  if (!run.dryRun)
    await recordMailbox(run, {
      outcome,
      hasWork,
      startedAtMs,
      lastPass: notes.after(report, run.mailbox.lastPass ?? null),
    })
  run.onProgress({ kind: 'user-finished', email: run.mailbox.email, report })
  return report
}

/**
 * The number of deletions that a person allowed is about the collections that are halted on record; in another one as many
 * have another cause. With nothing on record it is about the plan that a dry run showed.
 */
function allowedOf({ allowDeletes }: UserRun, opened: readonly OpenedPair[]) {
  const isOnRecord = opened.some(({ pair }) => pair.halt !== null)
  return ({ pair }: OpenedPair) => ({ allowDeletes: isOnRecord && pair.halt === null ? null : allowDeletes })
}

type Passing = { checkpoint: () => Promise<void>; notes: PassNotes }

function runOpened(run: UserRun, { pair, sides }: OpenedPair, { checkpoint, notes }: Passing): Promise<PairReport> {
  const passId = run.random.uuid()
  return runPair({
    store: run.store,
    lease: run.lease,
    checkpoint,
    sides,
    pair,
    passId,
    hash: run.hash,
    prints: new Prints(run.hash),
    options: run.options,
    allowDeletes: run.allowDeletes,
    approved: run.approved ?? null,
    dryRun: run.dryRun,
    clock: run.clock,
    random: run.random,
    log: run.log.child({ passId, mailbox: run.mailbox.id }),
    email: run.mailbox.email,
    onProgress: run.onProgress,
    cache: new ContentCache(),
    ...(pair.firstPassDone && { onWritten: notes.written }),
    removals: 0,
  })
}

function unopenedReport({ name, kind, error, halted }: UnopenedPair): PairReport {
  return {
    pairId: halted?.id ?? '',
    kind,
    name,
    outcome: halted ? 'halted' : 'failed',
    firstPass: false,
    counts: NO_COUNTS,
    waiting: 0,
    actions: [],
    problems: [],
    halt: halted?.halt ?? null,
    error: halted ? null : { code: error.code, fields: error.fields },
  }
}

/** Stops before the next step when asked to, and keeps the lease alive (I20). */
export function checkpointOf(
  run: Pick<UserRun, 'clock' | 'signal' | 'store' | 'lease' | 'alive'>,
): () => Promise<void> {
  let renewedAtMs = run.clock.nowMs()
  return async () => {
    if (run.signal.aborted) throw stopReason(run.signal)
    run.alive?.()
    const nowMs = run.clock.nowMs()
    // A clock that was set back tells nothing about the lease's age.
    const heldMs = nowMs - renewedAtMs
    if (heldMs >= 0 && heldMs < LEASE_TTL_MS / 2) return
    if (!(await run.store.renewLease(run.lease, LEASE_TTL_MS))) throw new ConnectorError('lease.lost')
    renewedAtMs = nowMs
  }
}

/** Why the work was stopped: somebody asked for it, or the lease is gone. */
function stopReason(signal: AbortSignal): ConnectorError {
  const { reason } = signal
  return reason instanceof ConnectorError && reason.code === 'lease.lost' ? reason : new ConnectorError('stopped')
}

function reportOf(thrown: unknown, { log, signal }: Pick<UserRun, 'log' | 'signal'>): ErrorReport {
  if (thrown instanceof ConnectorError && thrown.code === 'stopped') return dataOf(stopReason(signal))
  if (thrown instanceof ConnectorError) return dataOf(thrown)
  const name = thrown instanceof Error ? thrown.name : typeof thrown
  log.error({ name, stack: thrown instanceof Error ? thrown.stack : undefined }, 'unexpected error')
  return { code: 'bug', fields: { name, detail: thrown instanceof Error ? thrown.message.slice(0, 200) : '' } }
}

function dataOf({ code, fields }: ConnectorError): ErrorReport {
  return { code, fields }
}

const WORST: readonly PassOutcome[] = ['stopped', 'failed', 'halted', 'partial', 'in-step']

function worstOf(pairs: readonly PairReport[], error: ErrorReport | null): PassOutcome {
  if (error) return error.code === 'stopped' ? 'stopped' : 'failed'
  return WORST.find((outcome) => pairs.some((pair) => pair.outcome === outcome)) ?? 'in-step'
}

/** When it runs next: the critical interval while there is known work, backing off while passes fail. */
type PassEnd = { outcome: PassOutcome; hasWork: boolean; startedAtMs: number; lastPass: LastPass }

async function recordMailbox(run: UserRun, { outcome, hasWork, startedAtMs, lastPass }: PassEnd): Promise<void> {
  const nowMs = run.clock.nowMs()
  const attempts = outcome === 'failed' ? run.mailbox.attempts + 1 : 0
  const waitMs = nextWaitMs(run, { outcome, hasWork }, attempts)
  const mailbox: Mailbox = {
    ...run.mailbox,
    attempts,
    nextRunAtMs: nowMs + waitMs,
    lastStartedAtMs: startedAtMs,
    lastSuccessAtMs: outcome === 'in-step' ? nowMs : run.mailbox.lastSuccessAtMs,
    lastOutcome: outcome,
    lastPass,
  }
  try {
    await run.store.commit(run.lease, [{ kind: 'put-mailbox', mailbox }])
  } catch (error) {
    // The lease or the state is gone: whoever holds it now schedules the mailbox; the report already says what happened.
    run.log.warn({ code: error instanceof ConnectorError ? error.code : 'bug' }, 'could not record the end of the pass')
  }
}

function nextWaitMs(
  run: UserRun,
  { outcome, hasWork }: Pick<PassEnd, 'outcome' | 'hasWork'>,
  attempts: number,
): number {
  const { normalMs, criticalMs } = run.intervals
  if (outcome === 'stopped') return 0
  if (outcome === 'failed') return Math.min(criticalMs * 2 ** Math.min(attempts - 1, 20), BACKOFF_MAX_MS)
  // Items that only wait for a later try do not hurry the mailbox.
  return spread(run.mailbox.id, run.clock.nowMs(), hasWork ? criticalMs : normalMs)
}

/** Up to a tenth earlier, so that mailboxes that were once due together do not stay together. Not chance: a seed must give the same run. */
function spread(mailboxId: string, nowMs: number, waitMs: number): number {
  const part = ((Number.parseInt(mailboxId.replaceAll('-', '').slice(-6), 16) || 0) + nowMs) % 1000
  return Math.round(waitMs * (1 - part / 10_000))
}
