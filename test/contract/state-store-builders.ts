/** Small builders of stored values for the tests of the state store. Everything has a default; a test names what it is about. */
import { randomUUID } from 'node:crypto'
import type { Cursor, ItemId, SideName, Token, Version } from '../../src/ports/side.ts'
import type {
  ActionLog,
  ArchiveEntry,
  CollectionPair,
  Conflict,
  Intent,
  ItemPair,
  Lease,
  Mailbox,
  Observation,
  PassLog,
  StateChange,
  StateStore,
} from '../../src/ports/state-store.ts'

export const itemId = (text: string) => text as ItemId
export const version = (text: string) => text as Version
export const cursor = (text: string) => text as Cursor
export const token = (text: string) => text as Token

export const ARCHIVE_KEY = Buffer.alloc(32, 7)

export function collectionPair(mailboxId: string, fields: Partial<CollectionPair> = {}): CollectionPair {
  return {
    id: randomUUID(),
    mailboxId,
    kind: 'calendar',
    name: 'Calendar',
    exchangeRef: 'folder-1',
    nextcloudRef: '/calendars/ada/personal/',
    exchangeIdentity: null,
    nextcloudIdentity: null,
    configHash: 'config-1',
    exchangeCursor: null,
    nextcloudCursor: null,
    firstPassDone: false,
    status: 'active',
    halt: null,
    lastScrubAtMs: null,
    link: { choice: '["default","auto"]', direction: 'to-nextcloud', chosen: true, choices: 'hash', lookedAtMs: 7 },
    ...fields,
  }
}

export function observation(
  pairId: string,
  side: SideName,
  id: string,
  fields: Partial<Observation> = {},
): Observation {
  return {
    pairId,
    side,
    itemId: itemId(id),
    state: 'present',
    version: version('1'),
    uid: `uid-${id}`,
    hashes: { summary: 'h1' },
    spanStartMs: 1_700_000_000_000,
    spanEndMs: null,
    dirty: false,
    attempts: 0,
    retryAtMs: null,
    seenBy: 'listing',
    problem: null,
    ...fields,
  }
}

export function itemPair(pairId: string, name: string, fields: Partial<ItemPair> = {}): ItemPair {
  return {
    id: randomUUID(),
    pairId,
    uid: `uid-${name}`,
    exchange: { id: itemId(`e-${name}`), version: version('e1'), hashes: { summary: 'x' } },
    nextcloud: { id: itemId(`n-${name}`), version: version('n1'), hashes: { summary: 'y' } },
    ...fields,
  }
}

/** An item pair with what was seen on both sides: three changes. */
export function synced(pairId: string, name: string, fields: Partial<Observation> = {}): StateChange[] {
  return [
    putItemPair(itemPair(pairId, name)),
    put(observation(pairId, 'exchange', `e-${name}`, { uid: `uid-${name}`, ...fields })),
    put(observation(pairId, 'nextcloud', `n-${name}`, { uid: `uid-${name}` })),
  ]
}

export const put = (of: Observation): StateChange => ({ kind: 'put-observation', observation: of })
export const putItemPair = (of: ItemPair): StateChange => ({ kind: 'put-item-pair', itemPair: of })

export function intent(pairId: string, fields: Partial<Intent> = {}): Intent {
  return {
    token: token(randomUUID()),
    pairId,
    action: 'create',
    side: 'nextcloud',
    uid: 'uid-1',
    sourceId: itemId('e-1'),
    targetId: null,
    expect: null,
    itemPairId: null,
    sourceHashes: { summary: 's' },
    desiredHashes: null,
    openedAtMs: 1000,
    ...fields,
  }
}

export function archiveEntry(pair: CollectionPair, fields: Partial<ArchiveEntry> = {}): ArchiveEntry {
  return {
    id: randomUUID(),
    mailboxId: pair.mailboxId,
    pairId: pair.id,
    side: 'nextcloud',
    uid: 'uid-1',
    itemId: itemId('n-1'),
    reason: 'conflict',
    title: 'Dentist',
    document: { format: 'ical', text: 'BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n' },
    createdAtMs: 1000,
    expiresAtMs: 5000,
    ...fields,
  }
}

export function conflict(pair: CollectionPair, fields: Partial<Conflict> = {}): Conflict {
  return {
    id: randomUUID(),
    mailboxId: pair.mailboxId,
    pairId: pair.id,
    itemPairId: null,
    uid: 'uid-1',
    paths: ['summary', 'location'],
    kind: 'edit-edit',
    winner: 'exchange',
    archiveId: null,
    createdAtMs: 1000,
    resolvedAtMs: null,
    resolution: null,
    ...fields,
  }
}

export function passLog(mailboxId: string, fields: Partial<PassLog> = {}): PassLog {
  const counts = { seen: 1, unchanged: 1, created: 0, updated: 0, removed: 0, conflicts: 0, skipped: 0, failed: 0 }
  const times = { startedAtMs: 1000, endedAtMs: 2000 }
  return { id: randomUUID(), mailboxId, pairId: null, ...times, outcome: 'in-step', counts, errorCode: null, ...fields }
}

export function actionLog(pairId: string, fields: Partial<ActionLog> = {}): ActionLog {
  const versions = { versionBefore: null, versionAfter: '2' }
  const what = { uid: 'uid-1', action: 'update', side: 'nextcloud', reason: 'changed-on-exchange' } as const
  return { passId: 'pass-1', pairId, ...what, ...versions, atMs: 1000, ...fields }
}

/** A mailbox with one collection pair, leased by `holder`. */
export async function leasedPair(
  store: StateStore,
  options: { email?: string; holder?: string; ttlMs?: number } = {},
): Promise<{ mailbox: Mailbox; lease: Lease; pair: CollectionPair }> {
  const mailbox = await store.ensureMailbox(options.email ?? 'ada@example.test')
  const lease = await held(store, mailbox.id, options)
  const pair = collectionPair(mailbox.id)
  await store.commit(lease, [{ kind: 'put-collection-pair', pair }])
  return { mailbox, lease, pair }
}

export async function held(
  store: StateStore,
  mailboxId: string,
  { holder = 'replica-1', ttlMs = 60_000 }: { holder?: string; ttlMs?: number } = {},
): Promise<Lease> {
  const attempt = await store.acquireLease(mailboxId, { holder, ttlMs })
  if (attempt.kind !== 'held') throw new Error(`the lease is held by ${attempt.holder}`)
  return attempt.lease
}
