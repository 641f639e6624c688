/** How long an account that was refused stays quiet, so that the directory never locks it. Pure: time and chance come in. */
import {
  ACCOUNT_LOCKOUT_WINDOW_MS,
  ACCOUNT_REST_BASE_MS,
  ACCOUNT_REST_MAX_MS,
  ACCOUNT_TRIES_MAX,
} from '../../limits.ts'

/** Refusals since the account last signed in. Plain data, so that replicas can share it. */
export type Refusals = { count: number; triesAtMs: readonly number[]; restUntilMs: number }

/** `fraction` in [0, 1) spreads the tries of several replicas. */
export function afterRefusal(before: Refusals | null, nowMs: number, fraction: number): Refusals {
  // Calls that were under way together are refused together: more tries for the directory, but one reason to rest.
  const count = before !== null && isResting(before, nowMs) ? before.count : (before?.count ?? 0) + 1
  const triesAtMs = [...(before?.triesAtMs ?? []), nowMs].slice(-ACCOUNT_TRIES_MAX)
  const pauseMs = Math.min(ACCOUNT_REST_BASE_MS * 5 ** (count - 1), ACCOUNT_REST_MAX_MS)
  const spreadMs = Math.floor((pauseMs / 10) * fraction)
  return { count, triesAtMs, restUntilMs: Math.max(nowMs + pauseMs + spreadMs, windowEndMs(triesAtMs)) }
}

/** With another password the account may be tried at once, but not more often than the window allows. */
export function afterNewSecret(before: Refusals, nowMs: number): Refusals {
  return { count: 0, triesAtMs: before.triesAtMs, restUntilMs: Math.max(nowMs, windowEndMs(before.triesAtMs)) }
}

export function isResting(refusals: Refusals | null, nowMs: number): boolean {
  return refusals !== null && nowMs < refusals.restUntilMs
}

/** When the next try would be the first of a new window; 0 while tries are left. */
function windowEndMs(triesAtMs: readonly number[]): number {
  const [oldest] = triesAtMs.slice(-ACCOUNT_TRIES_MAX)
  return oldest === undefined || triesAtMs.length < ACCOUNT_TRIES_MAX ? 0 : oldest + ACCOUNT_LOCKOUT_WINDOW_MS
}
