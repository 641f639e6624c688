/** OAuth app-only through MSAL against a local HTTPS authority and the simulated Exchange Online. */
import { execFileSync } from 'node:child_process'
import { createHash, verify, X509Certificate } from 'node:crypto'
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { oauthAuth } from '../../src/exchange/auth/oauth.ts'
import { createTokenSource, type OAuthOptions, readCertificate } from '../../src/exchange/auth/oauth-token.ts'
import { createEwsClient, type EwsClient } from '../../src/exchange/ews/client.ts'
import { getFolder } from '../../src/exchange/ews/operations/get-folder.ts'
import { bearerSignIn, type TokenVerdict } from '../simulators/exchange/auth/bearer.ts'
import { type ExchangeSimulator, startExchangeSimulator } from '../simulators/exchange/simulator.ts'
import { testCertificate } from './ews-certificate.ts'
import { silentLog } from './ews-script-server.ts'
import { type Authority, refusal, startAuthority, type TokenAnswer, tokenAnswer } from './oauth-authority.ts'
import { connectProxy } from './proxy-server.ts'

const DAY_MS = 86_400_000
const tls = testCertificate('localhost', new Date(Date.now() - DAY_MS), new Date(Date.now() + DAY_MS))
const MAILBOX = 'alice@example.org'
const APP = '11111111-2222-3333-4444-555555555555'

const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close()
})

type World = {
  authority: Authority
  server: ExchangeSimulator
  clock: ReturnType<typeof realClock>
  call: () => Promise<unknown>
}

/** MSAL reads the machine's clock, so ours starts there too. */
function realClock() {
  let offsetMs = 0
  const forward = (ms: number): void => {
    offsetMs += ms
  }
  return { nowMs: () => Date.now() + offsetMs, sleep: async (ms: number) => forward(ms), forward }
}

async function start(
  answers: TokenAnswer[],
  options: Partial<OAuthOptions> & { judge?: (token: string) => TokenVerdict } = {},
): Promise<World> {
  const { judge = (token) => (token.startsWith('good') ? { account: 'app' } : { diagnostics: '' }), ...oauth } = options
  const authority = await startAuthority(tls, answers)
  const server = await startExchangeSimulator({ tls, signIn: bearerSignIn(judge) })
  server.addServiceAccount('app', '')
  server.addMailbox(MAILBOX)
  const source = createTokenSource({
    appId: APP,
    tenantId: 'contoso.example',
    secret: { kind: 'secret', clientSecret: 'canary-secret' },
    authorityUrl: authority.url,
    audience: 'https://outlook.office365.com',
    tls: { ca: tls.cert },
    ...oauth,
  })
  const clock = realClock()
  const ews: EwsClient = createEwsClient({
    url: server.url.replace('127.0.0.1', 'localhost'),
    auth: oauthAuth(source, clock),
    clock,
    log: silentLog,
    tls: { ca: tls.cert },
  })
  open.push(authority, server, source, ews)
  const ids = [{ kind: 'distinguished', name: 'calendar' }] as const
  const call = async () => {
    const [answer] = await ews.call(getFolder, { shape: { base: 'IdOnly' }, ids }, { mailbox: MAILBOX })
    expect(answer?.kind).toBe('ok')
  }
  return { authority, server, clock, call }
}

