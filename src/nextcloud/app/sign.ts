/** Signs requests to the Nextcloud app: the service account's app password and the signature, both on every request, for one user or for none. */
import type { Clock, Random } from '../../ports/clock.ts'
import { SIGNATURE_HEADERS, signatureOf, signingKey } from './signature.ts'

/** What the administrator of Nextcloud hands over: the service account, its app password and the secret that the app made. */
export type AppAccount = { username: string; appPassword: string; sharedSecret: string }

/** Where no single user is meant. */
export const NOBODY = '*'

export type ToSign = { method: string; url: string; body: string; user: string | typeof NOBODY }

export type Signer = (request: ToSign) => Record<string, string>

/** A new time and nonce each time: a request that is sent again is signed again. */
export function createSigner({ username, appPassword, sharedSecret }: AppAccount, tools: SignTools): Signer {
  const authorization = `Basic ${Buffer.from(`${username}:${appPassword}`).toString('base64')}`
  const key = signingKey(sharedSecret, 'connector-to-app')
  return ({ method, url, body, user }) => {
    const { pathname, search } = new URL(url)
    const sent = user === NOBODY ? NOBODY : percentEncoded(user)
    const timestamp = String(Math.floor(tools.clock.nowMs() / 1000))
    const nonce = tools.random.uuid()
    const parts = { method, requestUri: pathname + search, user: sent, timestamp, nonce, body: Buffer.from(body) }
    return {
      Authorization: authorization,
      [SIGNATURE_HEADERS.user]: sent,
      [SIGNATURE_HEADERS.timestamp]: timestamp,
      [SIGNATURE_HEADERS.nonce]: nonce,
      [SIGNATURE_HEADERS.signature]: signatureOf(key, parts),
    }
  }
}

type SignTools = { clock: Pick<Clock, 'nowMs'>; random: Pick<Random, 'uuid'> }

/** RFC 3986 section 2.3, as PHP's rawurlencode: `encodeURIComponent` leaves five more characters as they are. */
export function percentEncoded(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`)
}
