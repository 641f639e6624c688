/** The clients of both servers, made when a first mailbox needs them. Belongs to compose.ts, which loads it late: HTTP stacks take long to load. */
import { readFileSync } from 'node:fs'
import type { Config } from '../config/config.ts'
import type { EwsClient } from '../exchange/ews/client.ts'
import { proxyFromEnvironment } from '../exchange/http-proxy.ts'
import type { AccountHealth } from '../exchange/pool/health.ts'
import { createExchangePool, type ExchangePool } from '../exchange/pool/pool.ts'
import { createDavClient, type DavClient } from '../nextcloud/dav/client.ts'
import { createDavTransport } from '../nextcloud/dav/transport.ts'
import type { UsersFileEntry } from '../nextcloud/users-file.ts'
import type { AccountBook } from '../ports/account-book.ts'
import type { Clock, Random } from '../ports/clock.ts'
import { ConnectorError } from '../ports/errors.ts'
import type { Log } from '../ports/log.ts'
import type { Metrics } from '../ports/metrics.ts'
import { readAdmins } from './accounts.ts'
import { measuredDav, measuredEws } from './measured.ts'

/** `book`, `markOf`: see ExchangePoolOptions. */
export type ClientTools = {
  clock: Clock
  random: Random
  log: Log
  metrics: Metrics
  book: AccountBook
  markOf: (credentials: string) => string
}

export type Clients = {
  exchangeFor(email: string): EwsClient
  accountHealth(): AccountHealth[]
  /** Reads the service accounts again. */
  reload(): void
  davFor(entry: UsersFileEntry, signal: AbortSignal): DavClient
  close(): Promise<void>
}

export function createClients(config: Config, tools: ClientTools): Clients {
  const transport = measuredDav(createDavTransport({ ...tlsOf(config.nextcloud.caFile) }), tools)
  const exchange = exchangePool(config, tools)
  return {
    exchangeFor: (email) => measuredEws(exchange.clientFor(email), tools),
    accountHealth: exchange.health,
    reload: exchange.reload,
    davFor: (entry, signal) => {
      const { davUrl: baseUrl, username } = entry
      return createDavClient({ baseUrl, username, password: entry.appPassword().value, transport, signal, ...tools })
    },
    close: async () => {
      await Promise.allSettled([exchange.close(), transport.close()])
    },
  }
}

function exchangePool(config: Config, tools: ClientTools): ExchangePool {
  const { exchange } = config
  const admins = () => readAdmins(config)
  const proxy = proxyFromEnvironment(process.env)
  return createExchangePool({ config: exchange, admins, proxy, ...tlsOf(exchange.caFile), ...tools })
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
