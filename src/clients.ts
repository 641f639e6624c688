/** The clients of both servers, made when a first mailbox needs them. Belongs to compose.ts, which loads it late: HTTP stacks take long to load. */
import { readFileSync } from 'node:fs'
import { loadAdmins } from './config/admins.ts'
import type { Config } from './config/config.ts'
import { accountFor } from './exchange/account.ts'
import { basicAuth } from './exchange/auth/basic.ts'
import { createEwsClient, type EwsClient } from './exchange/ews/client.ts'
import { createDavClient, type DavClient } from './nextcloud/dav/client.ts'
import { createDavTransport } from './nextcloud/dav/transport.ts'
import type { UsersFileEntry } from './nextcloud/users-file.ts'
import type { Clock, Random } from './ports/clock.ts'
import { ConnectorError } from './ports/errors.ts'
import type { Log } from './ports/log.ts'

export type ClientTools = { clock: Clock; random: Random; log: Log }

export type Clients = {
  exchangeFor(email: string): EwsClient
  davFor(entry: UsersFileEntry, signal: AbortSignal): DavClient
  close(): Promise<void>
}

export function createClients(config: Config, tools: ClientTools): Clients {
  const transport = createDavTransport({ ...tlsOf(config.nextcloud.caFile) })
  const exchange = exchangeClients(config, tools)
  return {
    exchangeFor: exchange.clientFor,
    davFor: (entry, signal) => {
      const { davUrl: baseUrl, username } = entry
      return createDavClient({ baseUrl, username, password: entry.appPassword().value, transport, signal, ...tools })
    },
    close: async () => {
      await Promise.allSettled([exchange.close(), transport.close()])
    },
  }
}

/** One client per service account, shared by the mailboxes that it acts for: their connections and throttling belong together. */
function exchangeClients(config: Config, { log, clock }: ClientTools) {
  const clients = new Map<string, EwsClient>()
  const { admins } = loadAdmins(config.exchange.adminsFile)
  const clientFor = (email: string): EwsClient => {
    const account = accountFor(email, admins)
    if (account?.kind !== 'on-premises' || config.exchange.type !== 'basic') {
      const problems = 'Service__ExchangeConfiguration__ExchangeType: this version signs in with 3 (Basic) only'
      throw new ConnectorError('config.invalid', { problems })
    }
    const known = clients.get(account.name)
    if (known) return known
    const auth = basicAuth({ username: account.username, password: account.password })
    const client = createEwsClient({ url: ewsUrlOf(config), auth, clock, log, ...tlsOf(config.exchange.caFile) })
    clients.set(account.name, client)
    return client
  }
  const close = () => Promise.allSettled([...clients.values()].map((client) => client.close()))
  return { clientFor, close }
}

function ewsUrlOf(config: Config): string {
  if (config.exchange.ewsUrl !== null) return config.exchange.ewsUrl
  throw new ConnectorError('config.invalid', { problems: 'Service__ExchangeConfiguration__EwsUrl: is needed' })
}

function tlsOf(caFile: string | null): { tls?: { ca: string } } {
  if (caFile === null) return {}
  try {
    return { tls: { ca: readFileSync(caFile, 'utf8') } }
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? 'unreadable'
    throw new ConnectorError('config.file', { path: caFile, reason })
  }
}
