/** Archive rows: the content that is about to lose, kept before anything is overwritten or removed (I16). */

import { nameOf } from '../model/item-name.ts'
import type { DeletedItem, SideItem, SideName } from '../ports/side.ts'
import type { ArchiveEntry, ArchiveReason, Conflict } from '../ports/state-store.ts'
import type { PassContext } from './context.ts'

const DAY_MS = 86_400_000

export function archiveEntry(
  context: Pick<PassContext, 'clock' | 'random' | 'pair' | 'options'>,
  side: SideName,
  item: SideItem | DeletedItem,
  reason: ArchiveReason,
): ArchiveEntry {
  const createdAtMs = context.clock.nowMs()
  return {
    id: context.random.uuid(),
    mailboxId: context.pair.mailboxId,
    pairId: context.pair.id,
    side,
    uid: item.uid,
    itemId: item.id,
    reason,
    title: 'model' in item ? nameOf(item.model).title : item.title,
    document: item.native,
    createdAtMs,
    expiresAtMs: createdAtMs + context.options.archiveRetentionDays * DAY_MS,
  }
}

export function conflictRow(
  context: PassContext,
  fields: Pick<Conflict, 'itemPairId' | 'uid' | 'paths' | 'kind' | 'winner' | 'archiveId'>,
): Conflict {
  return {
    id: context.random.uuid(),
    mailboxId: context.pair.mailboxId,
    pairId: context.pair.id,
    ...fields,
    createdAtMs: context.clock.nowMs(),
    resolvedAtMs: null,
    resolution: null,
  }
}
