/** One search by autodiscover over real connections: signed in through the pool of the server that is asked. */
import { DISCOVERY_BYTES_MAX, DISCOVERY_TIMEOUT_MS } from '../../limits.ts'
import type { DiscoveryAnswer } from '../discovery/answer.ts'
import type { DiscoveryFormat, Question } from '../discovery/candidates.ts'
import { type Discovered, discover } from '../discovery/discover.ts'
import { type Place, placeOf } from '../discovery/hosts.ts'
import { plainRedirect } from '../discovery/plain.ts'
import { decodePox, encodePox } from '../discovery/pox.ts'
import { decodeSoap, encodeSoap } from '../discovery/soap.ts'
import type { HttpPost } from '../http-post.ts'
import type { ProxyOptions } from '../http-proxy.ts'
import type { ExchangePool } from '../pool/pool.ts'
import { allowedOf, type FleetConfig } from './finding.ts'

export type SearchOptions = {
  config: FleetConfig
  /** Of the service accounts of that place, at the server of this address. */
  poolAt: (place: Place, url: URL) => ExchangePool
  proxy?: ProxyOptions | null | undefined
}

export function searchOver({ config, poolAt, proxy }: SearchOptions) {
  const allowed = allowedOf(config)
  return (email: string, signal?: AbortSignal): Promise<Discovered> =>
    discover(email, {
      placeOf: (url) => placeOf(url, allowed),
      ask: async ({ place, ...question }) => {
        const answer = await poolAt(place, question.url).post(email, requestOf(question, signal))
        return decode(question.format, answer.body)
      },
      plainRedirect: (url) => plainRedirect(url, { proxy, signal }),
    })
}

function requestOf({ url, address, format }: Question & { format: DiscoveryFormat }, signal?: AbortSignal): HttpPost {
  return {
    url,
    headers: {
      'content-type': 'text/xml; charset=utf-8',
      accept: 'text/xml',
      'user-agent': 'nextcloud-exchange-connector',
      ...(/^[!-~]+$/.test(address) ? { 'x-anchormailbox': address } : {}),
    },
    body: format === 'soap' ? encodeSoap(address, url) : encodePox(address),
    timeoutMs: DISCOVERY_TIMEOUT_MS,
    bytesMax: DISCOVERY_BYTES_MAX,
    ...(signal && { signal }),
  }
}

function decode(format: DiscoveryFormat, body: Uint8Array): DiscoveryAnswer {
  return format === 'soap' ? decodeSoap(body) : decodePox(body)
}
