/**
 * Finds the EWS address of a mailbox as [MS-OXDSCLI] section 3.1.5 says, without the directory lookup (SCP): the domain's servers are asked
 * in turn, redirects are followed to allowed servers only, and every loop has an end. It sends nothing itself.
 */
import { DISCOVERY_REQUESTS_MAX } from '../../limits.ts'
import { ConnectorError } from '../../ports/errors.ts'
import type { DiscoveryStep } from '../../ports/pool-report.ts'
import type { DiscoveryAnswer } from './answer.ts'
import { type DiscoveryFormat, formsOf, type Question, startsOf } from './candidates.ts'
import type { Place } from './hosts.ts'
import { failureOf, Trail } from './trail.ts'

export type DiscoverTools = {
  /** Null: nobody allowed this server. */
  placeOf(url: URL): Place | null
  /** One signed-in question. Errors: those of the connection and of the account. */
  ask(question: Question & { place: Place; format: DiscoveryFormat }): Promise<DiscoveryAnswer>
  /** Where an unauthenticated GET over plain http is sent to; null when it is not redirected. Errors: those of the connection. */
  plainRedirect(url: URL): Promise<string | null>
}

export type Found = { place: Place; url: string }
export type Discovered = { steps: readonly DiscoveryStep[] } & (
  | { kind: 'found'; found: Found }
  | { kind: 'failed'; error: ConnectorError }
)

/** Never throws for what servers say. Errors: what stops every question, such as an account that rests, a wrong password, or `stopped`. */
export async function discover(address: string, tools: DiscoverTools): Promise<Discovered> {
  const search = new Search(tools)
  const found = await search.address(address)
  const { steps } = search.trail
  return found === null
    ? { kind: 'failed', error: failureOf(search.trail, address), steps }
    : { kind: 'found', found, steps }
}

class Search {
  readonly trail = new Trail()
  readonly #tools: DiscoverTools
  readonly #asked = new Set<string>()

  constructor(tools: DiscoverTools) {
    this.#tools = tools
  }

  async address(address: string): Promise<Found | null> {
    const starts = startsOf(address)
    if (starts === null) return this.trail.fail(address, 'bad-address')
    for (const url of starts.signedIn) {
      const found = await this.#server(url, address)
      if (found !== null) return found
    }
    const target = await this.#plain(starts.plain)
    return target === null ? null : this.#redirected(target, address)
  }

  /** Both languages of one server. What broke the connection to it concerns both. */
  async #server(url: URL, address: string): Promise<Found | null> {
    const place = this.#tools.placeOf(url)
    if (place === null) return this.trail.notAllowed(url)
    for (const form of formsOf(url)) {
      const outcome = await this.#question({ ...form, address, place })
      if (outcome !== 'next-form') return outcome
    }
    return null
  }

  /** Only somebody's word led here: an address that may not be asked is an error of its own. */
  async #redirected(target: string, address: string): Promise<Found | null> {
    const url = URL.parse(target)
    if (url === null) return this.trail.fail(target, 'bad-redirect')
    if (this.#tools.placeOf(url) === null) return this.trail.refusedHost(url)
    return this.#server(url, address)
  }

  async #question(question: Question & { place: Place; format: DiscoveryFormat }): Promise<Found | null | 'next-form'> {
    const { url, address, format } = question
    const key = `${format} ${url.href} ${address}`.toLowerCase()
    if (this.#asked.has(key)) return this.trail.fail(url.href, 'loop')
    if (this.#asked.size >= DISCOVERY_REQUESTS_MAX)
      throw new ConnectorError('limit.reached', { limit: 'DISCOVERY_REQUESTS_MAX', sent: 'no' })
    this.#asked.add(key)
    try {
      return await this.#follow(await this.#tools.ask(question), question)
    } catch (error) {
      const target = redirectOf(error)
      if (target !== null) {
        this.trail.add(url.href, 'redirect')
        return this.#redirected(target, address)
      }
      return this.trail.broke(url, error)
    }
  }

  async #follow(answer: DiscoveryAnswer, { url, address }: Question): Promise<Found | null | 'next-form'> {
    switch (answer.kind) {
      case 'settings':
        return this.#settings(answer.urls, url)
      case 'redirect-address':
        this.trail.add(url.href, 'redirect-address')
        return answer.address.toLowerCase() === address.toLowerCase()
          ? this.trail.fail(url.href, 'loop')
          : this.address(answer.address)
      case 'redirect-url':
        this.trail.add(url.href, 'redirect')
        return this.#redirected(answer.url, address)
      case 'unknown-address':
        return this.trail.fail(url.href, 'unknown-address')
      case 'refused':
        return this.trail.fail(url.href, `refused-${answer.code}`)
    }
  }

  #settings(urls: readonly string[], from: URL): Found | null {
    let refused: URL | null = null
    for (const text of urls) {
      const url = URL.parse(text)
      const place = url === null ? null : this.#tools.placeOf(url)
      if (url !== null && place !== null) {
        this.trail.add(from.href, 'found')
        return { place, url: url.href }
      }
      refused ??= url
    }
    return refused === null ? this.trail.fail(from.href, 'no-ews') : this.trail.refusedHost(refused)
  }

  async #plain(url: URL): Promise<string | null> {
    try {
      const target = await this.#tools.plainRedirect(url)
      this.trail.add(url.href, target === null ? 'no-redirect' : 'redirect')
      return target
    } catch (error) {
      this.trail.broke(url, error)
      return null
    }
  }
}

/** The transport does not follow to another host, and says where it should have gone. */
function redirectOf(error: unknown): string | null {
  if (!(error instanceof ConnectorError) || error.code !== 'exchange.redirect') return null
  const { target } = error.fields
  return typeof target === 'string' ? target : null
}
