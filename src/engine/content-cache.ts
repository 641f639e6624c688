/**
 * Items that were read while observing, kept for executing, so that a pass reads a body once. Bounded: what does not fit is read again,
 * and a first sync of any size stays within its memory.
 */
import type { ItemId, SideItem, SideName, Version } from '../ports/side.ts'

/** Native text kept at most, in characters. The model of an item is about as large again. */
export const CACHE_CHARS_MAX = 12_000_000

export class ContentCache {
  readonly #items = new Map<string, SideItem>()
  readonly #charsMax: number
  #chars = 0

  constructor(charsMax = CACHE_CHARS_MAX) {
    this.#charsMax = charsMax
  }

  put(side: SideName, item: SideItem): void {
    this.drop(side, item.id)
    if (this.#chars + item.native.text.length > this.#charsMax) return
    this.#items.set(side + item.id, item)
    this.#chars += item.native.text.length
  }

  /** The item if exactly this version is here. */
  get(side: SideName, id: ItemId, version: Version | null): SideItem | undefined {
    const item = this.#items.get(side + id)
    return item && item.version === version ? item : undefined
  }

  drop(side: SideName, id: ItemId): void {
    const item = this.#items.get(side + id)
    if (!item) return
    this.#items.delete(side + id)
    this.#chars -= item.native.text.length
  }
}
