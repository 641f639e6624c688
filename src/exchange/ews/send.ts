/** Sends one envelope and reads the answer: HTTP status, content type and SOAP become one answer or one error. */
import type { Clock } from '../../ports/clock.ts'
import { ConnectorError } from '../../ports/errors.ts'
import type { HttpAnswer, HttpPost } from '../http-post.ts'
import { isXml, statusError } from '../http-status.ts'
import { type HttpTransport, headerOf } from '../http-transport.ts'
import { readEnvelope, type SoapAnswer } from './soap.ts'

export type SendTools = { transport: HttpTransport; url: URL; clock: Clock }
export type SendOptions = { mailbox: string | null; signal?: AbortSignal | undefined; affinity?: Affinity | undefined }

/**
 * Several mailboxes that shall be worked on by one server behind the address: the first one is the anchor, and the server's cookie
 * is sent again. https://learn.microsoft.com/en-us/exchange/client-developer/exchange-web-services/how-to-maintain-affinity-between-group-of-subscriptions-and-mailbox-server
 */
export type Affinity = { readonly anchor: string; cookie: string | null }

/** A SOAP answer or fault. Errors: those of the transport, of `statusError` and of `readEnvelope`. */
export async function postEnvelope(tools: SendTools, envelope: string, options: SendOptions): Promise<SoapAnswer> {
  const answer = await tools.transport.post({
    url: tools.url,
    headers: requestHeaders(options),
    body: envelope,
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  })
  keepCookie(answer, options.affinity)
  if (answer.status === 200) return readOk(answer)
  // Exchange sends its faults with 500. A throttled one says how long to wait, so it goes before the status.
  const fault = answer.status >= 400 && isXml(answer.headers) ? faultOf(answer) : null
  return fault ?? raise(statusError(answer, tools.clock))
}

/** For requests that are not EWS. Errors: those of the transport, and of `statusError` for every answer but 200. */
export async function postForOk({ transport, clock }: Omit<SendTools, 'url'>, request: HttpPost): Promise<HttpAnswer> {
  const answer = await transport.post(request)
  if (answer.status !== 200) throw statusError(answer, clock)
  return answer
}

function readOk(answer: HttpAnswer): SoapAnswer {
  if (answer.body.byteLength === 0) throw new ConnectorError('exchange.truncated', { reason: 'empty' })
  // A page that is not XML is a login form or another program; the type is believed only when it is there.
  if (headerOf(answer.headers, 'content-type') !== undefined && !isXml(answer.headers)) {
    throw new ConnectorError('exchange.not-ews', { reason: 'content-type' })
  }
  return readEnvelope(answer.body)
}

/** Null when the body is no whole SOAP fault: the status alone speaks then. */
function faultOf(answer: HttpAnswer): SoapAnswer | null {
  try {
    const read = readEnvelope(answer.body)
    return read.kind === 'fault' ? read : null
  } catch (error) {
    if (error instanceof ConnectorError) return null
    throw error
  }
}

function raise(error: ConnectorError): never {
  throw error
}

export function requestHeaders({ mailbox, affinity }: SendOptions): Record<string, string> {
  const anchor = affinity?.anchor ?? mailbox
  return {
    'content-type': 'text/xml; charset=utf-8',
    accept: 'text/xml',
    'accept-encoding': 'gzip',
    'user-agent': 'nextcloud-exchange-connector',
    // Routes the request to the server that holds the mailbox. A hint: an address that no header can hold goes without.
    ...(anchor !== null && /^[!-~]+$/.test(anchor) ? { 'x-anchormailbox': anchor } : {}),
    ...(affinity === undefined ? {} : { 'x-preferserveraffinity': 'true' }),
    ...(affinity?.cookie ? { cookie: affinity.cookie } : {}),
  }
}

export function keepCookie({ headers }: Pick<HttpAnswer, 'headers'>, affinity: Affinity | undefined): void {
  if (affinity === undefined) return
  const set = [headers['set-cookie'] ?? []].flat()
  const found = set.map((value) => /^X-BackEndOverrideCookie=[!-:<-~]+/.exec(value)?.[0]).find((value) => value)
  if (found !== undefined) affinity.cookie = found
}
