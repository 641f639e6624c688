/** The passes under way in a daemon: each is started with a claim, watched, and given back. One that breaks breaks no other (I23). */
import { ENDPOINT_SPREAD_MS, STOP_GRACE_MS } from '../limits.ts'
import { ConnectorError } from '../ports/errors.ts'
import type { Claim } from '../ports/state-store.ts'
import { Endpoints } from './endpoints.ts'
import { releaseQuietly } from './run.ts'
import { runClaimed, type ServiceOptions } from './service.ts'

export type WorkersOptions = {
  service: ServiceOptions
  signal: AbortSignal
  enrolled: () => ReadonlySet<string>
  onEnd: () => void
}

export class Workers {
  readonly #service: ServiceOptions
  readonly #signal: AbortSignal
  readonly #options: WorkersOptions
  readonly #endpoints = new Endpoints()
  readonly #running = new Set<Promise<void>>()
  passes = 0

  constructor(options: WorkersOptions) {
    this.#options = options
    this.#service = options.service
    this.#signal = options.signal
  }

  get size(): number {
    return this.#running.size
  }

  start(claim: Claim): void {
    const working = this.#work(claim)
      // A pass gives its own troubles in its report; what comes here is the state's or a defect.
      .catch((error) => this.#service.log.error({ code: codeOf(error), detail: String(error) }, 'a pass broke'))
      .finally(() => {
        this.#running.delete(working)
        this.#options.onEnd()
      })
    this.#running.add(working)
  }

  async #work(claim: Claim): Promise<void> {
    try {
      if (this.#signal.aborted || (await this.#putOff(claim))) return
      this.passes++
      const report = await runClaimed(
        this.#service,
        { claim, active: this.#options.enrolled() },
        { dryRun: false, allowDeletes: null, signal: this.#signal },
      )
      if (report)
        this.#endpoints.note(report, this.#service.endpointsOf(claim.mailbox.email), this.#service.clock.nowMs())
    } finally {
      await releaseQuietly(this.#service.store, claim)
    }
  }

  /** True: one of its servers is down, and somebody else already looks when it comes back. */
  async #putOff({ mailbox, lease }: Claim): Promise<boolean> {
    const { store, clock, random } = this.#service
    const { exchange, nextcloud } = this.#service.endpointsOf(mailbox.email)
    const untilMs =
      this.#endpoints.blockedUntil(exchange, clock.nowMs()) ?? this.#endpoints.blockedUntil(nextcloud, clock.nowMs())
    if (untilMs === null) return false
    const nextRunAtMs = untilMs + random.fraction() * ENDPOINT_SPREAD_MS
    await store.commit(lease, [{ kind: 'put-mailbox', mailbox: { ...mailbox, nextRunAtMs } }])
    return true
  }

  /** Gives the number of passes that did not end in time. */
  async drain(): Promise<number> {
    const inTime = new AbortController()
    const late = this.#service.clock.sleep(STOP_GRACE_MS, inTime.signal)
    await Promise.race([Promise.all(this.#running), late])
    inTime.abort()
    return this.#running.size
  }
}

function codeOf(error: unknown): string {
  return error instanceof ConnectorError ? error.code : 'bug'
}
