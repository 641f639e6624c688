/** Starts the GSSAPI server of the interop tests, makes real certificates with openssl, and calls as the connector does. */
import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { EwsAuth } from '../../src/exchange/auth/port.ts'
import { createSignedInTransport } from '../../src/exchange/http-auth.ts'
import type { HttpTransport } from '../../src/exchange/http-transport.ts'

export const PYTHON = '/usr/bin/python3'
const SERVER = fileURLToPath(new URL('./gssapi-server.py', import.meta.url))

export type CertificateFiles = { cert: string; key: string; pem: string; hash: 'sha256' | 'sha384' }

const KINDS = {
  'RSA with SHA-256': { hash: 'sha256', args: ['-newkey', 'rsa:2048', '-sha256'] },
  'RSA with SHA-1': { hash: 'sha256', args: ['-newkey', 'rsa:2048', '-sha1'] },
  'RSA-PSS with SHA-384': {
    hash: 'sha384',
    args: ['-newkey', 'rsa:2048', '-sha384', '-sigopt', 'rsa_padding_mode:pss', '-sigopt', 'rsa_pss_saltlen:48'],
  },
  'ECDSA with SHA-384': { hash: 'sha384', args: ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-384', '-sha384'] },
} as const

export type CertificateKind = keyof typeof KINDS

export function certificateOf(kind: CertificateKind, host = 'localhost'): CertificateFiles {
  const folder = mkdtempSync(join(tmpdir(), 'connector-certificate-'))
  const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')]
  const { hash, args } = KINDS[kind]
  const names = ['-subj', `/CN=${host}`, '-addext', `subjectAltName=DNS:${host}`]
  execFileSync('openssl', ['req', '-x509', '-nodes', '-days', '2', ...args, ...names, '-keyout', key, '-out', cert], {
    stdio: 'ignore',
  })
  return { cert, key, pem: readFileSync(cert, 'utf8'), hash }
}

export function has(program: string, ...args: string[]): boolean {
  try {
    execFileSync(program, args, { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

export type GssapiServer = { port: number; refusals(): string; close(): void }

export type GssapiOptions = {
  scheme: 'NTLM' | 'Negotiate'
  protection: 'off' | 'required'
  certificate: CertificateFiles
  env: Record<string, string>
  /** Another certificate's hash, to see a binding refused. */
  hash?: string
}

export async function gssapiServer(options: GssapiOptions): Promise<GssapiServer> {
  const { scheme, protection, certificate, env, hash = certificate.hash } = options
  const args = [SERVER, scheme, certificate.cert, certificate.key, protection, hash]
  const child = spawn(PYTHON, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
  let errors = ''
  child.stderr.on('data', (chunk: Buffer) => {
    errors += chunk.toString()
  })
  const port = await new Promise<number>((resolve, reject) => {
    child.stdout.once('data', (chunk: Buffer) => resolve(Number(chunk.toString().trim())))
    child.once('exit', () => reject(new Error(`the GSSAPI server ended: ${errors}`)))
  })
  return { port, refusals: () => errors, close: () => void child.kill() }
}

/** A transport as the EWS client uses it. */
export function transportTo(auth: EwsAuth, ca: string): HttpTransport {
  const limits = { requestTimeoutMs: 20_000, responseBytesMax: 1_000_000, connectTimeoutMs: 5_000, connectionsMax: 2 }
  return createSignedInTransport(auth, { ...limits, tls: { ca } })
}

/** Status and body of one POST. */
export async function post(transport: HttpTransport, url: string): Promise<{ status: number; body: string }> {
  const { status, body } = await transport.post({ url: new URL(url), headers: {}, body: '<request/>' })
  return { status, body: Buffer.from(body).toString('utf8') }
}
