/**
 * Opens the collection pairs of one user: from the state when they are known (an idle pass then asks nothing but the two feeds),
 * else by discovery. Belongs to compose.ts: it joins both concrete sides.
 */
import { createHash } from 'node:crypto'
import type { Config } from './config/config.ts'
import { maskedSides } from './engine/masked-side.ts'
import { absentSide, readOnlySide } from './engine/read-only-side.ts'
import type { OpenedPair, OpenPairs, UnopenedPair, UserToOpen } from './engine/user.ts'
import type { EwsClient } from './exchange/ews/client.ts'
import { listCalendarFolders } from './exchange/ews/folders.ts'
import { exchangeEvidence } from './exchange/ews/masked.ts'
import { exchangeSide } from './exchange/ews/side.ts'
import { calendarCodec } from './nextcloud/calendar-codec.ts'
import type { DavClient } from './nextcloud/dav/client.ts'
import { createCalendar } from './nextcloud/dav/create-calendar.ts'
import { discoverHome, listCalendars } from './nextcloud/dav/discovery.ts'
import { type LinkedCalendar, type LinkProblem, linkCalendars } from './nextcloud/link-calendars.ts'
import { nextcloudEvidence } from './nextcloud/masked.ts'
import { nextcloudSide } from './nextcloud/side.ts'
import type { UsersFileEntry } from './nextcloud/users-file.ts'
import type { Clock, Random } from './ports/clock.ts'
import { ConnectorError } from './ports/errors.ts'
import type { Log } from './ports/log.ts'
import type { Side } from './ports/side.ts'
import type { CollectionPair, StateChange } from './ports/state-store.ts'

/** Changes when the lenses read or write something differently: then every base is made anew by adoption (I6). */
const MAPPING_VERSION = 1

export type OpenPairsOptions = {
  config: Config
  entryOf: (email: string) => UsersFileEntry | null
  exchangeFor: (email: string) => EwsClient
  davFor: (entry: UsersFileEntry, signal: AbortSignal) => DavClient
  clock: Clock
  random: Random
  log: Log
  scrubIntervalMs: number
}

/** Everything that opening needs of one user. */
type Opening = OpenPairsOptions & {
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
    if (!options.config.sync.calendars) return { opened: [], unopened: [] }
    const opening: Opening = {
      ...options,
      user,
      entry,
      exchange: options.exchangeFor(email),
      dav: options.davFor(entry, user.signal),
      floatingZone: entry.timeZone ?? options.config.sync.defaultTimeZone,
      configHash: configHashOf(options.config, entry),
    }
    const known = (await user.store.collectionPairs(user.mailbox.id)).filter((pair) => pair.kind === 'calendar')
    const failed = user.mailbox.lastOutcome === 'failed'
    if (known.length > 0 && !failed && known.every((pair) => isFresh(pair, opening))) {
      return { opened: known.map((pair) => ({ pair, ...sidesOf(opening, pair) })), unopened: [] }
    }
    return discover(opening, known)
  }
}

/** Discovery again: after a failed pass or a change of configuration, and as often as a scrub, for what came or went. */
function isFresh(pair: CollectionPair, { configHash, clock, scrubIntervalMs }: Opening): boolean {
  if (pair.configHash !== configHash || pair.lastScrubAtMs === null) return false
  return clock.nowMs() - pair.lastScrubAtMs < scrubIntervalMs
}

