/** Seeded chance and a clock that only moves when told: the whole simulation is a function of its seed. */
import type { Clock, Random } from '../../src/ports/clock.ts'

export class Chance implements Random {
  #state: number

  constructor(seed: number) {
    this.#state = (seed * 2654435761 + 0x9e3779b9) >>> 0
  }

  /** mulberry32. */
  fraction(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let mixed = this.#state
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }

  uuid(): string {
    const part = () =>
      Math.floor(this.fraction() * 0xffffffff)
        .toString(16)
        .padStart(8, '0')
    const text = part() + part() + part() + part()
    return `${text.slice(0, 8)}-${text.slice(8, 12)}-4${text.slice(13, 16)}-a${text.slice(17, 20)}-${text.slice(20, 32)}`
  }

  below(limit: number): number {
    return Math.floor(this.fraction() * limit)
  }

  happens(probability: number): boolean {
    return this.fraction() < probability
  }

  pick<T>(items: readonly T[]): T | undefined {
    return items[this.below(items.length)]
  }
}

export class SimClock implements Clock {
  #nowMs = Date.parse('2030-01-01T00:00:00Z')

  nowMs(): number {
    return this.#nowMs
  }

  async sleep(ms: number): Promise<void> {
    this.advance(ms)
  }

  advance(ms: number): void {
    this.#nowMs += ms
  }
}

/** FNV-1a, 64 bits in two halves: quick, and good enough to tell a few hundred values apart. */
export function simHash(text: string): string {
  let one = 0x811c9dc5
  let other = 0x01000193
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    one = Math.imul(one ^ code, 0x01000193)
    other = Math.imul(other ^ code, 0x85ebca6b) + 0x27d4eb2f
  }
  return (one >>> 0).toString(36) + (other >>> 0).toString(36)
}
