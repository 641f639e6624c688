/** What autodiscover found: kept for all replicas and runs, for a day, and searched for again when the address fails; and which credentials go where. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { CHEAP, getServerTimeZones } from '../../src/exchange/ews/operations/get-server-time-zones.ts'
import type { FleetConfig } from '../../src/exchange/fleet/finding.ts'
import { memoryEndpointBook } from '../../src/open/known-endpoints.ts'
import type { Clock } from '../../src/ports/clock.ts'
import { ConnectorError } from '../../src/ports/errors.ts'
import { openStateStore } from '../../src/state/open.ts'
import type { SqlStateStore } from '../../src/state/store.ts'
import { bearerSignIn } from '../simulators/exchange/auth/bearer.ts'
import { ntlmSignIn } from '../simulators/exchange/auth/ntlm.ts'
import type { ExchangeSimulator } from '../simulators/exchange/simulator.ts'
import {
  CERTIFICATE,
  fleetOn,
  NAMES,
  type Network,
  ON_PREMISES,
  openNetwork,
  type TestFleet,
} from './autodiscover-network.ts'
import { type Authority, startAuthority, tokenAnswer } from './oauth-authority.ts'

const ANNA = 'anna@corp.test'
const CLEO = 'cleo@corp.test'
const CLOUD_URL = `https://${NAMES.cloud}/EWS/Exchange.asmx`
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

let network: Network
let fleets: TestFleet[]
let authority: Authority | null = null
beforeEach(async () => {
  network = await openNetwork()
  fleets = []
})
afterEach(async () => {
  for (const fleet of fleets) await fleet.close()
  await network.close()
  await authority?.close()
  authority = null
})

function fleet(options: Parameters<typeof fleetOn>[1] = {}): TestFleet {
  const made = fleetOn(network, options)
  fleets.push(made)
  return made
}

async function onPremises(options: Parameters<Network['serve']>[1] = {}): Promise<ExchangeSimulator> {
  const exchange = await network.serve([NAMES.mail, 'autodiscover.corp.test'], options)
  exchange.addServiceAccount('svc', 'secret')
  exchange.addMailbox(ANNA)
  return exchange
}

async function errorOf(work: Promise<unknown>): Promise<ConnectorError> {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof ConnectorError)) throw error ?? new Error('nothing was thrown')
  return error
}

function call(tested: TestFleet, email: string) {
  return tested.clientFor(email).call(getServerTimeZones, CHEAP, { mailbox: email })
}

const REAL_CLOCK: Clock = {
  nowMs: () => Date.now(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer)
        resolve()
      }
      const timer = setTimeout(done, ms)
      signal?.addEventListener('abort', done, { once: true })
      if (signal?.aborted) done()
    }),
}

describe('what was found', () => {
  let directory: string
  let stores: SqlStateStore[]
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'autodiscover-'))
    stores = []
  })
  afterEach(async () => {
    for (const store of stores) await store.close()
    rmSync(directory, { recursive: true })
  })

  /** A replica, or the next run: the same database, nothing in memory. */
  async function replica(options: Parameters<typeof fleetOn>[1] = {}): Promise<TestFleet> {
    const connectionString = `sqlite:${join(directory, 'state.db')}`
    const store = await openStateStore({ connectionString, archiveKey: new Uint8Array(32) })
    await store.migrate()
    stores.push(store)
    return fleet({ endpoints: store.endpoints, ...options })
  }

  it('is used by other replicas and the next run, for a day', async () => {
    const exchange = await onPremises()
    const first = await (await replica()).endpointOf(ANNA)
    const second = await replica()
    second.advance(23 * HOUR_MS)
    expect(await second.endpointOf('Anna@Corp.Test')).toEqual(first)
    expect(exchange.autodiscover.requests.length).toBe(1)
    second.advance(2 * HOUR_MS)
    await second.endpointOf(ANNA)
    expect(exchange.autodiscover.requests.length).toBe(2)
  })

  it('is asked for again when the address fails, and not at every failure', async () => {
    const exchange = await onPremises()
    const one = await replica()
    await call(one, ANNA)
    exchange.autodiscover.urls = { external: 'https://mail2.corp.test/EWS/Exchange.asmx', internal: null }
    network.routes.delete('mail.corp.test:443')
    const other = await replica()
    other.advance(5 * 60_000)
    expect((await errorOf(call(other, ANNA))).code).toBe('exchange.unreachable')
    expect((await other.endpointOf(ANNA)).url).toBe('https://mail2.corp.test/EWS/Exchange.asmx')
    const asked = exchange.autodiscover.requests.length
    await errorOf(call(other, ANNA))
    await other.endpointOf(ANNA)
    expect(exchange.autodiscover.requests.length).toBe(asked)
    other.advance(2 * 60_000)
    await other.endpointOf(ANNA)
    expect(exchange.autodiscover.requests.length).toBe(asked + 1)
  })

  it('is asked for again when the server does not know the mailbox any more', async () => {
    const exchange = await onPremises()
    const one = await replica()
    await one.endpointOf(ANNA)
    one.advance(5 * 60_000)
    exchange.faults.add({
      operation: 'GetServerTimeZones',
      effect: { kind: 'soapFault', code: 'ErrorNonExistentMailbox' },
    })
    expect((await errorOf(call(one, ANNA))).code).toBe('exchange.unknown-mailbox')
    await one.endpointOf(ANNA)
    expect(exchange.autodiscover.requests.length).toBe(2)
  })

  it('serves on for a week while autodiscover is down, then no more', async () => {
    await onPremises()
    const found = await (await replica()).endpointOf(ANNA)
    network.routes.clear()
    const one = await replica()
    one.advance(6 * DAY_MS)
    expect(await one.endpointOf(ANNA)).toEqual(found)
    one.advance(2 * DAY_MS)
    expect((await errorOf(one.endpointOf(ANNA))).code).toBe('exchange.discovery')
  })

  it('is not used any more when its server is not allowed any more', async () => {
    await onPremises()
    await (await replica()).endpointOf(ANNA)
    const narrowed = await replica({ config: { ...ON_PREMISES, allowedHosts: ['autodiscover.corp.test'] } })
    expect(await errorOf(narrowed.endpointOf(ANNA))).toMatchObject({
      code: 'exchange.discovery-host',
      fields: { host: NAMES.mail },
    })
  })

  it('is searched for once when many ask at once', async () => {
    const exchange = await onPremises()
    const one = await replica()
    await Promise.all(Array.from({ length: 10 }, () => one.endpointOf(ANNA)))
    expect(exchange.autodiscover.requests.length).toBe(1)
  })
})

