/**
 * NTLM in both directions with programs that we did not write: our client against gss-ntlmssp behind the system's GSSAPI, and curl
 * and python3-requests-ntlm against the simulated Exchange, with Extended Protection off and required.
 */
import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, describe, expect, it } from 'vitest'
import { ntlmAuth } from '../../src/exchange/auth/ntlm.ts'
import { type NtlmAttempt, ntlmSignIn } from '../simulators/exchange/auth/ntlm.ts'
import { startExchangeSimulator } from '../simulators/exchange/simulator.ts'
import { type CertificateKind, certificateOf, gssapiServer, has, PYTHON, post, transportTo } from './gssapi.ts'

const run = promisify(execFile)
const hasGss =
  has(PYTHON, '-c', 'import gssapi') && existsSync('/etc/gss/mech.d/mech.ntlmssp.conf') && has('openssl', 'version')
const hasCurl = has('sh', '-c', 'curl --version | grep -q NTLM')
const hasRequests = has(PYTHON, '-c', 'import requests_ntlm')
const KINDS: readonly CertificateKind[] = [
  'RSA with SHA-256',
  'RSA with SHA-1',
  'RSA-PSS with SHA-384',
  'ECDSA with SHA-384',
]

const open: { close(): unknown }[] = []
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close()
})

function auth(username: string, password: string) {
  return ntlmAuth({ username, password, clock: { nowMs: () => Date.now() }, workstation: 'SYNC01' })
}

describe.skipIf(!hasGss)('our NTLM client and gss-ntlmssp (skipped without python3-gssapi and gss-ntlmssp)', () => {
  const users = join(mkdtempSync(join(tmpdir(), 'connector-ntlm-')), 'users')
  writeFileSync(users, 'EXAMPLE:svc:Pässwörd 1\n')
  const env = { NTLM_USER_FILE: users }

  async function start(kind: CertificateKind, protection: 'off' | 'required', hash?: string) {
    const certificate = certificateOf(kind)
    const server = await gssapiServer({ scheme: 'NTLM', protection, certificate, env, ...(hash ? { hash } : {}) })
    open.push(server)
    const as = (username: string, password: string) => {
      const transport = transportTo(auth(username, password), certificate.pem)
      open.push(transport)
      return () => post(transport, `https://localhost:${server.port}/EWS/Exchange.asmx`)
    }
    return { server, as }
  }

  it.each(KINDS)(
    'agree on the channel binding of a certificate signed by %s, and keep the connection',
    async (kind) => {
      const { as } = await start(kind, 'required')
      const call = as('EXAMPLE\\svc', 'Pässwörd 1')
      expect(await call()).toEqual({ status: 200, body: 'EXAMPLE\\svc 1' })
      expect(await call()).toEqual({ status: 200, body: 'EXAMPLE\\svc 2' })
    },
  )

  it('agree without Extended Protection', async () => {
    const { as } = await start('RSA with SHA-256', 'off')
    expect((await as('EXAMPLE\\SVC', 'Pässwörd 1')()).status).toBe(200)
  })

  it('agree that another binding, another password and another user are refused', async () => {
    const bound = await start('RSA with SHA-256', 'required', 'sha512')
    expect((await bound.as('EXAMPLE\\svc', 'Pässwörd 1')()).status).toBe(401)
    const { server, as } = await start('RSA with SHA-256', 'required')
    expect((await as('EXAMPLE\\svc', 'passwort 1')()).status).toBe(401)
    expect((await as('EXAMPLE\\other', 'Pässwörd 1')()).status).toBe(401)
    await expect.poll(() => server.refusals().match(/refused:/g)?.length).toBe(2)
  })
})

async function simulated(kind: CertificateKind, extendedProtection: 'off' | 'required') {
  const attempts: NtlmAttempt[] = []
  const certificate = certificateOf(kind)
  const { pem, hash } = certificate
  const signIn = ntlmSignIn({ extendedProtection, certificate: pem, certificateHash: hash, attempts })
  const tls = { cert: pem, key: readFileSync(certificate.key, 'utf8') }
  const server = await startExchangeSimulator({ tls, signIn })
  server.addServiceAccount('EXAMPLE\\svc', 'Secret 1')
  open.push(server)
  return { url: server.url.replace('127.0.0.1', 'localhost'), certificate, attempts }
}

describe.skipIf(!hasCurl || !has('openssl', 'version'))(
  'curl --ntlm and the simulated Exchange (skipped without curl with NTLM)',
  () => {
    const curl = async (url: string, cacert: string, user: string) => {
      const args = ['-sS', '--cacert', cacert, '--ntlm', '-u', user, '-o', '/dev/null', '-w', '%{http_code}', url]
      return (await run('curl', args)).stdout
    }

    it('agree without Extended Protection', async () => {
      const { url, certificate, attempts } = await simulated('RSA with SHA-256', 'off')
      expect(await curl(url, certificate.cert, 'EXAMPLE\\svc:Secret 1')).toBe('200')
      expect(await curl(url, certificate.cert, 'EXAMPLE\\svc:wrong')).toBe('401')
      expect(attempts.map(({ verdict }) => verdict)).toEqual(['ok', 'wrong-password'])
    })

    it('part where Extended Protection is required, because curl binds nothing', async () => {
      const { url, certificate, attempts } = await simulated('RSA with SHA-256', 'required')
      expect(await curl(url, certificate.cert, 'EXAMPLE\\svc:Secret 1')).toBe('401')
      expect(attempts.map(({ verdict }) => verdict)).toEqual(['no-channel-binding'])
    })
  },
)

const REQUESTS = `
import sys, requests
from requests_ntlm import HttpNtlmAuth
url, ca, password = sys.argv[1:4]
session = requests.Session()
session.trust_env = False
session.verify = ca
session.auth = HttpNtlmAuth('EXAMPLE\\\\svc', password)
print(session.get(url).status_code)
`

describe.skipIf(!hasRequests || !has('openssl', 'version'))(
  'python3-requests-ntlm and the simulated Exchange (skipped without it)',
  () => {
    it.each(['RSA with SHA-256', 'ECDSA with SHA-384'] as const)(
      'agree on the channel binding of a certificate signed by %s',
      async (kind) => {
        const { url, certificate, attempts } = await simulated(kind, 'required')
        const get = async (password: string) =>
          (await run(PYTHON, ['-W', 'ignore', '-c', REQUESTS, url, certificate.cert, password])).stdout.trim()
        expect(await get('Secret 1')).toBe('200')
        expect(await get('wrong')).toBe('401')
        expect(attempts.map(({ verdict, mic }) => ({ verdict, mic }))).toEqual([
          { verdict: 'ok', mic: true },
          { verdict: 'wrong-password', mic: true },
        ])
      },
    )
  },
)
