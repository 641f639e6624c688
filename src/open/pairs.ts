/**
 * Opens the collection pairs of one user: from the state when they are known (an idle pass then asks nothing but the two feeds),
 * else by discovery. Belongs to compose.ts: it joins both concrete sides.
 */
import { createHash } from 'node:crypto'
import type { Config } from '../config/config.ts'
import type { OpenPairs, UnopenedPair, UserToOpen } from '../engine/user.ts'
import type { EwsClient } from '../exchange/ews/client.ts'
import type { FileHashes } from '../exchange/ews/side-files.ts'
import type { Endpoint } from '../exchange/fleet/finding.ts'
import { COLLECTIONS_LOOK_INTERVAL_MS } from '../limits.ts'
import type { DavClient } from '../nextcloud/dav/client.ts'
import type { LinkProblem } from '../nextcloud/link-collections.ts'
import type { UserEntry } from '../nextcloud/user-entry.ts'
import type { Clock, Random } from '../ports/clock.ts'
import type { CollectionChoice } from '../ports/collection-choice.ts'
import { ConnectorError } from '../ports/errors.ts'
import type { Log } from '../ports/log.ts'
import type { CollectionKind, CollectionPair } from '../ports/state-store.ts'
import type { Clients } from './clients.ts'
import { decideLinks } from './decide-links.ts'
import { findCollections } from './kinds.ts'
import { openLost } from './lost-link.ts'
import { followNames } from './names.ts'
import { isLost, type Linking, type Opened, openAgain, openMoved, openNew, setAside } from './open-link.ts'
import { sidesOf } from './sides.ts'

/** Changes when the lenses read or write something differently: then every base is made anew by adoption (I6). */
const MAPPING_VERSION = 2

export type OpenPairsOptions = {
  config: Config
  entryOf: (email: string) => Promise<UserEntry | null>
  exchangeAt: Clients['exchangeAt']
  davFor: (entry: UserEntry, signal: AbortSignal) => DavClient
  clock: Clock
  random: Random
  log: Log
  /** Hashes of attachments, for as long as the process lives. */
  fileHashes: FileHashes
}

/** Everything that opening needs of one user. */
export type Opening = OpenPairsOptions & {
  user: UserToOpen
  entry: UserEntry
  exchange: EwsClient
  dav: DavClient
  floatingZone: string
  configHash: string
  /** Names the Exchange server that the mailbox is at in this pass. */
  server: string
}