describe('EwsUrl', () => {
  it('overrides: nothing is searched for', async () => {
    const exchange = await onPremises()
    const one = fleet({ config: { ...ON_PREMISES, ewsUrl: `https://${NAMES.mail}/EWS/Exchange.asmx` } })
    await call(one, ANNA)
    expect([exchange.autodiscover.requests.length, exchange.requests.total]).toEqual([0, 1])
  })
})

describe('sign-in', () => {
  it('by NTLM with channel binding, on a connection of its own to each server', async () => {
    const options = { signIn: ntlmSignIn({ certificate: CERTIFICATE.cert, extendedProtection: 'required' }) }
    const exchange = await onPremises(options)
    const one = fleet({ config: { ...ON_PREMISES, type: 'ntlm' } })
    await call(one, ANNA)
    expect(exchange.autodiscover.requests).toMatchObject([{ format: 'soap', account: 'svc' }])
    expect(exchange.requests.total).toBe(1)
  })
})

describe('a hybrid organisation', () => {
  const HYBRID: FleetConfig = {
    ...ON_PREMISES,
    tenantId: 'tenant',
    appId: 'app',
    clientSecret: 'app-secret',
    cloudMailboxes: { kind: 'discover' },
  }
  /** What each server was shown. */
  let shown: { host: string; authorization: string }[]

  async function hybrid(changes: Partial<FleetConfig> = {}) {
    shown = []
    const watch = (request: { headers: { host?: string | undefined; authorization?: string | undefined } }) => {
      const { host = '', authorization } = request.headers
      if (authorization !== undefined) shown.push({ host, authorization })
    }
    const basic = (await import('../simulators/exchange/auth/sign-in.ts')).basicSignIn()
    const bearer = bearerSignIn((token) => (token === 'good' ? { account: 'app' } : { diagnostics: '' }))
    const here = await onPremises({
      signIn: async (request, accounts) => {
        watch(request)
        return basic(request, accounts)
      },
    })
    const cloud = await network.serve([NAMES.cloud, NAMES.cloudDiscovery], {
      signIn: async (request, accounts) => {
        watch(request)
        return bearer(request, accounts)
      },
    })
    cloud.addServiceAccount('app', 'unused')
    await network.redirect(
      'autodiscover.tenant.cloud.test',
      `https://${NAMES.cloudDiscovery}/autodiscover/autodiscover.xml`,
    )
    authority = await startAuthority(CERTIFICATE, [tokenAnswer('good')])
    const config = { ...HYBRID, authorityUrl: authority.url, ...changes }
    return { here, cloud, config, one: fleet({ config }) }
  }

  /** As a hybrid Exchange does for a mailbox that was moved: it names the address at the tenant. */
  function move(here: ExchangeSimulator, cloud: ExchangeSimulator, email: string): void {
    const there = email.replace('@corp.test', '@tenant.cloud.test')
    here.removeMailbox(email)
    here.autodiscover.redirects.set(email, { kind: 'address', address: there })
    cloud.addMailbox(email)
    cloud.addMailbox(there)
  }

  it('has mailboxes here and there: each is found and reached with the accounts of its place', async () => {
    const { here, cloud, one } = await hybrid()
    move(here, cloud, CLEO)
    expect(await one.endpointOf(ANNA)).toMatchObject({
      place: 'on-premises',
      url: expect.stringContaining(NAMES.mail),
    })
    expect(await one.endpointOf(CLEO)).toMatchObject({ place: 'cloud', url: CLOUD_URL })
    await call(one, ANNA)
    await call(one, CLEO)
    expect([here.requests.list, cloud.requests.list].map((list) => list.map(({ mailbox }) => mailbox))).toEqual([
      [ANNA],
      [CLEO],
    ])
    expect(
      one
        .health()
        .map(({ account, state }) => [account, state])
        .sort(),
    ).toEqual([
      ['app', 'ready'],
      ['svc', 'ready'],
    ])
  })

  it('shows no password to the cloud and no token to the servers on premises', async () => {
    const { here, cloud, one } = await hybrid()
    move(here, cloud, CLEO)
    await call(one, ANNA)
    await call(one, CLEO)
    const kinds = new Map<string, Set<string>>()
    for (const { host, authorization } of shown)
      kinds.set(host, (kinds.get(host) ?? new Set()).add(authorization.split(' ')[0] ?? ''))
    expect(Object.fromEntries([...kinds].map(([host, schemes]) => [host, [...schemes]]))).toEqual({
      'autodiscover.corp.test': ['Basic'],
      'mail.corp.test': ['Basic'],
      'autodiscover-s.cloud.test': ['Bearer'],
      'ews.cloud.test': ['Bearer'],
    })
  })

  it('without a word about the cloud does not go there', async () => {
    const { here, cloud } = await hybrid()
    move(here, cloud, CLEO)
    expect(await errorOf(fleet().endpointOf(CLEO))).toMatchObject({
      code: 'exchange.discovery-host',
      fields: { host: NAMES.cloudDiscovery },
    })
    expect(cloud.autodiscover.requests).toEqual([])
  })

  it('finds a mailbox again that was moved to the cloud', async () => {
    const { here, cloud, one } = await hybrid()
    here.addMailbox(CLEO)
    await call(one, CLEO)
    move(here, cloud, CLEO)
    one.advance(5 * 60_000)
    here.faults.add({ mailbox: CLEO, effect: { kind: 'soapFault', code: 'ErrorNonExistentMailbox' } })
    expect((await errorOf(call(one, CLEO))).code).toBe('exchange.unknown-mailbox')
    await call(one, CLEO)
    expect(await one.endpointOf(CLEO)).toMatchObject({ place: 'cloud', url: CLOUD_URL })
  })

  it('may say by rule which mailboxes are where: nothing is searched for', async () => {
    const { here, cloud, one } = await hybrid({
      cloudMailboxes: { kind: 'listed', entries: ['@cloud.corp.test', CLEO] },
      ewsUrl: `https://${NAMES.mail}/EWS/Exchange.asmx`,
      cloudEwsUrl: CLOUD_URL,
    })
    for (const [email, place] of [
      [ANNA, 'on-premises'],
      ['CLEO@corp.test', 'cloud'],
      ['x@cloud.corp.test', 'cloud'],
      ['x@notcloud.corp.test', 'on-premises'],
    ] as const)
      expect((await one.endpointOf(email)).place, email).toBe(place)
    cloud.addMailbox(CLEO)
    await call(one, ANNA)
    await call(one, CLEO)
    expect([here, cloud].map(({ requests }) => requests.list.map(({ mailbox }) => mailbox))).toEqual([[ANNA], [CLEO]])
    expect([...here.autodiscover.requests, ...cloud.autodiscover.requests]).toEqual([])
  })

  it('refuses a token at autodiscover without a rest for the application', async () => {
    const { here, cloud, one } = await hybrid()
    move(here, cloud, CLEO)
    authority?.answers.splice(0, 1, tokenAnswer('bad'))
    const { fields } = await errorOf(one.endpointOf(CLEO))
    expect(fields.detail).toMatch(/autodiscover-s\.cloud\.test\S+: access-denied/)
    expect(one.health().find(({ account }) => account === 'app')?.refusals).toBe(0)
  })

  it('is listened to at all servers: a change here and there marks its mailbox', async () => {
    const { here, cloud, one, config } = await hybrid()
    move(here, cloud, CLEO)
    // Who is found: the push itself searches for nobody.
    const endpoints = memoryEndpointBook()
    const patient = fleet({ config, endpoints, clock: REAL_CLOCK })
    for (const email of [ANNA, CLEO]) await patient.endpointOf(email)
    await one.close()
    const changed: string[] = []
    const stop = new AbortController()
    const people = [ANNA, CLEO, 'unknown@corp.test']
    const running = patient.push().run(
      async () => people,
      (email) => changed.push(email),
      stop.signal,
    )
    const listening = () => [here.streams.open, cloud.streams.open]
    await expect.poll(listening, { timeout: 10_000 }).toEqual([1, 1])
    const meeting = { subject: 'News', start: '2026-03-02T09:00:00Z', end: '2026-03-02T10:00:00Z' } as never
    here.mailbox(ANNA).addEvent(meeting)
    cloud.mailbox(CLEO).addEvent(meeting)
    await expect.poll(() => [...changed].sort(), { timeout: 5000 }).toEqual([ANNA, CLEO])
    stop.abort()
    await running
  })

  it('is tested as a whole: where the mailboxes are, and the accounts of both places', async () => {
    const { here, cloud, one } = await hybrid()
    move(here, cloud, CLEO)
    const asked = {
      mailboxes: [ANNA, CLEO, 'nobody@corp.test'],
      signal: new AbortController().signal,
      onProgress: () => {},
    }
    const report = await one.check(asked)
    expect(report.endpoints.map(({ email, place, error }) => [email, place, error?.code ?? null])).toEqual([
      [ANNA, 'on-premises', null],
      [CLEO, 'cloud', null],
      ['nobody@corp.test', null, 'exchange.unknown-mailbox'],
    ])
    expect(
      report.accounts.map(({ account, host, mailboxes }) => [account, host, mailboxes.map(({ email }) => email)]),
    ).toEqual([
      ['svc', NAMES.mail, [ANNA]],
      ['app', NAMES.cloud, [CLEO]],
    ])
  })
})

describe('the endpoint book in memory', () => {
  it('notes a failure only for the address that failed', async () => {
    const book = memoryEndpointBook()
    await book.put(ANNA, { place: 'cloud', url: 'https://a/', foundAtMs: 1, failedAtMs: null })
    await book.noteFailed(ANNA, 'https://b/', 2)
    expect((await book.read(ANNA))?.failedAtMs).toBeNull()
    await book.noteFailed(ANNA, 'https://a/', 2)
    expect((await book.read(ANNA))?.failedAtMs).toBe(2)
  })
})
