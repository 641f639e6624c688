/** `pool test` against a simulated Exchange that plays each trouble: what is found, named, and how the command ends. */
import { afterEach, describe, expect, it } from 'vitest'
import { EXIT } from '../../src/cli/exit-codes.ts'
import { exitOfPool } from '../../src/cli/pool-json.ts'
import { renderPool } from '../../src/cli/render/pool.ts'
import { createExchangePool, type ExchangePoolOptions } from '../../src/exchange/pool/pool.ts'
import type { PoolAdmin, PoolConfig } from '../../src/exchange/pool/settings.ts'
import type { AccountCheck, PoolProgress, PoolReport } from '../../src/ports/pool-report.ts'
import { BASIC_POOL } from '../basic-pool.ts'
import { bearerSignIn, type TokenVerdict } from '../simulators/exchange/auth/bearer.ts'
import { ntlmSignIn } from '../simulators/exchange/auth/ntlm.ts'
import { type ExchangeSimulator, startExchangeSimulator } from '../simulators/exchange/simulator.ts'
import { testCertificate } from './ews-certificate.ts'
import { silentLog } from './ews-script-server.ts'
import { startAuthority, tokenAnswer } from './oauth-authority.ts'

const DAY_MS = 86_400_000
const tls = testCertificate('localhost', new Date(Date.now() - DAY_MS), new Date(Date.now() + 90 * DAY_MS))
const PEOPLE = ['anna@example.org', 'ben@example.org', 'cleo@example.org']

const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close()
})

type Simulated = Parameters<typeof startExchangeSimulator>[0]

async function exchange(options: Simulated = {}, accounts = ['svc-a', 'svc-b']): Promise<ExchangeSimulator> {
  const server = await startExchangeSimulator(options)
  for (const email of PEOPLE)
    server
      .addMailbox(email)
      .addEvent({ subject: 'Meeting', start: '2026-03-02T09:00:00Z', end: '2026-03-02T10:00:00Z' } as never)
  for (const name of accounts) server.addServiceAccount(name, 'secret')
  open.push(server)
  return server
}

function admin(name: string, password = 'secret'): PoolAdmin {
  return { kind: 'on-premises', name, username: name, password }
}

type Asked = Partial<ExchangePoolOptions> & { type?: PoolConfig['type']; mailboxes?: string[]; skewMs?: number }

async function test(url: string, admins: PoolAdmin[], asked: Asked = {}) {
  const { type = 'basic', mailboxes = PEOPLE, skewMs = 0, config, ...rest } = asked
  let offsetMs = skewMs
  const clock = {
    nowMs: () => Date.now() + offsetMs,
    sleep: async (ms: number) => {
      offsetMs += ms
    },
  }
  const pool = createExchangePool({
    config: { ...BASIC_POOL, ...config, type, ewsUrl: url },
    admins: () => admins,
    clock,
    log: silentLog,
    random: { uuid: () => 'tester', fraction: () => 0 },
    tls: { ca: tls.cert },
    ...rest,
  })
  open.push(pool)
  const progress: PoolProgress[] = []
  const check = () =>
    pool.check({ mailboxes, signal: new AbortController().signal, onProgress: (one) => progress.push(one) })
  return { pool, progress, check, report: await check() }
}

function outcomes({ steps }: AccountCheck): string {
  return steps.map(({ name, outcome }) => `${name} ${outcome}`).join(', ')
}

function only({ accounts }: PoolReport): AccountCheck {
  const [account] = accounts
  if (account === undefined || accounts.length !== 1) throw new Error('one account')
  return account
}

const said = (report: PoolReport) =>
  renderPool(report, { width: 100, color: false, redact: (text: string) => text } as never)

describe('a pool where all is well', () => {
  it('names every step, counts folders, and only reads', async () => {
    const server = await exchange()
    const { report, progress } = await test(server.url, [admin('svc-a'), admin('svc-b')])
    expect(report.accounts.map(outcomes)).toEqual([
      'reach ok, tls warning, sign-in ok, version ok, mailboxes ok, throttling ok',
      'reach ok, tls warning, sign-in ok, version ok, mailboxes ok, throttling ok',
    ])
    expect(report.accounts[0]?.mailboxes.map(({ email, counts, mayWrite }) => ({ email, counts, mayWrite }))).toEqual(
      PEOPLE.map((email) => ({ email, counts: { calendar: 1, tasks: 0, contacts: 0 }, mayWrite: true })),
    )
    expect(report.accounts[0]?.steps.find(({ name }) => name === 'version')?.note).toBe('15.2.1544.9')
    expect(report.accounts[0]?.throttling).toEqual({ answered: 10, tried: 10, pauseMs: 0 })
    expect([...new Set(server.requests.list.map(({ operation }) => operation))].sort()).toEqual([
      'FindItem',
      'GetFolder',
      'GetServerTimeZones',
    ])
    expect(exitOfPool(report)).toBe(EXIT.inStep)
    expect(said(report)).toMatch(/2 of 2 accounts can be used/)
    expect(progress.filter(({ account }) => account === 'svc-a').length).toBeGreaterThan(5)
  })

  it('tells the protocol and how long the certificate lasts', async () => {
    const server = await exchange({ tls })
    const { report } = await test(server.url.replace('127.0.0.1', 'localhost'), [admin('svc-a')])
    expect(only(report).steps[1]).toMatchObject({
      outcome: 'ok',
      note: expect.stringMatching(/^TLSv1\.3, .*localhost, (89|90) days$/),
    })
    expect(only(report).causes).toEqual([])
  })
})

