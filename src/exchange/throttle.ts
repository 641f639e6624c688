/**
 * How hard a service account may press a server. All calls of an account go through one throttle: it bounds what is under way,
 * makes everyone wait when the server asked for it, and presses less afterwards (SRV-1).
 */
import { EWS_BACKOFF_BASE_MS, EWS_BACKOFF_MAX_MS, EWS_CONCURRENCY_RECOVERY_ANSWERS } from '../limits.ts'
import type { Clock } from '../ports/clock.ts'
import { ConnectorError } from '../ports/errors.ts'

/** `sync`: folder synchronisation, which Exchange counts apart (ConcurrentSyncCalls). */
export type Lane = 'sync' | 'other'

export type ThrottleOptions = { clock: Clock; concurrencyMax: number; syncConcurrencyMax: number }

export type Throttle = {
  /** Waits for its turn, then runs the task. Errors: `exchange.throttled` when the server's pause is longer than a call waits; `stopped`. */
  run<T>(lane: Lane, task: () => Promise<T>, signal?: AbortSignal): Promise<T>
  /** The server refused for load: nobody begins before the pause is over, and fewer at once afterwards. */
  refused(waitMs: number): void
  /** The server answered: slowly press harder again. */
  answered(): void
  /** Requests that may be under way at once now. */
  width(): number
}

/** `reason` of the error of a call that would have to wait longer than calls do. */
export const PAUSED = 'server-asked-to-wait'

type Waiter = { lane: Lane; start(): void }

export function createThrottle(options: ThrottleOptions): Throttle {
  const { clock } = options
  const running = { sync: 0, other: 0 }
  let waiting: Waiter[] = []
  let width = options.concurrencyMax
  let answers = 0
  let pausedUntilMs = 0

  const mayRun = (lane: Lane): boolean =>
    running.sync + running.other < width &&
    (lane === 'other' || running.sync < Math.min(options.syncConcurrencyMax, width))

  const wake = (): void => {
    for (const waiter of waiting) {
      if (!mayRun(waiter.lane)) continue
      waiting = waiting.filter((other) => other !== waiter)
      running[waiter.lane]++
      waiter.start()
    }
  }

  const turn = (lane: Lane, signal: AbortSignal | undefined): Promise<void> =>
    new Promise((resolve, reject) => {
      const stop = (): void => {
        waiting = waiting.filter((other) => other !== waiter)
        reject(stopped())
      }
      const waiter: Waiter = {
        lane,
        start: () => {
          signal?.removeEventListener('abort', stop)
          resolve()
        },
      }
      if (signal?.aborted) return reject(stopped())
      signal?.addEventListener('abort', stop, { once: true })
      waiting.push(waiter)
      wake()
    })

  const pause = async (signal: AbortSignal | undefined): Promise<void> => {
    for (;;) {
      const leftMs = pausedUntilMs - clock.nowMs()
      if (leftMs <= 0) return
      if (leftMs > EWS_BACKOFF_MAX_MS) {
        throw new ConnectorError('exchange.throttled', { retryAfterMs: leftMs, reason: PAUSED, sent: 'no' })
      }
      await sleep(clock, leftMs, signal)
    }
  }

  return {
    async run(lane, task, signal) {
      await turn(lane, signal)
      try {
        await pause(signal)
        return await task()
      } finally {
        running[lane]--
        wake()
      }
    },
    refused(waitMs) {
      const nowMs = clock.nowMs()
      // Requests that were under way together are refused together: that is one reason to press less, not ten.
      if (nowMs >= pausedUntilMs) width = Math.max(1, Math.floor(width / 2))
      pausedUntilMs = Math.max(pausedUntilMs, nowMs + waitMs)
      answers = 0
    },
    answered() {
      if (width === options.concurrencyMax || ++answers < EWS_CONCURRENCY_RECOVERY_ANSWERS) return
      answers = 0
      width++
      wake()
    },
    width: () => width,
  }
}

/** Pause before the n-th repeat (from 0): what the server asked for (0 = nothing), but never less than a pause that doubles from EWS_BACKOFF_BASE_MS. */
export function backOffFor(attempt: number, askedMs: number): number {
  return Math.max(askedMs, Math.min(EWS_BACKOFF_BASE_MS * 2 ** attempt, EWS_BACKOFF_MAX_MS))
}

/** Sleeps unless stopped: `stopped` then, and nothing was sent. */
export async function sleep(clock: Clock, ms: number, signal: AbortSignal | undefined): Promise<void> {
  if (signal?.aborted) throw stopped()
  try {
    await clock.sleep(ms, signal)
  } catch (cause) {
    if (signal?.aborted) throw stopped()
    throw cause
  }
  if (signal?.aborted) throw stopped()
}

function stopped(): ConnectorError {
  return new ConnectorError('stopped', { sent: 'no' })
}
