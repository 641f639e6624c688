/**
 * Opens the collection pairs of one user: from the state when they are known (an idle pass then asks nothing but the two feeds),
 * else by discovery. Belongs to compose.ts: it joins both concrete sides.
 */
import { createHash } from 'node:crypto'
import type { Config } from '../config/config.ts'
import type { OpenedPair, OpenPairs, UnopenedPair, UserToOpen } from '../engine/user.ts'
import type { EwsClient } from '../exchange/ews/client.ts'
import type { FileHashes } from '../exchange/ews/side-files.ts'
import type { DavClient } from '../nextcloud/dav/client.ts'
import type { LinkProblem } from '../nextcloud/link-calendars.ts'
import type { UsersFileEntry } from '../nextcloud/users-file.ts'
import type { Clock, Random } from '../ports/clock.ts'
import { ConnectorError } from '../ports/errors.ts'
import type { Log } from '../ports/log.ts'
import type { CollectionKind, CollectionPair } from '../ports/state-store.ts'
import { type Found, findCollections, type Link } from './kinds.ts'
import { followNames, make } from './names.ts'
import { sidesOf } from './sides.ts'

/** Changes when the lenses read or write something differently: then every base is made anew by adoption (I6). */
const MAPPING_VERSION = 2

export type OpenPairsOptions = {
  config: Config
  entryOf: (email: string) => UsersFileEntry | null
  exchangeFor: (email: string) => EwsClient
  davFor: (entry: UsersFileEntry, signal: AbortSignal) => DavClient
  clock: Clock
  random: Random
  log: Log
  scrubIntervalMs: number
  /** Hashes of attachments, for as long as the process lives. */
  fileHashes: FileHashes
}

/** Everything that opening needs of one user. */
export type Opening = OpenPairsOptions & {
  user: UserToOpen
  entry: UsersFileEntry
  exchange: EwsClient
  dav: DavClient
  floatingZone: string
  configHash: string
}

export function openPairsOf(options: OpenPairsOptions): OpenPairs {
  return async (user) => {
    const { email } = user.mailbox
    const entry = options.entryOf(email)
    if (!entry) throw new ConnectorError('usage.unknown-user', { email })
    const kinds = kindsOf(options.config)
    if (kinds.length === 0) return { opened: [], unopened: [] }
    const opening: Opening = {
      ...options,
      user,
      entry,
      exchange: options.exchangeFor(email),
      dav: options.davFor(entry, user.signal),
      floatingZone: entry.timeZone ?? options.config.sync.defaultTimeZone,
      configHash: configHashOf(options.config, entry),
    }
    const known = await user.store.collectionPairs(user.mailbox.id)
    const opened: OpenedPair[] = []
    const unopened: UnopenedPair[] = []
    for (const kind of kinds) {
      const result = await openKind(
        opening,
        kind,
        known.filter((pair) => pair.kind === kind),
      )
      opened.push(...result.opened)
      unopened.push(...result.unopened)
    }
    return { opened, unopened }
  }
}

/** Nothing of a contact or a task is a time block alone: the sensitive mode syncs calendars only. */
function kindsOf({ sync }: Config): CollectionKind[] {
  const kinds: CollectionKind[] = sync.calendars ? ['calendar'] : []
  if (sync.type === 'sensitive') return kinds
  if (sync.tasks) kinds.push('tasks')
  if (sync.contacts) kinds.push('contacts')
  return kinds
}

type Opened = { opened: OpenedPair[]; unopened: UnopenedPair[] }

/** A kind that one of the servers does not have (no CardDAV, no task folder) is said and stops no other kind (I23). */
async function openKind(opening: Opening, kind: CollectionKind, known: readonly CollectionPair[]): Promise<Opened> {
  const failed = opening.user.mailbox.lastOutcome === 'failed'
  if (known.length > 0 && !failed && known.every((pair) => isFresh(pair, opening))) {
    return { opened: known.map((pair) => ({ pair, ...sidesOf(opening, pair) })), unopened: [] }
  }
  try {
    return await discover(opening, kind, known)
  } catch (error) {
    if (kind === 'calendar' || !(error instanceof ConnectorError) || !isMissingKind(error)) throw error
    return { opened: [], unopened: [{ name: kind, kind, error }] }
  }
}

function isMissingKind({ code }: ConnectorError): boolean {
  return (
    code === 'exchange.folder-not-found' ||
    code === 'nextcloud.collection-not-found' ||
    code === 'nextcloud.bad-response'
  )
}

/** Discovery again: after a failed pass or a change of configuration, and as often as a scrub, for what came or went. */
function isFresh(pair: CollectionPair, { configHash, clock, scrubIntervalMs }: Opening): boolean {
  if (pair.configHash !== configHash || pair.lastScrubAtMs === null) return false
  return clock.nowMs() - pair.lastScrubAtMs < scrubIntervalMs
}

