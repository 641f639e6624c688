/** The folder as a whole: what it is, what changed in it, everything in it, and what a creation left in it. */

import { FEED_PAGES_MAX, LIST_TRIES_MAX } from '../../limits.ts'
import { field } from '../../mapping/ews/change.ts'
import { TOKEN_FIELD, tokenValue } from '../../mapping/ews/unfinished.ts'
import { child, textAt } from '../../mapping/ews/xml.ts'
import { ConnectorError, unreachable } from '../../ports/errors.ts'
import type { ChangePage, Cursor, Hint, ItemId, ListEntry, SideDescription, Token } from '../../ports/side.ts'
import type { EwsFolderId } from './ids.ts'
import { onlyValue, responseCodeOf } from './operation.ts'
import { findItem } from './operations/find-item.ts'
import { getFolder } from './operations/get-folder.ts'
import { type ItemFeedEntry, syncFolderItems } from './operations/sync-folder-items.ts'
import type { ItemRef } from './refs.ts'
import type { ItemShape } from './shapes.ts'
import { call, type SideContext } from './side-context.ts'
import { HINT_SHAPE } from './side-shapes.ts'
import { SINGLE_HINT_SHAPE } from './side-single-shapes.ts'
import { type Found, holderOf, scanForToken, TOKEN_SHAPE } from './side-token.ts'
import { hintVersion } from './side-version.ts'

/** What Exchange says to a sync state that it does not know or keeps no longer (LOS-9). */
const INVALID_SYNC_STATE: ReadonlySet<string> = new Set(['ErrorInvalidSyncStateData', 'ErrorSyncStateInvalid'])

function folderOf(context: SideContext): EwsFolderId {
  return { kind: 'folder', id: context.folderId }
}

/** Events alone have a version that the change key is not the whole of. */
function hintShape(context: SideContext): ItemShape {
  return context.kind === 'calendar' ? HINT_SHAPE : SINGLE_HINT_SHAPE
}

/** The identity is the folder id itself: a folder that was deleted and made again has another one. */
export async function describeFolder(context: SideContext): Promise<SideDescription> {
  const properties = ['folder:DisplayName', 'folder:TotalCount', 'folder:EffectiveRights'].map((uri) => field(uri))
  const request = { shape: { base: 'IdOnly' as const, properties }, ids: [folderOf(context)] }
  const folder = onlyValue(await call(context, getFolder, request))
  const rights = child(folder.element, 'EffectiveRights')
  const refused = ['CreateContents', 'Modify', 'Delete'].some((right) => textAt(rights, right) === 'false')
  return {
    identity: folder.id,
    displayName: folder.displayName ?? '',
    itemCount: folder.totalCount,
    readOnly: refused,
  }
}

/** One page of SyncFolderItems, ids only: one request for an idle folder (SRV-2). */
export async function folderChanges(context: SideContext, cursor: Cursor | null): Promise<ChangePage> {
  const { syncPageMax } = context.limits
  const request = { shape: hintShape(context), folder: folderOf(context), syncState: cursor, sizeMax: syncPageMax }
  const [result] = await call(context, syncFolderItems, request)
  if (result === undefined) throw new ConnectorError('bug', { where: 'folderChanges' })
  if (result.kind === 'failed') {
    const code = responseCodeOf(result.error) ?? ''
    if (cursor !== null && INVALID_SYNC_STATE.has(code)) return { kind: 'cursor-invalid', reason: code }
    throw result.error
  }
  const { syncState, last, entries } = result.value
  if (!last && entries.length === 0 && syncState === cursor) {
    throw new ConnectorError('exchange.bad-response', { reason: 'feed-does-not-move' })
  }
  return { kind: 'page', hints: entries.map(hintOf), cursor: syncState as Cursor, more: !last }
}

function hintOf(entry: ItemFeedEntry): Hint {
  switch (entry.kind) {
    case 'create':
    case 'update':
      return { kind: 'changed', id: entry.item.id as ItemId, version: hintVersion(entry.item) }
    case 'read-flag':
      return { kind: 'changed', id: entry.id as ItemId, version: null }
    case 'delete':
      return { kind: 'removed', id: entry.id as ItemId }
    default:
      return unreachable(entry)
  }
}

/**
 * Every item of the folder. Pages are numbered by offset, so a change while listing can hide an item: each page begins with the
 * last item of the page before, and the count must stay. Else the list begins anew; nothing is given before it is complete.
 */
export async function* listFolder(context: SideContext): AsyncIterable<ListEntry[]> {
  for (let tries = 0; tries < LIST_TRIES_MAX; tries++) {
    const items = await listOnce(context)
    if (items === null) continue
    yield items.map((item) => ({ id: item.id as ItemId, version: hintVersion(item) }))
    return
  }
  throw new ConnectorError('limit.reached', { limit: 'LIST_TRIES_MAX', side: 'exchange' })
}

/** Null when the folder changed meanwhile. */
async function listOnce(context: SideContext): Promise<ItemRef[] | null> {
  const items = new Map<string, ItemRef>()
  let total: number | null = null
  let lastId: string | null = null
  for (let pages = 0; pages < FEED_PAGES_MAX; pages++) {
    const offset = Math.max(items.size - 1, 0)
    const page = onlyValue(
      await call(context, findItem, {
        shape: hintShape(context),
        folder: folderOf(context),
        page: { offset, sizeMax: context.limits.findPageMax },
        sort: [{ field: field('item:DateTimeCreated'), order: 'Ascending' }],
      }),
    )
    if (total !== null && page.total !== total) return null
    if (lastId !== null && page.items[0]?.id !== lastId) return null
    const before = items.size
    for (const item of page.items) items.set(item.id, item)
    total = page.total
    lastId = page.items.at(-1)?.id ?? null
    if (page.last) return items.size === total ? [...items.values()] : null
    if (items.size === before) throw new ConnectorError('exchange.bad-response', { reason: 'list-does-not-move' })
  }
  throw new ConnectorError('limit.reached', { limit: 'FEED_PAGES_MAX', side: 'exchange' })
}

/** What a creation with this token made: a whole item, a series whose exceptions were never written, or nothing. */
export async function findToken(context: SideContext, token: Token): Promise<Found | null> {
  const equals = (state: Found['state']) =>
    ({ kind: 'equals', field: TOKEN_FIELD, value: tokenValue(token, state) }) as const
  const found = onlyValue(
    await call(context, findItem, {
      shape: TOKEN_SHAPE,
      folder: folderOf(context),
      page: { offset: 0, sizeMax: 2 },
      restriction: { kind: 'or', all: [equals('whole'), equals('unfinished')] },
    }),
  )
  const [match] = found.items.flatMap((item) => holderOf(item, token) ?? [])
  if (match) return match
  // Only a whole, empty answer says that there is none.
  return found.items.length === 0 && found.total === 0 && found.last
    ? null
    : scanForToken(context, token, listFolder(context))
}
