/** HTTP for EWS: kept-alive connections to one server, TLS options, redirects within the same host only, answers of bounded size. */
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { Agent, type Dispatcher } from 'undici'
import { REDIRECTS_MAX } from '../limits.ts'
import { ConnectorError } from '../ports/errors.ts'
import { type HttpAnswer, type HttpHeaders, type HttpLimits, type HttpPost, post } from './http-post.ts'
import { type ProxyOptions, proxiedConnector } from './http-proxy.ts'

/** `ca`: PEM of the authorities to trust instead of the system's. Certificates are always verified. */
export type TlsOptions = { ca?: string; minVersion?: 'TLSv1.2' | 'TLSv1.3' }

export type HttpOptions = HttpLimits & {
  tls?: TlsOptions
  proxy?: ProxyOptions | null
  connectTimeoutMs: number
  connectionsMax: number
}

export type HttpTransport = { post(request: HttpPost): Promise<HttpAnswer>; close(): Promise<void> }

export function createHttpTransport(options: HttpOptions): HttpTransport {
  const agent = new Agent({ ...dispatcherOptions(options), connections: options.connectionsMax })
  return {
    post: (request) => postFollowing(agent, request, options),
    close: () => agent.destroy(),
  }
}

/** What every connection to Exchange has in common, pinned ones included. */
export function dispatcherOptions(options: HttpOptions) {
  return {
    // One request at a time per connection, HTTP/1.1: a request that failed is never replayed by the pool.
    pipelining: 1,
    allowH2: false,
    // `post` has the one time limit from the first byte to the last.
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: connectorFor(options),
  }
}

/** Certificates are always verified; sessions are not resumed, so that every connection shows its certificate (RFC 5929). */
function connectorFor({ tls = {}, proxy = null, connectTimeoutMs }: HttpOptions) {
  const connect = {
    timeout: connectTimeoutMs,
    allowH2: false,
    maxCachedSessions: 0,
    minVersion: tls.minVersion ?? ('TLSv1.2' as const),
    ...(tls.ca === undefined ? {} : { ca: tls.ca }),
  }
  return proxiedConnector(connect, proxy)
}

/** Errors: those of `post`, and `exchange.redirect` when the server sends elsewhere than it may. */
export async function postFollowing(
  dispatcher: Dispatcher,
  request: HttpPost,
  limits: HttpLimits,
): Promise<HttpAnswer> {
  let url = request.url
  for (let followed = 0; followed <= REDIRECTS_MAX; followed++) {
    const answer = await post(dispatcher, { ...request, url }, limits)
    if (!isRedirect(answer.status)) return unzipped(answer, request.bytesMax ?? limits.responseBytesMax)
    url = redirectTarget(url, answer)
  }
  throw refusedRedirect(url, 'too-many')
}

function isRedirect(status: number): boolean {
  return status >= 300 && status <= 399
}

/** The request holds credentials and possibly a write: it goes to the same host over TLS only, and stays a POST. */
function redirectTarget(from: URL, answer: HttpAnswer): URL {
  const location = headerOf(answer.headers, 'location')
  if (location === undefined || ![301, 302, 307, 308].includes(answer.status)) throw refusedRedirect(from, 'no-target')
  const target = URL.canParse(location, from.href) ? new URL(location, from) : null
  if (target === null || target.username !== '' || target.password !== '') throw refusedRedirect(from, 'no-target')
  if (from.protocol !== 'https:' || target.protocol !== 'https:') throw refusedRedirect(target, 'not-https')
  if (target.host !== from.host) throw refusedRedirect(target, 'other-host')
  return target
}

/** A server that redirects did not run the request. */
function refusedRedirect(target: URL, reason: string): ConnectorError {
  return new ConnectorError('exchange.redirect', { reason, target: `${target.origin}${target.pathname}`, sent: 'no' })
}

export function headerOf(headers: HttpHeaders, name: string): string | undefined {
  const value = headers[name]
  return Array.isArray(value) ? value[0] : value
}

const gunzipped = promisify(gunzip)

/** The size limit holds for the unpacked answer too. */
async function unzipped(answer: HttpAnswer, bytesMax: number): Promise<HttpAnswer> {
  const encoding = headerOf(answer.headers, 'content-encoding')?.trim().toLowerCase() ?? 'identity'
  if (encoding === 'identity' || answer.body.byteLength === 0) return answer
  if (encoding !== 'gzip' && encoding !== 'x-gzip') {
    throw new ConnectorError('exchange.bad-response', { reason: 'content-encoding', sent: 'maybe' })
  }
  try {
    return { ...answer, body: await gunzipped(answer.body, { maxOutputLength: bytesMax }) }
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
    if (code === 'ERR_BUFFER_TOO_LARGE') throw new ConnectorError('exchange.too-large', { sent: 'maybe' }, cause)
    if (code === 'Z_BUF_ERROR') throw new ConnectorError('exchange.truncated', { reason: 'gzip', sent: 'maybe' }, cause)
    throw new ConnectorError('exchange.bad-response', { reason: 'gzip', sent: 'maybe' }, cause)
  }
}
