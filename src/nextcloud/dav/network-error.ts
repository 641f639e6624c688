/** Turns what undici throws into ConnectorErrors that also say whether the request may have reached the server (I12). */
import { ConnectorError, type ErrorCode } from '../../ports/errors.ts'

/** `no`: it certainly did not reach the server. `maybe`: a write may have been applied. Kept in `fields.sent`. */
export type Sent = 'no' | 'maybe'

const BEFORE_SENDING: Record<string, ErrorCode> = {
  ECONNREFUSED: 'nextcloud.unreachable',
  ENOTFOUND: 'nextcloud.unreachable',
  EAI_AGAIN: 'nextcloud.unreachable',
  EHOSTUNREACH: 'nextcloud.unreachable',
  ENETUNREACH: 'nextcloud.unreachable',
  UND_ERR_CONNECT_TIMEOUT: 'nextcloud.timeout',
}

const AFTER_SENDING: Record<string, ErrorCode> = {
  UND_ERR_HEADERS_TIMEOUT: 'nextcloud.timeout',
  UND_ERR_BODY_TIMEOUT: 'nextcloud.timeout',
  ETIMEDOUT: 'nextcloud.timeout',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'nextcloud.truncated',
  UND_ERR_RES_EXCEEDED_MAX_SIZE: 'nextcloud.too-large',
  Z_BUF_ERROR: 'nextcloud.truncated',
  Z_DATA_ERROR: 'nextcloud.bad-response',
}

// OpenSSL's verification results and Node's own (doc/api/tls.md, "X509 certificate error codes").
const TLS = /^(CERT_|ERR_TLS_|ERR_SSL_|EPROTO$|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|INVALID_CA$|HOSTNAME_MISMATCH$)/

export type NetworkErrorContext = {
  method: string
  host: string
  /** Headers had arrived: what broke is the body. */
  inBody: boolean
}

export function networkError(cause: unknown, context: NetworkErrorContext): ConnectorError {
  if (cause instanceof ConnectorError) return cause
  const { method, host } = context
  const [name, code] = firstCode(cause)
  const make = (errorCode: ErrorCode, sent: Sent) =>
    new ConnectorError(errorCode, { method, host, sent, reason: code ?? name }, cause)
  if (isBlockedPort(cause)) {
    const port = /:(\d+)$/.exec(host)?.[1] ?? '80'
    const reason = `port ${port} is one that HTTP clients refuse to call: let the server listen on another one`
    return new ConnectorError('nextcloud.unreachable', { method, host, sent: 'no', reason }, cause)
  }
  if (name === 'TimeoutError') return make('nextcloud.timeout', 'maybe')
  if (code && TLS.test(code)) return make('nextcloud.tls', 'no')
  const before = code ? BEFORE_SENDING[code] : undefined
  if (before) return make(before, 'no')
  const after = code ? AFTER_SENDING[code] : undefined
  if (after) return make(after, 'maybe')
  return make(context.inBody ? 'nextcloud.truncated' : 'nextcloud.unreachable', 'maybe')
}

/** Whether the request may have been applied although it failed. */
export function maybeSent(error: ConnectorError): boolean {
  return error.fields.sent === 'maybe'
}

/** The ports of other protocols that fetch does not call (Fetch Standard, "bad port"): the only sign of it is this message. */
function isBlockedPort(cause: unknown): boolean {
  return cause instanceof TypeError && cause.cause instanceof Error && cause.cause.message === 'bad port'
}

/** fetch wraps the reason in `cause`, and a failed connection to several addresses in `errors`. */
function firstCode(error: unknown): [string, string | undefined] {
  let current: unknown = error
  let name = 'Error'
  for (let depth = 0; depth < 5 && current instanceof Error; depth++) {
    if (depth === 0 || current.name === 'TimeoutError') name = current.name
    const code = 'code' in current && typeof current.code === 'string' ? current.code : undefined
    if (code) return [name, code]
    const inner: unknown = current instanceof AggregateError ? current.errors[0] : current.cause
    current = inner
  }
  return [name, undefined]
}
