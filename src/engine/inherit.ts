/**
 * Exceptions of a series hold only what differs from their master. An exception that has the rounded value of its master has nothing of
 * its own on the side that rounds; when the master then changes, it would silently follow it there. So that value is written along.
 */
import { applyPatch, isSchedulePath, SCHEDULE_PATH } from '../model/flat.ts'
import type { FieldPath, FlatItem, Json } from '../model/item.ts'
import type { FieldPatch } from '../sync/merge.ts'

type Merging = {
  /** The item of the side that is written, and the other side's as this side will hold it. */
  own: FlatItem
  otherHeldHereAfter: FlatItem
  toOwn: FieldPatch
  toOther: FieldPatch
}

type Changes = { [path: FieldPath]: Json }

/** Occurrences of this side that would follow their master in a field, although on the other side they keep a value of their own. */
export function exceptionsToKeep({ own, otherHeldHereAfter, toOwn, toOther }: Merging): FieldPatch {
  const kept: FieldPatch = new Map()
  const masterPaths = [...toOwn.keys()].filter((path) => !isSchedulePath(path))
  if (masterPaths.length === 0) return kept
  const after = applyPatch(own, toOwn)
  for (const [path, value] of otherHeldHereAfter) {
    if (!isSchedulePath(path) || path === SCHEDULE_PATH || toOwn.has(path) || toOther.has(path)) continue
    const wanted = changesOf(value)
    const present = changesOf(after.get(path))
    const missing = masterPaths.filter((master) => wanted && master in wanted && !(present && master in present))
    if (!wanted || missing.length === 0 || after.get(path) === 'deleted') continue
    const values = Object.fromEntries(missing.map((master) => [master, wanted[master] ?? null]))
    kept.set(path, {
      ...(value as Changes),
      ...(after.get(path) as Changes | undefined),
      changes: { ...present, ...values },
    })
  }
  return kept
}

function changesOf(occurrence: Json | undefined): Changes | null {
  if (typeof occurrence !== 'object' || occurrence === null || Array.isArray(occurrence)) return null
  return (occurrence.changes ?? null) as Changes | null
}
