/** What the flat forms of all kinds share: comparing and patching values by path, and elements that have a path each. Pure. */
import type { FieldPath, FlatItem, Json } from './item.ts'

export const CATEGORY_PREFIX = 'category:'

/** The flat form with a patch laid over it: a path with `undefined` is taken away. */
export function applyPatch(flat: FlatItem, patch: ReadonlyMap<FieldPath, Json | undefined>): FlatItem {
  const result = new Map(flat)
  for (const [path, value] of patch) {
    if (value === undefined) result.delete(path)
    else result.set(path, value)
  }
  return result
}

/** Paths whose values differ, in a stable order. */
export function differingPaths(one: FlatItem, other: FlatItem): FieldPath[] {
  const paths = new Set([...one.keys(), ...other.keys()])
  return [...paths].filter((path) => !sameValue(one.get(path), other.get(path))).sort()
}

/** Equality of JSON values; the order of an object's keys does not matter. */
export function sameValue(one: Json | undefined, other: Json | undefined): boolean {
  if (one === undefined || other === undefined) return one === other
  return canonicalJson(one) === canonicalJson(other)
}

/** JSON text with sorted keys: equal values give equal texts. */
export function canonicalJson(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  const entries = Object.keys(value)
    .sort()
    .filter((key) => value[key] !== undefined)
  return `{${entries.map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key] as Json)}`).join(',')}}`
}

/** What follows a prefix in the paths of a flat form, sorted. */
export function suffixesOf(flat: FlatItem, prefix: string): string[] {
  return [...flat.keys()]
    .filter((path) => path.startsWith(prefix))
    .map((path) => path.slice(prefix.length))
    .sort()
}

/** The value at a path, or what an absent path means. The types are those that the same kind's flatten wrote. */
export function valueAt<T>(flat: FlatItem, path: FieldPath, absent: T): T {
  return flat.has(path) ? (flat.get(path) as unknown as T) : absent
}
