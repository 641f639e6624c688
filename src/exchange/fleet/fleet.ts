/**
 * All Exchange servers that mailboxes are on: for each address a pool of the service accounts of its place, so that some mailboxes may be on
 * premises and some on Microsoft 365, and each is reached where it is.
 */
import type { EndpointBook } from '../../ports/endpoint-book.ts'
import type { PoolReport, PoolTestOptions } from '../../ports/pool-report.ts'
import type { PushSource } from '../../ports/push.ts'
import type { Place } from '../discovery/hosts.ts'
import type { CallOptions, EwsClient } from '../ews/client.ts'
import type { EwsOperation } from '../ews/operation.ts'
import type { AccountHealth } from '../pool/health.ts'
import type { ExchangePoolOptions } from '../pool/pool.ts'
import type { PoolAdmin } from '../pool/settings.ts'
import { checkFleet } from './check.ts'
import { Endpoints } from './endpoints.ts'
import { configuredEndpoints, type Endpoint, type FleetConfig } from './finding.ts'
import { Pools } from './pools.ts'
import { fleetPush } from './push.ts'
import { searchOver } from './search.ts'

export type ExchangeFleetOptions = Omit<ExchangePoolOptions, 'config' | 'admins'> & {
  config: FleetConfig
  /** Reads the accounts of a place, now and at every reload. */
  admins: Readonly<Record<Place, () => readonly PoolAdmin[]>>
  endpoints: EndpointBook
}

export type ExchangeFleet = {
  /** Errors: see `Endpoints.of`. */
  endpointOf(email: string, signal?: AbortSignal): Promise<Endpoint>
  /** A client for one mailbox at that address, which notes when the address fails, and says which account makes the next call. */
  clientAt(email: string, endpoint: Endpoint, onAccount?: (name: string) => void): EwsClient
  /** The same, which looks at each call where the mailbox is. */
  clientFor(email: string): EwsClient
  /** Errors: those of `admins`; then everything stays as it was. */
  reload(): void
  check(options: Omit<PoolTestOptions, 'limit'>): Promise<PoolReport>
  push(): PushSource
  health(): AccountHealth[]
  close(): Promise<void>
}

/** Errors: `config.*` for accounts that do not fit. */
export function createExchangeFleet(options: ExchangeFleetOptions): ExchangeFleet {
  const { config, clock, log, endpoints: book } = options
  const pools = new Pools(options)
  const search = searchOver({ config, poolAt: (place, url) => pools.server(place, url), proxy: options.proxy })
  const endpoints = new Endpoints({ config, book, search, clock, log })
  // What the configuration itself says is made at once: a fault in it shows now.
  pools.validate()
  for (const endpoint of configuredEndpoints(config)) pools.at(endpoint)
  const clientAt: ExchangeFleet['clientAt'] = (email, endpoint, onAccount) =>
    watched(pools.at(endpoint).clientFor(email, onAccount), (error) => endpoints.failed(email, endpoint, error))
  return {
    endpointOf: (email, signal) => endpoints.of(email, signal),
    clientAt,
    clientFor: (email) => {
      let last: EwsClient | null = null
      return {
        call: async (operation, request, call) => {
          last = clientAt(email, await endpoints.of(email, call.signal))
          return last.call(operation, request, call)
        },
        serverBuild: () => last?.serverBuild() ?? null,
        close: async () => {},
      }
    },
    reload: () => {
      pools.validate()
      for (const pool of pools.all()) pool.reload()
    },
    check: (asked) => checkFleet({ ...options, pools, endpoints }, asked),
    push: () => fleetPush({ ...options, endpoints, poolAt: (endpoint) => pools.at(endpoint) }),
    health: () => merged(pools.all().flatMap((pool) => pool.health())),
    close: async () => {
      await Promise.allSettled(pools.all().map((pool) => pool.close()))
    },
  }
}

function watched(client: EwsClient, failed: (error: unknown) => Promise<void>): EwsClient {
  const call = async <Request, Value>(
    operation: EwsOperation<Request, Value>,
    request: Request,
    options: CallOptions,
  ) => {
    try {
      const results = await client.call(operation, request, options)
      for (const result of results) if (result.kind === 'failed') await failed(result.error)
      return results
    } catch (error) {
      await failed(error)
      throw error
    }
  }
  return { ...client, call }
}

/** An account that works at several servers is told once: a rest holds for all of them, and one that lets it in proves it. */
function merged(all: readonly AccountHealth[]): AccountHealth[] {
  const rank = { unproven: 0, ready: 1, resting: 2 } as const
  const byName = new Map<string, AccountHealth>()
  for (const one of all) {
    const before = byName.get(one.account)
    if (before === undefined || rank[one.state] > rank[before.state]) byName.set(one.account, one)
  }
  return [...byName.values()]
}
