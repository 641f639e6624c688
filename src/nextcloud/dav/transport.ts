/**
 * HTTP for CalDAV on undici: kept-alive connections, named timeouts, a size limit while reading, and a strict redirect policy.
 * One transport serves the clients of all users; cookies are ignored (Nextcloud makes a new PHP session per cookie-less request).
 */
import { Agent, type Dispatcher, fetch as undiciFetch } from 'undici'
import { CONNECT_TIMEOUT_MS, REDIRECTS_MAX, REQUEST_TIMEOUT_MS, RESPONSE_BYTES_MAX } from '../../limits.ts'
import { ConnectorError } from '../../ports/errors.ts'
import { networkError } from './network-error.ts'

export type TlsOptions = {
  /** PEM of further authorities, beside the built-in ones' place: it replaces them, as in Node's `ca`. */
  ca?: string
}

export type WireRequest = {
  method: string
  url: string
  headers: Readonly<Record<string, string>>
  body?: string
  /** Stops a read. A write that has left is never cut off: its answer is worth more than the time. */
  signal?: AbortSignal
}

/** The whole answer. `url` is the one that answered, after redirects. */
export type DavAnswer = { status: number; url: string; headers: Headers; text: string }

export type DavTransport = {
  /** Throws ConnectorError with `fields.sent` (network-error.ts). Any status is an answer. */
  send(request: WireRequest): Promise<DavAnswer>
  close(): Promise<void>
}

/** `redirects: 'none'`: for signed requests, whose signature covers the address. */
export type TransportOptions = { tls?: TlsOptions; timeoutMs?: number; bytesMax?: number; redirects?: 'none' }

const WRITES = new Set(['PUT', 'DELETE', 'MKCALENDAR', 'MOVE', 'PROPPATCH'])

export function isWrite(method: string): boolean {
  return WRITES.has(method)
}

export function createDavTransport(options: TransportOptions = {}): DavTransport {
  const timeoutMs = options.timeoutMs ?? REQUEST_TIMEOUT_MS
  const agent = new Agent({
    connect: { timeout: Math.min(CONNECT_TIMEOUT_MS, timeoutMs), ...(options.tls?.ca ? { ca: options.tls.ca } : {}) },
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
  }).compose(keepConnection)
  const redirectsMax = options.redirects === 'none' ? 0 : REDIRECTS_MAX
  const limits = { agent, timeoutMs, bytesMax: options.bytesMax ?? RESPONSE_BYTES_MAX, redirectsMax }
  return {
    send: (request) => sendFollowing(request, limits),
    close: () => agent.close(),
  }
}

/** Left alone, undici closes the connection after a request of a method that it knows no body of: REPORT, in every pass of every mailbox. */
function keepConnection(dispatch: Dispatcher['dispatch']): Dispatcher['dispatch'] {
  return (options, handler) => dispatch({ ...options, reset: false }, handler)
}

type Limits = { agent: Dispatcher; timeoutMs: number; bytesMax: number; redirectsMax: number }

async function sendFollowing(request: WireRequest, limits: Limits): Promise<DavAnswer> {
  let current = request
  for (let redirects = 0; ; redirects++) {
    const answer = await sendOnce(current, limits)
    const location = answer.headers.get('location')
    if (answer.status < 300 || answer.status > 399 || !location) return answer
    current = {
      ...current,
      url: redirectTarget(current, { location, status: answer.status, mayFollow: redirects < limits.redirectsMax }),
    }
  }
}

type Redirect = { location: string; status: number; mayFollow: boolean }

/** Only reads follow, only to the same host, never back to plain HTTP: the password travels with every request. */
function redirectTarget(request: WireRequest, { location, status, mayFollow }: Redirect): string {
  const from = new URL(request.url)
  const to = URL.canParse(location, from.href) ? new URL(location, from) : null
  const upgrade = from.protocol === 'http:' && to?.protocol === 'https:'
  const sameServer =
    to?.hostname === from.hostname && (upgrade || (to.protocol === from.protocol && to.port === from.port))
  if (to && sameServer && !isWrite(request.method) && mayFollow) return to.href
  // A redirected write was not applied by the server that answered.
  throw new ConnectorError('nextcloud.redirect', {
    method: request.method,
    from: from.origin,
    to: to?.origin ?? 'not a URL',
    status,
    sent: 'no',
  })
}

async function sendOnce(request: WireRequest, { agent, timeoutMs, bytesMax }: Limits): Promise<DavAnswer> {
  const context = { method: request.method, host: new URL(request.url).host }
  const write = isWrite(request.method)
  const timeout = AbortSignal.timeout(timeoutMs)
  const signal = request.signal && !write ? AbortSignal.any([timeout, request.signal]) : timeout
  const response = await undiciFetch(request.url, {
    method: request.method,
    headers: { ...request.headers },
    body: request.body ?? null,
    redirect: 'manual',
    signal,
    dispatcher: agent,
  }).catch((error: unknown) => {
    if (request.signal?.aborted && !write) throw new ConnectorError('stopped', {}, error)
    throw networkError(error, { ...context, inBody: false })
  })
  const headers = new Headers([...response.headers])
  const answer = { status: response.status, url: request.url, headers }
  try {
    return { ...answer, text: await readText(response.body, bytesMax) }
  } catch (error) {
    // The status line of a write has arrived: it is done, whatever became of the (empty) body.
    if (write && response.ok) return { ...answer, text: '' }
    if (request.signal?.aborted && !write) throw new ConnectorError('stopped', {}, error)
    throw networkError(error, { ...context, inBody: true })
  }
}

async function readText(body: AsyncIterable<Uint8Array> | null, bytesMax: number): Promise<string> {
  const decoder = new TextDecoder()
  const parts: string[] = []
  let bytes = 0
  for await (const chunk of body ?? []) {
    bytes += chunk.byteLength
    if (bytes > bytesMax) throw new ConnectorError('nextcloud.too-large', { bytesMax, sent: 'maybe' })
    parts.push(decoder.decode(chunk, { stream: true }))
  }
  parts.push(decoder.decode())
  return parts.join('')
}
