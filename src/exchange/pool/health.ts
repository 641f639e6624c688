/** What is known about how an account fares, for `doctor` and `pool test`, and where refusals are remembered. */
import type { ErrorCode } from '../../ports/errors.ts'
import type { Refusals } from './rest.ts'

export type AccountHealth = {
  account: string
  /** `unproven`: not signed in lately; the next call goes alone. */
  state: 'unproven' | 'ready' | 'resting'
  /** Since the last sign-in that worked. */
  refusals: number
  restUntilMs: number | null
  lastRefusal: { code: ErrorCode; reason: string | null; atMs: number } | null
  lastSuccessAtMs: number | null
  /** Of the certificate; null for passwords and client secrets, which do not say. */
  secretExpiresAtMs: number | null
  callsUnderWay: number
}

/** Where refusals are remembered. In memory for one replica; over the state store they are shared by all, and a lock-out window with them. */
export type RefusalBook = {
  read(account: string): Promise<Refusals | null>
  /** Null when the account signed in. */
  write(account: string, refusals: Refusals | null): Promise<void>
}

export function memoryRefusalBook(): RefusalBook {
  const refusals = new Map<string, Refusals>()
  return {
    read: async (account) => refusals.get(account) ?? null,
    write: async (account, next) => {
      if (next === null) refusals.delete(account)
      else refusals.set(account, next)
    },
  }
}
