/** Autodiscover against simulated Exchange servers behind real names: the protocol's order, its redirects, and whom credentials are shown to. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ConnectorError } from '../../src/ports/errors.ts'
import type { DiscoveryStep } from '../../src/ports/pool-report.ts'
import type { DiscoveryReply } from '../simulators/exchange/autodiscover.ts'
import type { ExchangeSimulator } from '../simulators/exchange/simulator.ts'
import {
  account,
  fleetOn,
  NAMES,
  type Network,
  ON_PREMISES,
  openNetwork,
  type TestFleet,
} from './autodiscover-network.ts'

const ANNA = 'anna@corp.test'
const MAIL_URL = 'https://mail.corp.test/EWS/Exchange.asmx'

let network: Network
let fleets: TestFleet[]
beforeEach(async () => {
  network = await openNetwork()
  fleets = []
})
afterEach(async () => {
  for (const fleet of fleets) await fleet.close()
  await network.close()
})

function fleet(options: Parameters<typeof fleetOn>[1] = {}): TestFleet {
  const made = fleetOn(network, options)
  fleets.push(made)
  return made
}

async function server(names: readonly string[], people: readonly string[] = [ANNA]): Promise<ExchangeSimulator> {
  const exchange = await network.serve(names)
  exchange.addServiceAccount('svc', 'secret')
  for (const email of people) exchange.addMailbox(email)
  return exchange
}

async function steps(tested: TestFleet, email = ANNA): Promise<readonly DiscoveryStep[]> {
  const options = { mailboxes: [email], signal: new AbortController().signal, onProgress: () => {} }
  return (await tested.check(options)).endpoints[0]?.steps ?? []
}

function outcomes(list: readonly DiscoveryStep[]): string[] {
  return list.map(({ url, outcome }) => `${url} ${outcome}`)
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof ConnectorError)) throw error ?? new Error('nothing was thrown')
  return error.code
}

/** Answers of the next requests in both languages. */
function answerWith(exchange: ExchangeSimulator, reply: DiscoveryReply): void {
  exchange.autodiscover.faults.push({ reply })
}

describe('the order', () => {
  it('asks autodiscover.DOMAIN in SOAP first, and finds what the server says', async () => {
    const exchange = await server([NAMES.mail, 'autodiscover.corp.test'])
    expect(await fleet().endpointOf(ANNA)).toEqual({
      place: 'on-premises',
      url: MAIL_URL,
      how: 'discovered',
    })
    expect(exchange.autodiscover.requests).toEqual([
      { format: 'soap', address: ANNA, account: 'svc', host: 'autodiscover.corp.test' },
    ])
  })

  it('asks in plain XML where SOAP is switched off', async () => {
    const exchange = await server([NAMES.mail, 'autodiscover.corp.test'])
    exchange.autodiscover.formats.delete('soap')
    expect(outcomes(await steps(fleet()))).toEqual([
      'https://autodiscover.corp.test/autodiscover/autodiscover.svc not-ews 404',
      'https://autodiscover.corp.test/autodiscover/autodiscover.xml found',
    ])
  })

  it('asks DOMAIN itself when autodiscover.DOMAIN does not exist', async () => {
    await server([NAMES.mail, 'corp.test'])
    expect(outcomes(await steps(fleet()))).toEqual([
      'https://autodiscover.corp.test/autodiscover/autodiscover.svc unreachable proxy-502',
      'https://corp.test/autodiscover/autodiscover.svc found',
    ])
  })

  it('at last follows the redirect of plain http, asked for with a GET and without credentials', async () => {
    await server([NAMES.mail])
    const asked = await network.redirect(
      'autodiscover.corp.test',
      'https://mail.corp.test/autodiscover/autodiscover.xml',
    )
    expect(outcomes(await steps(fleet())).slice(2)).toEqual([
      'http://autodiscover.corp.test/autodiscover/autodiscover.xml redirect',
      'https://mail.corp.test/autodiscover/autodiscover.xml found',
    ])
    expect(asked).toEqual([{ method: 'GET', path: '/autodiscover/autodiscover.xml', authorization: undefined }])
  })

  it('takes the external address first, the internal one where only that is allowed', async () => {
    const exchange = await server([NAMES.mail, 'autodiscover.corp.test'])
    exchange.autodiscover.urls = { external: 'https://www.corp.test/EWS/Exchange.asmx', internal: MAIL_URL }
    expect((await fleet().endpointOf(ANNA)).url).toBe('https://www.corp.test/EWS/Exchange.asmx')
    exchange.autodiscover.urls = { external: 'https://elsewhere.test/EWS/Exchange.asmx', internal: MAIL_URL }
    for (const format of ['soap', 'pox'] as const) {
      exchange.autodiscover.formats.clear()
      exchange.autodiscover.formats.add(format)
      expect((await fleet().endpointOf(ANNA)).url, format).toBe(MAIL_URL)
    }
  })
})

