/** How long an account that was refused stays quiet, so that the directory never locks it. Pure: time and chance come in. */
import {
  ACCOUNT_LOCKOUT_WINDOW_MS,
  ACCOUNT_REST_BASE_MS,
  ACCOUNT_REST_MAX_MS,
  ACCOUNT_TRIES_MAX,
} from '../../limits.ts'
import type { Refusals } from '../../ports/account-book.ts'

/** `fraction` in [0, 1) spreads the tries of several replicas. */
export function afterRefusal(before: Refusals | null, nowMs: number, fraction: number): Refusals {
  // Calls that were under way together are refused together: more tries for the directory, but one reason to rest.
  const count = before !== null && isResting(before, nowMs) ? before.count : (before?.count ?? 0) + 1
  const triesAtMs = withTry(before, nowMs)
  const pauseMs = Math.min(ACCOUNT_REST_BASE_MS * 5 ** (count - 1), ACCOUNT_REST_MAX_MS)
  const spreadMs = Math.floor((pauseMs / 10) * fraction)
  return { count, triesAtMs, restUntilMs: Math.max(nowMs + pauseMs + spreadMs, windowEndMs(triesAtMs)) }
}

/** With another password the account may be tried at once, but not more often than the window allows. */
export function afterNewSecret(before: Refusals, nowMs: number): Refusals {
  return { count: 0, triesAtMs: before.triesAtMs, restUntilMs: Math.max(nowMs, windowEndMs(before.triesAtMs)) }
}

/** A try of a suspected account that ended without an answer: the directory may have counted it. */
export function afterLostTry(before: Refusals | null, atMs: number): Refusals | null {
  if (before === null || before.triesAtMs.length === 0) return before
  const triesAtMs = withTry(before, atMs)
  return { ...before, triesAtMs, restUntilMs: Math.max(before.restUntilMs, windowEndMs(triesAtMs)) }
}

export function isResting(refusals: Refusals | null, nowMs: number): boolean {
  return refusals !== null && nowMs < refusals.restUntilMs
}

/** Another try would not be one too many within the window in which directories count. */
export function hasTriesLeft(refusals: Refusals | null, nowMs: number): boolean {
  return refusals === null || windowEndMs(refusals.triesAtMs) <= nowMs
}

function withTry(before: Refusals | null, atMs: number): number[] {
  return [...(before?.triesAtMs ?? []), atMs].slice(-ACCOUNT_TRIES_MAX)
}

/** When the next try would be the first of a new window; 0 while tries are left. */
function windowEndMs(triesAtMs: readonly number[]): number {
  const [oldest] = triesAtMs.slice(-ACCOUNT_TRIES_MAX)
  return oldest === undefined || triesAtMs.length < ACCOUNT_TRIES_MAX ? 0 : oldest + ACCOUNT_LOCKOUT_WINDOW_MS
}
