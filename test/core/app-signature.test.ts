/** The signature between connector and app, against HKDF done by hand (RFC 5869) and a vector that PHP computed. */
import { createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import {
  type Direction,
  isSigned,
  type SignedParts,
  signatureOf,
  signingKey,
} from '../../src/nextcloud/app/signature.ts'

const SECRET = 'dGhpcyBpcyBhIHNlY3JldCBvZiAzMiBieXRlcyEhISE'
const parts: SignedParts = {
  method: 'POST',
  requestUri: '/webhook?x=1',
  user: 'a%20b',
  timestamp: '1700000000',
  nonce: 'abcdefghijklmnop',
  body: Buffer.from('{"v":1}'),
}
const hmac = (key: Uint8Array | string, data: Uint8Array | string) => createHmac('sha256', key).update(data).digest()

type Vector = Omit<SignedParts, 'body'> & {
  name: string
  secret: string
  direction: Direction
  key: string
  body: string
  signature: string
}
/** Shared with the app's own tests; made by a third implementation. */
const vectors = JSON.parse(readFileSync('nextcloud-app/tests/vectors/signature.json', 'utf8')) as { cases: Vector[] }

describe('the signature of app and connector', () => {
  it.each(vectors.cases)(
    'is that of the shared vectors: $name',
    ({ secret, direction, key, body, signature, ...parts }) => {
      const derived = signingKey(secret, direction)
      expect(Buffer.from(derived).toString('hex')).toBe(key)
      expect(signatureOf(derived, { ...parts, body: Buffer.from(body) })).toBe(signature)
    },
  )

  it('derives its key by HKDF with an empty salt and the direction as info', () => {
    const pseudoRandomKey = hmac(Buffer.alloc(32), SECRET)
    const expected = hmac(pseudoRandomKey, Buffer.from('exchange_connector app-to-connector\x01'))
    expect(Buffer.from(signingKey(SECRET, 'app-to-connector')).toString('hex')).toBe(expected.toString('hex'))
  })

  it('covers method, path with query, user, time, nonce and body', () => {
    const key = signingKey(SECRET, 'connector-to-app')
    const real = signatureOf(key, parts)
    // hash_hkdf and hash_hmac of PHP 8.2, which the app uses.
    expect(real).toBe('a7b6ddf73ff9eeb3998f583600fb48322b9c1422ee53784ff6ec7304bcf2cddb')
    const others: Partial<SignedParts>[] = [
      { method: 'GET' },
      { requestUri: '/webhook' },
      { user: '*' },
      { timestamp: '1700000001' },
      { nonce: 'abcdefghijklmnoq' },
      { body: Buffer.from('{"v":2}') },
    ]
    for (const other of others) expect(isSigned([key], { ...parts, ...other }, real)).toBe(false)
    expect(isSigned([key], parts, real)).toBe(true)
  })

  it('of one direction is worth nothing in the other', () => {
    const signature = signatureOf(signingKey(SECRET, 'connector-to-app'), parts)
    expect(isSigned([signingKey(SECRET, 'app-to-connector')], parts, signature)).toBe(false)
  })

  it('holds under the old and the new secret while it is rotated, and under no third one', () => {
    const keyOf = (secret: string) => signingKey(secret, 'app-to-connector')
    const keys = [keyOf('new-secret'), keyOf('old-secret')]
    expect(isSigned(keys, parts, signatureOf(keyOf('old-secret'), parts))).toBe(true)
    expect(isSigned(keys, parts, signatureOf(keyOf('new-secret'), parts))).toBe(true)
    expect(isSigned(keys, parts, signatureOf(keyOf('else'), parts))).toBe(false)
    expect(isSigned(keys, parts, '')).toBe(false)
  })
})
