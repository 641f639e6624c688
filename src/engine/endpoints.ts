/**
 * Back-off per endpoint: when a server is down, ten thousand mailboxes need not find it out one after another. After a few failures in
 * a row only one mailbox at a time is let through to look, ever more rarely, until one gets an answer. Pure: time comes in.
 */
import { ENDPOINT_BACKOFF_BASE_MS, ENDPOINT_BACKOFF_MAX_MS, ENDPOINT_FAILURES_MAX } from '../limits.ts'
import type { ErrorCode } from '../ports/errors.ts'
import type { UserReport } from '../ports/report.ts'
import type { SideName } from '../ports/side.ts'

/** What a mailbox's passes depend on: names of servers, compared only. */
export type EndpointsOf = (email: string) => Record<SideName, string>

type State = { failures: number; blockedUntilMs: number }

const DOWN: ReadonlySet<ErrorCode> = new Set([
  'exchange.unreachable',
  'exchange.timeout',
  'exchange.tls',
  'exchange.server-error',
  'nextcloud.unreachable',
  'nextcloud.timeout',
  'nextcloud.tls',
  'nextcloud.server-error',
  'nextcloud.throttled',
])

export class Endpoints {
  readonly #states = new Map<string, State>()

  /** Null: go on. Else until when to leave it alone; who asks at that time is the one that looks, the others wait on. */
  blockedUntil(endpoint: string, nowMs: number): number | null {
    const state = this.#states.get(endpoint)
    if (state === undefined || state.failures < ENDPOINT_FAILURES_MAX) return null
    if (nowMs < state.blockedUntilMs) return state.blockedUntilMs
    state.blockedUntilMs = nowMs + pauseMs(state.failures)
    return null
  }

  failed(endpoint: string, nowMs: number): void {
    const failures = (this.#states.get(endpoint)?.failures ?? 0) + 1
    this.#states.set(endpoint, { failures, blockedUntilMs: nowMs + pauseMs(failures) })
  }

  answered(endpoint: string): void {
    this.#states.delete(endpoint)
  }

  /** Reads a pass's report: an endpoint that was not named by an error of the network answered. */
  note(report: UserReport, endpoints: Record<SideName, string>, nowMs: number): void {
    if (report.outcome === 'stopped') return
    const codes = [report.error, ...report.pairs.map(({ error }) => error)].flatMap((error) => error?.code ?? [])
    const down = codes.filter((code) => DOWN.has(code))
    for (const side of ['exchange', 'nextcloud'] as const) {
      if (down.some((code) => code.startsWith(`${side}.`))) this.failed(endpoints[side], nowMs)
      else if (down.length === 0 && codes.every((code) => !code.startsWith('state.'))) this.answered(endpoints[side])
    }
  }
}

function pauseMs(failures: number): number {
  return Math.min(
    ENDPOINT_BACKOFF_BASE_MS * 2 ** Math.max(0, failures - ENDPOINT_FAILURES_MAX),
    ENDPOINT_BACKOFF_MAX_MS,
  )
}