async function discover(opening: Opening, known: readonly CollectionPair[]) {
  const { exchange, dav, entry, user } = opening
  const home = await discoverHome(dav)
  const [folders, calendars] = await Promise.all([
    listCalendarFolders(exchange, user.mailbox.email),
    listCalendars(dav, home),
  ])
  const stillThere = known.filter((pair) => folders.some((folder) => folder.id === pair.exchangeRef))
  const { linked, problems } = linkCalendars(entry.links, {
    folders,
    calendars,
    known: stillThere.map((pair) => ({ folderId: pair.exchangeRef, calendarUrl: pair.nextcloudRef })),
  })
  const linkedFolders = new Set(stillThere.map((pair) => pair.exchangeRef))
  const opened: OpenedPair[] = []
  const inTrash = stillThere.filter((pair) =>
    calendars.some((calendar) => calendar.url === pair.nextcloudRef && calendar.deleted),
  )
  for (const pair of stillThere) if (!inTrash.includes(pair)) opened.push(await reopen(opening, pair))
  for (const link of linked) {
    if (linkedFolders.has(link.folder.id)) continue
    const moved = known.find((pair) => isMovedTo(pair, link) && !stillThere.includes(pair))
    if (moved) opened.push(await reopen(opening, { ...moved, exchangeRef: link.folder.id, exchangeCursor: null }))
    else opened.push(await openNew(opening, link, () => createCalendar(dav, home, { displayName: newName(link) })))
  }
  const lost = known.filter((pair) => !inTrash.includes(pair) && !opened.some((one) => one.pair.id === pair.id))
  const wanted = problems.filter((problem) => !stillThere.some((pair) => pair.name === problem.name))
  return { opened, unopened: [...lost.map(lostFolder), ...inTrash.map(trashed), ...wanted.map(unlinked)] }
}

/** A moved mailbox has new folder ids: the same calendar is chosen for the new folder, and the engine looks whether it is the same. */
function isMovedTo(pair: CollectionPair, { target }: LinkedCalendar): boolean {
  return target.kind === 'existing' && target.calendar.url === pair.nextcloudRef
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

async function openNew(
  opening: Opening,
  { folder, target }: LinkedCalendar,
  create: () => Promise<{ url: string }>,
): Promise<OpenedPair> {
  const { user, random, configHash } = opening
  const isAbsent = target.kind === 'create' && user.dryRun
  const url = target.kind === 'existing' ? target.calendar.url : isAbsent ? '' : (await create()).url
  const pair: CollectionPair = {
    id: random.uuid(),
    mailboxId: user.mailbox.id,
    kind: 'calendar',
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
  const changes: StateChange[] = [{ kind: 'put-collection-pair', pair }]
  await user.store.commit(user.lease, changes)
  return { pair, ...sidesOf(opening, pair) }
}

function sidesOf(opening: Opening, pair: CollectionPair): Pick<OpenedPair, 'sides' | 'ownSides'> {
  const { user, clock, log, floatingZone, exchange: client, config } = opening
  const mailbox = user.mailbox.email
  const exchange = exchangeSide({
    client,
    mailbox,
    folderId: pair.exchangeRef,
    kind: pair.kind,
    floatingZone,
    clock,
    log,
  })
  const nextcloud = nextcloudOf(opening, pair)
  const ownSides = user.dryRun
    ? { exchange: readOnlySide(exchange), nextcloud: readOnlySide(nextcloud) }
    : { exchange, nextcloud }
  const { type, sensitiveScope: scope, sensitiveTitle: title } = config.sync
  if (pair.kind !== 'calendar') {
    // Nothing of a contact or task is time block alone: in the sensitive mode they must never be opened.
    if (type === 'sensitive') throw new ConnectorError('bug', { where: 'sensitive mode', kind: pair.kind })
    return { sides: ownSides, ownSides }
  }
  const policy = { type, scope, title, me: mailbox.toLowerCase() }
  const evidence = { exchange: exchangeEvidence, nextcloud: nextcloudEvidence }
  // In the full mode, too: copies that were masked before are filled in, never taken for originals.
  return { sides: maskedSides(ownSides, { policy, evidence }), ownSides }
}

function nextcloudOf({ dav, clock, log, floatingZone }: Opening, pair: CollectionPair): Side {
  const { kind } = pair
  if (pair.nextcloudRef === '')
    return absentSide('nextcloud', (item) => calendarCodec({ floatingZone, clock }).fit(item))
  return nextcloudSide({ client: dav, collectionUrl: pair.nextcloudRef, kind, floatingZone, clock, log })
}

function newName({ target, folder }: LinkedCalendar): string {
  return target.kind === 'create' ? target.displayName : folder.name
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
  const { type, sensitiveScope, sensitiveTitle, windowPastDays, windowFutureDays } = config.sync
  const syncType = type === 'full' ? type : [type, sensitiveScope, sensitiveTitle]
  const window = [windowPastDays, windowFutureDays]
  const parts = [MAPPING_VERSION, exchangeType, ewsUrl, entry.davUrl, entry.username, entry.timeZone, syncType, window]
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 22)
}
