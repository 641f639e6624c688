/** sync-collection (RFC 6578) with the traits of Nextcloud: final token for a limited answer, tokens that are never rejected, MAX(operation). */
import { type Call, effectOf, hrefOf, type Reply } from '../call.ts'
import type { AddressBook } from '../cards/address-book.ts'
import { cardChanges } from '../cards/sync.ts'
import { DavError } from '../errors.ts'
import { multistatus, responseFor, statusResponse, type Wanted, wantedOf } from '../multistatus.ts'
import { dav, SYNC_TOKEN_PREFIX } from '../names.ts'
import { type Resource, resolveOrNone } from '../resources.ts'
import type { Calendar } from '../store.ts'
import { childNamed, type XmlNode, type XmlOut } from '../xml.ts'

export type SyncAnswer = { changed: string[]; deleted: string[]; token: string; truncated: boolean }

const invalidToken = (): DavError =>
  new DavError('invalid-sync-token', 'Invalid or unknown sync token', { condition: '<d:valid-sync-token/>' })

function tokenIn(report: XmlNode): string | null {
  const text = childNamed(report, dav('sync-token'))?.text.trim() ?? ''
  if (text === '') return null
  if (!text.startsWith(SYNC_TOKEN_PREFIX)) throw invalidToken()
  return text.slice(SYNC_TOKEN_PREFIX.length)
}

function trashedUris(call: Call, calendar: Calendar): string[] {
  if (call.world.options.version >= 30) return []
  return [...calendar.objects.trash.values()].map((object) => object.uri)
}

/** CalDavBackend::getChangesForCalendar: a token that is not a number is an initial sync; nothing is ever too old or too new. */
function calendarChanges(call: Call, calendar: Calendar, token: string | null): SyncAnswer {
  const lag = effectOf(call, 'feed-lag')
  const until = Math.max(1, calendar.objects.token - (lag?.changes ?? 0))
  const next = String(lag?.token === 'kept-back' ? until : calendar.objects.token)
  if (token === null || !/^\d+$/.test(token) || token === '0') {
    const changed = [...calendar.objects.live.keys(), ...trashedUris(call, calendar)]
    return { changed, deleted: [], token: next, truncated: false }
  }
  const choose = call.world.options.syncBug ? 'max' : 'last'
  return { ...calendar.objects.changes({ since: Number(token), until }, choose), token: next, truncated: false }
}

/** The limit cuts the rows, and the token is still the final one: what was cut never comes again (nextcloud-facts 3.1). */
function limited(answer: SyncAnswer, report: XmlNode): SyncAnswer {
  const limit = Number(childNamed(childNamed(report, dav('limit')), dav('nresults'))?.text)
  if (!Number.isInteger(limit) || limit <= 0) return answer
  const changed = answer.changed.slice(0, limit)
  return { ...answer, changed, deleted: answer.deleted.slice(0, Math.max(0, limit - changed.length)) }
}

function cutByFault(call: Call, answer: SyncAnswer): SyncAnswer {
  const fault = effectOf(call, 'sync-truncated')
  if (!fault) return answer
  const token = fault.token ?? answer.token
  return { changed: answer.changed.slice(0, fault.keep), deleted: [], token, truncated: true }
}

function responses(call: Call, collection: Resource, answer: SyncAnswer, wanted: Wanted): XmlOut[] {
  const out: XmlOut[] = []
  for (const uri of answer.changed) {
    const segments = uri === '' ? collection.segments : [...collection.segments, uri]
    const resource = uri === '' ? collection : resolveOrNone(call, segments)
    if (resource) out.push(responseFor(call, resource, wanted))
  }
  for (const uri of answer.deleted)
    out.push(statusResponse(hrefOf(call, [...collection.segments, uri], false), '404 Not Found'))
  if (answer.truncated) {
    const full = statusResponse(hrefOf(call, collection.segments, true), '507 Insufficient Storage')
    out.push({ ...full, children: [...(full.children ?? []), limitError] })
  }
  return out
}

const limitError: XmlOut = { name: dav('error'), children: [{ name: dav('number-of-matches-within-limits') }] }

export function syncCollection(call: Call, resource: Resource, report: XmlNode): Reply {
  if (resource.kind !== 'calendar' && resource.kind !== 'book')
    throw new DavError('report-not-supported', 'The {DAV:}sync-collection REPORT is not supported on this url.', {
      condition: '<d:supported-report/>',
    })
  const token = tokenIn(report)
  if (effectOf(call, 'token-expired') && token !== null) throw invalidToken()
  const wanted = wantedOf(report)
  const answer =
    resource.kind === 'calendar'
      ? limited(calendarChanges(call, resource.view.calendar, token), report)
      : cardAnswer(call, resource.book, token)
  const cut = cutByFault(call, answer)
  return multistatus(responses(call, resource, cut, wanted), `${SYNC_TOKEN_PREFIX}${cut.token}`)
}

const cardAnswer = (call: Call, book: AddressBook, token: string | null): SyncAnswer =>
  cardChanges(book, token, call.world.options.cardSyncTruncation)