describe('redirects', () => {
  it('go to another address, in another domain, whose servers are asked', async () => {
    const here = await server(['autodiscover.corp.test'])
    const there = await server([NAMES.other, 'autodiscover.other.test'], ['anna@other.test'])
    here.autodiscover.redirects.set(ANNA, { kind: 'address', address: 'anna@other.test' })
    const config = { ...ON_PREMISES, allowedHosts: ['*.corp.test', '*.other.test'] }
    for (const format of ['soap', 'pox'] as const) {
      here.autodiscover.formats.clear()
      here.autodiscover.formats.add(format)
      expect((await fleet({ config }).endpointOf(ANNA)).url, format).toBe('https://mail.other.test/EWS/Exchange.asmx')
    }
    expect(there.autodiscover.requests.map(({ address }) => address)).toEqual(['anna@other.test', 'anna@other.test'])
  })

  it('go to another URL, as an answer or as HTTP 302', async () => {
    const here = await server(['autodiscover.corp.test'])
    await server([NAMES.mail])
    const target = 'https://mail.corp.test/autodiscover/autodiscover.svc'
    here.autodiscover.redirects.set(ANNA, { kind: 'url', url: target })
    expect(outcomes(await steps(fleet()))).toEqual([
      'https://autodiscover.corp.test/autodiscover/autodiscover.svc redirect',
      `${target} found`,
    ])
    here.autodiscover.redirects.clear()
    answerWith(here, { status: 302, body: '', headers: { Location: target } })
    expect(outcomes(await steps(fleet()))).toEqual([
      'https://autodiscover.corp.test/autodiscover/autodiscover.svc redirect',
      `${target} found`,
    ])
  })

  it.each([
    [
      'of plain http',
      async () =>
        void (await network.redirect('autodiscover.corp.test', `https://${NAMES.evil}/autodiscover/autodiscover.xml`)),
    ],
    [
      'by HTTP 302',
      async () =>
        answerWith(await server(['autodiscover.corp.test']), {
          status: 302,
          body: '',
          headers: { Location: `https://${NAMES.evil}/autodiscover/autodiscover.xml` },
        }),
    ],
    [
      'to a URL',
      async () =>
        void (await server(['autodiscover.corp.test'])).autodiscover.redirects.set(ANNA, {
          kind: 'url',
          url: `https://${NAMES.evil}/autodiscover/autodiscover.xml`,
        }),
    ],
    [
      'of EWS',
      async () => {
        const evil = `https://${NAMES.evil}/EWS/Exchange.asmx`
        const here = await server(['autodiscover.corp.test'])
        here.autodiscover.urls = { external: evil, internal: evil }
      },
    ],
  ])('%s to a server that nobody allowed are refused by name, and it is never connected to', async (_, arrange) => {
    await server([NAMES.evil])
    await arrange()
    const error = await fleet()
      .endpointOf(ANNA)
      .catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'exchange.discovery-host', fields: { host: NAMES.evil } })
    expect(network.proxy.tunnels.filter((target) => target.startsWith(NAMES.evil))).toEqual([])
  })

  it.each([
    [
      'of plain http',
      async () =>
        void (await network.redirect('autodiscover.corp.test', 'http://mail.corp.test/autodiscover/autodiscover.xml')),
    ],
    [
      'by HTTP 302',
      async () =>
        answerWith(await server(['autodiscover.corp.test']), {
          status: 302,
          body: '',
          headers: { Location: 'http://mail.corp.test/autodiscover/autodiscover.xml' },
        }),
    ],
    [
      'to a URL',
      async () =>
        void (await server(['autodiscover.corp.test'])).autodiscover.redirects.set(ANNA, {
          kind: 'url',
          url: 'http://mail.corp.test/autodiscover/autodiscover.xml',
        }),
    ],
    [
      'of EWS',
      async () => {
        const here = await server(['autodiscover.corp.test'])
        here.autodiscover.urls = { external: 'http://mail.corp.test/EWS/Exchange.asmx', internal: null }
      },
    ],
  ])('%s to plain http are refused though the host is allowed', async (_, arrange) => {
    const asked = await network.redirect(NAMES.mail, 'https://mail.corp.test/')
    await arrange()
    const error = await fleet()
      .endpointOf(ANNA)
      .catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: expect.stringMatching(/^exchange\.discovery/) })
    expect(asked).toEqual([])
  })

  it('that go round end: of addresses, and of URLs', async () => {
    const here = await server(['autodiscover.corp.test'])
    here.autodiscover.redirects.set(ANNA, { kind: 'address', address: 'ben@corp.test' })
    here.autodiscover.redirects.set('ben@corp.test', { kind: 'address', address: ANNA })
    expect(await codeOf(fleet().endpointOf(ANNA))).toBe('exchange.discovery')
    expect(here.autodiscover.requests.length).toBeLessThanOrEqual(4)
    here.autodiscover.redirects.clear()
    const self = 'https://autodiscover.corp.test/autodiscover/autodiscover.svc'
    here.autodiscover.redirects.set(ANNA, { kind: 'url', url: self })
    expect(await codeOf(fleet().endpointOf(ANNA))).toBe('exchange.discovery')
  })

  it('that never end are cut off by number', async () => {
    const here = await server(['autodiscover.corp.test'])
    for (let hop = 0; hop < 50; hop++)
      here.autodiscover.redirects.set(hop === 0 ? ANNA : `hop${hop}@corp.test`, {
        kind: 'address',
        address: `hop${hop + 1}@corp.test`,
      })
    expect(await codeOf(fleet().endpointOf(ANNA))).toBe('limit.reached')
    expect(here.autodiscover.requests.length).toBe(20)
  })
})

