/** The EWS client over NTLM against the simulated Exchange, which checks proof, integrity code and channel binding on its own. */
import { afterEach, describe, expect, it } from 'vitest'
import { ntlmAuth } from '../../src/exchange/auth/ntlm.ts'
import { createEwsClient, type EwsClient, type EwsClientOptions } from '../../src/exchange/ews/client.ts'
import { getFolder } from '../../src/exchange/ews/operations/get-folder.ts'
import { createExchangePool } from '../../src/exchange/pool/pool.ts'
import { type NtlmAttempt, type NtlmServerOptions, ntlmSignIn } from '../simulators/exchange/auth/ntlm.ts'
import { type ExchangeSimulator, startExchangeSimulator } from '../simulators/exchange/simulator.ts'
import { testCertificate } from './ews-certificate.ts'
import { instantClock, silentLog } from './ews-script-server.ts'
import { connectProxy } from './proxy-server.ts'

const DAY_MS = 86_400_000
const certificate = testCertificate('localhost', new Date(Date.now() - DAY_MS), new Date(Date.now() + DAY_MS))
const MAILBOX = 'alice@example.org'

const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close()
})

type Account = { username: string; password: string }
const SVC: Account = { username: 'EXAMPLE\\svc', password: 'Pässwörd 1' }

async function start(
  options: Partial<NtlmServerOptions> & { account?: Account; known?: Account; client?: Partial<EwsClientOptions> } = {},
): Promise<{ server: ExchangeSimulator; ews: EwsClient; attempts: NtlmAttempt[] }> {
  const { account = SVC, known = account, client = {}, ...ntlm } = options
  const attempts: NtlmAttempt[] = []
  const signIn = ntlmSignIn({ extendedProtection: 'required', certificate: certificate.cert, attempts, ...ntlm })
  const server = await startExchangeSimulator({ tls: certificate, signIn })
  server.addMailbox(MAILBOX)
  server.addServiceAccount(known.username, known.password)
  const ews = createEwsClient({
    url: server.url.replace('127.0.0.1', 'localhost'),
    auth: ntlmAuth({ ...account, clock: instantClock(), workstation: 'SYNC01' }),
    clock: instantClock(),
    log: silentLog,
    tls: { ca: certificate.cert },
    ...client,
  })
  open.push(server, ews)
  return { server, ews, attempts }
}

function calendar(ews: EwsClient) {
  const ids = [{ kind: 'distinguished', name: 'calendar' }] as const
  return ews.call(getFolder, { shape: { base: 'IdOnly' }, ids }, { mailbox: MAILBOX })
}

