/** `pool test` over all servers: where the sample mailboxes are, then every account at every server that has some of them. */

import type { Clock } from '../../ports/clock.ts'
import {
  type AccountCheck,
  type EndpointCheck,
  POOL_STEPS,
  type PoolReport,
  type PoolTestOptions,
} from '../../ports/pool-report.ts'
import type { ErrorReport } from '../../ports/report.ts'
import type { Place } from '../discovery/hosts.ts'
import type { Endpoints } from './endpoints.ts'
import { configuredEndpoints, type FleetConfig, findingOf, placesOf } from './finding.ts'
import type { Pools } from './pools.ts'

export type FleetCheck = { config: FleetConfig; clock: Pick<Clock, 'nowMs'>; pools: Pools; endpoints: Endpoints }

type Server = { place: Place; url: string; mailboxes: string[] }

export async function checkFleet(fleet: FleetCheck, asked: Omit<PoolTestOptions, 'limit'>): Promise<PoolReport> {
  const { config, clock, pools, endpoints } = fleet
  const startedAtMs = clock.nowMs()
  const looks: EndpointCheck[] = []
  // One after another: a person reads it, and a wrong password must not be tried ten times at once.
  for (const email of asked.mailboxes) looks.push(await endpoints.look(email, asked.signal))
  const servers = serversOf(config, looks)
  const reports: PoolReport[] = []
  for (const { place, url, mailboxes } of servers)
    reports.push(await pools.at({ place, url }).check({ ...asked, mailboxes }))
  const untried = placesOf(config)
    .filter((place) => !servers.some((server) => server.place === place))
    .flatMap((place) => pools.names(place).map((account) => notTried(account, looks)))
  return {
    host: [...new Set(reports.map(({ host }) => host))].join(', ') || '-',
    accounts: [...reports.flatMap(({ accounts }) => accounts), ...untried],
    endpoints: isTrivial(config) ? [] : looks,
    tookMs: clock.nowMs() - startedAtMs,
  }
}

/** The same address for everybody needs no words. */
function isTrivial(config: FleetConfig): boolean {
  return config.cloudMailboxes === null && findingOf(config, '').kind === 'configured'
}

/** Also those that no sample mailbox is at, when the configuration names them: their accounts are tried all the same. */
function serversOf(config: FleetConfig, looks: readonly EndpointCheck[]): Server[] {
  const servers: Server[] = []
  const add = (place: Place, url: string): Server => {
    const known = servers.find((server) => server.place === place && server.url === url)
    if (known !== undefined) return known
    const server = { place, url, mailboxes: [] }
    servers.push(server)
    return server
  }
  for (const { email, place, url } of looks) if (place !== null && url !== null) add(place, url).mailboxes.push(email)
  for (const { place, url } of configuredEndpoints(config))
    if (!servers.some((server) => server.place === place)) add(place, url)
  return servers
}

/** No server was found to try the account at; that is told where the mailboxes are, or else here. */
function notTried(account: string, looks: readonly EndpointCheck[]): AccountCheck {
  const error = looks.some((look) => look.error !== null) ? null : NO_MAILBOX
  const steps = POOL_STEPS.map((name) => {
    const isReach = name === 'reach' && error !== null
    return {
      name,
      outcome: isReach ? ('failed' as const) : ('skipped' as const),
      note: '',
      error: isReach ? error : null,
    }
  })
  return { account, host: null, steps, causes: [], mailboxes: [], latencyMs: null, throttling: null }
}

const NO_MAILBOX: ErrorReport = { code: 'exchange.discovery', fields: { detail: 'no mailbox to search for' } }
