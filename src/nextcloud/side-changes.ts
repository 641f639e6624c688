/** The change feed: sync-collection (RFC 6578) with an overlap on Nextcloud, or comparing ETags where a server has no sync tokens. */
import { DAV_CURSOR_AGE_MAX_DAYS, DAV_SYNC_OVERLAP } from '../limits.ts'
import { ConnectorError } from '../ports/errors.ts'
import type { ChangePage, Cursor, Hint } from '../ports/side.ts'
import { type CursorData, compareListings, dayOf, hintPrint, readCursor, seenOf, writeCursor } from './cursor.ts'
import { multistatusOf } from './dav/client.ts'
import { type Multistatus, propText } from './dav/multistatus.ts'
import { hasCondition, readErrorBody, statusError } from './dav/status-error.ts'
import type { DavAnswer } from './dav/transport.ts'
import { DAV, NAMESPACES, xmlText } from './dav/xml.ts'
import { type SideContext, versionOf } from './side-context.ts'
import { listEntries } from './side-list.ts'

type SyncCursor = Extract<CursorData, { kind: 'sync' }>
type ListCursor = Extract<CursorData, { kind: 'list' }>

const CTAG = `{${NAMESPACES.cs}}getctag`

/** One request when nothing changed. */
export async function readChanges(context: SideContext, cursor: Cursor | null): Promise<ChangePage> {
  if (cursor === null) return syncPage(context, null)
  const data = readCursor(cursor)
  if (!data) return invalid('not a cursor of this side')
  if (data.kind === 'list') return listPage(context, data)
  // Nextcloud prunes its change log without ever refusing an old token (nextcloud-facts 3.1): an old one is not trusted (LOS-9).
  const age = dayOf(context.clock.nowMs()) - data.day
  if (age > DAV_CURSOR_AGE_MAX_DAYS) return agedPage(context, data, age)
  if (age < -1) return invalid(`last used ${age} days ago`)
  return syncPage(context, data)
}

/** Only whether the server went back meanwhile is still asked of an old token. */
async function agedPage(context: SideContext, data: SyncCursor, age: number): Promise<ChangePage> {
  const page = await syncPage(context, data)
  if (page.kind === 'cursor-invalid') return page
  return { kind: 'cursor-invalid', reason: `last used ${age} days ago`, aged: true }
}

function invalid(reason: string): ChangePage {
  return { kind: 'cursor-invalid', reason }
}

async function syncPage(context: SideContext, from: SyncCursor | null): Promise<ChangePage> {
  const asked = from && askedToken(from)
  const answer = await context.client.report(context.hrefs.collectionUrl, {
    root: 'd:sync-collection',
    body: {
      'd:sync-token': asked === null ? {} : xmlText(asked),
      'd:sync-level': { _text: '1' },
      'd:prop': { 'd:getetag': {} },
    },
  })
  if (answer.status !== 207) return refusedSync(context, answer, from)
  const multistatus = multistatusOf(answer)
  const token = multistatus.syncToken
  if (token === null) return from ? invalid('the answer has no sync token') : listPage(context, null)
  const { hints, more } = readHints(context, multistatus)
  // A part that is cut ends where it was cut, which may lie within the overlap.
  const before = from && sabreNumber((more && asked) || from.token)
  const now = sabreNumber(token)
  if (before && now && now.number < before.number) {
    return { kind: 'cursor-invalid', reason: 'the sync token went backwards', rolledBack: true }
  }
  if (more && token === asked) {
    throw new ConnectorError('nextcloud.bad-response', { detail: 'the feed does not move on' })
  }
  const known = new Set(from?.exact ? [] : from?.seen)
  const idle = token === from?.token
  return {
    kind: 'page',
    // Nextcloud calls an object that was deleted, restored and then edited "removed" each time (quirk NC-SYNC-MAX-OPERATION):
    // a repeated removal is only left out when nothing at all has happened since.
    hints: hints.filter((hint) => !known.has(hintPrint(hint)) || (hint.kind === 'removed' && !idle)),
    cursor: writeCursor({ kind: 'sync', token, day: dayOf(context.clock.nowMs()), seen: seenOf(hints), exact: more }),
    more,
  }
}

