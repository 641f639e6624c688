/** The directory behind the sign-in: it counts wrong passwords and locks an account that had too many of them, as Active Directory does. */

export type LockoutPolicy = { threshold: number; windowMs: number }

/** The strictest threshold in common use (CIS benchmark), over the usual half hour. */
export const LOCKOUT_POLICY: LockoutPolicy = { threshold: 5, windowMs: 30 * 60_000 }

type Standing = { refusedAtMs: number[]; refused: number; lockedUntilMs: number; locks: number }

export class Directory {
  readonly #policy: LockoutPolicy
  readonly #nowMs: () => number
  readonly #standings = new Map<string, Standing>()

  constructor(policy: LockoutPolicy, nowMs: () => number) {
    this.#policy = policy
    this.#nowMs = nowMs
  }

  /** A locked account is refused with the right password, too. */
  mayEnter(username: string): boolean {
    return this.#standing(username).lockedUntilMs <= this.#nowMs()
  }

  /** A right password forgives the wrong ones before it. */
  entered(username: string): void {
    this.#standing(username).refusedAtMs = []
  }

  /** `harmless`: it counts as a try, not as a wrong password. */
  refuse(username: string, harmless = false): void {
    const { threshold, windowMs } = this.#policy
    const nowMs = this.#nowMs()
    const standing = this.#standing(username)
    standing.refused += 1
    if (harmless) return
    standing.refusedAtMs = [...standing.refusedAtMs.filter((at) => at > nowMs - windowMs), nowMs]
    if (standing.refusedAtMs.length < threshold || standing.lockedUntilMs > nowMs) return
    standing.lockedUntilMs = nowMs + windowMs
    standing.locks += 1
  }

  /** Tries for this account that were refused so far. */
  refused(username: string): number {
    return this.#standing(username).refused
  }

  /** How often accounts were locked. */
  lockouts(): number {
    return [...this.#standings.values()].reduce((sum, { locks }) => sum + locks, 0)
  }

  #standing(username: string): Standing {
    const key = username.toLowerCase()
    const known = this.#standings.get(key) ?? { refusedAtMs: [], refused: 0, lockedUntilMs: 0, locks: 0 }
    this.#standings.set(key, known)
    return known
  }
}
