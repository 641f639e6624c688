/** Turns reports of passes into numbers. Everything but time spent and lag can be read from the report, so the pass itself need not count. */
import type { Clock } from '../ports/clock.ts'
import type { ServiceAccounts } from '../ports/daemon.ts'
import type { Metrics } from '../ports/metrics.ts'
import type { PairReport, UserReport } from '../ports/report.ts'
import type { StateNumbers } from '../ports/shared-work.ts'
import type { SideName } from '../ports/side.ts'
import type { PassCounts } from '../ports/state-store.ts'

const RESULTS = [
  'created',
  'updated',
  'removed',
  'conflicts',
  'skipped',
  'failed',
] as const satisfies readonly (keyof PassCounts)[]

export function measureUser(metrics: Metrics, report: UserReport): void {
  if (report.dryRun) return
  metrics.count('connector_passes_total', { outcome: report.outcome })
  metrics.observe('connector_pass_duration_seconds', report.tookMs / 1000, { outcome: report.outcome })
  if (report.error) metrics.count('connector_pass_errors_total', { code: report.error.code })
  if (report.error?.code === 'lease.lost') metrics.count('connector_leases_lost_total')
  for (const pair of report.pairs) measurePair(metrics, pair)
}

function measurePair(metrics: Metrics, { kind, counts, halt, error }: PairReport): void {
  if (counts.seen > 0) metrics.count('connector_items_seen_total', { kind }, counts.seen)
  for (const result of RESULTS)
    if (counts[result] > 0) metrics.count('connector_actions_total', { kind, result }, counts[result])
  if (halt) metrics.count('connector_halts_total', { guard: halt.guard })
  if (error) metrics.count('connector_pass_errors_total', { code: error.code })
}

/** The state of the whole database, and of the accounts as this replica sees them. */
export function gauges(metrics: Metrics, numbers: StateNumbers, accounts: ServiceAccounts | null): void {
  for (const [status, count] of Object.entries(numbers.mailboxes))
    metrics.gauge('connector_mailboxes', count, { status })
  metrics.gauge('connector_mailboxes_failing', numbers.failing)
  metrics.gauge('connector_mailboxes_due', numbers.due)
  metrics.gauge('connector_mailbox_overdue_seconds', numbers.overdueMs / 1000)
  metrics.gauge('connector_mailbox_oldest_success_seconds', numbers.oldestSuccessMs / 1000)
  metrics.gauge('connector_conflicts_open', numbers.openConflicts)
  metrics.gauge('connector_leases', numbers.leases)
  metrics.gauge('connector_account_slots_used', numbers.slotsUsed)
  for (const [state, count] of Object.entries(accounts?.states() ?? {}))
    metrics.gauge('connector_accounts', count, { state })
}

/** By the clocks of two machines: a change that seems to come from the future was made just now. */
export function lagOf(
  metrics: Metrics,
  clock: Clock,
): (side: SideName, changedAtMs: number | null | undefined) => void {
  return (side, changedAtMs) => {
    if (changedAtMs == null) return
    metrics.observe('connector_change_lag_seconds', Math.max(0, clock.nowMs() - changedAtMs) / 1000, { side })
  }
}
