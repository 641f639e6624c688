/**
 * An NTLM server that checks everything (MS-NLMP 3.2.5.1.2): proof, integrity code, channel binding. Written apart from the client,
 * so that a mistake in one does not hide in the other.
 */
import { createHash, createHmac, randomBytes, timingSafeEqual, X509Certificate } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { createRequire } from 'node:module'
import type { Socket } from 'node:net'
import type { ServiceAccount } from '../accounts.ts'
import { accountNamed, type SignIn, type SignInOutcome, tokenOf } from './sign-in.ts'

const md4 = createRequire(import.meta.url)('js-md4') as { hex(bytes: Uint8Array): string }

export type NtlmServerOptions = {
  /** Extended Protection as the virtual directory has it. */
  extendedProtection: 'off' | 'required'
  /** The server's certificate in PEM, and how it is signed. */
  certificate?: string
  certificateHash?: 'sha256' | 'sha384' | 'sha512'
  /** Servers before Windows Vista send none; then there is no integrity code. */
  timestamp?: boolean
  /** Offered beside NTLM. */
  alsoOffered?: readonly string[]
  /** How every attempt ended, for the tests. */
  attempts?: NtlmAttempt[]
}

export type NtlmAttempt = { user: string; domain: string; verdict: string; mic: boolean; targetName: string }

type Connection = { negotiate: Buffer; challenge: Buffer } | { account: ServiceAccount }

export function ntlmSignIn(options: NtlmServerOptions): SignIn {
  const connections = new WeakMap<Socket, Connection>()
  const offer = { 'WWW-Authenticate': ['NTLM', ...(options.alsoOffered ?? [])] }
  return async (request, accounts): Promise<SignInOutcome> => {
    const known = connections.get(request.socket)
    const token = tokenOf(request, 'NTLM')
    if (token === undefined) {
      if (known && 'account' in known) return { kind: 'account', account: known.account, headers: {} }
      return { kind: 'refused', headers: offer }
    }
    const message = Buffer.from(token, 'base64')
    const type = message.length < 12 || message.toString('latin1', 0, 8) !== 'NTLMSSP\0' ? 0 : message.readUInt32LE(8)
    if (type === 1) {
      const challenge = challengeMessage(message, options)
      connections.set(request.socket, { negotiate: message, challenge })
      return { kind: 'refused', headers: { 'WWW-Authenticate': `NTLM ${challenge.toString('base64')}` } }
    }
    connections.delete(request.socket)
    if (type !== 3 || !known || 'account' in known) return { kind: 'refused', headers: offer }
    const { account, verdict, user } = verified(request, { ...known, authenticate: message }, { ...options, accounts })
    if (!account) {
      // Only the password counts for a lock-out: a binding that does not fit is found after it was right.
      return { kind: 'refused', headers: offer, ...(verdict === 'wrong-password' && { shown: user }) }
    }
    connections.set(request.socket, { account })
    return { kind: 'account', account, headers: {}, shown: user }
  }
}

function pair(id: number, value: Buffer): Buffer {
  return Buffer.concat([Buffer.of(id, 0, value.length & 255, value.length >> 8), value])
}

function challengeMessage(negotiate: Buffer, options: NtlmServerOptions): Buffer {
  const name = Buffer.from('EXAMPLE', 'utf16le')
  const now = Buffer.alloc(8)
  now.writeBigUInt64LE((BigInt(Date.now()) + 11_644_473_600_000n) * 10_000n)
  const info = Buffer.concat([
    pair(2, name),
    pair(1, Buffer.from('EXCH01', 'utf16le')),
    pair(4, Buffer.from('example.org', 'utf16le')),
    pair(3, Buffer.from('exch01.example.org', 'utf16le')),
    ...(options.timestamp === false ? [] : [pair(7, now)]),
    pair(0, Buffer.alloc(0)),
  ])
  const head = Buffer.alloc(56)
  head.write('NTLMSSP\0', 'latin1')
  head.writeUInt32LE(2, 8)
  for (const [at, length, offset] of [
    [12, name.length, 56],
    [40, info.length, 56 + name.length],
  ] as const) {
    head.writeUInt16LE(length, at)
    head.writeUInt16LE(length, at + 2)
    head.writeUInt32LE(offset, at + 4)
  }
  // What was asked for of: Unicode, signing, extended security, version, 128, key exchange, 56; always NTLM, domain, target info.
  head.writeUInt32LE(((negotiate.readUInt32LE(12) & 0xe2088211) | 0x00890205) >>> 0, 20)
  randomBytes(8).copy(head, 24)
  return Buffer.concat([head, name, info])
}

type Exchange = { negotiate: Buffer; challenge: Buffer; authenticate: Buffer }
type Verifying = NtlmServerOptions & { accounts: ReadonlyMap<string, ServiceAccount> }