describe('a trouble', () => {
  it('a wrong password of one account: exit 4, the other can be used, and it costs one try', async () => {
    const server = await exchange()
    const { report } = await test(server.url, [admin('svc-a', 'wrong'), admin('svc-b')])
    expect(report.accounts.map(outcomes)).toEqual([
      'reach ok, tls warning, sign-in failed, version skipped, mailboxes skipped, throttling skipped',
      'reach ok, tls warning, sign-in ok, version ok, mailboxes ok, throttling ok',
    ])
    expect([exitOfPool(report), server.signIns.refused('svc-a')]).toEqual([EXIT.accessRefused, 1])
    expect(said(report)).toMatch(/refused the sign-in of svc-a[\s\S]*1 of 2 accounts/)
    expect(said(report)).not.toContain('wrong\n')
  })

  it('a resting account is tried at once when a person asks, but never a fourth time in half an hour', async () => {
    const server = await exchange({}, ['svc-a'])
    const { check } = await test(server.url, [admin('svc-a', 'wrong')])
    for (let time = 0; time < 5; time++) await check()
    expect(server.signIns.refused('svc-a')).toBe(3)
    expect(only(await check()).steps[2]?.error?.code).toBe('exchange.account-resting')
    expect(server.signIns.lockouts()).toBe(0)
  })

  it('an account that was corrected works again with the next test', async () => {
    const server = await exchange({}, ['svc-a'])
    const { check, pool } = await test(server.url, [admin('svc-a', 'later')])
    server.addServiceAccount('svc-a', 'later')
    expect(exitOfPool(await check())).toBe(EXIT.inStep)
    expect(pool.health()).toMatchObject([{ state: 'ready', refusals: 0 }])
  })

  it.each([
    ['behind a proxy that ends TLS', { ...tls }, testCertificate('other', new Date(), new Date()).cert],
    ['without TLS', undefined, tls.cert],
  ])('Extended Protection is required, %s', async (_, certificate, expected) => {
    const signIn = ntlmSignIn({ extendedProtection: 'required', certificate: expected })
    const server = await exchange({ ...(certificate && { tls: certificate }), signIn })
    const url = server.url.replace('127.0.0.1', 'localhost')
    const { report } = await test(url, [admin('svc-a'), admin('svc-b')], { type: 'ntlm' })
    expect(report.accounts.map(({ causes }) => causes)).toEqual([
      ['extended-protection-or-password'],
      ['extended-protection-or-password'],
    ])
    expect(exitOfPool(report)).toBe(EXIT.accessRefused)
    expect(said(report)).toContain('Extended Protection')
  })

  it('NTLM works for one and not for the other: that is the password', async () => {
    const signIn = ntlmSignIn({ extendedProtection: 'required', certificate: tls.cert })
    const server = await exchange({ tls, signIn })
    const url = server.url.replace('127.0.0.1', 'localhost')
    const { report } = await test(url, [admin('svc-a'), admin('svc-b', 'wrong')], { type: 'ntlm' })
    expect(report.accounts.map(({ causes }) => causes)).toEqual([[], []])
    expect(report.accounts.map((one) => one.steps[2]?.outcome)).toEqual(['ok', 'failed'])
  })

  it('the configured sign-in is not offered: no password is tried', async () => {
    const server = await exchange()
    const { report } = await test(server.url, [admin('svc-a')], { type: 'ntlm' })
    expect(only(report).causes).toEqual(['scheme-not-offered'])
    expect([server.signIns.refused('svc-a'), exitOfPool(report)]).toEqual([0, EXIT.accessRefused])
  })

  it('the role is missing, or ends before some mailboxes', async () => {
    const server = await exchange()
    server.addServiceAccount('svc-a', 'secret', { impersonation: false })
    server.faults.add({ mailbox: 'ben@example.org', effect: { kind: 'soapFault', code: 'ErrorImpersonateUserDenied' } })
    const { report } = await test(server.url, [admin('svc-a'), admin('svc-b')])
    expect(report.accounts.map(({ causes }) => causes)).toEqual([['missing-role'], ['outside-scope']])
    expect(exitOfPool(report)).toBe(EXIT.accessRefused)
    expect(said(report)).toMatch(/may not act for the mailbox ben@example\.org/)
  })

  it('a mailbox that is not there is named, and the others are read', async () => {
    const server = await exchange({}, ['svc-a'])
    const { report } = await test(server.url, [admin('svc-a')], { mailboxes: ['nobody@example.org', ...PEOPLE] })
    expect(only(report).steps[4]).toMatchObject({ outcome: 'failed', note: '3 of 4' })
    expect(said(report)).toMatch(/knows no mailbox nobody@example\.org/)
  })

  it('the server cannot be reached: exit 69', async () => {
    const { report } = await test('http://127.0.0.1:9/EWS/Exchange.asmx', [admin('svc-a')])
    expect([outcomes(only(report)), exitOfPool(report)]).toEqual([
      'reach failed, tls skipped, sign-in skipped, version skipped, mailboxes skipped, throttling skipped',
      EXIT.unreachable,
    ])
  })

  it('the certificate is not trusted: exit 69, told as that', async () => {
    const server = await exchange({ tls })
    const { report } = await test(server.url, [admin('svc-a')])
    expect([only(report).steps[1]?.error?.code, exitOfPool(report)]).toEqual(['exchange.tls', EXIT.unreachable])
    expect(server.signIns.refused('svc-a')).toBe(0)
  })

  it('the server asks for patience: exit 75', async () => {
    const server = await exchange({}, ['svc-a'])
    server.faults.add({ effect: { kind: 'unavailable', retryAfterSeconds: 600 } })
    const { report } = await test(server.url, [admin('svc-a')])
    expect([only(report).steps[2]?.error?.code, exitOfPool(report)]).toEqual(['exchange.throttled', EXIT.throttled])
  })

  it('the server bears fewer at once: told, and no failure', async () => {
    const server = await exchange({}, [])
    server.addServiceAccount('svc-a', 'secret', { connectionsMax: 4 })
    server.faults.add({ operation: 'GetServerTimeZones', effect: { kind: 'delay', ms: 30 } })
    const { report } = await test(server.url, [admin('svc-a')])
    expect(only(report).throttling?.answered).toBeLessThan(10)
    expect(only(report).steps[5]?.outcome).toBe('warning')
    expect(exitOfPool(report)).toBe(EXIT.inStep)
  })
})

