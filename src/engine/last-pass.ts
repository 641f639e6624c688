/** What a pass leaves behind for `status`: its sum over all collections, the account it worked with, how late its changes were, why it failed. */
import type { Clock } from '../ports/clock.ts'
import { addCounts } from '../ports/counts.ts'
import type { Metrics } from '../ports/metrics.ts'
import type { UserReport } from '../ports/report.ts'
import type { SideName } from '../ports/side.ts'
import type { LastPass } from '../ports/state-store.ts'
import { lagOf } from './measure.ts'

export class PassNotes {
  readonly #clock: Clock
  readonly #measure: ReturnType<typeof lagOf> | null
  #account: string | null = null
  #lagMs: number | null = null

  constructor(clock: Clock, metrics: Metrics | undefined) {
    this.#clock = clock
    this.#measure = metrics ? lagOf(metrics, clock) : null
  }

  /** The last one counts: an account that was refused makes room for the next. */
  readonly usedAccount = (name: string): void => {
    this.#account = name
  }

  /** By the clocks of two machines: a change that seems to come from the future was made just now. */
  readonly written = (side: SideName, changedAtMs: number | null | undefined): void => {
    this.#measure?.(side, changedAtMs)
    if (changedAtMs != null) this.#lagMs = Math.max(this.#lagMs ?? 0, this.#clock.nowMs() - changedAtMs)
  }

  /** Lag and account stay as they were before where this pass says nothing of them. */
  after(report: UserReport, before: LastPass | null): LastPass {
    const failures = [report.error, ...report.pairs.map(({ error }) => error)].flatMap((error) => error?.code ?? [])
    const lag = this.#lagMs === null ? (before?.lag ?? null) : { ms: this.#lagMs, atMs: this.#clock.nowMs() }
    return {
      counts: addCounts(report.pairs.map(({ counts }) => counts)),
      tookMs: report.tookMs,
      account: this.#account ?? before?.account ?? null,
      lag,
      errorCodes: [...new Set(failures)],
    }
  }
}
