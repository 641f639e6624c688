/** What an HTTP status of an EWS endpoint means when no SOAP answer comes with it. */
import type { Clock } from '../ports/clock.ts'
import { ConnectorError, type ErrorCode, type ErrorFields } from '../ports/errors.ts'
import type { Sent } from './http-errors.ts'
import type { HttpAnswer, HttpHeaders } from './http-post.ts'
import { headerOf } from './http-transport.ts'

type Meaning = { code: ErrorCode; sent: Sent }

/** `sent: 'no'`: statuses given before a request is run. A gateway's 502 or 504 says nothing about what happened behind it. */
const MEANINGS: Readonly<Record<number, Meaning>> = {
  400: { code: 'exchange.schema', sent: 'no' },
  401: { code: 'exchange.sign-in', sent: 'no' },
  403: { code: 'exchange.access-denied', sent: 'no' },
  404: { code: 'exchange.not-ews', sent: 'no' },
  405: { code: 'exchange.not-ews', sent: 'no' },
  407: { code: 'exchange.access-denied', sent: 'no' },
  410: { code: 'exchange.not-ews', sent: 'no' },
  413: { code: 'exchange.too-large', sent: 'no' },
  415: { code: 'exchange.not-ews', sent: 'no' },
  429: { code: 'exchange.throttled', sent: 'no' },
}

export function isXml(headers: HttpHeaders): boolean {
  return /^(text|application)\/([a-z.+-]+\+)?xml\b/i.test(headerOf(headers, 'content-type')?.trim() ?? '')
}

/** The error of a status that is no success. 503 with Retry-After is throttling: the server refused before running anything. */
export function statusError(answer: HttpAnswer, clock: Clock): ConnectorError {
  const { status, headers } = answer
  const retryAfterMs = retryAfter(headers, clock)
  const fields: ErrorFields = { status, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) }
  if (status === 503 && retryAfterMs !== undefined)
    return new ConnectorError('exchange.throttled', { ...fields, sent: 'no' })
  const meaning = MEANINGS[status] ?? {
    code: status >= 500 ? 'exchange.server-error' : 'exchange.bad-response',
    sent: 'maybe',
  }
  const offers = status === 401 ? { offered: schemes(headers) } : {}
  const explained = status === 401 || status === 403 ? explanation(answer) : {}
  const code = 'reason' in explained && explained.reason === 'ews-blocked' ? 'exchange.ews-blocked' : meaning.code
  return new ConnectorError(code, { ...fields, ...offers, ...explained, sent: meaning.sent })
}

/** Words of Exchange Online in `x-ms-diagnostics` (`2000003;reason="The audience claim ...";error_category="invalid_resource"`) and what they mean. */
const DIAGNOSES: readonly [RegExp, string][] = [
  [/\bews\b.*(disabled|blocked|not (allowed|enabled))|EwsApplicationAccessPolicy/i, 'ews-blocked'],
  [/audience|invalid_resource/i, 'wrong-audience'],
  [/enough scope|\broles?\b/i, 'missing-role'],
  [/expired|not yet valid|lifetime/i, 'token-expired-or-clock-skew'],
  [/issuer|signing|signature/i, 'untrusted-issuer'],
]

/** Why access was refused, where the server says so in a header or, as Exchange Online does when EWS is blocked, in a short text. */
function explanation({ headers, body }: HttpAnswer): { reason?: string; detail?: string } {
  const header = headerOf(headers, 'x-ms-diagnostics')
  const text = Buffer.from(body.subarray(0, 2000)).toString('utf8')
  const reason = DIAGNOSES.find(([pattern]) => pattern.test(header ?? text))?.[1]
  const detail = /reason="([^"]{1,200})/.exec(header ?? '')?.[1]
  return { ...(reason === undefined ? {} : { reason }), ...(detail === undefined ? {} : { detail }) }
}

/** The authentication schemes that a 401 offers, for `pool test`: `Negotiate NTLM`. */
function schemes(headers: HttpHeaders): string {
  const values = [headers['www-authenticate'] ?? []].flat()
  return values.map((value) => value.trim().split(/[\s,]/, 1)[0]?.slice(0, 30) ?? '').join(' ')
}

/** RFC 9110 section 10.2.3: seconds or an HTTP date. */
function retryAfter(headers: HttpHeaders, clock: Clock): number | undefined {
  const value = headerOf(headers, 'retry-after')?.trim()
  if (value === undefined) return undefined
  if (/^\d{1,7}$/.test(value)) return Number(value) * 1000
  const atMs = Date.parse(value)
  return Number.isNaN(atMs) ? undefined : Math.max(0, atMs - clock.nowMs())
}
