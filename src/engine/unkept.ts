/**
 * Fields that a server said it had updated and left as they were: gromox drops what it has no conversion for (quirk EWS-UPDATE-DROPS). Nothing is
 * lost where the edit was made, but both sides differ from now on, so it is told by name (P7). Pure.
 */
import { flatten, sameValue } from '../model/flat.ts'
import type { FieldPath, Item } from '../model/item.ts'

/** `wanted`: as that side would hold it. Kinds of fields only: a path may name a person or a category (I26). */
export function unkept(
  changed: readonly FieldPath[],
  versions: { before: Item; wanted: Item; now: Item },
): FieldPath[] {
  const [before, wanted, now] = [versions.before, versions.wanted, versions.now].map(flatten)
  const left = changed.filter(
    (path) => sameValue(now?.get(path), before?.get(path)) && !sameValue(now?.get(path), wanted?.get(path)),
  )
  return [...new Set(left.map((path) => path.split(':', 1)[0] ?? path))]
}
