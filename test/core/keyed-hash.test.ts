/** The keyed hash is HMAC-SHA-256 as Node computes it. */
import { createHmac, randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { keyedHash } from '../../src/state/keyed-hash.ts'

test('equals the first 96 bits of HMAC-SHA-256 for any text and key', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.uint8Array({ minLength: 1, maxLength: 64 }), (text, key) => {
      const expected = createHmac('sha256', key).update(text).digest().subarray(0, 12).toString('base64url')
      expect(keyedHash(key)(text)).toBe(expected)
    }),
  )
})

test('differs under another key', () => {
  expect(keyedHash(randomBytes(32))('title="x"')).not.toBe(keyedHash(randomBytes(32))('title="x"'))
})
