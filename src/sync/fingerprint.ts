/** The fingerprint of an item: one keyed hash per field path. The base keeps these instead of contents (design.md, lenses). */
import { canonicalJson } from '../model/flat.ts'
import type { FieldPath, FlatItem } from '../model/item.ts'
import type { FieldHashes } from '../ports/state-store.ts'

/** Keyed hash of a text, as short printable text. Passed in, so that this module stays pure and the key stays with the state. */
export type KeyedHash = (text: string) => string

/** The path is part of what is hashed: equal values of two fields cannot be recognised as equal in the database. */
export function fingerprint(flat: FlatItem, hash: KeyedHash): FieldHashes {
  const hashes: Record<FieldPath, string> = {}
  for (const [path, value] of flat) hashes[hashedPath(path, hash)] = hash(`${path}=${canonicalJson(value)}`)
  return hashes
}

/** Element paths contain content (a category's name, an attendee's address), so only their kind stays readable. */
export function hashedPath(path: FieldPath, hash: KeyedHash): string {
  const colon = path.indexOf(':')
  return colon < 0 ? path : `${path.slice(0, colon)}:${hash(path)}`
}

/** Do two fingerprints say the same of every field? */
export function sameHashes(one: FieldHashes, other: FieldHashes): boolean {
  const keys = Object.keys(one)
  return keys.length === Object.keys(other).length && keys.every((key) => one[key] === other[key])
}

/**
 * Which hashed paths differ from the base. A path that only the base has (its field was taken away) is known by its hash alone:
 * merge finds its name on the other side.
 */
export function changedSince(base: FieldHashes, current: FieldHashes): Set<string> {
  const changed = new Set<string>()
  for (const path of Object.keys(current)) if (base[path] !== current[path]) changed.add(path)
  for (const path of Object.keys(base)) if (current[path] === undefined) changed.add(path)
  return changed
}
