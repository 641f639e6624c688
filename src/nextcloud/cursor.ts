/** The cursor of the Nextcloud side: a sync token with what is needed to trust it, or a listing for servers without sync tokens. */
import { createHash } from 'node:crypto'
import { z } from 'zod'
import { DAV_CURSOR_SEEN_MAX } from '../limits.ts'
import type { Cursor, Hint, ItemId } from '../ports/side.ts'

/**
 * `day`: days since the epoch when it was last renewed; whole days, so that an idle pass gives the same cursor again.
 * `seen`: prints of the hints of the page that gave it. `exact`: in the middle of a feed: no overlap.
 * `etags`: print of the ETag by name.
 */
export type CursorData =
  | { kind: 'sync'; token: string; day: number; seen: readonly string[]; exact: boolean }
  | { kind: 'list'; ctag: string | null; etags: Readonly<Record<string, string>> }

const SCHEMA = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('sync'),
    token: z.string().min(1),
    day: z.number(),
    seen: z.array(z.string()),
    exact: z.boolean(),
  }),
  z.object({ kind: z.literal('list'), ctag: z.string().nullable(), etags: z.record(z.string(), z.string()) }),
])

/** Null for a cursor that this program did not write, or wrote in an older form. */
export function readCursor(cursor: Cursor): CursorData | null {
  try {
    return SCHEMA.safeParse(JSON.parse(cursor)).data ?? null
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}

export function writeCursor(data: CursorData): Cursor {
  return JSON.stringify(data) as Cursor
}

export function dayOf(nowMs: number): number {
  return Math.floor(nowMs / 86_400_000)
}

/** 66 bits: enough to tell the few hundred hints of a page apart. */
export function print(...parts: string[]): string {
  return createHash('sha256').update(parts.join('\n')).digest('base64url').slice(0, 11)
}

export function hintPrint(hint: Hint): string {
  return print(hint.id, hint.kind === 'removed' ? 'removed' : `version ${hint.version ?? 'unknown'}`)
}

/** Sorted, so that the same page gives the same cursor. A page that is too large is not remembered: a few hints come twice. */
export function seenOf(hints: readonly Hint[]): string[] {
  return hints.length > DAV_CURSOR_SEEN_MAX ? [] : hints.map(hintPrint).toSorted()
}

/** What a comparison of two listings says. */
export function compareListings(
  before: Readonly<Record<string, string>>,
  now: readonly { id: ItemId; version: string | null }[],
): { changed: Set<ItemId>; removed: ItemId[]; etags: Record<string, string> } {
  const etags: Record<string, string> = {}
  const changed = new Set<ItemId>()
  for (const { id, version } of now) {
    etags[id] = version === null ? '' : print(version)
    if (etags[id] === '' || before[id] !== etags[id]) changed.add(id)
  }
  const removed = Object.keys(before).filter((id) => !(id in etags)) as ItemId[]
  return { changed, removed, etags }
}
