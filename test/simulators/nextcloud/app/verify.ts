/** The app's one verifier for both doors: app password of the service account, then signature, time and nonce, then the user (nextcloud-facts 1d, 1e). */
import { createHash, createHmac, hkdfSync } from 'node:crypto'
import type { World } from '../call.ts'
import type { GatewayRequest } from '../options.ts'
import type { User } from '../store.ts'
import type { AppState } from './state.ts'

const SKEW_SECONDS = 300

/** Why a request is refused: the codes of the API, with their HTTP status. */
const STATUS = {
  credentials: 401,
  signature: 401,
  timestamp: 401,
  nonce: 401,
  account: 403,
  'no-consent': 403,
  'user-disabled': 403,
  'not-allowed': 403,
  'unknown-user': 404,
  'bad-request': 400,
  'too-large': 413,
  'not-configured': 503,
} as const

export type RefusalCode = keyof typeof STATUS

export class AppRefusal extends Error {
  readonly code: RefusalCode

  constructor(code: RefusalCode, message = '') {
    super(message || code)
    this.code = code
  }

  get status(): number {
    return STATUS[this.code]
  }
}

/** Who signed, without asking for whom. Nonces are remembered last, so that only who holds the secret fills the table. */
export function verify(world: World, app: AppState, request: GatewayRequest): void {
  const { headers } = request
  if (app.secrets.current === '') throw new AppRefusal('not-configured')
  const login = basicLogin(world, headers.authorization)
  if (login === null) throw new AppRefusal('credentials')
  if (login !== app.serviceAccount) throw new AppRefusal('account')
  const timestamp = headers['x-exc-timestamp'] ?? ''
  const nonce = headers['x-exc-nonce'] ?? ''
  const nowSeconds = world.options.clock.nowMs() / 1000
  if (!/^\d{1,12}$/.test(timestamp) || Math.abs(Number(timestamp) - nowSeconds) > SKEW_SECONDS)
    throw new AppRefusal('timestamp')
  if (!/^[A-Za-z0-9_-]{16,64}$/.test(nonce)) throw new AppRefusal('nonce')
  const secrets = [app.secrets.current, app.secrets.previous].filter((secret) => secret !== null)
  const given = headers['x-exc-signature'] ?? ''
  if (!secrets.some((secret) => signature(secret, request) === given)) throw new AppRefusal('signature')
  for (const [known, forgetAt] of app.nonces) if (forgetAt < nowSeconds) app.nonces.delete(known)
  if (app.nonces.has(nonce)) throw new AppRefusal('nonce')
  app.nonces.set(nonce, nowSeconds + 2 * SKEW_SECONDS)
}

function basicLogin(world: World, authorization: string | undefined): string | null {
  const encoded = /^Basic ([A-Za-z0-9+/=]+)$/i.exec(authorization ?? '')?.[1]
  const [login = '', ...rest] = Buffer.from(encoded ?? '', 'base64')
    .toString('utf8')
    .split(':')
  const user = world.store.users.get(login)
  return user && rest.join(':') === user.appPassword ? user.uid : null
}

/** Written from the API's description, not shared with the connector: each checks the other. */
function signature(secret: string, { method, url, headers, body }: GatewayRequest): string {
  const key = Buffer.from(hkdfSync('sha256', secret, Buffer.alloc(0), 'exchange_connector connector-to-app', 32))
  const bodyHash = createHash('sha256').update(body).digest('hex')
  const lines = [
    'EXC1',
    method,
    url,
    headers['x-exc-user'],
    headers['x-exc-timestamp'],
    headers['x-exc-nonce'],
    bodyHash,
  ]
  return createHmac('sha256', key).update(lines.join('\n')).digest('hex')
}

/** The user for whom a request is, who must have consented. */
export function consenting(world: World, app: AppState, uid: string): User {
  const user = world.store.users.get(uid)
  const row = app.users.get(uid)
  if (!user) throw new AppRefusal('unknown-user')
  if (user.disabled) throw new AppRefusal('user-disabled')
  // A withdrawn user may be cleaned up as long as the withdrawal says so.
  const isCleaning = row?.state === 'withdrawn' && row.withdrawal === 'remove'
  if (!row || (row.state === 'withdrawn' && !isCleaning)) throw new AppRefusal('no-consent')
  return user
}

/** `X-EXC-User`, or null for `*`. */
export function signedUser(headers: GatewayRequest['headers']): string | null {
  const sent = headers['x-exc-user'] ?? ''
  if (sent === '*') return null
  try {
    return decodeURIComponent(sent)
  } catch {
    throw new AppRefusal('bad-request', 'X-EXC-User is no percent-encoding')
  }
}
