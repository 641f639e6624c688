/**
 * Binds a sign-in to the TLS connection that carries it (RFC 5929 `tls-server-end-point`): a man in the middle has another
 * certificate, so what he passes on is refused. Exchange asks for it with Extended Protection (SRV-3).
 */
import { createHash } from 'node:crypto'

type HashName = 'sha224' | 'sha256' | 'sha384' | 'sha512'
type DerValue = { tag: number; content: Uint8Array; next: number }

const RSA_PSS = '2a864886f70d01010a'

/** Signature algorithms (RFC 3279, 4055, 5758) by the bytes of their OID. MD5 and SHA-1 count as SHA-256 (RFC 5929 section 4.1). */
const SIGNATURES: Readonly<Record<string, HashName>> = {
  '2a864886f70d010104': 'sha256', // md5WithRSAEncryption
  '2a864886f70d010105': 'sha256', // sha1WithRSAEncryption
  '2a864886f70d01010b': 'sha256', // sha256WithRSAEncryption
  '2a864886f70d01010c': 'sha384', // sha384WithRSAEncryption
  '2a864886f70d01010d': 'sha512', // sha512WithRSAEncryption
  '2a864886f70d01010e': 'sha224', // sha224WithRSAEncryption
  '2a8648ce3d0401': 'sha256', // ecdsa-with-SHA1
  '2a8648ce3d040301': 'sha224', // ecdsa-with-SHA224
  '2a8648ce3d040302': 'sha256', // ecdsa-with-SHA256
  '2a8648ce3d040303': 'sha384', // ecdsa-with-SHA384
  '2a8648ce3d040304': 'sha512', // ecdsa-with-SHA512
}

/** Hash algorithms in RSASSA-PSS parameters (RFC 4055 section 3.1). */
const HASHES: Readonly<Record<string, HashName>> = {
  '2b0e03021a': 'sha256', // id-sha1
  '608648016503040201': 'sha256',
  '608648016503040202': 'sha384',
  '608648016503040203': 'sha512',
  '608648016503040204': 'sha224',
}

/**
 * MD5 of the gss_channel_bindings_struct (MS-NLMP 2.2.2.1, RFC 4121 section 4.1.1.2): the value of MsvAvChannelBindings.
 * Null when the certificate is signed in a way for which RFC 5929 defines no hash (Ed25519).
 */
export function channelBindingHash(certificate: Uint8Array): Buffer | null {
  const endPoint = tlsServerEndPoint(certificate)
  if (endPoint === null) return null
  const data = Buffer.concat([Buffer.from('tls-server-end-point:', 'ascii'), endPoint])
  // No addresses: type and length of both are zero.
  const head = Buffer.alloc(20)
  head.writeUInt32LE(data.length, 16)
  return createHash('md5').update(head).update(data).digest()
}

/** The certificate, hashed as its own signature was (RFC 5929 section 4.1). */
export function tlsServerEndPoint(certificate: Uint8Array): Buffer | null {
  const hash = signatureHash(certificate)
  return hash === null ? null : createHash(hash).update(certificate).digest()
}

/** Certificate ::= SEQUENCE { tbsCertificate, signatureAlgorithm, signature } (RFC 5280 section 4.1). */
function signatureHash(certificate: Uint8Array): HashName | null {
  try {
    const { content } = der(certificate, 0)
    const algorithm = der(content, der(content, 0).next).content
    const oid = der(algorithm, 0)
    const name = hex(oid.content)
    if (name !== RSA_PSS) return SIGNATURES[name] ?? null
    return pssHash(algorithm.subarray(oid.next))
  } catch (error) {
    if (error instanceof RangeError) return null
    throw error
  }
}

/** RSASSA-PSS-params ::= SEQUENCE { hashAlgorithm [0] DEFAULT sha1, ... } */
function pssHash(parameters: Uint8Array): HashName | null {
  if (parameters.length === 0) return 'sha256'
  const { content } = der(parameters, 0)
  if (content.length === 0 || content[0] !== 0xa0) return 'sha256'
  const algorithm = der(der(content, 0).content, 0).content
  return HASHES[hex(der(algorithm, 0).content)] ?? null
}

/** One DER value. Errors: RangeError when it does not fit. */
function der(bytes: Uint8Array, at: number): DerValue {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const tag = view.readUInt8(at)
  const first = view.readUInt8(at + 1)
  const lengthBytes = first < 0x80 ? 0 : first & 0x7f
  const length = lengthBytes === 0 ? first : view.readUIntBE(at + 2, lengthBytes)
  const start = at + 2 + lengthBytes
  if (start + length > bytes.length) throw new RangeError('DER value is longer than its container')
  return { tag, content: bytes.subarray(start, start + length), next: start + length }
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
