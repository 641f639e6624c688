/**
 * The flat form of an item: a map from field path to JSON value. Fingerprint, merge and dry run work on it,
 * so that they need to know nothing about events, tasks or contacts.
 */
import { unreachable } from '../ports/errors.ts'
import { flattenContact, type PhotoSource, unflattenContact } from './flat-contact.ts'
import { type FileSource, flattenEvent, OCCURRENCE_PREFIX, SCHEDULE_PATH, unflattenEvent } from './flat-event.ts'
import { flattenGroup, unflattenGroup } from './flat-group.ts'
import { flattenTask, unflattenTask } from './flat-task.ts'
import type { FieldPath, FlatItem, Item, ItemKind, Json } from './item.ts'

export { SCHEDULE_PATH } from './flat-event.ts'
export { applyPatch, canonicalJson, differingPaths, sameValue } from './flat-values.ts'

/** Which kind a flat form is of. An event has no such path: it was the only kind once, and bases made then stay valid. */
const KIND_PATH: FieldPath = 'kind'

export function isSchedulePath(path: FieldPath): boolean {
  return path === SCHEDULE_PATH || isOccurrencePath(path)
}

export function isOccurrencePath(path: FieldPath): boolean {
  return path.startsWith(OCCURRENCE_PREFIX)
}

/** An exception in its flat form: `changes` are the fields that it has a value of its own for. */
export type FlatException = { start: Json; end: Json; changes: { [path: FieldPath]: Json } }

export function isFlatException(value: Json | undefined): value is FlatException {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && 'changes' in value
}

/** The flat form; insertion order is the order of the fields, then sorted elements. Absent values have no path. */
export function flatten(item: Item): FlatItem {
  switch (item.kind) {
    case 'event':
      return flattenEvent(item)
    case 'task':
      return new Map([[KIND_PATH, 'task'], ...flattenTask(item)])
    case 'contact':
      return new Map([[KIND_PATH, 'contact'], ...flattenContact(item)])
    case 'group':
      return new Map([[KIND_PATH, 'group'], ...flattenGroup(item)])
    default:
      return unreachable(item)
  }
}

/**
 * The inverse of flatten. `uid` is identity, not a field, and is given back as it is. A flat photo or file is its hash alone: the
 * rest comes from that of `sources` which has it (in a merge, the items of both sides), else it is not at hand.
 */
export function unflatten(flat: FlatItem, uid: string, sources: readonly Item[] = []): Item {
  const kind = (flat.get(KIND_PATH) ?? 'event') as ItemKind
  switch (kind) {
    case 'event':
      return unflattenEvent(flat, uid, fileSource(sources))
    case 'task':
      return unflattenTask(flat, uid)
    case 'contact':
      return unflattenContact(flat, uid, photoSource(sources))
    case 'group':
      return unflattenGroup(flat, uid)
    default:
      return unreachable(kind)
  }
}

function fileSource(sources: readonly Item[]): FileSource {
  return (hash) => {
    for (const source of sources) {
      const file = source.kind === 'event' ? source.files.find((one) => one.hash === hash) : undefined
      if (file) return file
    }
    return null
  }
}

function photoSource(sources: readonly Item[]): PhotoSource {
  return (hash) => {
    for (const source of sources) {
      if (source.kind === 'contact' && source.photo?.hash === hash && source.photo.base64 !== null) return source.photo
    }
    return null
  }
}
