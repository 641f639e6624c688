/**
 * The signature between the connector and the Nextcloud app, the same in both directions: HMAC-SHA256 over everything that a request
 * means, under a key that is derived from the SharedSecret for one direction only. Pure; the app computes the same in PHP.
 */
import { createHash, createHmac, hkdfSync, timingSafeEqual } from 'node:crypto'

/** A request that is signed for one direction means nothing in the other: it cannot be sent back. */
export type Direction = 'connector-to-app' | 'app-to-connector'

export type SignedParts = {
  method: string
  /** Raw path with query, as the server sees it. */
  requestUri: string
  /** As sent: percent-encoded (RFC 3986), `*` where no single user is meant. */
  user: string
  /** Unix seconds, as sent. */
  timestamp: string
  nonce: string
  body: Uint8Array
}

export const SIGNATURE_HEADERS = {
  user: 'x-exc-user',
  timestamp: 'x-exc-timestamp',
  nonce: 'x-exc-nonce',
  signature: 'x-exc-signature',
} as const

/** What a nonce may be made of; anything else could change the meaning of the signed lines. */
export const NONCE_SHAPE = /^[A-Za-z0-9_-]{16,64}$/

const KEY_BYTES = 32
const LABEL = 'exchange_connector '

/** RFC 5869, SHA-256, empty salt. */
export function signingKey(sharedSecret: string, direction: Direction): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', Buffer.from(sharedSecret, 'utf8'), '', LABEL + direction, KEY_BYTES))
}

/** Lower-case hex. */
export function signatureOf(key: Uint8Array, parts: SignedParts): string {
  const { method, requestUri, user, timestamp, nonce, body } = parts
  const bodyHash = createHash('sha256').update(body).digest('hex')
  const canonical = ['EXC1', method, requestUri, user, timestamp, nonce, bodyHash].join('\n')
  return createHmac('sha256', key).update(canonical, 'utf8').digest('hex')
}

/** Under any of the keys (two while the secret is rotated). Takes the same time wherever a wrong signature differs. */
export function isSigned(keys: readonly Uint8Array[], parts: SignedParts, signature: string): boolean {
  const given = Buffer.from(signature, 'utf8')
  let fits = false
  for (const key of keys) {
    const expected = Buffer.from(signatureOf(key, parts), 'utf8')
    if (expected.length === given.length && timingSafeEqual(expected, given)) fits = true
  }
  return fits
}