/**
 * Quirk NC-SYNC-OVERLAP: two writers on Nextcloud may commit their changes out of order, and a feed that asks from its last
 * token then misses one for good (0.7 to 2 %). Asking from 20 changes earlier found all of 930; what the last page already
 * said is left out again by `seen`. Only tokens of Sabre's form are touched: here alone a token is looked into.
 */
function askedToken({ token, exact }: SyncCursor): string {
  const sabre = sabreNumber(token)
  if (!sabre || exact) return token
  return `${sabre.prefix}${Math.max(1, sabre.number - DAV_SYNC_OVERLAP)}`
}

function sabreNumber(token: string): { prefix: string; number: number } | null {
  const match = /^(http:\/\/sabre\.io\/ns\/sync\/)(\d{1,15})$/.exec(token)
  return match?.[1] ? { prefix: match[1], number: Number(match[2]) } : null
}

function readHints({ hrefs }: SideContext, { responses }: Multistatus): { hints: Hint[]; more: boolean } {
  const hints: Hint[] = []
  let more = false
  for (const response of responses) {
    // RFC 6578 section 3.6: the collection itself with 507 says that the answer is a part, and the token continues it.
    if (response.status === 507) {
      more = true
      continue
    }
    const id = hrefs.idOf(response.href)
    if (id === null) continue
    if (response.status === 404 || response.status === 410) hints.push({ kind: 'removed', id })
    else hints.push({ kind: 'changed', id, version: versionOf(propText(response, `${DAV}getetag`)) })
  }
  return { hints, more }
}

/** A token that is not valid any more (RFC 6578 section 3.2), a server without the report, or a failure. */
async function refusedSync(context: SideContext, answer: DavAnswer, from: SyncCursor | null): Promise<ChangePage> {
  const body = readErrorBody(answer.text)
  const { status } = answer
  if (hasCondition(body, 'number-of-matches-within-limits')) {
    throw new ConnectorError('nextcloud.truncated', { status, detail: 'the server refuses to list that many changes' })
  }
  // Xandikos answers a token that it does not understand with a plain 500: comparing everything is the safe way on.
  if (from && (hasCondition(body, 'valid-sync-token') || [409, 412, 500].includes(status))) {
    return invalid('the server does not know the sync token')
  }
  const unsupported = hasCondition(body, 'supported-report') || [400, 405, 415, 501].includes(status)
  if (!unsupported) throw status >= 200 && status <= 299 ? asBadResponse(answer) : statusError(answer, 'collection')
  return from ? invalid('the server has no sync-collection any more') : listPage(context, null)
}

function asBadResponse({ status, headers }: DavAnswer): ConnectorError {
  return new ConnectorError('nextcloud.bad-response', {
    status,
    detail: `expected 207: ${headers.get('content-type')}`,
  })
}

/** Without sync tokens: the CTag says whether anything changed, the listing what. */
async function listPage(context: SideContext, from: ListCursor | null): Promise<ChangePage> {
  const ctag = await readCtag(context)
  if (from && ctag !== null && ctag === from.ctag) {
    return { kind: 'page', hints: [], cursor: writeCursor(from), more: false }
  }
  const entries = await listEntries(context)
  const { changed, removed, etags } = compareListings(from?.etags ?? {}, entries)
  const hints: Hint[] = entries
    .filter(({ id }) => changed.has(id))
    .map(({ id, version }) => ({ kind: 'changed', id, version }))
  hints.push(...removed.map((id): Hint => ({ kind: 'removed', id })))
  // The CTag was read before the listing: a change in between makes the next comparison find nothing, never miss something.
  return { kind: 'page', hints, cursor: writeCursor({ kind: 'list', ctag, etags }), more: false }
}

async function readCtag({ client, hrefs }: SideContext): Promise<string | null> {
  const { responses } = await client.propfind(hrefs.collectionUrl, { depth: '0', props: ['cs:getctag'] })
  const [self] = responses
  return self ? propText(self, CTAG) : null
}