describe('Microsoft 365', () => {
  const APP: PoolAdmin = {
    kind: 'cloud',
    name: 'app',
    appId: 'app',
    clientSecret: 'canary',
    tenantId: 'contoso.example',
  }
  const cloud = async (judge: (token: string) => TokenVerdict, fault?: { status: number; body: string }) => {
    const authority = await startAuthority(tls, [tokenAnswer('token-1')])
    const server = await exchange({ tls, signIn: bearerSignIn(judge) }, ['app'])
    if (fault) server.faults.add({ effect: { kind: 'http', ...fault } })
    open.push(authority)
    const config = { ...BASIC_POOL, authorityUrl: authority.url }
    const { report } = await test(server.url.replace('127.0.0.1', 'localhost'), [APP], { type: 'cloud', config })
    return report
  }

  it.each([
    [
      'wrong-audience',
      '2000003;reason="The audience claim value is invalid for current resource.";error_category="invalid_resource"',
    ],
    [
      'missing-permission',
      '2000008;reason="The token contains no permissions, or permissions can not be understood. Roles";error_category="invalid_grant"',
    ],
    ['clock-skew', null],
  ])('%s is told as what it is', async (cause, diagnostics) => {
    if (diagnostics !== null) {
      const report = await cloud(() => ({ diagnostics }))
      expect([only(report).causes, exitOfPool(report)]).toEqual([[cause], EXIT.accessRefused])
      return
    }
    const server = await exchange({ tls, signIn: bearerSignIn(() => ({ account: 'app' })) }, ['app'])
    const asked = { type: 'cloud' as const, skewMs: 11 * 60_000 }
    const { report } = await test(server.url.replace('127.0.0.1', 'localhost'), [APP], asked)
    expect([only(report).causes, exitOfPool(report)]).toEqual([[cause], EXIT.accessRefused])
    expect(only(report).steps[0]?.note).toMatch(/clock -66\d s|clock -6[56]\d s/)
  })

  it('blocks EWS since October 2026: named, with the allow list', async () => {
    const body = 'EWS access is blocked for this application.'
    const report = await cloud(() => ({ account: 'app' }), { status: 403, body })
    expect([only(report).causes, only(report).steps[2]?.error?.code]).toEqual([['ews-blocked'], 'exchange.ews-blocked'])
    expect(exitOfPool(report)).toBe(EXIT.accessRefused)
    expect(said(report)).toMatch(/allow list/)
  })
})
