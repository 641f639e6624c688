/** Fingerprints of whole items, computed once per model object: a pass asks for the same one several times. */
import { flatten } from '../model/flat.ts'
import type { FlatItem, Item } from '../model/item.ts'
import type { FieldHashes } from '../ports/state-store.ts'
import { fingerprint, type KeyedHash } from '../sync/fingerprint.ts'

/** Models are never changed once they were read or built. */
export class Prints {
  readonly #hash: KeyedHash
  readonly #flats = new WeakMap<Item, FlatItem>()
  readonly #hashes = new WeakMap<Item, FieldHashes>()

  constructor(hash: KeyedHash) {
    this.#hash = hash
  }

  flat(item: Item): FlatItem {
    let flat = this.#flats.get(item)
    if (!flat) {
      flat = flatten(item)
      this.#flats.set(item, flat)
    }
    return flat
  }

  hashes(item: Item): FieldHashes {
    let hashes = this.#hashes.get(item)
    if (!hashes) {
      hashes = fingerprint(this.flat(item), this.#hash)
      this.#hashes.set(item, hashes)
    }
    return hashes
  }
}
