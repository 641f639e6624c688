/** Pauses that servers asked for, shared by all replicas through the account book: when one is told to wait, all wait. */
import { EWS_BACKOFF_MAX_MS, EWS_PAUSE_LOOK_MS, EWS_PAUSE_MAX_MS, EWS_WIDTH_MEMORY_MS } from '../../limits.ts'
import type { AccountBook, BackOff } from '../../ports/account-book.ts'
import type { Clock } from '../../ports/clock.ts'
import { ConnectorError } from '../../ports/errors.ts'
import type { Log } from '../../ports/log.ts'
import { sleep } from './sleep.ts'

/** `reason` of the error of a call that would have to wait longer than calls do. */
export const PAUSED = 'server-asked-to-wait'

export type PauseTools = { clock: Clock; log: Log; book: AccountBook | null }

export class Pause {
  readonly #scope: string
  readonly #tools: PauseTools
  #untilMs = 0
  #lookedAtMs = Number.NEGATIVE_INFINITY
  #looking: Promise<BackOff | null> | null = null

  constructor(scope: string, tools: PauseTools) {
    this.#scope = scope
    this.#tools = tools
  }

  leftMs(): number {
    return Math.max(0, this.#untilMs - this.#tools.clock.nowMs())
  }

  /** `width`: what is left to the account. Replicas hear of it with their next look. */
  begin(waitMs: number, width: number): void {
    const { clock, book, log } = this.#tools
    const atMs = clock.nowMs()
    this.#untilMs = Math.max(this.#untilMs, atMs + Math.min(waitMs, EWS_PAUSE_MAX_MS))
    // The own pause holds whatever becomes of the note.
    book?.noteBackOff(this.#scope, { untilMs: this.#untilMs, width, atMs }).catch((error: unknown) => {
      log.warn({ code: error instanceof ConnectorError ? error.code : 'bug' }, 'a pause could not be shared')
    })
  }

  /** Waits until the pause is over. Errors: `exchange.throttled` when that is longer than a call waits; `stopped`. */
  async wait(signal: AbortSignal | undefined, learn: (width: number) => void): Promise<void> {
    await this.#look(learn)
    for (;;) {
      const leftMs = this.leftMs()
      if (leftMs === 0) return
      if (leftMs > EWS_BACKOFF_MAX_MS)
        throw new ConnectorError('exchange.throttled', { retryAfterMs: leftMs, reason: PAUSED, sent: 'no' })
      await sleep(this.#tools.clock, leftMs, signal)
    }
  }

  async #look(learn: (width: number) => void): Promise<void> {
    const { book, clock } = this.#tools
    const nowMs = clock.nowMs()
    if (book === null || nowMs - this.#lookedAtMs < EWS_PAUSE_LOOK_MS) return
    const isFirst = this.#lookedAtMs === Number.NEGATIVE_INFINITY
    this.#lookedAtMs = nowMs
    this.#looking ??= book.backOff(this.#scope).finally(() => {
      this.#looking = null
    })
    const shared = await this.#looking
    if (shared === null) return
    this.#untilMs = Math.max(this.#untilMs, Math.min(shared.untilMs, nowMs + EWS_PAUSE_MAX_MS))
    // A run that begins goes on where the last one was.
    if (isFirst && nowMs - shared.atMs < EWS_WIDTH_MEMORY_MS) learn(shared.width)
  }
}
