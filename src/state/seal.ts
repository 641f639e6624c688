/** Sealing with AES-256-GCM: a version byte, a random 96-bit nonce, the tag, the ciphertext. `context` is authenticated, so a sealed value cannot be moved elsewhere. */
import { createCipheriv, createDecipheriv } from 'node:crypto'

export const KEY_BYTES = 32
const FORMAT = 1
const NONCE_BYTES = 12
const TAG_BYTES = 16
const HEAD_BYTES = 1 + NONCE_BYTES + TAG_BYTES

export type RandomBytes = (size: number) => Uint8Array

/** Random nonces are safe for 2^32 values under one key (NIST SP 800-38D 8.3); an archive stays far below. */
export function seal(
  key: Uint8Array,
  plain: Uint8Array,
  options: { context: string; randomBytes: RandomBytes },
): Uint8Array {
  const nonce = options.randomBytes(NONCE_BYTES)
  const cipher = createCipheriv('aes-256-gcm', key, nonce)
  cipher.setAAD(Buffer.from(options.context))
  const body = Buffer.concat([cipher.update(plain), cipher.final()])
  return Buffer.concat([Uint8Array.of(FORMAT), nonce, cipher.getAuthTag(), body])
}

/** Null when the key, the context or the bytes are not those that were sealed. */
export function unseal(key: Uint8Array, sealed: Uint8Array, context: string): Uint8Array | null {
  if (sealed.length < HEAD_BYTES || sealed[0] !== FORMAT) return null
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(1, 1 + NONCE_BYTES), {
    authTagLength: TAG_BYTES,
  })
  decipher.setAAD(Buffer.from(context))
  decipher.setAuthTag(sealed.subarray(1 + NONCE_BYTES, HEAD_BYTES))
  try {
    return Buffer.concat([decipher.update(sealed.subarray(HEAD_BYTES)), decipher.final()])
  } catch {
    return null // final() throws for a wrong tag and for nothing else
  }
}
