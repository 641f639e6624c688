/** Makes self-signed TLS certificates for tests: valid ones, expired ones, ones of another host. Plain DER, so that no program is needed. */
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto'

export type TestCertificate = { key: string; cert: string }

const OID = {
  ecdsaSha256: '06082a8648ce3d040302',
  commonName: '0603550403',
  altName: '0603551d11',
  basic: '0603551d13',
}

/** RFC 5280. `hosts` are DNS names, the first one also the subject's; it is its own authority, so `cert` also serves as `ca`. */
export function testCertificate(hosts: string | readonly string[], notBefore: Date, notAfter: Date): TestCertificate {
  const names = [hosts].flat()
  const host = names[0] ?? 'localhost'
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const algorithm = der(0x30, hex(OID.ecdsaSha256))
  const name = der(0x30, der(0x31, der(0x30, hex(OID.commonName), der(0x0c, Buffer.from(host)))))
  const altName = der(0x30, hex(OID.altName), der(0x04, der(0x30, ...names.map((one) => der(0x82, Buffer.from(one))))))
  const basic = der(0x30, hex(OID.basic), der(0x04, der(0x30, der(0x01, Buffer.of(0xff)))))
  const body = der(
    0x30,
    der(0xa0, der(0x02, Buffer.of(2))),
    der(0x02, Buffer.concat([Buffer.of(1), randomBytes(8)])),
    algorithm,
    name,
    der(0x30, time(notBefore), time(notAfter)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, der(0x30, basic, altName)),
  )
  const signature = sign('sha256', body, privateKey)
  const certificate = der(0x30, body, algorithm, der(0x03, Buffer.of(0), signature))
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${certificate.toString('base64').replace(/.{64}(?=.)/g, '$&\n')}\n-----END CERTIFICATE-----\n`,
  }
}

function time(date: Date): Buffer {
  return der(0x18, Buffer.from(`${date.toISOString().replace(/[-:T]|\.\d+/g, '')}`))
}

function hex(text: string): Buffer {
  return Buffer.from(text, 'hex')
}

function der(tag: number, ...contents: Buffer[]): Buffer {
  const content = Buffer.concat(contents)
  const length = content.length
  const head = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255]
  return Buffer.concat([Buffer.of(tag, ...head), content])
}
