/** The Nextcloud side of the port: one calendar or task list over CalDAV, or one address book over CardDAV. Works with any such server; what is Nextcloud's own is marked as a quirk. */
import { DAV_WRITE_CONCURRENCY_MAX } from '../limits.ts'
import type { Clock } from '../ports/clock.ts'
import { unreachable } from '../ports/errors.ts'
import type { Log } from '../ports/log.ts'
import type { Side } from '../ports/side.ts'
import type { CollectionKind } from '../ports/state-store.ts'
import { calendarCodec } from './calendar-codec.ts'
import type { Codec } from './codec.ts'
import { contactCodec } from './contact-codec.ts'
import type { DavClient } from './dav/client.ts'
import { hrefsOf } from './dav/href.ts'
import { dialectOf } from './dialect.ts'
import { removeItems, updateItems } from './side-change.ts'
import { readChanges } from './side-changes.ts'
import type { SideContext } from './side-context.ts'
import { createItems } from './side-create.ts'
import { describeCollection, listEntries } from './side-list.ts'
import { findByToken, readItems } from './side-read.ts'
import { todoCodec } from './todo-codec.ts'

export type NextcloudSideOptions = {
  client: DavClient
  collectionUrl: string
  kind: CollectionKind
  /** IANA zone in which floating times and dates of this user are meant. */
  floatingZone: string
  clock: Clock
  log: Log
  /** Files of an event that are bigger do not travel. */
  fileBytesMax?: number
  /** Writes under way at once; 1 for a Nextcloud on SQLite. */
  writeConcurrency?: number
  /** Another lens than that of the kind: for tests. */
  codec?: Codec
}

/** Entries per page of `listAll`: the listing is one answer, so that it is whole; the engine takes it in portions. */
const LIST_PAGE_SIZE = 1000

/**
 * A side on one collection. Ids are the paths of objects, versions their ETags. Every write is silent towards people and
 * conditional. Errors of the whole server or collection are thrown as ConnectorError `nextcloud.*`.
 */
export function nextcloudSide(options: NextcloudSideOptions): Side {
  const { client, clock, log } = options
  const context: SideContext = {
    client,
    clock,
    log,
    hrefs: hrefsOf(options.collectionUrl),
    codec: options.codec ?? codecFor(options),
    dialect: dialectOf(options.kind),
    writeConcurrency: options.writeConcurrency ?? DAV_WRITE_CONCURRENCY_MAX,
  }
  return {
    name: 'nextcloud',
    describe: () => describeCollection(context),
    changes: (cursor) => readChanges(context, cursor),
    async *listAll() {
      const entries = await listEntries(context)
      for (let at = 0; at < entries.length; at += LIST_PAGE_SIZE) yield entries.slice(at, at + LIST_PAGE_SIZE)
    },
    read: (ids) => readItems(context, ids),
    create: (requests) => createItems(context, requests),
    update: (requests) => updateItems(context, requests),
    remove: (requests) => removeItems(context, requests),
    findByToken: (token) => findByToken(context, token),
    file: async ({ native }, hash) => context.codec.file?.(native.text, hash) ?? null,
    fit: (item, current) => context.codec.fit(item, current),
  }
}

/** The lens of a kind of collection. */
export function codecFor({
  kind,
  floatingZone,
  clock,
  fileBytesMax,
}: Pick<NextcloudSideOptions, 'kind' | 'floatingZone' | 'clock' | 'fileBytesMax'>): Codec {
  switch (kind) {
    case 'calendar':
      return calendarCodec({ floatingZone, clock, ...(fileBytesMax === undefined ? {} : { fileBytesMax }) })
    case 'tasks':
      return todoCodec({ floatingZone, clock })
    case 'contacts':
      return contactCodec({ clock })
    default:
      return unreachable(kind)
  }
}
