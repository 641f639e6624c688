/** Where a mailbox is: as configured, as found earlier by any replica, or found now. A failing address is searched for again. */
import { DISCOVERY_AGAIN_MS, DISCOVERY_AGE_MAX_MS, DISCOVERY_STALE_MAX_MS } from '../../limits.ts'
import type { Clock } from '../../ports/clock.ts'
import type { EndpointBook, KnownEndpoint } from '../../ports/endpoint-book.ts'
import { ConnectorError } from '../../ports/errors.ts'
import type { Log } from '../../ports/log.ts'
import type { EndpointCheck } from '../../ports/pool-report.ts'
import type { Discovered } from '../discovery/discover.ts'
import { discoveredEndpoint, type Endpoint, type FleetConfig, findingOf, isStillAllowed } from './finding.ts'

export type EndpointsOptions = {
  config: FleetConfig
  book: EndpointBook
  search: (email: string, signal?: AbortSignal) => Promise<Discovered>
  clock: Pick<Clock, 'nowMs'>
  log: Log
}

/** Autodiscover itself is down, which says nothing about the mailbox: what was found earlier serves on. */
const DOWN: ReadonlySet<string> = new Set([
  'exchange.discovery',
  'exchange.unreachable',
  'exchange.timeout',
  'exchange.tls',
  'exchange.throttled',
  'exchange.server-error',
])

/** Such an error may mean that the mailbox is elsewhere now. */
const MAY_HAVE_MOVED: ReadonlySet<string> = new Set([
  'exchange.unreachable',
  'exchange.timeout',
  'exchange.tls',
  'exchange.not-ews',
  'exchange.redirect',
  'exchange.unknown-mailbox',
])

export class Endpoints {
  readonly #options: EndpointsOptions
  readonly #searching = new Map<string, Promise<Endpoint>>()

  constructor(options: EndpointsOptions) {
    this.#options = options
  }

  /** Errors: `exchange.discovery`, `exchange.discovery-host`, `exchange.unknown-mailbox`, those of the accounts and of the state. */
  async of(email: string, signal?: AbortSignal): Promise<Endpoint> {
    const { config, book, clock } = this.#options
    const finding = findingOf(config, email)
    if (finding.kind === 'configured') return finding.endpoint
    const read = await book.read(email)
    const known = read !== null && isStillAllowed(config, read) ? read : null
    if (known !== null && !isDue(known, clock.nowMs())) return discoveredEndpoint(config, known)
    return this.#searchOnce(email, known, signal)
  }

  /** Without a search, and with one look into the book: mailboxes that nobody found yet are not in it. Errors: those of the state. */
  async known(emails: readonly string[]): Promise<ReadonlyMap<string, Endpoint>> {
    const { config, book } = this.#options
    const known = new Map<string, Endpoint>()
    let found: ReadonlyMap<string, KnownEndpoint> | null = null
    for (const email of emails) {
      const finding = findingOf(config, email)
      if (finding.kind === 'configured') {
        known.set(email, finding.endpoint)
        continue
      }
      found ??= await book.all()
      const read = found.get(email.toLowerCase())
      if (read !== undefined && isStillAllowed(config, read)) known.set(email, discoveredEndpoint(config, read))
    }
    return known
  }

  /** For `pool test`: a search of its own, whose way is told. Never throws for what servers and accounts do wrong. */
  async look(email: string, signal: AbortSignal): Promise<EndpointCheck> {
    const { config, search } = this.#options
    const finding = findingOf(config, email)
    if (finding.kind === 'configured') {
      const { place, url } = finding.endpoint
      return { email, place, url, how: 'configured', steps: [], error: null }
    }
    const none = { email, place: null, url: null, how: 'discovered' as const }
    try {
      const result = await search(email, signal)
      const { steps } = result
      if (result.kind === 'failed') return { ...none, steps, error: reportOf(result.error) }
      await this.#keep(email, result.found, null)
      const { place, url } = discoveredEndpoint(config, result.found)
      return { ...none, place, url, steps, error: null }
    } catch (error) {
      if (!(error instanceof ConnectorError) || ['bug', 'stopped'].includes(error.code)) throw error
      return { ...none, steps: [], error: reportOf(error) }
    }
  }

  /** Tells what a call to the mailbox ended with. */
  async failed(email: string, endpoint: Endpoint, error: unknown): Promise<void> {
    if (endpoint.how !== 'discovered' || !(error instanceof ConnectorError) || !MAY_HAVE_MOVED.has(error.code)) return
    const { book, clock, log } = this.#options
    log.debug({ user: email, code: error.code }, 'the mailbox is searched for again before its next pass')
    const known = await book.read(email)
    if (known !== null) await book.noteFailed(email, known.url, clock.nowMs())
  }

  #searchOnce(email: string, known: KnownEndpoint | null, signal?: AbortSignal): Promise<Endpoint> {
    const underWay = this.#searching.get(email)
    if (underWay !== undefined) return underWay
    const searching = this.#search(email, known, signal).finally(() => this.#searching.delete(email))
    this.#searching.set(email, searching)
    return searching
  }

  async #search(email: string, known: KnownEndpoint | null, signal?: AbortSignal): Promise<Endpoint> {
    const { config, search, clock, log } = this.#options
    try {
      const result = await search(email, signal)
      if (result.kind === 'failed') throw result.error
      await this.#keep(email, result.found, known)
      return discoveredEndpoint(config, result.found)
    } catch (error) {
      if (!(error instanceof ConnectorError) || known === null || !DOWN.has(error.code)) throw error
      if (clock.nowMs() - known.foundAtMs >= DISCOVERY_STALE_MAX_MS) throw error
      log.warn({ code: error.code }, 'autodiscover failed: what it found earlier is used')
      return discoveredEndpoint(config, known)
    }
  }

  async #keep(
    email: string,
    { place, url }: Pick<KnownEndpoint, 'place' | 'url'>,
    before: KnownEndpoint | null,
  ): Promise<void> {
    const { book, clock, log } = this.#options
    if (before !== null && (before.url !== url || before.place !== place))
      log.info({ place, host: new URL(url).host }, 'the mailbox is at another server now')
    await book.put(email, { place, url, foundAtMs: clock.nowMs(), failedAtMs: null })
  }
}

function isDue({ foundAtMs, failedAtMs }: KnownEndpoint, nowMs: number): boolean {
  const ageMs = nowMs - foundAtMs
  if (ageMs < 0 || ageMs >= DISCOVERY_AGE_MAX_MS) return true
  return failedAtMs !== null && ageMs >= DISCOVERY_AGAIN_MS
}

function reportOf({ code, fields }: ConnectorError) {
  return { code, fields }
}
