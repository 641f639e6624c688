/** Resolving conflicts and restoring from the archive: finds the entry, opens its calendar under the lease and lets restore.ts write. */

import { nameOf } from '../model/item-name.ts'
import type { AdminCall, Resolved, Restored } from '../ports/administration.ts'
import { ConnectorError } from '../ports/errors.ts'
import type { SideName } from '../ports/side.ts'
import type { ArchiveEntry, Conflict, StateChange } from '../ports/state-store.ts'
import { findConflict, findEntry, namesOf } from './admin-find.ts'
import { type Held, withMailbox } from './admin-lease.ts'
import { ContentCache } from './content-cache.ts'
import type { PassContext } from './context.ts'
import { Prints } from './prints.ts'
import { restore } from './restore.ts'
import type { RestoreRequest } from './restore-record.ts'
import type { ServiceOptions } from './service.ts'
import { checkpointOf } from './user.ts'

export async function resolveConflict(
  service: ServiceOptions,
  id: string,
  { choice, signal }: AdminCall & { choice: 'keep' | 'restore' },
): Promise<Resolved> {
  await service.store.check()
  const { id: found, ...known } = await findConflict(service.store, id)
  const { email } = (await namesOf(service.store, [known]))(known)
  return withMailbox(service, { email, signal }, async (held) => {
    const conflict = await findConflict(service.store, found)
    const wanted = choice === 'keep' ? 'kept' : 'restored'
    // What was accepted can still be restored later; what was restored is in place and stays so.
    if (conflict.resolution === wanted || conflict.resolution === 'restored')
      return { conflict, email, restored: null, already: true }
    const resolved: Conflict = { ...conflict, resolvedAtMs: service.clock.nowMs(), resolution: wanted }
    const record: StateChange = { kind: 'put-conflict', conflict: resolved }
    if (choice === 'keep') {
      await service.store.commit(held.lease, [record])
      return { conflict: resolved, email, restored: null, already: false }
    }
    const entry = await lostVersion(service, conflict)
    const kinds = conflict.paths.length === 0 ? null : new Set(conflict.paths)
    const restored = await restoreUnderLease(service, held, {
      entry,
      to: entry.side,
      itemPairId: conflict.itemPairId,
      kinds,
      also: [record],
    })
    return { conflict: resolved, email, restored, already: false }
  })
}

async function lostVersion({ store }: ServiceOptions, conflict: Conflict): Promise<ArchiveEntry> {
  const [entry] = conflict.archiveId === null ? [] : await store.archiveEntries({ id: conflict.archiveId })
  if (!entry) throw new ConnectorError('usage.nothing-archived', { target: conflict.id })
  return entry
}

export async function restoreArchived(
  service: ServiceOptions,
  id: string,
  { to, signal }: AdminCall & { to: SideName | null },
): Promise<Restored> {
  await service.store.check()
  const entry = await findEntry(service.store, id)
  const { email } = (await namesOf(service.store, [entry]))(entry)
  return withMailbox(service, { email, signal }, (held) =>
    restoreUnderLease(service, held, { entry, to: to ?? entry.side, itemPairId: null, kinds: null, also: [] }),
  )
}

async function restoreUnderLease(
  service: ServiceOptions,
  held: Held,
  request: Omit<RestoreRequest, 'model'>,
): Promise<Restored> {
  const { mailbox } = held
  const { entry, to } = request
  const model = await service.decode(mailbox.email, entry.document)
  const context = await openCollection(service, held, { entry, to })
  // The next pass carries it to the other side: it is due at once.
  const due: StateChange = { kind: 'put-mailbox', mailbox: { ...mailbox, nextRunAtMs: service.clock.nowMs() } }
  const { outcome, item, losses } = await restore(context, { ...request, model, also: [...request.also, due] })
  context.log.info({ collection: context.pair.name, side: to, outcome }, 'restored an archived version')
  return {
    email: mailbox.email,
    collection: context.pair.name,
    side: to,
    outcome,
    uid: item.uid,
    newUid: item.uid !== model.uid,
    title: nameOf(item.model).title,
    losses,
  }
}

/** Throws `usage.unlinked-collection`, or why it could not be opened. */
async function openCollection(
  service: ServiceOptions,
  held: Held,
  { entry, to }: { entry: ArchiveEntry; to: SideName },
): Promise<PassContext> {
  const { mailbox, lease, store, signal } = held
  const { opened, unopened } = await service.openPairs({ mailbox, lease, store, dryRun: false, signal })
  const found = opened.find((one) => one.pair.id === entry.pairId)
  if (!found) {
    const name = (await store.collectionPairs(mailbox.id)).find((pair) => pair.id === entry.pairId)?.name
    const reason = unopened.find((one) => one.name === name)?.error
    throw reason ?? new ConnectorError('usage.unlinked-collection', { collection: name })
  }
  const passId = service.random.uuid()
  return {
    store,
    lease,
    checkpoint: checkpointOf({ ...held, clock: service.clock }),
    // A side gets its own words back whole; to the other side they travel as in a pass, perhaps masked.
    sides: to === entry.side ? (found.ownSides ?? found.sides) : found.sides,
    pair: found.pair,
    passId,
    hash: await service.hash(),
    prints: new Prints(await service.hash()),
    options: service.options,
    allowDeletes: null,
    approved: null,
    dryRun: false,
    clock: service.clock,
    random: service.random,
    log: service.log.child({ passId, mailbox: mailbox.id }),
    email: mailbox.email,
    onProgress: () => {},
    cache: new ContentCache(),
    removals: 0,
  }
}
