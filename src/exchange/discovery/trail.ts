/** Where a search went and what came of it, for people; and the one error that says most when nothing was found. */
import { ConnectorError } from '../../ports/errors.ts'
import type { DiscoveryStep } from '../../ports/pool-report.ts'

/** They concern the account or this program and not one server: asking on would be in vain, or would cost another try of a password. */
const STOPS: ReadonlySet<string> = new Set([
  'exchange.sign-in',
  'exchange.account-resting',
  'exchange.throttled',
  'exchange.ews-blocked',
  'limit.reached',
  'stopped',
  'bug',
])

/** The connection itself failed, so the other language of the same server would fail alike. */
const BROKEN: ReadonlySet<string> = new Set(['exchange.unreachable', 'exchange.tls', 'exchange.timeout'])

const STEPS_MAX = 30

export class Trail {
  readonly steps: DiscoveryStep[] = []
  asked = 0
  /** An allowed server named it, and nobody allowed it. */
  forbidden: string | null = null
  unknownAddress = false

  add(url: string, outcome: string): void {
    if (this.steps.length < STEPS_MAX) this.steps.push({ url: shown(url), outcome })
  }

  fail(url: string, outcome: string): null {
    this.asked++
    if (outcome === 'unknown-address') this.unknownAddress = true
    this.add(url, outcome)
    return null
  }

  notAllowed(url: URL): null {
    this.add(url.href, 'not-allowed')
    return null
  }

  refusedHost(url: URL): null {
    this.forbidden ??= url.host
    return this.fail(url.href, url.protocol === 'https:' ? 'not-allowed' : 'not-https')
  }

  /** What the question ended with. Rethrows what ends the whole search. */
  broke(url: URL, error: unknown): null | 'next-form' {
    if (!(error instanceof ConnectorError) || STOPS.has(error.code) || /^(state|config|lease)\./.test(error.code))
      throw error
    const { reason, status } = error.fields
    const word = error.code.replace('exchange.', '')
    this.fail(url.href, [word, reason ?? status].filter((part) => part !== undefined).join(' '))
    return BROKEN.has(error.code) ? null : 'next-form'
  }
}

/** What an administrator should mend first. */
export function failureOf({ steps, asked, forbidden, unknownAddress }: Trail, mailbox: string): ConnectorError {
  const detail = steps.map(({ url, outcome }) => `${url}: ${outcome}`).join('; ')
  const fields = { mailbox, detail: detail.slice(0, 1000), sent: 'no' }
  if (forbidden !== null) return new ConnectorError('exchange.discovery-host', { ...fields, host: forbidden })
  if (unknownAddress) return new ConnectorError('exchange.unknown-mailbox', { ...fields, reason: 'autodiscover' })
  const first = steps.find(({ outcome }) => outcome === 'not-allowed')
  // Nobody at all may be asked about this domain.
  if (asked === 0 || steps.every(({ outcome, url }) => outcome === 'not-allowed' || url.startsWith('http:')))
    return new ConnectorError('exchange.discovery-host', { ...fields, host: first ? new URL(first.url).host : mailbox })
  return new ConnectorError('exchange.discovery', fields)
}

/** Without a query: a redirect may carry what is nobody's business. */
function shown(url: string): string {
  const parsed = URL.parse(url)
  return parsed === null ? url.slice(0, 200) : `${parsed.origin}${parsed.pathname}`.slice(0, 200)
}
