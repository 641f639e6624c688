/** The three messages of NTLM as bytes (MS-NLMP 2.2.1): NEGOTIATE, CHALLENGE, AUTHENTICATE. Always Unicode, always NTLMv2. */
import { ConnectorError } from '../../ports/errors.ts'
import { hmacMd5, lmResponse, type NtlmIdentity, ntResponse, rc4, responseKey, utf16 } from './ntlm-crypto.ts'
import { clientTargetInfo, serverTime } from './ntlm-target-info.ts'

const SIGNATURE = Buffer.from('NTLMSSP\0', 'latin1')
/** Windows 10, NTLM revision 15 (MS-NLMP 2.2.2.10): for debugging on the server, without other meaning. */
const VERSION = Buffer.of(10, 0, 0x63, 0x45, 0, 0, 0, 15)

/** MS-NLMP 2.2.2.5. */
const FLAG = {
  unicode: 0x1,
  requestTarget: 0x4,
  sign: 0x10,
  ntlm: 0x200,
  alwaysSign: 0x8000,
  extendedSecurity: 0x80000,
  targetInfo: 0x800000,
  version: 0x2000000,
  key128: 0x20000000,
  keyExchange: 0x40000000,
  key56: 0x80000000,
} as const

const OFFERED = Object.values(FLAG).reduce((all, flag) => (all | flag) >>> 0, 0)
/** Header of the AUTHENTICATE message with version and integrity code. */
const AUTHENTICATE_HEAD = 88
const MIC_AT = 72

export function negotiateMessage(): Buffer {
  const message = Buffer.alloc(40)
  SIGNATURE.copy(message)
  message.writeUInt32LE(1, 8)
  message.writeUInt32LE(OFFERED, 12)
  VERSION.copy(message, 32)
  return message
}

export type NtlmChallenge = { bytes: Buffer; flags: number; serverChallenge: Buffer; targetInfo: Buffer }

/** Errors: `exchange.bad-response` when it is no challenge, or one of a server that knows no Unicode. */
export function readChallenge(bytes: Buffer): NtlmChallenge {
  if (bytes.length < 32 || !bytes.subarray(0, 8).equals(SIGNATURE) || bytes.readUInt32LE(8) !== 2) throw bad()
  const flags = bytes.readUInt32LE(20)
  if ((flags & FLAG.unicode) === 0) throw bad()
  const hasInfo = (flags & FLAG.targetInfo) !== 0 && bytes.length >= 48
  return {
    bytes,
    flags,
    serverChallenge: bytes.subarray(24, 32),
    targetInfo: hasInfo ? field(bytes, 40) : Buffer.alloc(0),
  }
}

export type AuthenticateOptions = {
  identity: NtlmIdentity
  workstation: string
  negotiate: Uint8Array
  /** Of the TLS certificate; null without TLS. */
  channelBinding: Uint8Array | null
  /** `HTTP/mail.example.org`. */
  servicePrincipal: string
  /** FILETIME, for servers that give none. */
  time: Uint8Array
  clientChallenge: Uint8Array
  /** The session key when the server takes one of ours. */
  sessionKey: Uint8Array
}

export function authenticateMessage(challenge: NtlmChallenge, options: AuthenticateOptions): Buffer {
  const { identity, clientChallenge } = options
  const { serverChallenge, targetInfo } = challenge
  const key = responseKey(identity)
  const given = serverTime(targetInfo)
  const { response, sessionBaseKey } = ntResponse(key, {
    serverChallenge,
    clientChallenge,
    time: given ?? options.time,
    targetInfo: clientTargetInfo(targetInfo, options),
  })
  // MS-NLMP 3.1.5.1.2: with the server's time the LM response is zero and the messages get an integrity code.
  const lm = given === null ? lmResponse(key, serverChallenge, clientChallenge) : Buffer.alloc(24)
  const exchanged = (challenge.flags & FLAG.keyExchange) !== 0 && (challenge.flags & FLAG.sign) !== 0
  const message = writeAuthenticate({
    lm,
    nt: response,
    domain: utf16(identity.domain),
    user: utf16(identity.user),
    workstation: utf16(options.workstation),
    encryptedKey: exchanged ? rc4(sessionBaseKey, options.sessionKey) : Buffer.alloc(0),
    flags: (challenge.flags & OFFERED) >>> 0,
  })
  if (given !== null) {
    const exported = exchanged ? options.sessionKey : sessionBaseKey
    hmacMd5(exported, options.negotiate, challenge.bytes, message).copy(message, MIC_AT)
  }
  return message
}

type Fields = Record<'lm' | 'nt' | 'domain' | 'user' | 'workstation' | 'encryptedKey', Buffer> & { flags: number }

/** MS-NLMP 2.2.1.3. */
function writeAuthenticate(fields: Fields): Buffer {
  const head = Buffer.alloc(AUTHENTICATE_HEAD)
  SIGNATURE.copy(head)
  head.writeUInt32LE(3, 8)
  const order = [fields.lm, fields.nt, fields.domain, fields.user, fields.workstation, fields.encryptedKey]
  let offset = AUTHENTICATE_HEAD
  for (const [index, value] of order.entries()) {
    head.writeUInt16LE(value.length, 12 + index * 8)
    head.writeUInt16LE(value.length, 14 + index * 8)
    head.writeUInt32LE(offset, 16 + index * 8)
    offset += value.length
  }
  head.writeUInt32LE(fields.flags, 60)
  VERSION.copy(head, 64)
  return Buffer.concat([head, ...order])
}

function field(bytes: Buffer, at: number): Buffer {
  const length = bytes.readUInt16LE(at)
  const offset = bytes.readUInt32LE(at + 4)
  if (offset + length > bytes.length) throw bad()
  return bytes.subarray(offset, offset + length)
}

function bad(): ConnectorError {
  return new ConnectorError('exchange.bad-response', { reason: 'ntlm-challenge', sent: 'no' })
}
