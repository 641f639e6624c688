/**
 * How many requests may be under way at once (additive increase, multiplicative decrease). It remembers where it was refused: it
 * returns below that point quickly, stays there, and tries the point itself again only after many answers. Pure.
 */
import { EWS_CEILING_ROUNDS, EWS_DECREASE, EWS_SEARCH_ROUNDS } from '../../limits.ts'

export class Width {
  readonly max: number
  #now: number
  /** The number at which the server refused; null while it never did. */
  #ceiling: number | null = null
  #answers = 0

  constructor(start: number, max: number) {
    this.#now = Math.min(start, max)
    this.max = max
  }

  get now(): number {
    return this.#now
  }

  /** Another replica or an earlier run was left with this. */
  learn(width: number): void {
    if (width >= this.#now) return
    this.#now = Math.max(1, width)
  }

  /** `running`: requests under way when the refusal came, the refused one included. `isOld`: it was under way at the last refusal. `left`: the share that is kept. */
  refused(running: number, isOld: boolean, left = EWS_DECREASE): void {
    this.#answers = 0
    if (isOld) return
    this.#ceiling = Math.max(2, Math.min(this.#ceiling ?? this.#now + 1, running))
    this.#now = Math.max(1, Math.floor(Math.min(this.#now, this.#ceiling - 1) * left))
  }

  /** One more after a round of answers. Below the ceiling only after many, and when the ceiling itself was not refused it is gone. */
  answered(): void {
    if (this.#now >= this.max) return
    this.#answers++
    const isAtEdge = this.#ceiling !== null && this.#now === this.#ceiling - 1
    // Nobody knows yet where the limit is: then it is looked for faster.
    const rounds = this.#ceiling === null ? EWS_SEARCH_ROUNDS : isAtEdge ? EWS_CEILING_ROUNDS : 1
    if (this.#answers < this.#now * rounds) return
    this.#answers = 0
    if (this.#ceiling !== null && this.#now >= this.#ceiling) this.#ceiling = null
    this.#now++
  }
}
