/** A photo by its bytes: what it is called and what type it is said to be differs between programs, the bytes do not. */
import { createHash } from 'node:crypto'
import type { Photo } from './contact.ts'

/** First bytes, in hex. */
const SIGNATURES: readonly (readonly [string, RegExp])[] = [
  ['image/jpeg', /^ffd8ff/],
  ['image/png', /^89504e470d0a1a0a/],
  ['image/gif', /^47494638/],
  ['image/webp', /^52494646.{8}57454250/],
  ['image/bmp', /^424d/],
  ['image/heic', /^.{8}66747970686569/],
]

/** The photo in this base64 text (white space is ignored), or null when there is none in it. */
export function photoOf(base64: string): Photo | null {
  const bytes = Buffer.from(base64, 'base64')
  if (bytes.length === 0) return null
  const head = bytes.subarray(0, 16).toString('hex')
  const mediaType = SIGNATURES.find(([, signature]) => signature.test(head))?.[0] ?? 'application/octet-stream'
  return {
    hash: createHash('sha256').update(bytes).digest('base64url'),
    mediaType,
    base64: bytes.toString('base64'),
  }
}

/** Size of the image. */
export function photoBytes(base64: string): number {
  return Math.floor((base64.length * 3) / 4)
}