export function openPairsOf(options: OpenPairsOptions): OpenPairs {
  return async (user) => {
    const { email } = user.mailbox
    const entry = await options.entryOf(email)
    if (!entry) throw new ConnectorError('usage.unknown-user', { email })
    const kinds = kindsOf(options.config).filter((kind) => entry.choices[kind].length > 0)
    if (kinds.length === 0) return { opened: [], unopened: [] }
    const exchange = await options.exchangeAt({ email, signal: user.signal, onAccount: user.onAccount })
    const opening: Opening = {
      ...options,
      user,
      entry,
      exchange: exchange.client,
      dav: options.davFor(entry, user.signal),
      floatingZone: entry.timeZone ?? options.config.sync.defaultTimeZone,
      configHash: configHashOf(options.config, entry),
      server: serverName(exchange.endpoint),
    }
    const known = await user.store.collectionPairs(user.mailbox.id)
    const results: Opened[] = []
    for (const kind of kinds) {
      const ofKind = known.filter((pair) => pair.kind === kind)
      results.push(await openKind(opening, { kind, known: ofKind, choices: entry.choices[kind] }))
    }
    return {
      opened: results.flatMap(({ opened }) => opened),
      unopened: results.flatMap(({ unopened }) => unopened),
    }
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

type Wanted = {
  kind: CollectionKind
  known: readonly CollectionPair[]
  choices: readonly CollectionChoice[]
}

/** A kind that one of the servers does not have (no CardDAV, no task folder) is said and stops no other kind (I23). */
async function openKind(opening: Opening, wanted: Wanted): Promise<Opened> {
  const { kind, known, choices } = wanted
  const failed = opening.user.mailbox.lastOutcome === 'failed'
  const hash = hashOf(choices)
  if (known.length > 0 && !failed && known.every((pair) => isFresh(pair, opening, hash))) {
    const chosen = known.filter((pair) => pair.link?.chosen !== false)
    return { opened: chosen.map((pair) => ({ pair, ...sidesOf(opening, pair) })), unopened: [] }
  }
  try {
    return await discover(opening, wanted, hash)
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

/** Both sides are looked at anew after a failed pass, a change of configuration or choice, and now and then, for what came or went. */
function isFresh(pair: CollectionPair, { configHash, clock, server }: Opening, choices: string): boolean {
  const { link } = pair
  if (!link || pair.configHash !== configHash || link.choices !== choices || isLost(pair)) return false
  // The mailbox was moved: its folders are looked for at the new server before any id is used there.
  if (link.server !== undefined && link.server !== server) return false
  const agoMs = clock.nowMs() - link.lookedAtMs
  return agoMs >= 0 && agoMs < COLLECTIONS_LOOK_INTERVAL_MS
}

async function discover(opening: Opening, { kind, known, choices }: Wanted, hash: string): Promise<Opened> {
  const { exchange, dav, user, clock } = opening
  const found = await findCollections(kind, { exchange, dav, mailbox: user.mailbox.email })
  const decided = decideLinks(choices, found, known)
  await followNames(opening, kind, decided.kept)
  const linking: Linking = { opening, found, kind, choices: hash, lookedAtMs: clock.nowMs() }
  const results: Opened[] = []
  for (const kept of decided.kept) results.push(await openAgain(linking, kept))
  for (const moved of decided.moved) results.push(await openMoved(linking, moved))
  for (const lost of decided.lost) results.push(await openLost(linking, lost))
  for (const link of decided.fresh) results.push(await openNew(linking, link))
  await setAside(linking, decided.unchosen)
  return {
    opened: results.flatMap(({ opened }) => opened),
    unopened: [...results.flatMap(({ unopened }) => unopened), ...decided.problems.map((one) => unlinked(one, kind))],
  }
}

function unlinked({ name, reason }: LinkProblem, kind: CollectionKind): UnopenedPair {
  const code = reason === 'no-such-folder' ? 'exchange.folder-not-found' : 'nextcloud.collection-not-found'
  return { name, kind, error: new ConnectorError(code, { collection: name, reason }) }
}

function serverName({ place, url }: Endpoint): string {
  return createHash('sha256').update(`${place} ${url}`).digest('base64url').slice(0, 22)
}

function hashOf(choices: readonly CollectionChoice[]): string {
  return createHash('sha256').update(JSON.stringify(choices)).digest('base64url').slice(0, 22)
}

/** What the base depends on: when it changes, adoption follows. Secrets are not part of it. */
function configHashOf(config: Config, entry: UserEntry): string {
  const { ewsUrl, type: exchangeType } = config.exchange
  // Items outside the window were settled once: another window must look at them again.
  const { type, sensitiveScope, sensitiveTitle, windowPastDays, windowFutureDays, fileBytesMax } = config.sync
  const syncType = type === 'full' ? type : [type, sensitiveScope, sensitiveTitle]
  const window = [windowPastDays, windowFutureDays]
  const { davUrl, username, timeZone } = entry
  // Absent where there is none, so that bases of users of a file stay as they are.
  const agreement = entry.agreement === null ? [] : [entry.agreement]
  const parts = [
    MAPPING_VERSION,
    exchangeType,
    ewsUrl,
    davUrl,
    username,
    timeZone,
    syncType,
    window,
    fileBytesMax,
    ...agreement,
  ]
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 22)
}
