/**
 * Kerberos with a real KDC: tickets from a password, a keytab and a ready cache, a server that verifies SPNEGO through python3-gssapi
 * (MIT), and the simulated Exchange with the package `kerberos` on the server's side.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createKerberos, type Kerberos } from '../../src/exchange/auth/kerberos.ts'
import type { KerberosSecret } from '../../src/exchange/auth/kerberos-tickets.ts'
import { createEwsClient } from '../../src/exchange/ews/client.ts'
import { getFolder } from '../../src/exchange/ews/operations/get-folder.ts'
import { createExchangePool } from '../../src/exchange/pool/pool.ts'
import { instantClock, silentLog } from '../core/ews-script-server.ts'
import type { SignIn } from '../simulators/exchange/auth/sign-in.ts'
import { spnegoSignIn } from '../simulators/exchange/auth/spnego.ts'
import { startExchangeSimulator } from '../simulators/exchange/simulator.ts'
import {
  type CertificateFiles,
  certificateOf,
  type GssapiServer,
  gssapiServer,
  has,
  PYTHON,
  post,
  transportTo,
} from './gssapi.ts'
import { hasKdc, type Kdc, REALM, startKdc } from './kdc.ts'

const packageName: string = 'kerberos'
const hasPackage = await import(packageName).then(
  () => true,
  () => false,
)
const present = hasKdc && hasPackage && has(PYTHON, '-c', 'import gssapi') && has('openssl', 'version')
const PASSWORD = 'Secret 1 ü'

describe.skipIf(!present)(
  'Kerberos (skipped without krb5-kdc, krb5-admin-server, krb5-user, python3-gssapi and the package kerberos)',
  () => {
    let kdc: Kdc
    let keytab: string
    let serverKeytab: string
    let certificate: CertificateFiles
    let server: GssapiServer
    let kerberos: Kerberos
    const environment = { ...process.env }
    const open: { close(): unknown }[] = []

    beforeAll(async () => {
      kdc = await startKdc()
      kdc.admin(`addprinc -pw "${PASSWORD}" svc@${REALM}`)
      kdc.admin(`addprinc -pw "${PASSWORD}" +requires_preauth pre@${REALM}`)
      kdc.admin(`addprinc -randkey HTTP/localhost@${REALM}`)
      kdc.admin(`addprinc -randkey HTTP/mail.example.test@${REALM}`)
      keytab = kdc.keytab('svc.keytab', `svc@${REALM}`)
      serverKeytab = kdc.keytab('http.keytab', `HTTP/localhost@${REALM}`)
      certificate = certificateOf('RSA with SHA-256')
      Object.assign(process.env, kdc.env, { KRB5_KTNAME: `FILE:${serverKeytab}` })
      server = await gssapiServer({
        scheme: 'Negotiate',
        protection: 'off',
        certificate,
        env: { ...kdc.env, KRB5_KTNAME: serverKeytab },
      })
      kerberos = createKerberos({ clock: instantClock() })
    })

    afterEach(async () => {
      for (const one of open.splice(0).reverse()) await one.close()
    })

    afterAll(async () => {
      server.close()
      await kerberos.close()
      kdc.close()
      process.env = environment
    })

    function as(username: string, secret: KerberosSecret, servicePrincipal: string | null = null) {
      const transport = transportTo(kerberos.auth({ username, secret, servicePrincipal }), certificate.pem)
      open.push(transport)
      return () => post(transport, `https://localhost:${server.port}/EWS/Exchange.asmx`)
    }

    it('signs in with a password, once per connection, and proves the server', async () => {
      const call = as(`svc@${REALM}`, { kind: 'password', password: PASSWORD })
      expect(await call()).toEqual({ status: 200, body: `svc@${REALM} 1` })
      expect(await call()).toEqual({ status: 200, body: `svc@${REALM} 2` })
    })

    it('signs in with a keytab, and with a realm in small letters', async () => {
      const call = as(`svc@${REALM.toLowerCase()}`, { kind: 'keytab', path: keytab })
      expect(await call()).toEqual({ status: 200, body: `svc@${REALM} 1` })
    })

    it('signs in with a cache that somebody else keeps fresh', async () => {
      const name = `FILE:${join(keytab, '..', 'cache')}`
      execFileSync('kinit', ['-c', name, '-k', '-t', keytab, `svc@${REALM}`])
      expect((await as('svc', { kind: 'credential-cache', name })()).status).toBe(200)
    })

    it('signs in several accounts at once, each as itself', async () => {
      const accounts = ['svc', 'pre', 'svc', 'pre'].map((user) => ({
        user,
        call: as(user, { kind: 'password', password: PASSWORD }),
      }))
      const answers = await Promise.all(accounts.map(({ call }) => call()))
      expect(answers.map(({ body }) => body)).toEqual(accounts.map(({ user }) => `${user}@${REALM} 1`))
    })

    it.each([
      ['a wrong password', `pre@${REALM}`, { kind: 'password', password: 'no' }, null, 'wrong-password'],
      ['an unknown account', `who@${REALM}`, { kind: 'password', password: 'no' }, null, 'unknown-account'],
      ['a missing keytab', `svc@${REALM}`, { kind: 'keytab', path: '/nowhere/keytab' }, null, 'keytab'],
      ['an empty cache', 'svc', { kind: 'credential-cache', name: 'FILE:/nowhere/cache' }, null, 'no-ticket'],
      [
        'an unknown service',
        `svc@${REALM}`,
        { kind: 'password', password: PASSWORD },
        'HTTP/other.example.test@EXAMPLE.TEST',
        'unknown-service-principal',
      ],
    ] as const)('names %s, and sends nothing', async (_, username, secret, servicePrincipal, reason) => {
      const error = await as(username, secret, servicePrincipal)().catch((failure: unknown) => failure)
      expect(error).toMatchObject({ code: 'exchange.sign-in', fields: { reason, sent: 'no' } })
      expect(JSON.stringify(error)).not.toContain(PASSWORD)
    })

    it('is refused by a server that has not the key of the service', async () => {
      const call = as(`svc@${REALM}`, { kind: 'password', password: PASSWORD }, 'HTTP/mail.example.test')
      expect((await call()).status).toBe(401)
    })

    async function simulated(signIn: SignIn | null) {
      if (signIn === null) throw new Error('the package kerberos does not load')
      const tls = { cert: certificate.pem, key: readFileSync(certificate.key, 'utf8') }
      const simulator = await startExchangeSimulator({ tls, signIn })
      simulator.addServiceAccount(`svc@${REALM}`, '')
      simulator.addMailbox('alice@example.org')
      const ews = createEwsClient({
        url: simulator.url.replace('127.0.0.1', 'localhost'),
        auth: kerberos.auth({ username: 'svc', secret: { kind: 'keytab', path: keytab }, servicePrincipal: null }),
        clock: instantClock(),
        log: silentLog,
        tls: { ca: certificate.pem },
      })
      open.push(simulator, ews)
      const ids = [{ kind: 'distinguished', name: 'calendar' }] as const
      return () => ews.call(getFolder, { shape: { base: 'IdOnly' }, ids }, { mailbox: 'alice@example.org' })
    }

    it.each([true, false])('calls the simulated Exchange where connections persist: %s', async (persists) => {
      const call = await simulated(await spnegoSignIn('HTTP@localhost', { persists }))
      for (let i = 0; i < 3; i++) expect((await call())[0]?.kind).toBe('ok')
    })

    it('is what the pool signs in with, and a wrong password rests the account after one try', async () => {
      const signIn = await spnegoSignIn('HTTP@localhost', { persists: true })
      if (signIn === null) throw new Error('the package kerberos does not load')
      const tls = { cert: certificate.pem, key: readFileSync(certificate.key, 'utf8') }
      const simulator = await startExchangeSimulator({ tls, signIn })
      simulator.addServiceAccount(`svc@${REALM}`, '')
      simulator.addMailbox('alice@example.org')
      const ewsUrl = simulator.url.replace('127.0.0.1', 'localhost')
      const config = {
        type: 'kerberos',
        ewsUrl,
        tenantId: null,
        appId: null,
        clientSecret: null,
        certificateFile: null,
      } as const
      const accounts = [
        { kind: 'on-premises', name: 'svc', username: `svc@${REALM}`, password: null, keytabFile: keytab },
        { kind: 'on-premises', name: 'pre', username: `pre@${REALM}`, password: 'wrong' },
      ] as const
      const pool = createExchangePool({
        config,
        admins: () => accounts,
        clock: instantClock(),
        log: silentLog,
        random: { uuid: () => '', fraction: () => 0 },
        tls: { ca: certificate.pem },
      })
      open.push(simulator, pool)
      const ids = [{ kind: 'distinguished', name: 'calendar' }] as const
      for (let i = 0; i < 10; i++) {
        const call = { mailbox: 'alice@example.org' }
        const [answer] = await pool
          .clientFor(`person${i}@example.org`)
          .call(getFolder, { shape: { base: 'IdOnly' }, ids }, call)
        expect(answer?.kind).toBe('ok')
      }
      expect(pool.health()).toMatchObject([
        { account: 'svc', state: 'ready' },
        { account: 'pre', state: 'resting', refusals: 1, lastRefusal: { reason: 'wrong-password' } },
      ])
    })

    it('does not believe a server that lets the request in without proving itself', async () => {
      const honest = await spnegoSignIn('HTTP@localhost', { persists: true })
      const call = await simulated(
        honest &&
          (async (request, accounts) => {
            const outcome = await honest(request, accounts)
            return outcome.kind === 'account' ? { ...outcome, headers: {} } : outcome
          }),
      )
      await expect(call()).rejects.toMatchObject({
        code: 'exchange.sign-in',
        fields: { reason: 'server-not-proven', sent: 'maybe' },
      })
    })
  },
)

describe('Kerberos without the optional package', () => {
  it('says what to install', async () => {
    const missing = createKerberos({ clock: instantClock(), packageName: 'no-such-package-kerberos' })
    const auth = missing.auth({ username: 'svc', secret: { kind: 'password', password: 'x' }, servicePrincipal: null })
    if (auth.kind !== 'per-connection') throw new Error('unexpected kind')
    await expect(auth.begin({ host: 'h', certificate: null }).next(['Negotiate'])).rejects.toMatchObject({
      code: 'config.invalid',
      fields: { problems: expect.stringContaining('npm ci') },
    })
  })
})
