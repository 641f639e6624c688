/** What is known about how an account fares, for `pool test` and the log. */

export type AccountHealth = {
  account: string
  /** `unproven`: not signed in lately; the next call goes alone. */
  state: 'unproven' | 'ready' | 'resting'
  /** Since the last sign-in that worked. */
  refusals: number
  restUntilMs: number | null
  lastRefusal: { code: string; reason: string | null; atMs: number } | null
  lastSuccessAtMs: number | null
  /** Of the certificate; null for passwords and client secrets, which do not say. */
  secretExpiresAtMs: number | null
  callsUnderWay: number
}
