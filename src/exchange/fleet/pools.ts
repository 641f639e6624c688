/** The pools of service accounts by server: made when the first mailbox is there, each with the accounts, the sign-in and the trust of its place. */
import { rootCertificates } from 'node:tls'
import { EXCHANGE_SERVERS_MAX } from '../../limits.ts'
import { ConnectorError } from '../../ports/errors.ts'
import type { Place } from '../discovery/hosts.ts'
import type { TlsOptions } from '../http-transport.ts'
import { createExchangePool, type ExchangePool } from '../pool/pool.ts'
import { accountsOf, type PoolConfig } from '../pool/settings.ts'
import { cloudEndpoint, type Endpoint, type FleetConfig, placesOf } from './finding.ts'
import type { ExchangeFleetOptions } from './fleet.ts'

export class Pools {
  readonly #options: ExchangeFleetOptions
  readonly #pools = new Map<string, ExchangePool>()

  constructor(options: ExchangeFleetOptions) {
    this.#options = options
  }

  /** Errors: `limit.reached` when servers name ever more addresses. */
  at({ place, url }: Pick<Endpoint, 'place' | 'url'>): ExchangePool {
    const key = `${place} ${url}`
    const known = this.#pools.get(key)
    if (known !== undefined) return known
    if (this.#pools.size >= EXCHANGE_SERVERS_MAX)
      throw new ConnectorError('limit.reached', { limit: 'EXCHANGE_SERVERS_MAX', sent: 'no' })
    const { config, admins, tls, ...tools } = this.#options
    const pool = createExchangePool({
      ...tools,
      ...trust(config, place, tls),
      config: poolConfig(config, place, url),
      admins: admins[place],
    })
    this.#pools.set(key, pool)
    return pool
  }

  /** For a question to autodiscover: EWS is at the same server as a rule, and its connections are used again then. */
  server(place: Place, { origin }: URL): ExchangePool {
    for (const [key, pool] of this.#pools) if (key.startsWith(`${place} ${origin}/`)) return pool
    return this.at({ place, url: `${origin}/EWS/Exchange.asmx` })
  }

  all(): ExchangePool[] {
    return [...this.#pools.values()]
  }

  /** Names of the accounts of a place. Errors: those of reading them. */
  names(place: Place): string[] {
    const { config, admins } = this.#options
    return accountsOf(poolConfig(config, place, ''), admins[place]()).map(({ name }) => name)
  }

  /** Errors: those of reading the accounts. */
  validate(): void {
    for (const place of placesOf(this.#options.config)) this.names(place)
  }
}

function poolConfig(config: FleetConfig, place: Place, url: string): PoolConfig {
  if (place === 'on-premises') return { ...config, ewsUrl: url }
  // Tokens are for the service, whichever of its hosts they are shown to.
  const service = config.type === 'cloud' ? config.ewsUrl : config.cloudEwsUrl
  const audience = config.audience ?? new URL(service ?? cloudEndpoint(config).url).origin
  return { ...config, type: 'cloud', ewsUrl: url, audience }
}

/** The company's own authority stands instead of the public ones on premises; Microsoft 365 has a public one, unless a proxy inspects TLS. */
function trust(config: FleetConfig, place: Place, tls: TlsOptions | undefined): { tls?: TlsOptions } {
  if (tls === undefined) return {}
  if (place === 'on-premises' || config.type === 'cloud' || tls.ca === undefined) return { tls }
  return { tls: { ...tls, ca: [...rootCertificates, tls.ca].join('\n') } }
}
