/** Signed requests with any part of them altered after the fact: what an attacker between connector and app, or beside it, could send. */
import { randomUUID } from 'node:crypto'
import { percentEncoded } from '../../src/nextcloud/app/sign.ts'
import { type Direction, signatureOf, signingKey } from '../../src/nextcloud/app/signature.ts'
import type { RealAppServer } from './app-server.ts'
import { basic, type RawAnswer, type RawRequest, rawRequest } from './raw-request.ts'

export const API = '/ocs/v2.php/apps/exchange_connector/api/v1/'
/** What the pages ask for. */
export const UI = '/ocs/v2.php/apps/exchange_connector/ui/v1/'
export const DAV = '/remote.php/dav/'

export type Signing = {
  user?: string
  secret?: string
  direction?: Direction
  nonce?: string
  /** Off the right time. */
  skewSeconds?: number
  password?: string
  username?: string
  /** What is sent in the place of what was signed. */
  sent?: Partial<RawRequest>
}

export function signedBy(server: RealAppServer, request: RawRequest, signing: Signing = {}): Promise<RawAnswer> {
  const { user, secret = server.account.sharedSecret, direction = 'connector-to-app', sent = {} } = signing
  const parts = {
    method: request.method,
    requestUri: request.path,
    user: user === undefined ? '*' : percentEncoded(user),
    timestamp: String(Math.floor(Date.now() / 1000) + (signing.skewSeconds ?? 0)),
    nonce: signing.nonce ?? randomUUID(),
    body: Buffer.from(request.body ?? ''),
  }
  const { username = server.account.username, password = server.account.appPassword } = signing
  const headers = {
    Authorization: basic(username, password),
    'OCS-APIRequest': 'true',
    Accept: 'application/json',
    ...(request.path.startsWith(API) ? { 'Content-Type': 'application/json' } : {}),
    'X-EXC-User': parts.user,
    'X-EXC-Timestamp': parts.timestamp,
    'X-EXC-Nonce': parts.nonce,
    'X-EXC-Signature': signatureOf(signingKey(secret, direction), parts),
    ...request.headers,
    ...sent.headers,
  }
  return rawRequest(server.rootUrl, { ...request, ...sent, headers })
}

/** The refusal's code, at either door; the status where there is none. */
export function refusalIn({ status, headers, text }: RawAnswer): string {
  const code = headers['x-exc-error']
  if (typeof code === 'string') return code
  try {
    const { ocs } = JSON.parse(text) as { ocs: { data: { code?: string } } }
    return ocs.data.code ?? String(status)
  } catch {
    // DAV answers XML.
    return String(status)
  }
}

export const dataIn = <T>({ text }: RawAnswer): T => (JSON.parse(text) as { ocs: { data: T } }).ocs.data
