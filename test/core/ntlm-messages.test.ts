/** NTLM's computations and messages against Microsoft's own test vectors, and channel binding by every way a certificate is signed. */
import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { challengeOf } from '../../src/exchange/auth/challenges.ts'
import { channelBindingHash, tlsServerEndPoint } from '../../src/exchange/auth/channel-binding.ts'
import { md4 } from '../../src/exchange/auth/md4.ts'
import { accountName, ntlmAuth } from '../../src/exchange/auth/ntlm.ts'
import { lmResponse, ntResponse, rc4, responseKey } from '../../src/exchange/auth/ntlm-crypto.ts'
import { negotiateMessage, readChallenge } from '../../src/exchange/auth/ntlm-messages.ts'
import type { HandshakeStep } from '../../src/exchange/auth/port.ts'
import { ConnectorError } from '../../src/ports/errors.ts'

const hex = (text: string): Buffer => Buffer.from(text.replace(/\s/g, ''), 'hex')

/** MS-NLMP 4.2.1 and 4.2.4. */
const MICROSOFT = {
  identity: { user: 'User', domain: 'Domain', password: 'Password' },
  serverChallenge: hex('0123456789abcdef'),
  clientChallenge: hex('aaaaaaaaaaaaaaaa'),
  targetInfo: hex('02000c0044006f006d00610069006e0001000c0053006500720076006500720000000000'),
  sessionKey: hex('55555555555555555555555555555555'),
}

describe('the test vectors of MS-NLMP 4.2.4', () => {
  const key = responseKey(MICROSOFT.identity)
  const { response, sessionBaseKey } = ntResponse(key, { ...MICROSOFT, time: Buffer.alloc(8) })

  it.each([
    ['NTOWFv2', key, '0c868a403bfd7a93a3001ef22ef02e3f'],
    ['NTProofStr', response.subarray(0, 16), '68cd0ab851e51c96aabc927bebef6a1c'],
    ['SessionBaseKey', sessionBaseKey, '8de40ccadbc14a82f15cb0ad0de95ca3'],
    ['EncryptedRandomSessionKey', rc4(sessionBaseKey, MICROSOFT.sessionKey), 'c5dad2544fc9799094ce1ce90bc9d03e'],
    [
      'LMv2 response',
      lmResponse(key, MICROSOFT.serverChallenge, MICROSOFT.clientChallenge),
      '86c35097ac9cec102554764a57cccc19aaaaaaaaaaaaaaaa',
    ],
  ])('give %s', (_, value, expected) => {
    expect(value.toString('hex')).toBe(expected)
  })

  it('give the NT response with what it proves', () => {
    const temp = `01010000000000000000000000000000aaaaaaaaaaaaaaaa00000000${MICROSOFT.targetInfo.toString('hex')}00000000`
    expect(response.subarray(16).toString('hex')).toBe(temp)
  })
})

describe('md4 and rc4', () => {
  it('hash as RFC 1320 says', () => {
    expect(md4(Buffer.from('')).toString('hex')).toBe('31d6cfe0d16ae931b73c59d7e0c089c0')
    expect(md4(Buffer.from('message digest')).toString('hex')).toBe('d9130a8164549fe818874806e1c7014b')
  })

  it('encrypt as RFC 6229 says', () => {
    expect(rc4(hex('0102030405'), Buffer.alloc(16)).toString('hex')).toBe('b2396305f03dc027ccc3524a0a1118a8')
  })
})

describe('an account name', () => {
  it.each([
    ['EXAMPLE\\svc', { domain: 'EXAMPLE', user: 'svc' }],
    ['svc@example.org', { domain: '', user: 'svc@example.org' }],
    ['svc', { domain: '', user: 'svc' }],
    ['exch01.example.org\\a\\b', { domain: 'exch01.example.org', user: 'a\\b' }],
  ])('%s is split as Windows does', (text, expected) => {
    expect(accountName(text)).toEqual(expected)
  })

  it('is upper-cased letter by letter, as Windows does', () => {
    const key = (user: string) => responseKey({ user, domain: 'D', password: 'p' }).toString('hex')
    expect(key('äöü')).toBe(key('ÄÖÜ'))
    expect(key('straße')).not.toBe(key('strasse'))
  })
})

describe('the offered schemes', () => {
  it.each([
    [['Negotiate', 'NTLM', 'Basic realm="x"'], 'NTLM', { token: null }],
    [['Negotiate, NTLM'], 'NTLM', { token: null }],
    [['ntlm TlRMTVNTUAAC=='], 'NTLM', { token: 'TlRMTVNTUAAC==' }],
    [['Basic realm="a, NTLM"'], 'NTLM', null],
    [['Negotiate'], 'NTLM', null],
    [[], 'Negotiate', null],
  ] as const)('%j hold %s', (challenges, scheme, expected) => {
    expect(challengeOf(challenges, scheme)).toEqual(expected)
  })
})

