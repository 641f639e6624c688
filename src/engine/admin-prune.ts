/** Keeps the archive bounded: what has expired goes at the end of runs, except what an open conflict points to. */
import { PRUNE_INTERVAL_MS } from '../limits.ts'
import { ConnectorError } from '../ports/errors.ts'
import type { ServiceOptions } from './service.ts'

/** Prunes the archive after a run, at most once per interval; a failure of it is no failure of the run. */
export function pruner({ store, clock, log }: Pick<ServiceOptions, 'store' | 'clock' | 'log'>) {
  let nextAtMs = Number.NEGATIVE_INFINITY
  return async <Report extends { dryRun: boolean }>(run: Promise<Report>): Promise<Report> => {
    const report = await run
    const nowMs = clock.nowMs()
    if (report.dryRun || nowMs < nextAtMs) return report
    nextAtMs = nowMs + PRUNE_INTERVAL_MS
    try {
      const removed = await store.pruneArchive(nowMs)
      if (removed > 0) log.info({ removed }, 'removed expired archive entries')
    } catch (error) {
      log.warn({ code: error instanceof ConnectorError ? error.code : 'bug' }, 'could not prune the archive')
    }
    return report
  }
}
