/**
 * How hard the service accounts may press a server. Every request goes through here: the number under way adapts per account and
 * per server, folder synchronisation has a smaller number of its own, mailboxes take turns, and pauses hold for everybody (SRV-1).
 */
import {
  EWS_CONCURRENCY_MAX,
  EWS_CONCURRENCY_START,
  EWS_DECREASE,
  EWS_DECREASE_AT_ONCE,
  EWS_SERVER_CONCURRENCY_MAX,
  EWS_SYNC_CONCURRENCY_MAX,
  EWS_SYNC_CONCURRENCY_START,
} from '../../limits.ts'
import type { AccountBook } from '../../ports/account-book.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Log } from '../../ports/log.ts'
import { FairQueue } from './fair-queue.ts'
import { type LoadOutcome, loadOutcome, noted } from './outcome.ts'
import { Pause } from './pauses.ts'
import { backOffFor, stopped } from './sleep.ts'
import { Width } from './width.ts'

/** `sync`: folder synchronisation, which Exchange counts apart (ConcurrentSyncCalls). */
export type Lane = 'sync' | 'other'

/** `again`: the server did not take the request when its turn came. It does not wait a whole round once more. */
export type Turn = { lane: Lane; mailbox: string | null; signal?: AbortSignal | undefined; again?: boolean }

/** What an account is left with: requests at once, and how often it was refused for load since it was opened. */
export type Pressure = { width: number; syncWidth: number; refusals: number; pausedMs: number }

export type Throttle = {
  /** Waits for its turn, then runs the task. `errorsOf`: what failed in its result. Errors: those of the task; `exchange.throttled` when the server's pause is longer than a call waits; `stopped`. */
  run<T>(turn: Turn, task: () => Promise<T>, errorsOf: (result: T) => readonly unknown[]): Promise<T>
  pressure(): Pressure
}

export type ThrottleOptions = {
  clock: Clock
  log: Log
  /** Names the server in the account book. */
  server: string
  book?: AccountBook | null
  concurrencyMax?: number
}

/** The accounts of one server. */
export type ServerThrottle = { account(name: string): Throttle }

type Budget = { width: Width; running: number; generation: number; streak: number; pause: Pause }

export function createServerThrottle(options: ThrottleOptions): ServerThrottle {
  const queue = new FairQueue()
  const scope = `server:${options.server}`
  const server = budget(new Width(EWS_SERVER_CONCURRENCY_MAX, EWS_SERVER_CONCURRENCY_MAX), pauseOf(scope, options))
  return { account: (name) => new AccountThrottle({ ...options, name, queue, serverBudget: server }) }
}

function budget(width: Width, pause: Pause): Budget {
  return { width, running: 0, generation: 0, streak: 0, pause }
}

function pauseOf(scope: string, { clock, log, book = null }: ThrottleOptions): Pause {
  return new Pause(scope, { clock, log, book })
}

type AccountOptions = ThrottleOptions & { name: string; queue: FairQueue; serverBudget: Budget }

class AccountThrottle implements Throttle {
  readonly #queue: FairQueue
  readonly #server: Budget
  readonly #all: Budget
  readonly #sync: Budget
  readonly #name: string
  #refusals = 0

  constructor(options: AccountOptions) {
    const { name, queue, serverBudget, concurrencyMax = EWS_CONCURRENCY_MAX } = options
    this.#queue = queue
    this.#server = serverBudget
    this.#name = name
    const pause = (lane: string) => pauseOf(`${lane}:${name}@${options.server}`, options)
    this.#all = budget(new Width(EWS_CONCURRENCY_START, concurrencyMax), pause('account'))
    this.#sync = budget(
      new Width(EWS_SYNC_CONCURRENCY_START, Math.min(concurrencyMax, EWS_SYNC_CONCURRENCY_MAX)),
      pause('sync'),
    )
  }

  async run<T>(turn: Turn, task: () => Promise<T>, errorsOf: (result: T) => readonly unknown[]): Promise<T> {
    const budgets = this.#budgets(turn.lane)
    await this.#turn(turn, budgets)
    try {
      for (const { pause, width } of budgets) await pause.wait(turn.signal, (learned) => width.learn(learned))
      // A refusal tells something new only about requests that began after the last one.
      const generations = new Map(budgets.map((one) => [one, one.generation]))
      const note = (errors: readonly unknown[]) => this.#note(loadOutcome(errors), budgets, generations)
      return await noted(task, errorsOf, note)
    } finally {
      for (const one of budgets) one.running--
      this.#queue.wake()
    }
  }

  pressure(): Pressure {
    const pausedMs = Math.max(this.#all.pause.leftMs(), this.#server.pause.leftMs())
    const width = Math.min(this.#all.width.now, this.#server.width.now)
    return { width, syncWidth: Math.min(width, this.#sync.width.now), refusals: this.#refusals, pausedMs }
  }

  #budgets(lane: Lane): Budget[] {
    return lane === 'sync' ? [this.#server, this.#all, this.#sync] : [this.#server, this.#all]
  }

  #turn({ mailbox, signal, again }: Turn, budgets: readonly Budget[]): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(stopped())
      const stop = (): void => {
        this.#queue.remove(waiter)
        reject(stopped())
      }
      const waiter = {
        mailbox: `${this.#name}\n${mailbox ?? ''}`,
        mayStart: () => budgets.every(({ running, width }) => running < width.now),
        start: () => {
          signal?.removeEventListener('abort', stop)
          for (const one of budgets) one.running++
          resolve()
        },
      }
      signal?.addEventListener('abort', stop, { once: true })
      this.#queue[again ? 'addFirst' : 'add'](waiter)
      this.#queue.wake()
    })
  }

  #note(outcome: LoadOutcome, budgets: readonly Budget[], generations: ReadonlyMap<Budget, number>): void {
    if (outcome.kind === 'unknown') return
    if (outcome.kind === 'answered') {
      for (const one of budgets) {
        one.streak = 0
        one.width.answered()
      }
      return
    }
    this.#refusals++
    const { scope, budget: which, askedMs, pauses } = outcome
    const hit =
      scope === 'server' ? this.#server : which === 'sync' && budgets.includes(this.#sync) ? this.#sync : this.#all
    const isOld = generations.get(hit) !== hit.generation
    hit.width.refused(hit.running, isOld, pauses ? EWS_DECREASE : EWS_DECREASE_AT_ONCE)
    if (pauses) {
      const waitMs = backOffFor(isOld ? Math.max(0, hit.streak - 1) : hit.streak, askedMs)
      hit.pause.begin(waitMs, hit.width.now)
    }
    if (isOld) return
    hit.generation++
    hit.streak++
  }
}