describe('a challenge that is none', () => {
  const good = Buffer.concat([
    Buffer.from('NTLMSSP\0'),
    hex(
      '02000000 0000000038000000 01028900 0123456789abcdef 0000000000000000 0400040038000000 0000000000000000 00000000',
    ),
  ])

  it('is refused, wherever it is cut or bent', () => {
    expect(readChallenge(good).serverChallenge.toString('hex')).toBe('0123456789abcdef')
    const ansi = Buffer.from(good)
    ansi.writeUInt32LE(0x00890202, 20)
    const outside = Buffer.from(good)
    outside.writeUInt32LE(5000, 44)
    for (const bytes of [Buffer.alloc(0), good.subarray(0, 30), negotiateMessage(), ansi, outside])
      expect(() => readChallenge(bytes)).toThrow(ConnectorError)
  })

  it('after any mutation ends in an answer or in one error', async () => {
    const clock = { nowMs: () => 1_800_000_000_000 }
    const auth = ntlmAuth({ username: 'a\\b', password: 'c', clock })
    if (auth.kind !== 'per-connection') throw new Error('unexpected kind')
    for (let seed = 1; seed <= 3000; seed++) {
      const bytes = Buffer.from(good)
      for (let i = 0, at = seed; i < 3; i++, at = (at * 1103515245 + 12345) % 2147483648)
        bytes[12 + (at % (bytes.length - 12))] = at & 255
      const handshake = auth.begin({ host: 'h', certificate: null })
      await handshake.next(['NTLM'])
      const step: HandshakeStep | null | ConnectorError = await handshake
        .next([`NTLM ${bytes.toString('base64')}`])
        .catch((error: unknown) => {
          if (error instanceof ConnectorError) return error
          throw error
        })
      expect(step).not.toBeNull()
    }
  })
})

describe('channel binding (RFC 5929 tls-server-end-point)', () => {
  const tlv = (tag: number, ...contents: Buffer[]): Buffer => {
    const content = Buffer.concat(contents)
    return Buffer.concat([Buffer.of(tag, 0x82, content.length >> 8, content.length & 255), content])
  }
  const certificate = (oid: string, parameters: Buffer = Buffer.alloc(0)): Buffer =>
    tlv(0x30, tlv(0x30, Buffer.alloc(300, 7)), tlv(0x30, tlv(0x06, hex(oid)), parameters), tlv(0x03, Buffer.alloc(64)))
  const pss = (...hash: Buffer[]): Buffer => tlv(0x30, ...hash, tlv(0xa2, tlv(0x02, Buffer.of(32))))
  const hashIn = (oid: string): Buffer => tlv(0xa0, tlv(0x30, tlv(0x06, hex(oid))))
  const PSS = '2a864886f70d01010a'

  it.each([
    ['MD5 with RSA', certificate('2a864886f70d010104'), 'sha256'],
    ['SHA-1 with RSA', certificate('2a864886f70d010105'), 'sha256'],
    ['SHA-256 with RSA', certificate('2a864886f70d01010b'), 'sha256'],
    ['SHA-384 with RSA', certificate('2a864886f70d01010c'), 'sha384'],
    ['SHA-512 with RSA', certificate('2a864886f70d01010d'), 'sha512'],
    ['SHA-1 with ECDSA', certificate('2a8648ce3d0401'), 'sha256'],
    ['SHA-256 with ECDSA', certificate('2a8648ce3d040302'), 'sha256'],
    ['SHA-384 with ECDSA', certificate('2a8648ce3d040303'), 'sha384'],
    ['SHA-512 with ECDSA', certificate('2a8648ce3d040304'), 'sha512'],
    ['RSA-PSS without parameters', certificate(PSS), 'sha256'],
    ['RSA-PSS with SHA-1 by default', certificate(PSS, pss()), 'sha256'],
    ['RSA-PSS with SHA-256', certificate(PSS, pss(hashIn('608648016503040201'))), 'sha256'],
    ['RSA-PSS with SHA-384', certificate(PSS, pss(hashIn('608648016503040202'))), 'sha384'],
    ['RSA-PSS with SHA-512', certificate(PSS, pss(hashIn('608648016503040203'))), 'sha512'],
  ])('hashes a certificate signed by %s', (_, bytes, hash) => {
    expect(tlsServerEndPoint(bytes)).toEqual(createHash(hash).update(bytes).digest())
  })

  it('is none for a signature without a hash of its own, and for what is no certificate', () => {
    expect(channelBindingHash(certificate('2b6570'))).toBeNull()
    for (const bytes of [Buffer.alloc(0), Buffer.of(0x30), Buffer.of(0x30, 0x85, 1, 2), Buffer.alloc(200, 0xff)])
      expect(channelBindingHash(bytes)).toBeNull()
  })
})
