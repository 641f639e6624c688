/** A network of names on the loopback interface for autodiscover: real HTTPS servers behind real names, through a proxy that knows no others. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { FleetConfig } from '../../src/exchange/fleet/finding.ts'
import { createExchangeFleet, type ExchangeFleet, type ExchangeFleetOptions } from '../../src/exchange/fleet/fleet.ts'
import type { PoolAdmin } from '../../src/exchange/pool/settings.ts'
import { memoryEndpointBook } from '../../src/open/known-endpoints.ts'
import { BASIC_POOL } from '../basic-pool.ts'
import {
  type ExchangeSimulator,
  type SimulatorOptions,
  startExchangeSimulator,
} from '../simulators/exchange/simulator.ts'
import { testCertificate } from './ews-certificate.ts'
import { silentLog } from './ews-script-server.ts'
import { connectProxy, type ProxyServer } from './proxy-server.ts'

const DAY_MS = 86_400_000

export const NAMES = {
  mail: 'mail.corp.test',
  other: 'mail.other.test',
  evil: 'evil.test',
  cloudDiscovery: 'autodiscover-s.cloud.test',
  cloud: 'ews.cloud.test',
} as const

const HOSTS = [
  ...Object.values(NAMES),
  ...['autodiscover.corp.test', 'corp.test', 'autodiscover.other.test', 'autodiscover.tenant.cloud.test', 'localhost'],
]

export const CERTIFICATE = testCertificate(HOSTS, new Date(Date.now() - DAY_MS), new Date(Date.now() + 90 * DAY_MS))

export type Network = {
  proxy: ProxyServer
  /** Ports by `host:port`. */
  routes: Map<string, number>
  proxyUrl: URL
  /** Puts a server at names, each at port 443. */
  serve(names: readonly string[], options?: SimulatorOptions): Promise<ExchangeSimulator>
  /** A plain HTTP server at `name:80` that redirects. Gives what it was asked. */
  redirect(name: string, location: string, status?: number): Promise<Asked[]>
  close(): Promise<void>
}

export type Asked = { method: string | undefined; path: string | undefined; authorization: string | undefined }

export async function openNetwork(): Promise<Network> {
  const routes = new Map<string, number>()
  const proxy = await connectProxy(undefined, routes)
  const open: { close(): Promise<void> }[] = [proxy]
  return {
    proxy,
    routes,
    proxyUrl: new URL(`http://127.0.0.1:${proxy.port}`),
    async serve(names, options = {}) {
      const server = await startExchangeSimulator({ tls: CERTIFICATE, ...options })
      open.push(server)
      for (const name of names) routes.set(`${name}:443`, Number(new URL(server.url).port))
      const url = `https://${names[0]}/EWS/Exchange.asmx`
      server.autodiscover.urls = { external: url, internal: url }
      return server
    },
    async redirect(name, location, status = 302) {
      const asked: Asked[] = []
      const server = createServer(({ method, url, headers: { authorization } }, response) => {
        asked.push({ method, path: url, authorization })
        response.writeHead(status, { location }).end()
      })
      await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
      routes.set(`${name}:80`, (server.address() as AddressInfo).port)
      open.push({
        close: () =>
          new Promise((done) => {
            server.close(() => done())
            server.closeAllConnections()
          }),
      })
      return asked
    },
    async close() {
      for (const one of open.reverse()) await one.close()
    },
  }
}

export const ON_PREMISES: FleetConfig = {
  ...BASIC_POOL,
  allowedHosts: ['*.corp.test', 'corp.test'],
  cloudHosts: [NAMES.cloudDiscovery, NAMES.cloud],
  cloudMailboxes: null,
  cloudEwsUrl: null,
}

export function account(name = 'svc', password = 'secret'): PoolAdmin {
  return { kind: 'on-premises', name, username: name, password }
}

export type TestFleet = ExchangeFleet & { advance(ms: number): void }

/** As a replica or a run of cron has it. */
export function fleetOn(network: Network, options: Partial<ExchangeFleetOptions> = {}): TestFleet {
  let offsetMs = 0
  const fleet = createExchangeFleet({
    config: ON_PREMISES,
    admins: { 'on-premises': () => [account()], cloud: () => [] },
    endpoints: memoryEndpointBook(),
    clock: {
      nowMs: () => Date.now() + offsetMs,
      sleep: async (ms) => {
        offsetMs += ms
      },
    },
    random: { uuid: () => crypto.randomUUID(), fraction: () => 0 },
    log: silentLog,
    tls: { ca: CERTIFICATE.cert },
    proxy: { httpsProxy: network.proxyUrl, httpProxy: network.proxyUrl, direct: ['localhost'] },
    ...options,
  })
  return {
    ...fleet,
    advance: (ms) => {
      offsetMs += ms
    },
  }
}
