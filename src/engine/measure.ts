/** Turns reports of passes into numbers. Everything but time spent and lag can be read from the report, so the pass itself need not count. */
import type { Metrics } from '../ports/metrics.ts'
import type { PairReport, UserReport } from '../ports/report.ts'
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