describe('an application with a secret', () => {
  it('asks for one token, for the service and with nothing else, and keeps it', async () => {
    const { authority, call } = await start([tokenAnswer('good-1')])
    await Promise.all([call(), call(), call()])
    await call()
    expect(authority.asked).toHaveLength(1)
    expect(Object.fromEntries(authority.asked[0] ?? [])).toMatchObject({
      client_id: APP,
      client_secret: 'canary-secret',
      grant_type: 'client_credentials',
      scope: 'https://outlook.office365.com/.default',
    })
  })

  it('takes the audience of a national cloud', async () => {
    const { authority, call } = await start([tokenAnswer('good-1')], { audience: 'https://outlook.office365.us/EWS' })
    await call()
    expect(authority.asked[0]?.get('scope')).toBe('https://outlook.office365.us/.default')
  })

  it('renews before the end, and goes on with the old token while the authority is down', async () => {
    const { authority, clock, call } = await start([
      tokenAnswer('good-1'),
      { status: 503, body: {} },
      tokenAnswer('good-2', 9000),
    ])
    await call()
    clock.forward(3600_000 - 5 * 60_000)
    for (let i = 0; i < 3; i++) await call()
    expect(authority.asked).toHaveLength(2)
    clock.forward(61_000)
    for (let i = 0; i < 3; i++) await call()
    expect(authority.asked).toHaveLength(3)
  })

  it('gets one new token when Exchange refuses the old one in the middle of a pass, for all calls under way', async () => {
    let current = 'good-1'
    const judge = (token: string): TokenVerdict => (token === current ? { account: 'app' } : { diagnostics: '' })
    const { authority, clock, call } = await start([tokenAnswer('good-1'), tokenAnswer('good-2')], { judge })
    await call()
    current = 'good-2'
    clock.forward(10 * 60_000)
    await Promise.all([call(), call(), call(), call()])
    expect(authority.asked).toHaveLength(2)
  })

  it('does not ask for token after token when Exchange refuses a young one', async () => {
    const diagnostics = '2000003;reason="The audience claim value is invalid.";error_category="invalid_resource"'
    const { authority, call } = await start([tokenAnswer('bad-1'), tokenAnswer('bad-2')], {
      judge: () => ({ diagnostics }),
    })
    for (let i = 0; i < 3; i++)
      await expect(call()).rejects.toMatchObject({
        code: 'exchange.sign-in',
        fields: { status: 401, offered: 'Bearer', reason: 'wrong-audience' },
      })
    expect(authority.asked).toHaveLength(1)
  })

  it('names a missing role', async () => {
    const diagnostics =
      '2000008;reason="The token contains not enough scope to make this call.";error_category="invalid_grant"'
    const { call } = await start([tokenAnswer('bad-1')], { judge: () => ({ diagnostics }) })
    await expect(call()).rejects.toMatchObject({ code: 'exchange.sign-in', fields: { reason: 'missing-role' } })
  })

  it.each([
    ['in a header', { 'x-ms-diagnostics': '4000003;reason="EWS has been disabled for this organization."' }, ''],
    ['in a text', {}, 'Access to EWS is blocked for this application.'],
  ])('names EWS that is switched off, said %s', async (_, headers: Record<string, string>, body) => {
    const { server, call } = await start([tokenAnswer('good-1')])
    server.faults.add({ effect: { kind: 'http', status: 403, headers, body } })
    await expect(call()).rejects.toMatchObject({
      code: 'exchange.ews-blocked',
      fields: { status: 403, reason: 'ews-blocked', sent: 'no' },
    })
  })

  it.each([
    ['a wrong secret', refusal('7000215'), 'wrong-client-secret', 'AADSTS7000215'],
    ['an expired secret', refusal('7000222'), 'expired-client-secret', 'AADSTS7000222'],
    ['another tenant', refusal('90002', 'invalid_request'), 'unknown-tenant', 'AADSTS90002'],
    ['an unknown application', refusal('700016', 'unauthorized_client'), 'unknown-application', 'AADSTS700016'],
    ['another audience', refusal('500011', 'invalid_resource'), 'wrong-audience', 'AADSTS500011'],
    ['a code of tomorrow', refusal('9999999', 'invalid_grant'), 'invalid_grant', 'AADSTS9999999'],
  ])('names %s with the code of the authority, without its words', async (_, answer, reason, detail) => {
    const { call } = await start([answer])
    const error = await call().catch((failure: unknown) => failure)
    expect(error).toMatchObject({ code: 'exchange.sign-in', fields: { account: APP, reason, detail, sent: 'no' } })
    expect(JSON.stringify(error)).not.toContain('canary')
  })

  it.each([
    ['429 with an empty object', { status: 429, body: {} }, 'exchange.throttled'],
    ['429 with a time', { status: 429, body: {}, headers: { 'retry-after': '7200' } }, 'exchange.throttled'],
    ['200 with an empty object', { status: 200, body: {} }, 'exchange.throttled'],
    ['500', { status: 500, body: {} }, 'exchange.server-error'],
  ])('never takes %s for a token', async (_, answer, code) => {
    const { call } = await start([answer])
    await expect(call()).rejects.toMatchObject({ code, fields: { where: 'authority', sent: 'no' } })
  })

  it('names an authority that cannot be reached or trusted', async () => {
    const gone = await start([], { authorityUrl: 'https://localhost:1' })
    await expect(gone.call()).rejects.toMatchObject({
      code: 'exchange.unreachable',
      fields: { host: 'localhost:1', where: 'authority', reason: 'refused' },
    })
    const untrusted = await start([tokenAnswer('good-1')], { tls: undefined })
    await expect(untrusted.call()).rejects.toMatchObject({ code: 'exchange.tls', fields: { where: 'authority' } })
  })

  it('reaches the authority through the proxy', async () => {
    const proxy = await connectProxy()
    open.push(proxy)
    const httpsProxy = new URL(`http://127.0.0.1:${proxy.port}`)
    const { call } = await start([tokenAnswer('good-1')], { proxy: { httpsProxy, httpProxy: null, direct: [] } })
    await call()
    expect(proxy.tunnels.length).toBeGreaterThan(0)
  })
})

