/** Turns an HTTP status that means failure into a ConnectorError, with the server's own words where they help. */
import { ConnectorError, type ErrorCode } from '../../ports/errors.ts'
import type { DavAnswer } from './transport.ts'
import { childNamed, DAV, findAll, parseXml } from './xml.ts'

const SABRE = '{http://sabredav.org/ns}'

/** What an error body says: names of precondition elements (RFC 4918 section 16) and Sabre's exception and message. */
export type ErrorBody = { conditions: readonly string[]; exception: string; message: string }

/** Never throws: an error body may be HTML, empty or cut. */
export function readErrorBody(text: string): ErrorBody {
  try {
    const root = parseXml(text)
    const errors = findAll(root, `${DAV}error`)
    return {
      conditions: errors.flatMap((error) => error.children.map((child) => child.name)),
      exception: childNamed(root, `${SABRE}exception`)?.text.trim() ?? '',
      message: (childNamed(root, `${SABRE}message`)?.text.trim() ?? '').slice(0, 200),
    }
  } catch (error) {
    if (error instanceof ConnectorError) return { conditions: [], exception: '', message: '' }
    throw error
  }
}

export function hasCondition(body: ErrorBody, localName: string): boolean {
  return body.conditions.some((name) => name.endsWith(`}${localName}`))
}

/**
 * SQLite's single writer and PostgreSQL's or MariaDB's aborted transactions: the request was rolled back and may be repeated
 * (nextcloud-facts: "database is locked" as a plain 500).
 */
export function isDatabaseBusy(answer: DavAnswer): boolean {
  return (
    answer.status === 500 &&
    /database is locked|SQLITE_BUSY|deadlock (?:detected|found)|lock wait timeout|could not serialize access/i.test(
      answer.text,
    )
  )
}

/** `what`: a failing request on the collection ends the pass; on an item it concerns that item alone. */
export function statusError(answer: DavAnswer, what: 'collection' | 'item'): ConnectorError {
  const body = readErrorBody(answer.text)
  return new ConnectorError(codeOf(answer.status, body, what), {
    status: answer.status,
    path: pathOf(answer.url),
    detail: [body.exception, body.message || body.conditions.join(' ')].filter(Boolean).join(': ') || undefined,
  })
}

function codeOf(status: number, body: ErrorBody, what: 'collection' | 'item'): ErrorCode {
  if (hasCondition(body, 'quota-not-exceeded') || status === 507) return 'nextcloud.quota'
  switch (status) {
    case 401:
      return 'nextcloud.sign-in'
    case 403:
      return isAccess(body, what) ? 'nextcloud.access-denied' : 'nextcloud.item-refused'
    case 404:
    case 410:
      return what === 'collection' ? 'nextcloud.collection-not-found' : 'nextcloud.item-refused'
    case 413:
      return what === 'collection' ? 'nextcloud.too-large' : 'nextcloud.item-refused'
    case 423:
    case 429:
    case 503:
      return 'nextcloud.throttled'
    default:
      if (status >= 500) return 'nextcloud.server-error'
      if (status >= 400) return what === 'collection' ? 'nextcloud.bad-response' : 'nextcloud.item-refused'
      return 'nextcloud.bad-response'
  }
}

/** A 403 for one object may mean its size or component set (RFC 4791 section 5.3.2.1) as well as missing rights. */
function isAccess(body: ErrorBody, what: 'collection' | 'item'): boolean {
  if (what === 'collection' || hasCondition(body, 'need-privileges')) return true
  const aboutTheObject = /component|size|too large|limit|invalid|valid-calendar/i
  return !aboutTheObject.test(`${body.message} ${body.conditions.join(' ')}`)
}

function pathOf(url: string): string {
  return URL.canParse(url) ? new URL(url).pathname : url
}
