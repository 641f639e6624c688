/** What `pool test` and `doctor` say of where a mailbox is: the address and how it was found, or each try and what to do. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { accountChecks } from '../../src/cli/doctor/accounts.ts'
import { EXIT } from '../../src/cli/exit-codes.ts'
import { exitOfPool, poolJson } from '../../src/cli/pool-json.ts'
import { renderPool } from '../../src/cli/render/pool.ts'
import type { PoolReport } from '../../src/ports/pool-report.ts'
import { fleetOn, NAMES, type Network, ON_PREMISES, openNetwork, type TestFleet } from './autodiscover-network.ts'

const ANNA = 'anna@corp.test'
const VIEW = { width: 100, paint: (_: unknown, text: string) => text, redact: (text: string) => text }

let network: Network
let fleet: TestFleet
beforeEach(async () => {
  network = await openNetwork()
})
afterEach(async () => {
  await fleet.close()
  await network.close()
})

async function tested(config = ON_PREMISES): Promise<PoolReport> {
  fleet = fleetOn(network, { config })
  return fleet.check({ mailboxes: [ANNA], signal: new AbortController().signal, onProgress: () => {} })
}

async function serve(names: readonly string[]) {
  const exchange = await network.serve(names)
  exchange.addServiceAccount('svc', 'secret')
  exchange.addMailbox(ANNA)
  return exchange
}

describe('a mailbox that is found', () => {
  it('is told with its address, its place and the way there', async () => {
    await serve([NAMES.mail, 'corp.test'])
    const report = await tested()
    const text = renderPool(report, VIEW)
    expect(text).toContain('anna@corp.test: https://mail.corp.test/EWS/Exchange.asmx (on premises, discovered)')
    expect(text).toContain('  unreachable proxy-502: https://autodiscover.corp.test/autodiscover/autodiscover.svc')
    expect(text).toContain('  found: https://corp.test/autodiscover/autodiscover.svc')
    expect(text).toContain('1 of 1 accounts can be used')
    expect(exitOfPool(report)).toBe(EXIT.inStep)
    expect(poolJson(report, VIEW.redact)).toMatchObject({
      host: NAMES.mail,
      accounts: [{ account: 'svc', host: NAMES.mail, ok: true }],
      endpoints: [{ email: ANNA, place: 'on-premises', how: 'discovered', error: null }],
    })
    const checks = await accountChecks(async () => report)
    expect(checks.map(({ name, verdict, detail }) => [name, verdict, detail])).toEqual([
      [
        'autodiscover anna@corp.test',
        'pass',
        'https://mail.corp.test/EWS/Exchange.asmx (on premises), found after 2 tries',
      ],
      ['account svc', 'pass', 'signed in, acts for 1 of the mailboxes tried'],
    ])
  })
})

describe('a mailbox that is not found', () => {
  it('is told with each try, the next step and the exit code of what is wrong', async () => {
    const report = await tested()
    const text = renderPool(report, VIEW)
    expect(text).toContain('anna@corp.test: NOT FOUND')
    expect(text.match(/unreachable proxy-502: http/g)).toHaveLength(3)
    expect(text).toContain('Next: See each try with: connector pool test --mailbox anna@corp.test')
    expect(text).toContain('0 of 1 accounts can be used')
    expect(exitOfPool(report)).toBe(EXIT.unreachable)
    const checks = await accountChecks(async () => report)
    expect(checks.map(({ verdict, error }) => [verdict, error?.code])).toEqual([
      ['fail', 'exchange.discovery'],
      ['skip', undefined],
    ])
  })

  it('because there is none to search for: the accounts cannot be tried, and that is no success', async () => {
    fleet = fleetOn(network)
    const report = await fleet.check({ mailboxes: [], signal: new AbortController().signal, onProgress: () => {} })
    expect(renderPool(report, VIEW)).toContain('no mailbox to search for')
    expect(exitOfPool(report)).toBe(EXIT.unreachable)
  })

  it('because of a server that nobody allowed: it is named, with the key that allows it', async () => {
    const exchange = await serve([NAMES.mail, 'autodiscover.corp.test'])
    exchange.autodiscover.urls = { external: `https://${NAMES.evil}/EWS/Exchange.asmx`, internal: null }
    const report = await tested()
    const text = renderPool(report, VIEW)
    expect(text).toContain('Autodiscover leads to a server that is not allowed: evil.test')
    expect(text).toContain('Service__ExchangeConfiguration__Autodiscover__AllowedHosts')
    expect(exitOfPool(report)).toBe(EXIT.configuration)
  })
})

describe('one address for everybody', () => {
  it('needs no words', async () => {
    await serve([NAMES.mail])
    const report = await tested({ ...ON_PREMISES, ewsUrl: `https://${NAMES.mail}/EWS/Exchange.asmx` })
    expect(report.endpoints).toEqual([])
    expect(renderPool(report, VIEW)).not.toContain('EWS/Exchange.asmx')
  })
})