type Verified = { account: ServiceAccount | undefined; verdict: string; user: string }

function verified(request: IncomingMessage, exchange: Exchange, options: Verifying): Verified {
  const { authenticate } = exchange
  const part = (at: number): Buffer =>
    authenticate.subarray(
      authenticate.readUInt32LE(at + 4),
      authenticate.readUInt32LE(at + 4) + authenticate.readUInt16LE(at),
    )
  const [nt, domain, user] = [part(20), part(28).toString('utf16le'), part(36).toString('utf16le')]
  const pairs = avPairs(nt.subarray(44))
  const account = accountNamed(options.accounts, user, domain)
  const verdict = verdictOf({ account, user, domain, nt, pairs, encryptedKey: part(52) }, exchange, {
    ...options,
    tls: 'encrypted' in request.socket,
  })
  const mic = ((pairs.get(6)?.readUInt32LE() ?? 0) & 2) !== 0
  options.attempts?.push({ user, domain, verdict, mic, targetName: pairs.get(9)?.toString('utf16le') ?? '' })
  return { account: verdict === 'ok' ? account : undefined, verdict, user }
}

type Shown = {
  account: ServiceAccount | undefined
  user: string
  domain: string
  nt: Buffer
  pairs: ReadonlyMap<number, Buffer>
  encryptedKey: Buffer
}

function verdictOf(shown: Shown, exchange: Exchange, options: NtlmServerOptions & { tls: boolean }): string {
  const { account, user, domain, nt, pairs } = shown
  if (!account) return 'unknown-user'
  if (nt.length < 48) return 'not-ntlmv2'
  const hash = Buffer.from(md4.hex(Buffer.from(account.password, 'utf16le')), 'hex')
  const key = hmac(hash, Buffer.from(user.toUpperCase() + domain, 'utf16le'))
  const proof = hmac(key, exchange.challenge.subarray(24, 32), nt.subarray(16))
  if (!timingSafeEqual(proof, nt.subarray(0, 16))) return 'wrong-password'
  if (((pairs.get(6)?.readUInt32LE() ?? 0) & 2) !== 0) {
    const { negotiate, challenge, authenticate } = exchange
    const base = hmac(key, proof)
    const exported = shown.encryptedKey.length === 16 ? decrypted(base, shown.encryptedKey) : base
    const without = Buffer.concat([authenticate.subarray(0, 72), Buffer.alloc(16), authenticate.subarray(88)])
    if (!hmac(exported, negotiate, challenge, without).equals(authenticate.subarray(72, 88))) return 'wrong-mic'
  }
  if (options.extendedProtection === 'off') return 'ok'
  const binding = pairs.get(10)
  if (!options.tls || !binding || binding.equals(Buffer.alloc(16))) return 'no-channel-binding'
  return binding.equals(expectedBinding(options)) ? 'ok' : 'wrong-channel-binding'
}

function expectedBinding({ certificate = '', certificateHash = 'sha256' }: NtlmServerOptions): Buffer {
  const hashed = createHash(certificateHash).update(new X509Certificate(certificate).raw).digest()
  const data = Buffer.concat([Buffer.from('tls-server-end-point:'), hashed])
  return createHash('md5')
    .update(Buffer.concat([Buffer.alloc(16), Buffer.of(data.length, 0, 0, 0), data]))
    .digest()
}

function avPairs(bytes: Buffer): Map<number, Buffer> {
  const pairs = new Map<number, Buffer>()
  for (let at = 0; at + 4 <= bytes.length && bytes.readUInt16LE(at) !== 0; at += 4 + bytes.readUInt16LE(at + 2))
    pairs.set(bytes.readUInt16LE(at), bytes.subarray(at + 4, at + 4 + bytes.readUInt16LE(at + 2)))
  return pairs
}

function hmac(key: Buffer, ...parts: Buffer[]): Buffer {
  return createHmac('md5', key).update(Buffer.concat(parts)).digest()
}

/** RC4. */
function decrypted(key: Buffer, bytes: Buffer): Buffer {
  const box = [...Array(256).keys()]
  let j = 0
  for (let i = 0; i < 256; i++) {
    j = (j + (box[i] ?? 0) + (key[i % key.length] ?? 0)) % 256
    ;[box[i], box[j]] = [box[j] ?? 0, box[i] ?? 0]
  }
  j = 0
  const plain = bytes.map((byte, index) => {
    const i = (index + 1) % 256
    j = (j + (box[i] ?? 0)) % 256
    ;[box[i], box[j]] = [box[j] ?? 0, box[i] ?? 0]
    return byte ^ (box[((box[i] ?? 0) + (box[j] ?? 0)) % 256] ?? 0)
  })
  return Buffer.from(plain)
}
