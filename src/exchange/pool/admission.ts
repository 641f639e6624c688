/** May an account be tried now, and by whom? Pure; the account book runs it in one transaction, so that all replicas agree. */
import { ACCOUNT_PROBE_MS, ACCOUNT_PROOF_MS } from '../../limits.ts'
import type { AccountState, Refusals } from '../../ports/account-book.ts'
import { afterLostTry, afterNewSecret, afterRefusal, hasTriesLeft, isResting } from './rest.ts'

/** `probe`: go alone. `busy`: another one tries it until then. */
export type Admission =
  | { kind: 'proven' }
  | { kind: 'probe' }
  | { kind: 'busy'; untilMs: number }
  | { kind: 'resting'; untilMs: number }

export type Caller = { holder: string; mark: string; nowMs: number }
type Changed<T> = { after: AccountState; result: T }

export function admit(before: AccountState, caller: Caller, insists = false): Changed<Admission> {
  const state = withoutDeadProbe(withSecretOf(before, caller), caller.nowMs)
  const { nowMs, holder } = caller
  if (isResting(state.refusals, nowMs) && !(insists && hasTriesLeft(state.refusals, nowMs)))
    return { after: state, result: { kind: 'resting', untilMs: state.refusals?.restUntilMs ?? nowMs } }
  if (isProven(state, caller)) return { after: state, result: { kind: 'proven' } }
  if (state.probe !== null && state.probe.holder !== holder)
    return { after: state, result: { kind: 'busy', untilMs: state.probe.untilMs } }
  const probe = { holder, startedAtMs: nowMs, untilMs: nowMs + ACCOUNT_PROBE_MS }
  return { after: { ...state, probe }, result: { kind: 'probe' } }
}

/** Somebody signed in with these credentials lately. */
export function isProven({ provenAtMs, secretMark }: AccountState, { mark, nowMs }: Caller): boolean {
  return provenAtMs !== null && secretMark === mark && nowMs - provenAtMs < ACCOUNT_PROOF_MS
}

/** Result: whether it had been refused before. A call that began before the account was refused says nothing about its password now. */
export function noteLetIn(before: AccountState, caller: Caller): Changed<boolean> {
  // Who tried it alone is the news, also when it insisted during a rest.
  const isProbe = before.probe?.holder === caller.holder
  if (!isProbe && isResting(before.refusals, caller.nowMs)) return { after: before, result: false }
  const after = { ...before, refusals: null, secretMark: caller.mark, provenAtMs: caller.nowMs, probe: null }
  return { after, result: before.refusals !== null && before.refusals.count > 0 }
}

export type Refused = { code: string; reason: string | null; fraction: number }

export function noteRefused(before: AccountState, caller: Caller, refused: Refused): Changed<Refusals> {
  const { nowMs, mark } = caller
  const refusals = afterRefusal(before.refusals, nowMs, refused.fraction)
  const lastRefusal = { code: refused.code, reason: refused.reason, atMs: nowMs }
  return { after: { refusals, secretMark: mark, lastRefusal, provenAtMs: null, probe: null }, result: refusals }
}

/** The probe ended without an answer: nothing is known, but a suspected account has had one more try. */
export function noteLost(before: AccountState, caller: Caller, sent: boolean): Changed<void> {
  if (before.probe?.holder !== caller.holder) return { after: before, result: undefined }
  const refusals = sent ? afterLostTry(before.refusals, caller.nowMs) : before.refusals
  return { after: { ...before, refusals, probe: null }, result: undefined }
}

function withSecretOf(state: AccountState, { mark, nowMs }: Caller): AccountState {
  if (state.secretMark === mark) return state
  const refusals = state.refusals === null ? null : afterNewSecret(state.refusals, nowMs)
  return { ...state, refusals, secretMark: mark, provenAtMs: null }
}

/** Who probed and never came back was killed. */
function withoutDeadProbe(state: AccountState, nowMs: number): AccountState {
  const { probe } = state
  if (probe === null || probe.untilMs > nowMs) return state
  return { ...state, probe: null, refusals: afterLostTry(state.refusals, probe.startedAtMs) }
}