describe('refusals', () => {
  it('an address that the directory does not know is no missing server', async () => {
    await server(['autodiscover.corp.test'], [])
    expect(await codeOf(fleet().endpointOf(ANNA))).toBe('exchange.unknown-mailbox')
  })

  it('nobody allowed a server of the domain: nothing is asked but the redirect, and the error says so', async () => {
    await server(['autodiscover.corp.test'])
    const config = { ...ON_PREMISES, allowedHosts: [NAMES.other] }
    const error = await fleet({ config })
      .endpointOf(ANNA)
      .catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'exchange.discovery-host', fields: { host: 'autodiscover.corp.test' } })
    expect(network.proxy.tunnels).toEqual(['autodiscover.corp.test:80'])
  })

  it('no server at all: each try is told', async () => {
    const error = await fleet()
      .endpointOf(ANNA)
      .catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({
      code: 'exchange.discovery',
      fields: {
        detail: expect.stringMatching(
          /autodiscover\.corp\.test.*unreachable.*https:\/\/corp\.test.*http:\/\/autodiscover/s,
        ),
      },
    })
  })

  it('a wrong password is shown once, and not to the next server', async () => {
    const here = await server([NAMES.mail, 'autodiscover.corp.test', 'corp.test'])
    const wrong = fleet({ admins: { 'on-premises': () => [account('svc', 'wrong')], cloud: () => [] } })
    expect(await codeOf(wrong.endpointOf(ANNA))).toBe('exchange.sign-in')
    expect(await codeOf(wrong.endpointOf(ANNA))).toBe('exchange.account-resting')
    expect([here.signIns.refused('svc'), here.signIns.lockouts()]).toEqual([1, 0])
  })

  it('a domain that is none is asked nowhere', async () => {
    for (const email of [
      'anna@localhost',
      'anna@10.0.0.1',
      'anna@corp.test:8080',
      'anna@evil.test/x.corp.test',
      'anna',
    ])
      expect(await codeOf(fleet().endpointOf(email)), email).toBe('exchange.discovery')
    expect(network.proxy.tunnels).toEqual([])
  })
})

const NS = 'http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006'
const DEEP = '<a>'.repeat(200)
const HOSTILE: [string, DiscoveryReply, string][] = [
  [
    'a DTD',
    { status: 200, body: `<!DOCTYPE x [<!ENTITY e "boom">]><Autodiscover xmlns="${NS}">&e;</Autodiscover>` },
    'bad-response xml-dtd',
  ],
  ['depth', { status: 200, body: `<Autodiscover xmlns="${NS}">${DEEP}` }, 'bad-response xml-depth'],
  ['size', { status: 200, body: `<Autodiscover xmlns="${NS}">${' '.repeat(1_100_000)}</Autodiscover>` }, 'too-large'],
  [
    'an end that is missing',
    { status: 200, body: `<Autodiscover xmlns="${NS}"><Response>` },
    'truncated xml-ends-early',
  ],
  ['a web page', { status: 200, body: '<html><body>Sign in</body></html>' }, 'bad-response not-autodiscover'],
  [
    'another namespace',
    { status: 200, body: '<Autodiscover xmlns="urn:x"><Response/></Autodiscover>' },
    'bad-response not-autodiscover',
  ],
]

describe('hostile answers', () => {
  it.each(HOSTILE)('%s: refused by name, and the search goes on', async (_, reply, outcome) => {
    const here = await server(['autodiscover.corp.test'])
    here.autodiscover.faults.push({ reply, times: 2 })
    await server([NAMES.mail, 'corp.test'])
    const told = outcomes(await steps(fleet()))
    expect(told.slice(0, 2).map((line) => line.slice(line.indexOf(' ') + 1))).toEqual([outcome, outcome])
    expect(told.at(-1)).toBe('https://corp.test/autodiscover/autodiscover.svc found')
  })
})
