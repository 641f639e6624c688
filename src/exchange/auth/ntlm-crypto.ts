/** The computations of NTLMv2 (MS-NLMP 3.3.2 and 3.4.5): pure functions, so that Microsoft's test vectors can be put through them. */
import { createHmac } from 'node:crypto'
import { md4 } from './md4.ts'

export type NtlmIdentity = { user: string; domain: string; password: string }

/** NTOWFv2 (MS-NLMP 3.3.2): the key of everything else. */
export function responseKey({ user, domain, password }: NtlmIdentity): Buffer {
  return hmacMd5(md4(utf16(password)), utf16(simpleUpperCase(user) + domain))
}

export type ChallengeParts = {
  serverChallenge: Uint8Array
  clientChallenge: Uint8Array
  /** FILETIME, 8 bytes. */
  time: Uint8Array
  /** AV pairs with their end. */
  targetInfo: Uint8Array
}

/** The NT response (proof and what it proves) and the session's base key (MS-NLMP 3.3.2). */
export function ntResponse(key: Uint8Array, parts: ChallengeParts): { response: Buffer; sessionBaseKey: Buffer } {
  const { serverChallenge, clientChallenge, time, targetInfo } = parts
  const temp = Buffer.concat([
    Buffer.of(1, 1, 0, 0, 0, 0, 0, 0),
    time,
    clientChallenge,
    Buffer.alloc(4),
    targetInfo,
    Buffer.alloc(4),
  ])
  const proof = hmacMd5(key, serverChallenge, temp)
  return { response: Buffer.concat([proof, temp]), sessionBaseKey: hmacMd5(key, proof) }
}

/** LMv2: sent only to servers that give no time (MS-NLMP 3.1.5.1.2). */
export function lmResponse(key: Uint8Array, serverChallenge: Uint8Array, clientChallenge: Uint8Array): Buffer {
  return Buffer.concat([hmacMd5(key, serverChallenge, clientChallenge), clientChallenge])
}

export function hmacMd5(key: Uint8Array, ...parts: readonly Uint8Array[]): Buffer {
  const hmac = createHmac('md5', key)
  for (const part of parts) hmac.update(part)
  return hmac.digest()
}

/** RC4 as NTLM uses it, to wrap the session key. OpenSSL 3 leaves it out of Node's own crypto. */
export function rc4(key: Uint8Array, message: Uint8Array): Buffer {
  const state = Uint8Array.from({ length: 256 }, (_, index) => index)
  const at = (index: number): number => state[index & 255] ?? 0
  const swap = (one: number, other: number): void => {
    const kept = at(one)
    state[one & 255] = at(other)
    state[other & 255] = kept
  }
  for (let i = 0, j = 0; i < 256; i++) {
    j = (j + at(i) + (key[i % key.length] ?? 0)) & 255
    swap(i, j)
  }
  let j = 0
  return Buffer.from(
    message.map((byte, index) => {
      const i = (index + 1) & 255
      j = (j + at(i)) & 255
      swap(i, j)
      return byte ^ at(at(i) + at(j))
    }),
  )
}

export function utf16(text: string): Buffer {
  return Buffer.from(text, 'utf16le')
}

/** Windows maps character by character: `ß` stays, where JavaScript would write `SS`. */
function simpleUpperCase(text: string): string {
  return [...text].map((one) => (one.toUpperCase().length === one.length ? one.toUpperCase() : one)).join('')
}
