/**
 * What all replicas and all runs know about the service accounts: refusals, so that a wrong password is counted over all of them
 * and locks nobody out, and the pauses that a server asked for. Kept in the state store.
 */

/** Refusals since the account last signed in. */
export type Refusals = { count: number; triesAtMs: readonly number[]; restUntilMs: number }

export type AccountState = {
  refusals: Refusals | null
  /** Keyed hash of the credentials that this is about; null while nobody tried. */
  secretMark: string | null
  /** `code` is an ErrorCode. */
  lastRefusal: { code: string; reason: string | null; atMs: number } | null
  /** When somebody last signed in with these credentials. */
  provenAtMs: number | null
  /** Who tries the account alone at the moment; everybody else waits for the outcome. */
  probe: { holder: string; startedAtMs: number; untilMs: number } | null
}

/** `width`: requests at once that the account was left with, where a run that begins should begin. */
export type BackOff = { untilMs: number; width: number; atMs: number }

export interface AccountBook {
  /** The empty state for an account that nobody tried. */
  read(account: string): Promise<AccountState>
  /** Reads and writes in one transaction: nobody else changes the account meanwhile. `change` is pure and may run more than once. */
  update<T>(account: string, change: (before: AccountState) => { after: AccountState; result: T }): Promise<T>
  /** `scope`: an account at a server, or a server. */
  backOff(scope: string): Promise<BackOff | null>
  /** Keeps the later end of the two. */
  noteBackOff(scope: string, next: BackOff): Promise<void>
}

export const UNTRIED: AccountState = {
  refusals: null,
  secretMark: null,
  lastRefusal: null,
  provenAtMs: null,
  probe: null,
}
