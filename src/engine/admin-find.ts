/** Finds conflicts and archive entries for an administrator, with the words that tell whose they are. Reads the state only. */

import type { ArchiveSummary, ConflictSummary } from '../ports/administration.ts'
import { ConnectorError } from '../ports/errors.ts'
import type { ArchiveEntry, Conflict, StateStore } from '../ports/state-store.ts'
import { knownEmail } from './admin-who.ts'
import type { ServiceOptions } from './service.ts'

/** Some ids begin with a dash, which a command line takes for a flag: lists show them without. */
const SHORTENED = ['', '-', '--', '---']

export function shownId(id: string): string {
  return id.replace(/^-+/, '')
}

/** Throws `usage.unknown-id`. */
export async function findConflict(store: StateStore, id: string): Promise<Conflict> {
  const [found] = await firstOf(id, (candidate) => store.conflicts({ id: candidate }))
  if (!found) throw new ConnectorError('usage.unknown-id', { type: 'conflict', target: id })
  return found
}

/** Throws `usage.unknown-id`. */
export async function findEntry(store: StateStore, id: string): Promise<ArchiveEntry> {
  const [found] = await firstOf(id, (candidate) => store.archiveEntries({ id: candidate }))
  if (!found) throw new ConnectorError('usage.unknown-id', { type: 'archive entry', target: id })
  return found
}

async function firstOf<T>(id: string, ask: (id: string) => Promise<T[]>): Promise<T[]> {
  if (id === '') return []
  for (const dashes of SHORTENED) {
    const found = await ask(dashes + id)
    if (found.length > 0) return found
  }
  return []
}

export async function listConflicts(
  service: ServiceOptions,
  filter: { email?: string; all: boolean },
): Promise<ConflictSummary[]> {
  const { store } = service
  await store.check()
  const mailbox = await mailboxFilter(service, filter.email)
  if (mailbox === 'none') return []
  const conflicts = await store.conflicts({ ...mailbox, openOnly: !filter.all })
  const names = await namesOf(store, conflicts)
  return Promise.all(conflicts.map((conflict) => summaryOf(store, conflict, names)))
}

export async function summaryOf(store: StateStore, conflict: Conflict, names: Names): Promise<ConflictSummary> {
  const [entry] = conflict.archiveId === null ? [] : await store.archiveEntries({ id: conflict.archiveId })
  return { conflict, ...names(conflict), title: entry?.title ?? '' }
}

export async function listArchive(
  service: ServiceOptions,
  filter: { email?: string; sinceMs?: number },
): Promise<ArchiveSummary[]> {
  const { store } = service
  await store.check()
  const mailbox = await mailboxFilter(service, filter.email)
  if (mailbox === 'none') return []
  const all = await store.archiveEntries(mailbox)
  const entries = all.filter((entry) => filter.sinceMs === undefined || entry.createdAtMs >= filter.sinceMs)
  const names = await namesOf(store, entries)
  return entries.map(({ document: _document, ...entry }) => ({ entry, ...names(entry) }))
}

/** `none`: somebody who is enrolled but was never synced. */
async function mailboxFilter(
  service: ServiceOptions,
  email: string | undefined,
): Promise<{ mailboxId?: string } | 'none'> {
  if (email === undefined) return {}
  const mailbox = await service.store.mailboxByEmail(await knownEmail(service, email))
  return mailbox ? { mailboxId: mailbox.id } : 'none'
}

type Owned = { mailboxId: string; pairId: string }
export type Names = (of: Owned) => { email: string; collection: string }

/** Address and calendar of rows that carry ids only. */
export async function namesOf(store: StateStore, rows: readonly Owned[]): Promise<Names> {
  if (rows.length === 0) return () => ({ email: '', collection: '' })
  const emails = new Map((await store.listMailboxes()).map((mailbox) => [mailbox.id, mailbox.email]))
  const pairs = new Map<string, string>()
  for (const mailboxId of new Set(rows.map((row) => row.mailboxId)))
    for (const pair of await store.collectionPairs(mailboxId)) pairs.set(pair.id, pair.name)
  return ({ mailboxId, pairId }) => ({ email: emails.get(mailboxId) ?? '', collection: pairs.get(pairId) ?? '' })
}