async function discover(opening: Opening, kind: CollectionKind, known: readonly CollectionPair[]): Promise<Opened> {
  const { exchange, dav, entry, user } = opening
  const found = await findCollections(kind, { exchange, dav, entry, mailbox: user.mailbox.email }, known)
  const stillThere = known.filter((pair) => found.folders.some((folder) => folder.id === pair.exchangeRef))
  await followNames(opening, found, stillThere)
  const inTrash = stillThere.filter((pair) => found.trashedUrls.has(pair.nextcloudRef))
  const opened: OpenedPair[] = []
  for (const pair of stillThere) if (!inTrash.includes(pair)) opened.push(await reopen(opening, pair))
  for (const link of found.links) {
    if (stillThere.some((pair) => pair.exchangeRef === link.folder.id)) continue
    const moved = known.find((pair) => isMovedTo(pair, link) && !stillThere.includes(pair))
    if (moved) opened.push(await reopen(opening, { ...moved, exchangeRef: link.folder.id, exchangeCursor: null }))
    else opened.push(await openNew(opening, link, found))
  }
  const lost = known.filter((pair) => !inTrash.includes(pair) && !opened.some((one) => one.pair.id === pair.id))
  const wanted = found.problems.filter((problem) => !stillThere.some((pair) => pair.name === problem.name))
  return { opened, unopened: [...lost.map(lostFolder), ...inTrash.map(trashed), ...wanted.map(unlinked)] }
}

/** A moved mailbox has new folder ids: the same calendar is chosen for the new folder, and the engine looks whether it is the same. */
function isMovedTo(pair: CollectionPair, { target }: Link): boolean {
  return target.kind === 'existing' && target.url === pair.nextcloudRef
}

/** Under another configuration the base is forgotten and the items are adopted again; nothing is deleted (I6). */
async function reopen(opening: Opening, pair: CollectionPair): Promise<OpenedPair> {
  const { user, configHash } = opening
  if (pair.configHash === configHash) {
    await user.store.commit(user.lease, [{ kind: 'put-collection-pair', pair }])
    return { pair, ...sidesOf(opening, pair) }
  }
  const fresh: CollectionPair = {
    ...pair,
    configHash,
    exchangeCursor: null,
    nextcloudCursor: null,
    exchangeIdentity: null,
    nextcloudIdentity: null,
    firstPassDone: false,
    lastScrubAtMs: null,
  }
  await user.store.commit(user.lease, [
    { kind: 'reset-collection-pair', pairId: pair.id },
    { kind: 'put-collection-pair', pair: fresh },
  ])
  return { pair: fresh, ...sidesOf(opening, fresh) }
}

async function openNew(opening: Opening, link: Link, found: Found): Promise<OpenedPair> {
  const { user, random, configHash } = opening
  const { folder, target } = link
  const url = target.kind === 'create' && user.dryRun ? '' : await make(opening, link, found)
  const pair: CollectionPair = {
    id: random.uuid(),
    mailboxId: user.mailbox.id,
    kind: folder.kind,
    name: folder.name,
    exchangeRef: folder.id,
    nextcloudRef: url,
    exchangeIdentity: null,
    nextcloudIdentity: null,
    configHash,
    exchangeCursor: null,
    nextcloudCursor: null,
    firstPassDone: false,
    status: 'active',
    halt: null,
    lastScrubAtMs: null,
  }
  await user.store.commit(user.lease, [{ kind: 'put-collection-pair', pair }])
  return { pair, ...sidesOf(opening, pair) }
}

/** LOS-1: a folder that is not listed any more is a question for a person, never an empty calendar. */
function lostFolder(pair: CollectionPair): UnopenedPair {
  return {
    name: pair.name,
    kind: pair.kind,
    error: new ConnectorError('exchange.folder-not-found', { folder: pair.name }),
  }
}

/** Nextcloud answers for a calendar in the trash as for any other, so nothing else would tell that its owner deleted it. */
function trashed({ name, kind }: CollectionPair): UnopenedPair {
  return { name, kind, error: new ConnectorError('nextcloud.collection-not-found', { name, reason: 'in-trash' }) }
}

function unlinked({ name, reason }: LinkProblem): UnopenedPair {
  const code = reason === 'no-such-folder' ? 'exchange.folder-not-found' : 'nextcloud.collection-not-found'
  return { name, kind: 'calendar', error: new ConnectorError(code, { name, reason }) }
}

/** What the base depends on: when it changes, adoption follows. Secrets are not part of it. */
function configHashOf(config: Config, entry: UsersFileEntry): string {
  const { ewsUrl, type: exchangeType } = config.exchange
  // Items outside the window were settled once: another window must look at them again.
  const { type, sensitiveScope, sensitiveTitle, windowPastDays, windowFutureDays, fileBytesMax } = config.sync
  const syncType = type === 'full' ? type : [type, sensitiveScope, sensitiveTitle]
  const window = [windowPastDays, windowFutureDays]
  const { davUrl, username, timeZone } = entry
  const parts = [MAPPING_VERSION, exchangeType, ewsUrl, davUrl, username, timeZone, syncType, window, fileBytesMax]
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 22)
}