function withOpenssl(): string | null {
  try {
    const folder = mkdtempSync(join(tmpdir(), 'connector-oauth-'))
    const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')]
    const args = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '9', '-subj', '/CN=app', '-keyout', key]
    execFileSync('openssl', [...args, '-out', cert], { stdio: 'ignore' })
    return readFileSync(cert, 'utf8') + readFileSync(key, 'utf8')
  } catch {
    return null
  }
}
const rsa = withOpenssl()

describe.skipIf(rsa === null)('an application with a certificate (skipped without openssl)', () => {
  it('signs an assertion that the certificate verifies, for this authority', async () => {
    const pem = rsa ?? ''
    const { authority, call } = await start([tokenAnswer('good-1')], { secret: { kind: 'certificate', pem } })
    await call()
    const assertion = authority.asked[0]?.get('client_assertion') ?? ''
    const [head = '', payload = '', signature = ''] = assertion.split('.')
    const header = JSON.parse(Buffer.from(head, 'base64url').toString())
    const certificate = new X509Certificate(pem)
    const padding = header.alg === 'PS256' ? { padding: 6, saltLength: 32 } : { padding: 1 }
    const key = { key: certificate.publicKey, ...padding }
    expect(verify('sha256', Buffer.from(`${head}.${payload}`), key, Buffer.from(signature, 'base64url'))).toBe(true)
    const thumbprint = createHash('sha256').update(certificate.raw).digest('base64url')
    expect(String(header['x5t#S256']).replaceAll('=', '')).toBe(thumbprint)
    expect(JSON.parse(Buffer.from(payload, 'base64url').toString())).toMatchObject({
      aud: `${authority.url}/contoso.example/oauth2/v2.0/token`,
      iss: APP,
    })
    expect(authority.asked[0]?.has('client_secret')).toBe(false)
  })

  it('needs both the certificate and the key', () => {
    const pem = rsa ?? ''
    expect(readCertificate(pem).certificate.subject).toBe('CN=app')
    for (const part of [
      '',
      pem.slice(0, pem.indexOf('-----BEGIN PRIVATE')),
      pem.slice(pem.indexOf('-----BEGIN PRIVATE')),
    ])
      expect(() => readCertificate(part)).toThrow('config.invalid')
  })
})
