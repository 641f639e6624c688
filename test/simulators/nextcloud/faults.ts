/** Faults that a test plants: which request is hit, and what happens to it. Taken by the HTTP layer and by the methods that can misbehave. */
import type { HrefVariant } from './call.ts'

export type FaultMatch = {
  method?: string
  /** Local name of a REPORT: sync-collection, calendar-multiget, calendar-query, ... */
  report?: string
  /** Part of the raw path, or a pattern. */
  path?: string | RegExp
  user?: string
  /** The first matching request that is hit, counted from 1. */
  nth?: number
  /** How many matching requests are hit from there on. */
  times?: number
}

export type FaultEffect =
  /** `afterWork`: the change was applied, but a proxy answers this instead (504). */
  | { kind: 'status'; status: number; body?: string; headers?: Record<string, string>; afterWork?: boolean }
  | { kind: 'cut'; when: 'before-work' | 'after-work' | 'mid-reply' }
  /** The reply ends early but is well-framed, as from a PHP process that died behind a proxy. */
  | { kind: 'truncated-body' }
  | { kind: 'login-page' }
  | { kind: 'delay'; ms: number }
  | { kind: 'database-locked' }
  | { kind: 'maintenance' }
  | { kind: 'insufficient-storage' }
  | { kind: 'throttled'; retryAfterSeconds: number }
  /** sync-collection misses the newest changes. `advanced`: and the token claims that it has them. */
  | { kind: 'feed-lag'; changes: number; token: 'kept-back' | 'advanced' }
  /** The race of two writers: the object is stored, but its change row carries an old token. */
  | { kind: 'lose-change' }
  | { kind: 'token-expired' }
  | { kind: 'no-etag' }
  /** Apache with mod_deflate: ETag headers end in `-gzip`. */
  | { kind: 'gzip-etag' }
  | { kind: 'href-variant'; variant: HrefVariant }
  /** Only the first `keep` changes and a 507 element; `token` is the number to go on from (default: the final one). */
  | { kind: 'sync-truncated'; keep: number; token?: string }
  /** The app's batch: PHP dies after so many of its requests; what was done stays done, and nobody gets an answer. */
  | { kind: 'batch-dies'; after: number }
  /** Something happens on the server just before this request does its work. */
  | { kind: 'meanwhile'; act: () => void }

export type FaultHandle = { hits(): number; remove(): void }

export type FaultSubject = { method: string; report: string | null; path: string; user: string | null }

type Planted = { match: FaultMatch; effect: FaultEffect; seen: number; hits: number }

function matches(match: FaultMatch, subject: FaultSubject): boolean {
  if (match.method !== undefined && match.method !== subject.method) return false
  if (match.report !== undefined && match.report !== subject.report) return false
  if (match.user !== undefined && match.user !== subject.user) return false
  if (match.path === undefined) return true
  return typeof match.path === 'string' ? subject.path.includes(match.path) : match.path.test(subject.path)
}

export class Faults {
  readonly #planted = new Set<Planted>()

  add(match: FaultMatch, effect: FaultEffect): FaultHandle {
    const planted: Planted = { match, effect, seen: 0, hits: 0 }
    this.#planted.add(planted)
    return { hits: () => planted.hits, remove: () => void this.#planted.delete(planted) }
  }

  clear(): void {
    this.#planted.clear()
  }

  /** The effects on this request; counts it. */
  take(subject: FaultSubject): FaultEffect[] {
    const effects: FaultEffect[] = []
    for (const planted of this.#planted) {
      if (!matches(planted.match, subject)) continue
      planted.seen += 1
      const first = planted.match.nth ?? 1
      if (planted.seen < first || planted.seen >= first + (planted.match.times ?? 1)) continue
      planted.hits += 1
      effects.push(planted.effect)
    }
    return effects
  }
}
