/** Shows what lost and what won: the archive's document and a fresh read of the present one. Writes nothing, needs no lease. */
import { differingPaths, flatten } from '../model/flat.ts'
import { nameOf } from '../model/item-name.ts'
import type { AdminCall, ArchiveDetail, ConflictDetail, PresentVersion, ShownVersion } from '../ports/administration.ts'
import { ConnectorError } from '../ports/errors.ts'
import type { NativeDocument, Side, SideName } from '../ports/side.ts'
import type { ArchiveEntry, Conflict } from '../ports/state-store.ts'
import { otherSide } from '../sync/decide.ts'
import { findConflict, findEntry, namesOf, summaryOf } from './admin-find.ts'
import type { ServiceOptions } from './service.ts'
import { LEASE_TTL_MS } from './user.ts'

export async function showArchived(service: ServiceOptions, id: string): Promise<ArchiveDetail> {
  await service.store.check()
  const entry = await findEntry(service.store, id)
  const names = (await namesOf(service.store, [entry]))(entry)
  const { document, ...rest } = entry
  return { entry: rest, ...names, version: await versionOf(service, names.email, { side: entry.side, document }) }
}

export async function showConflict(service: ServiceOptions, id: string, call: AdminCall): Promise<ConflictDetail> {
  const { store } = service
  await store.check()
  const conflict = await findConflict(store, id)
  const summary = await summaryOf(store, conflict, await namesOf(store, [conflict]))
  const { email } = summary
  const [entry] = conflict.archiveId === null ? [] : await store.archiveEntries({ id: conflict.archiveId })
  const lost = entry
    ? { ...(await versionOf(service, email, entry)), archivedAtMs: entry.createdAtMs, expiresAtMs: entry.expiresAtMs }
    : null
  const won = await presentVersion(service, { email, conflict, entry: entry ?? null }, call)
  const wonItem = won.kind === 'present' ? won.version.item : null
  const differing = lost?.item && wonItem ? differingPaths(flatten(lost.item), flatten(wonItem)) : []
  return { ...summary, lost, won, differing }
}

async function versionOf(
  service: ServiceOptions,
  email: string,
  { side, document }: { side: SideName; document: NativeDocument },
): Promise<ShownVersion> {
  try {
    const item = await service.decode(email, document)
    return { side, document, item, when: nameOf(item).when }
  } catch (error) {
    if (!(error instanceof ConnectorError) || error.code === 'bug') throw error
    return { side, document, item: null, when: '' }
  }
}

type Wanted = { email: string; conflict: Conflict; entry: ArchiveEntry | null }

/** A server that cannot be asked does not keep the archived version from being shown. */
async function presentVersion(service: ServiceOptions, wanted: Wanted, call: AdminCall): Promise<PresentVersion> {
  const side = wanted.conflict.winner
  try {
    return await readWinner(service, wanted, call)
  } catch (error) {
    if (!(error instanceof ConnectorError) || error.code === 'bug' || error.code === 'stopped') throw error
    return { kind: 'unknown', side, error: { code: error.code, fields: error.fields } }
  }
}

async function readWinner(service: ServiceOptions, wanted: Wanted, call: AdminCall): Promise<PresentVersion> {
  const side = wanted.conflict.winner
  const id = await winnerId(service, wanted)
  if (id === null) return { kind: 'gone', side }
  return withReadOnlySide(service, wanted, call, async (opened) => {
    const [result] = await opened.read([id])
    if (result?.kind === 'unreadable') throw result.error
    if (result?.kind !== 'present') return { kind: 'gone', side }
    const { native: document, model: item } = result.item
    return { kind: 'present', version: { side, document, item, when: nameOf(item).when } }
  })
}

async function winnerId({ store }: ServiceOptions, { conflict, entry }: Wanted) {
  const { pairId, winner, uid, itemPairId } = conflict
  const pairs = uid === '' ? [] : await store.itemPairsByUid(pairId, [uid])
  const byEntry = entry && (await store.itemPairBySide(pairId, otherSide(winner), entry.itemId))
  const found = pairs.find((pair) => pair.id === itemPairId) ?? byEntry ?? (pairs.length === 1 ? pairs[0] : undefined)
  return found?.[winner].id ?? null
}

/** Opens the calendar on a copy of its state rows: in a dry run no server and no real state is written. */
async function withReadOnlySide<T>(
  service: ServiceOptions,
  { email, conflict }: Wanted,
  { signal }: AdminCall,
  work: (side: Side) => Promise<T>,
): Promise<T> {
  const scratch = await service.openScratch()
  try {
    const mailbox = await scratch.ensureMailbox(email)
    const attempt = await scratch.acquireLease(mailbox.id, { holder: 'show', ttlMs: LEASE_TTL_MS })
    if (attempt.kind !== 'held') throw new ConnectorError('bug', { where: 'a fresh scratch store cannot be leased' })
    const pairs = await service.store.collectionPairs(conflict.mailboxId)
    const copies = pairs.map((pair) => ({
      kind: 'put-collection-pair' as const,
      pair: { ...pair, mailboxId: mailbox.id },
    }))
    await scratch.commit(attempt.lease, copies)
    const { opened } = await service.openPairs({ mailbox, lease: attempt.lease, store: scratch, dryRun: true, signal })
    const found = opened.find((one) => one.pair.id === conflict.pairId)
    if (!found) throw new ConnectorError('usage.unlinked-collection', {})
    return await work(found.sides[conflict.winner])
  } finally {
    await scratch.close()
  }
}
