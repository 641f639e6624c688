/**
 * One hanging connection and the subscriptions of its mailboxes, all on the server that the first one was made on. What may have
 * been missed leads to a check: a notification is only ever a reason to look (I7).
 */
import { STREAM_MINUTES, STREAM_REFRESH_MS, STREAM_RETRY_BASE_MS, STREAM_RETRY_MAX_MS } from '../../limits.ts'
import type { Clock, Random } from '../../ports/clock.ts'
import { ConnectorError } from '../../ports/errors.ts'
import type { Log } from '../../ports/log.ts'
import type { StreamMessage } from '../ews/operations/get-streaming-events.ts'
import type { Affinity } from '../ews/send.ts'
import type { Member } from '../pool/member.ts'
import { Subscriptions } from './subscriptions.ts'

export type GroupOptions = {
  /** The account as it is now: it may be read again while the group runs. Null: gone. */
  member: () => Member | null
  onChanged: (email: string) => void
  clock: Clock
  random: Random
  log: Log
}

export class Group {
  readonly #options: GroupOptions
  readonly #subscriptions: Subscriptions
  #emails: ReadonlySet<string>
  #wake = new AbortController()
  #failures = 0
  #isHanging = false

  constructor(options: GroupOptions, emails: ReadonlySet<string>) {
    this.#options = options
    this.#emails = emails
    this.#subscriptions = new Subscriptions(options)
  }

  /** Others join or leave: the connection is opened again with the subscriptions that there are. */
  seat(emails: ReadonlySet<string>): void {
    const isSame = emails.size === this.#emails.size && [...emails].every((email) => this.#emails.has(email))
    this.#emails = emails
    if (!isSame) this.#wake.abort()
  }

  /** Mailboxes that Exchange tells about now. */
  get listening(): number {
    return this.#isHanging ? this.#subscriptions.ids().length : 0
  }

  /** Of these something may have been missed: they are checked as soon as they are listened to. */
  miss(emails: ReadonlySet<string>): void {
    this.#subscriptions.miss(emails)
  }

  /** Until the signal aborts. Never throws for what servers do. Subscriptions that nobody listens to end by themselves. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.#wake = new AbortController()
      const { signal: woken } = this.#wake
      try {
        await this.#listen(AbortSignal.any([signal, woken]))
      } catch (error) {
        if (signal.aborted) break
        if (!woken.aborted) await this.#broken(error, signal)
      }
    }
  }

  async #listen(signal: AbortSignal): Promise<void> {
    const { clock, member } = this.#options
    const account = member()
    const affinity = account === null ? null : await this.#subscriptions.make(account, this.#emails, signal)
    if (account === null || affinity === null) {
      await clock.sleep(STREAM_REFRESH_MS, signal)
      return
    }
    const startedAtMs = clock.nowMs()
    await this.#hang(account, affinity, signal)
    // It ended as agreed, and the subscriptions live on. One that ends at once again and again must not be a busy loop.
    if (clock.nowMs() - startedAtMs < STREAM_RETRY_BASE_MS) await clock.sleep(this.#pauseMs(0), signal)
    else this.#failures = 0
  }

  async #hang(account: Member, affinity: Affinity, signal: AbortSignal): Promise<void> {
    const ids = this.#subscriptions.ids()
    const onMessage = ({ changed, unknown }: StreamMessage) => {
      this.#isHanging = true
      this.#failures = 0
      for (const email of new Set(this.#subscriptions.emailsOf(changed))) this.#options.onChanged(email)
      this.#subscriptions.lose(unknown)
    }
    try {
      await account.listen({ ids, minutes: STREAM_MINUTES, affinity, onMessage, signal })
    } finally {
      this.#isHanging = false
    }
  }

  async #broken(error: unknown, signal: AbortSignal): Promise<void> {
    const { log, clock } = this.#options
    if (!(error instanceof ConnectorError)) throw error
    const askedMs = typeof error.fields.retryAfterMs === 'number' ? error.fields.retryAfterMs : 0
    const waitMs = this.#pauseMs(askedMs)
    // Refused for load, as one connection too many: the subscriptions live on, and what they hear is kept for the next connection.
    const mailboxes = error.code === 'exchange.throttled' ? 0 : this.#subscriptions.loseAll()
    log.info({ code: error.code, mailboxes, waitMs }, 'notifications of Exchange broke off')
    await clock.sleep(waitMs, signal)
  }

  #pauseMs(askedMs: number): number {
    const growing = Math.min(STREAM_RETRY_BASE_MS * 2 ** this.#failures++, STREAM_RETRY_MAX_MS)
    return Math.max(askedMs, Math.round(growing * (0.75 + this.#options.random.fraction() / 2)))
  }
}
