/** Everything that makes the daemon look before its time: push, webhooks, other replicas. News only mark mailboxes as due (I7). */
import { NUMBERS_AGE_MAX_MS } from '../limits.ts'
import type { DaemonParts, Health, HttpHooks } from '../ports/daemon.ts'
import { ConnectorError } from '../ports/errors.ts'
import { gauges } from './measure.ts'
import type { ServiceOptions } from './service.ts'

export type LoopView = {
  enrolled: () => Promise<readonly string[]>
  alive: () => Health
  isStopping: () => boolean
}

export class News {
  readonly #service: ServiceOptions
  readonly #parts: DaemonParts
  readonly #marks = new Set<string>()
  #collectedAtMs = Number.NEGATIVE_INFINITY
  #woken = false
  #wakeUp: () => void = () => {}

  constructor(service: ServiceOptions, parts: DaemonParts) {
    this.#service = service
    this.#parts = parts
  }

  /** Gives the function that ends it all. */
  async start(loop: LoopView): Promise<() => Promise<void>> {
    const { shared, log } = this.#service
    const stop = new AbortController()
    const server = await this.#parts.serve(this.#hooks(loop))
    const listening = shared?.listen(() => this.wake(), stop.signal) ?? Promise.resolve()
    const sources = this.#parts.sources.map(async ({ name, source }) => {
      try {
        await source.run(loop.enrolled, (email) => this.mark(name, [email]), stop.signal)
      } catch (error) {
        const code = error instanceof ConnectorError ? error.code : 'bug'
        log.error({ source: name, code, detail: String(error) }, 'a source of news ended; polling goes on')
      }
    })
    return async () => {
      stop.abort()
      await Promise.allSettled([listening, ...sources])
      await server?.close()
    }
  }

  mark(source: string, emails: readonly string[]): void {
    this.#service.metrics.count('connector_wakes_total', { source }, emails.length)
    for (const email of emails) this.#marks.add(email)
    this.wake()
  }

  /** Writes down what was marked since the last turn. What cannot be written now is tried again. */
  async flush(): Promise<void> {
    const { shared } = this.#service
    if (shared === null || this.#marks.size === 0) return
    const emails = [...this.#marks]
    await shared.markDue(emails)
    for (const email of emails) this.#marks.delete(email)
  }

  wake(): void {
    this.#woken = true
    this.#wakeUp()
  }

  async waitForWake(waitMs: number, signal: AbortSignal): Promise<void> {
    if (!this.#woken && !signal.aborted) {
      const early = new AbortController()
      this.#wakeUp = () => early.abort()
      await this.#service.clock.sleep(waitMs, early.signal)
      this.#wakeUp = () => {}
    }
    this.#woken = false
  }

  #hooks(loop: LoopView): HttpHooks {
    return {
      alive: loop.alive,
      ready: async () => {
        if (loop.isStopping()) return { kind: 'down', reason: 'stopping' }
        try {
          await this.#service.store.check()
          return { kind: 'up' }
        } catch (error) {
          return { kind: 'down', reason: error instanceof ConnectorError ? error.code : 'bug' }
        }
      },
      collect: () => this.#collect(),
      onWebhook: (mailboxes) => {
        if (mailboxes !== 'poll') this.mark('webhook', mailboxes)
        else for (const { pollNow } of this.#parts.sources) pollNow?.()
      },
    }
  }

  /** However many scrape, the database is asked at most this often. */
  async #collect(): Promise<void> {
    const { shared, clock, metrics } = this.#service
    if (shared === null || clock.nowMs() - this.#collectedAtMs < NUMBERS_AGE_MAX_MS) return
    this.#collectedAtMs = clock.nowMs()
    gauges(metrics, await shared.numbers(), await this.#service.accounts())
    const listening = this.#parts.sources.reduce((sum, { source }) => sum + (source.listening?.() ?? 0), 0)
    metrics.gauge('connector_notified_mailboxes', listening)
  }
}
