/** The clients of both servers, made when a first mailbox needs them. Belongs to compose.ts, which loads it late: HTTP stacks take long to load. */
import { readFileSync } from 'node:fs'
import type { Config } from '../config/config.ts'
import type { EwsClient } from '../exchange/ews/client.ts'
import type { Endpoint } from '../exchange/fleet/finding.ts'
import { createExchangeFleet, type ExchangeFleet } from '../exchange/fleet/fleet.ts'
import { proxyFromEnvironment } from '../exchange/http-proxy.ts'
import type { AccountHealth } from '../exchange/pool/health.ts'
import type { AppClient } from '../nextcloud/app/client.ts'
import { appDavTransport } from '../nextcloud/app/dav.ts'
import type { Lanes } from '../nextcloud/app/lanes.ts'
import { createDavClient, type DavClient } from '../nextcloud/dav/client.ts'
import { createDavTransport } from '../nextcloud/dav/transport.ts'
import type { UserEntry } from '../nextcloud/user-entry.ts'
import type { AccountBook } from '../ports/account-book.ts'
import type { Clock, Random } from '../ports/clock.ts'
import type { EndpointBook } from '../ports/endpoint-book.ts'
import { ConnectorError } from '../ports/errors.ts'
import type { Log } from '../ports/log.ts'
import type { Metrics } from '../ports/metrics.ts'
import type { ListenerShare, PushSource } from '../ports/push.ts'
import { readAdmins } from './accounts.ts'
import { measuredDav, measuredEws } from './measured.ts'

/** `book`, `markOf`, `share`: see ExchangePoolOptions. */
export type ClientTools = {
  clock: Clock
  random: Random
  log: Log
  metrics: Metrics
  book: AccountBook
  endpoints: EndpointBook
  markOf: (credentials: string) => string
  share?: ListenerShare
}

export type ExchangeReached = { client: EwsClient; endpoint: Endpoint }

export type Clients = {
  /** Looks at each call where the mailbox is. */
  exchangeFor(email: string): EwsClient
  /** For a pass: at one address from its beginning to its end, because ids belong to it. `onAccount`: told which account makes the next call. */
  exchangeAt(user: {
    email: string
    signal: AbortSignal
    onAccount?: ((name: string) => void) | undefined
  }): Promise<ExchangeReached>
  accountHealth(): AccountHealth[]
  /** Notifications of Exchange. */
  push(): PushSource
  /** Reads the service accounts again. */
  reload(): void
  davFor(entry: UserEntry, signal: AbortSignal): DavClient
  close(): Promise<void>
}

/** The app's client and transport, shared by all users; null where users come from a file. */
export type AppParts = { app: AppClient; lanes: Lanes } | null

export function createClients(config: Config, tools: ClientTools, appParts: AppParts): Clients {
  const transport = measuredDav(createDavTransport({ ...tlsOf(config.nextcloud.caFile) }), tools)
  const exchange = exchangeFleet(config, tools)
  return {
    exchangeFor: (email) => measuredEws(exchange.clientFor(email), tools),
    exchangeAt: async ({ email, signal, onAccount }) => {
      const endpoint = await exchange.endpointOf(email, signal)
      return { endpoint, client: measuredEws(exchange.clientAt(email, endpoint, onAccount), tools) }
    },
    accountHealth: exchange.health,
    push: exchange.push,
    reload: exchange.reload,
    davFor: (entry, signal) => {
      const { davUrl: baseUrl, username, access } = entry
      const common = { baseUrl, signal, ...tools }
      if (access.kind === 'password')
        return createDavClient({ ...common, username, password: access.appPassword(), transport })
      if (!appParts) throw new ConnectorError('bug', { where: 'a user of the app without the app' })
      // The transport signs in by itself, for all users as the service account.
      const dav = { ...appParts, batchSize: config.sync.batchSaveSize }
      return createDavClient({
        ...common,
        username: appParts.app.username,
        password: '',
        transport: appDavTransport(dav, username),
      })
    },
    close: async () => {
      await Promise.allSettled([exchange.close(), transport.close()])
    },
  }
}

export function exchangeFleet(config: Config, tools: ClientTools): ExchangeFleet {
  const { exchange } = config
  const admins = {
    'on-premises': () => readAdmins(config, 'on-premises'),
    cloud: () => readAdmins(config, 'cloud'),
  }
  const proxy = proxyFromEnvironment(process.env)
  return createExchangeFleet({ config: exchange, admins, proxy, ...tlsOf(exchange.caFile), ...tools })
}

export function tlsOf(caFile: string | null): { tls?: { ca: string } } {
  if (caFile === null) return {}
  try {
    return { tls: { ca: readFileSync(caFile, 'utf8') } }
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? 'unreadable'
    throw new ConnectorError('config.file', { path: caFile, reason })
  }
}
