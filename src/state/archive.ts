/** The archive: content that lost, sealed with the installation's data key. The only calendar data at rest. */
import { STATE_LOG_RETENTION_MS } from '../limits.ts'
import { ConnectorError } from '../ports/errors.ts'
import type { ItemId } from '../ports/side.ts'
import type { ArchiveEntry } from '../ports/state-store.ts'
import { read, type StateDatabase, write } from './database.ts'
import type { ArchiveRow } from './evidence-schema.ts'
import type { KeyRing } from './keys.ts'
import { type RandomBytes, seal, unseal } from './seal.ts'
import { storable, wholeMs } from './text.ts'

/** Bound to the entry and the column, so that no sealed value can be passed off as another. */
const contextOf = (id: string, column: 'title' | 'document') => `archive:${id}:${column}`

export function sealEntry(entry: ArchiveEntry, dataKey: Uint8Array, randomBytes: RandomBytes): ArchiveRow {
  const sealed = (column: 'title' | 'document', text: string) =>
    seal(dataKey, Buffer.from(text), { context: contextOf(entry.id, column), randomBytes })
  return {
    id: entry.id,
    mailbox_id: entry.mailboxId,
    pair_id: entry.pairId,
    side: entry.side,
    uid: storable(entry.uid),
    item_id: entry.itemId,
    reason: entry.reason,
    format: entry.document.format,
    title: sealed('title', entry.title),
    document: sealed('document', entry.document.text),
    created_at_ms: wholeMs(entry.createdAtMs),
    expires_at_ms: wholeMs(entry.expiresAtMs),
  }
}

function openEntry(row: ArchiveRow, dataKey: Uint8Array): ArchiveEntry {
  const opened = (column: 'title' | 'document', sealed: Uint8Array) => {
    const plain = unseal(dataKey, sealed, contextOf(row.id, column))
    if (plain === null)
      throw new ConnectorError('state.corrupt', { archive: row.id, reason: 'an archive entry is damaged' })
    return Buffer.from(plain).toString()
  }
  return {
    id: row.id,
    mailboxId: row.mailbox_id,
    pairId: row.pair_id,
    side: row.side,
    uid: row.uid,
    itemId: row.item_id as ItemId,
    reason: row.reason,
    title: opened('title', row.title),
    document: { format: row.format, text: opened('document', row.document) },
    createdAtMs: row.created_at_ms,
    expiresAtMs: row.expires_at_ms,
  }
}

/** Oldest first. Without entries it needs no key. */
export async function archiveEntries(
  state: StateDatabase,
  keys: KeyRing,
  filter: { mailboxId?: string; id?: string },
): Promise<ArchiveEntry[]> {
  const rows = await read(state, (db) => {
    let query = db.selectFrom('archive').selectAll().orderBy('created_at_ms').orderBy('id')
    if (filter.mailboxId !== undefined) query = query.where('mailbox_id', '=', filter.mailboxId)
    if (filter.id !== undefined) query = query.where('id', '=', filter.id)
    return query.execute()
  })
  if (rows.length === 0) return []
  const dataKey = await keys.key('archive-data-key')
  return rows.map((row) => openEntry(row, dataKey))
}

/** Old logs go with the expired entries, so that the database stays bounded (I22). Gives the number of archive entries removed. */
export async function pruneArchive(state: StateDatabase, nowMs: number): Promise<number> {
  const logsBeforeMs = wholeMs(nowMs) - STATE_LOG_RETENTION_MS
  return await write(state, async (trx) => {
    await trx.deleteFrom('pass_log').where('started_at_ms', '<', logsBeforeMs).execute()
    await trx.deleteFrom('action_log').where('at_ms', '<', logsBeforeMs).execute()
    const result = await trx
      .deleteFrom('archive')
      .where('expires_at_ms', '<=', wholeMs(nowMs))
      .where(({ not, exists, selectFrom }) =>
        not(
          exists(
            selectFrom('conflict')
              .select('conflict.id')
              .whereRef('conflict.archive_id', '=', 'archive.id')
              .where('conflict.resolved_at_ms', 'is', null),
          ),
        ),
      )
      .executeTakeFirst()
    return Number(result.numDeletedRows)
  })
}
