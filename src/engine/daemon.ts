/**
 * The control loop: due mailboxes are claimed and worked on, a bounded number at a time, until someone asks to stop. It decides when;
 * what a pass does is the same as in a run from cron.
 */
import { CLAIM_GAP_MS, DAEMON_POLL_MS, LOOP_FAILURES_MAX, LOOP_STALLED_MS, USERS_REFRESH_MS } from '../limits.ts'
import type { DaemonEnd, DaemonParts, Health } from '../ports/daemon.ts'
import { ConnectorError } from '../ports/errors.ts'
import { enrolledUsers } from './admin-who.ts'
import { News } from './news.ts'
import { Places } from './places.ts'
import type { ServiceOptions } from './service.ts'
import { LEASE_TTL_MS } from './user.ts'
import { welcome } from './welcome.ts'
import { Workers } from './workers.ts'

export class Daemon {
  readonly #service: ServiceOptions
  readonly #signal: AbortSignal
  readonly #places: Places
  readonly #news: News
  readonly #workers: Workers
  #enrolled: ReadonlySet<string> = new Set()
  #usersAtMs = Number.NEGATIVE_INFINITY
  #turnedAtMs: number

  constructor(service: ServiceOptions, parts: DaemonParts, signal: AbortSignal) {
    this.#service = service
    this.#signal = signal
    this.#places = new Places(service)
    this.#news = new News(service, parts)
    this.#workers = new Workers({
      service,
      signal,
      enrolled: () => this.#enrolled,
      onEnd: () => this.#news.wake(),
    })
    this.#turnedAtMs = service.clock.nowMs()
  }

  /** Returns when the signal aborted and the passes under way have ended, or after STOP_GRACE_MS. Throws what no waiting cures. */
  async run(): Promise<DaemonEnd> {
    const { log, holder, parallelMax } = this.#service
    await this.#service.store.check()
    const stopNews = await this.#news.start({
      enrolled: async () => [...this.#enrolled],
      alive: () => this.#alive(),
      isStopping: () => this.#signal.aborted,
    })
    const wake = () => this.#news.wake()
    this.#signal.addEventListener('abort', wake)
    log.info({ holder, parallelMax }, 'daemon started')
    try {
      await this.#loop()
    } finally {
      this.#signal.removeEventListener('abort', wake)
      const abandoned = await this.#workers.drain()
      await stopNews()
      log.info({ passes: this.#workers.passes, abandoned }, 'daemon stopped')
    }
    return { passes: this.#workers.passes, abandoned: this.#workers.size }
  }

  #alive(): Health {
    const standsMs = this.#service.clock.nowMs() - this.#turnedAtMs
    return standsMs < LOOP_STALLED_MS ? { kind: 'up' } : { kind: 'down', reason: `the loop stands for ${standsMs} ms` }
  }

  async #loop(): Promise<void> {
    let failures = 0
    while (!this.#signal.aborted) {
      this.#turnedAtMs = this.#service.clock.nowMs()
      this.#service.metrics.count('connector_loop_turns_total')
      let waitMs = DAEMON_POLL_MS
      try {
        if (await this.#turn()) waitMs = CLAIM_GAP_MS
        failures = 0
      } catch (error) {
        failures++
        this.#bear(error, failures)
        waitMs = Math.min(DAEMON_POLL_MS * 2 ** failures, LOOP_STALLED_MS / 4)
      }
      // Never more often than this, however many wakes come.
      await this.#service.clock.sleep(CLAIM_GAP_MS, this.#signal)
      if (waitMs > CLAIM_GAP_MS) await this.#news.waitForWake(waitMs, this.#signal)
    }
  }

  /** The database may be away for hours: the loop waits for it. A schema that does not fit, or a defect that stays, ends the daemon. */
  #bear(error: unknown, failures: number): void {
    const code = error instanceof ConnectorError ? error.code : 'bug'
    const isForGood = code === 'state.newer-schema' || code === 'state.not-initialised' || code === 'state.key-missing'
    const isOutside = code.startsWith('state.') || code.startsWith('nextcloud.') || code.startsWith('config.')
    if (isForGood || (!isOutside && failures >= LOOP_FAILURES_MAX)) throw error
    const fields = error instanceof ConnectorError ? error.fields : { detail: String(error).slice(0, 200) }
    this.#service.log.error({ code, failures, ...fields }, 'a turn of the control loop failed')
  }

  /** True when there may be more to claim at once. */
  async #turn(): Promise<boolean> {
    const { store, holder, batchLimit, parallelMax, metrics } = this.#service
    await this.#refreshUsers()
    await this.#news.flush()
    const limit = Math.min(parallelMax - this.#workers.size, batchLimit)
    metrics.gauge('connector_passes_running', this.#workers.size)
    if (limit <= 0) return false
    const accounts = await this.#places.current()
    const claims = await store.claimDue({ holder, limit, ttlMs: LEASE_TTL_MS, accounts })
    for (const claim of claims) this.#workers.start(claim)
    return claims.length === limit && this.#workers.size < parallelMax
  }

  /** New users get their mailbox, and a schema that a newer program made is noticed. */
  async #refreshUsers(): Promise<void> {
    const { store, clock } = this.#service
    if (clock.nowMs() - this.#usersAtMs < USERS_REFRESH_MS) return
    await store.check()
    const all = await enrolledUsers(this.#service)
    await welcome(this.#service, all)
    this.#enrolled = new Set(all.filter((user) => user.enabled).map((user) => user.email))
    this.#usersAtMs = clock.nowMs()
  }

  /** The next turn asks who is enrolled. */
  reload(): void {
    this.#usersAtMs = Number.NEGATIVE_INFINITY
    this.#news.wake()
  }
}
