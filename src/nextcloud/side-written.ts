/** What became of an object after a successful PUT: known from its ETag where the server keeps what it gets, else read back (I15). */
import { createHash } from 'node:crypto'
import { ConnectorError } from '../ports/errors.ts'
import type { ItemId, SideItem, Version } from '../ports/side.ts'
import type { DavAnswer } from './dav/transport.ts'
import { itemFrom, type SideContext, versionOf } from './side-context.ts'
import { readItems } from './side-read.ts'

/** `stored`: the server holds exactly what was sent. `rewritten`: perhaps not; it must be read. `version`: as the write answered it. */
export type Written = { kind: 'stored'; item: SideItem } | { kind: 'rewritten'; id: ItemId; version: Version | null }

/**
 * RFC 4791 section 5.3.4 forbids a strong ETag when the stored text differs from the sent one, but servers disagree: Radicale
 * answers with the ETag of its rewritten text. Sabre's ETag is the MD5 of the stored text: when it is the MD5 of what was sent,
 * the text was kept, on whatever server. Everything else is read back.
 */
export function written(
  context: SideContext,
  { id, text, answer }: { id: ItemId; text: string; answer: DavAnswer },
): Written {
  const version = versionOf(answer.headers.get('etag'))
  const md5 = createHash('md5').update(text).digest('hex')
  const item = version === `"${md5}"` ? itemFrom(context, { id, version, text }) : null
  return item ? { kind: 'stored', item } : { kind: 'rewritten', id, version }
}

/** What was read back may already carry somebody's later edit, unless its version is the one that the write answered. */
export function overtaken({ version }: { version: Version | null }, item: SideItem): { overtaken?: true } {
  return version !== null && version === item.version ? {} : { overtaken: true }
}

export type ReadBack = { kind: 'item'; item: SideItem } | { kind: 'lost'; error: ConnectorError }

/**
 * One multiget per hundred. When the read-back fails, the writes are done all the same but cannot be recorded: `lost`, which
 * the side reports as unknown, to be settled by asking.
 */
export async function readBack(context: SideContext, ids: readonly ItemId[]): Promise<Map<ItemId, ReadBack>> {
  const found = new Map<ItemId, ReadBack>()
  if (ids.length === 0) return found
  try {
    for (const result of await readItems(context, ids)) {
      if (result.kind === 'present') found.set(result.item.id, { kind: 'item', item: result.item })
      else {
        const error = result.kind === 'unreadable' ? result.error : lost('gone right after it was written')
        found.set(result.id, { kind: 'lost', error })
      }
    }
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error
    for (const id of ids) if (!found.has(id)) found.set(id, { kind: 'lost', error })
  }
  return found
}

export function lost(detail: string): ConnectorError {
  return new ConnectorError('nextcloud.bad-response', { detail })
}