describe('NTLM', () => {
  it('SRV-3: signs in with Extended Protection required, once for many calls', async () => {
    const { ews, attempts } = await start()
    for (let i = 0; i < 4; i++) expect((await calendar(ews))[0]?.kind).toBe('ok')
    expect(attempts).toEqual([
      { user: 'svc', domain: 'EXAMPLE', verdict: 'ok', mic: true, targetName: 'HTTP/localhost' },
    ])
  })

  it.each([
    ['svc@example.org', { user: 'svc@example.org', domain: '' }],
    ['svc', { user: 'svc', domain: '' }],
    ['EXAMPLE\\svc', { user: 'svc', domain: 'EXAMPLE' }],
  ])('signs in as %s', async (username, expected) => {
    const { ews, attempts } = await start({ account: { username, password: 'x' } })
    expect((await calendar(ews))[0]?.kind).toBe('ok')
    expect(attempts).toMatchObject([expected])
  })

  it('signs in to a server that gives no time, without an integrity code', async () => {
    const { ews, attempts } = await start({ timestamp: false })
    expect((await calendar(ews))[0]?.kind).toBe('ok')
    expect(attempts).toMatchObject([{ verdict: 'ok', mic: false }])
  })

  it('is chosen among other schemes', async () => {
    const { ews } = await start({ alsoOffered: ['Negotiate', 'Basic realm="exchange"'] })
    expect((await calendar(ews))[0]?.kind).toBe('ok')
  })

  it('tries a wrong password once and says what the server offers', async () => {
    const { ews, attempts } = await start({ known: { ...SVC, password: 'another' } })
    await expect(calendar(ews)).rejects.toMatchObject({
      code: 'exchange.sign-in',
      fields: { status: 401, offered: 'NTLM', sent: 'no' },
    })
    expect(attempts).toMatchObject([{ verdict: 'wrong-password' }])
  })

  it('is refused when the certificate is not the one that the server has, as behind a proxy that ends TLS', async () => {
    const other = testCertificate('localhost', new Date(Date.now() - DAY_MS), new Date(Date.now() + DAY_MS))
    const { ews, attempts } = await start({ certificate: other.cert })
    await expect(calendar(ews)).rejects.toMatchObject({ code: 'exchange.sign-in' })
    expect(attempts).toMatchObject([{ verdict: 'wrong-channel-binding' }])
  })

  it('signs in each of several connections at once', async () => {
    const { server, ews, attempts } = await start()
    server.faults.add({ effect: { kind: 'delay', ms: 30 }, times: 5 })
    await Promise.all(Array.from({ length: 5 }, () => calendar(ews)))
    expect(attempts.length).toBe(5)
    expect(attempts.every(({ verdict }) => verdict === 'ok')).toBe(true)
  })

  it('is what the pool signs in with where the configuration says so', async () => {
    const { server, attempts } = await start()
    const admin = { kind: 'on-premises', name: 'svc', ...SVC } as const
    const config = {
      type: 'ntlm',
      ewsUrl: server.url.replace('127.0.0.1', 'localhost'),
      tenantId: null,
      appId: null,
      clientSecret: null,
      certificateFile: null,
    } as const
    const pool = createExchangePool({
      config,
      admins: () => [admin],
      clock: instantClock(),
      log: silentLog,
      random: { uuid: () => '', fraction: () => 0 },
      tls: { ca: certificate.cert },
    })
    open.push(pool)
    for (let i = 0; i < 3; i++) expect((await calendar(pool.clientFor(MAILBOX)))[0]?.kind).toBe('ok')
    expect(attempts).toMatchObject([{ user: 'svc', verdict: 'ok', mic: true }])
    expect(pool.health()).toMatchObject([{ account: 'svc', state: 'ready' }])
  })

  it('goes through a proxy with CONNECT, still bound to the certificate of Exchange', async () => {
    const proxy = await connectProxy({ username: 'me', password: 's p:' })
    open.push(proxy)
    const httpsProxy = new URL(`http://me:s%20p%3A@127.0.0.1:${proxy.port}`)
    const { ews, attempts } = await start({ client: { proxy: { httpsProxy, httpProxy: null, direct: [] } } })
    expect((await calendar(ews))[0]?.kind).toBe('ok')
    expect(attempts).toMatchObject([{ verdict: 'ok' }])
    expect(proxy.tunnels).toEqual([expect.stringMatching(/^localhost:\d+$/)])
  })

  it('names a proxy that refuses, and leaves it out for the hosts that are reached directly', async () => {
    const proxy = await connectProxy({ username: 'me', password: 'right' })
    open.push(proxy)
    const httpsProxy = new URL(`http://me:wrong@127.0.0.1:${proxy.port}`)
    const refused = await start({ client: { proxy: { httpsProxy, httpProxy: null, direct: [] } } })
    await expect(calendar(refused.ews)).rejects.toMatchObject({
      code: 'exchange.unreachable',
      fields: { reason: 'proxy-407', sent: 'no' },
    })
    const direct = await start({ client: { proxy: { httpsProxy, httpProxy: null, direct: ['localhost'] } } })
    expect((await calendar(direct.ews))[0]?.kind).toBe('ok')
  })
})
