/** What a broken connection means: codes of Node, OpenSSL and undici become the connector's own, with a reason an administrator can act upon. */
import { ConnectorError, type ErrorFields } from '../ports/errors.ts'

/** `no`: the request never left this machine. `maybe`: some of it may have reached the server. */
export type Sent = 'no' | 'maybe'

/** `answering`: headers of the answer had arrived already, so the answer was cut. */
export type Progress = { host: string; sent: Sent; answering: boolean }

/** https://nodejs.org/api/tls.html#x509-certificate-error-codes */
const TLS_REASONS: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'expired',
  CERT_NOT_YET_VALID: 'not-yet-valid',
  CERT_REVOKED: 'revoked',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'self-signed',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'unknown-authority',
  UNABLE_TO_GET_ISSUER_CERT: 'unknown-authority',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'unknown-authority',
  CERT_UNTRUSTED: 'unknown-authority',
  ERR_TLS_CERT_ALTNAME_INVALID: 'host-name',
  HOSTNAME_MISMATCH: 'host-name',
  CERT_SIGNATURE_FAILURE: 'signature',
  INVALID_PURPOSE: 'purpose',
  INVALID_CA: 'unknown-authority',
  EPROTO: 'protocol',
}

const UNREACHABLE_REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'refused',
  ENOTFOUND: 'unknown-host',
  EAI_AGAIN: 'name-lookup-failed',
  ECONNRESET: 'connection-reset',
  EPIPE: 'connection-reset',
  UND_ERR_SOCKET: 'connection-reset',
  EHOSTUNREACH: 'no-route',
  ENETUNREACH: 'no-route',
}

const TIMEOUTS = new Set(['UND_ERR_CONNECT_TIMEOUT', 'UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT', 'ETIMEDOUT'])

/** Never the error's own words: they can hold what a proxy or server made up. The cause is kept for debug logs. */
export function transportError(cause: Error, progress: Progress): ConnectorError {
  const reason = codeOf(cause)
  const fields: ErrorFields = { host: progress.host, sent: progress.sent, reason }
  if (TIMEOUTS.has(reason)) return new ConnectorError('exchange.timeout', { ...fields, reason: 'connect' }, cause)
  const tls = TLS_REASONS[reason] ?? (/^ERR_(SSL|TLS)_/.test(reason) ? 'protocol' : undefined)
  // A certificate that is refused ends the connection before any request is written.
  if (tls !== undefined) return new ConnectorError('exchange.tls', { ...fields, reason: tls, detail: reason }, cause)
  if (progress.answering)
    return new ConnectorError('exchange.truncated', { ...fields, reason: 'connection-cut' }, cause)
  if (reason.startsWith('HPE_') || reason === 'UND_ERR_HEADERS_OVERFLOW') {
    return new ConnectorError('exchange.bad-response', { ...fields, reason: 'not-http' }, cause)
  }
  return new ConnectorError('exchange.unreachable', { ...fields, reason: UNREACHABLE_REASONS[reason] ?? reason }, cause)
}

/** The first code along the causes: undici wraps, and an AggregateError stands for one try per address. */
function codeOf(error: Error): string {
  let current: unknown = error
  for (let depth = 0; depth < 5 && current instanceof Error; depth++) {
    if ('code' in current && typeof current.code === 'string') return current.code.slice(0, 60)
    current = current instanceof AggregateError ? current.errors[0] : current.cause
  }
  return 'unknown'
}
