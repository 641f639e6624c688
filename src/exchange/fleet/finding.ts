/** How the address of a mailbox is known: from the configuration, or by autodiscover. Pure, and light: the schedule asks, too. */
import { type AllowedHosts, type Place, placeOf } from '../discovery/hosts.ts'
import { CLOUD_URL, type PoolConfig } from '../pool/settings.ts'

/** Which mailboxes are on Microsoft 365 while the others are on premises. `entries`: `@example.org` or an address, in small letters. */
export type CloudMailboxes = { kind: 'discover' } | { kind: 'listed'; entries: readonly string[] }

export type FleetConfig = PoolConfig & {
  /** Hosts that autodiscover may ask and point to; empty: no autodiscover. */
  allowedHosts: readonly string[]
  cloudHosts: readonly string[]
  /** Null: all mailboxes are of one kind. */
  cloudMailboxes: CloudMailboxes | null
  cloudEwsUrl: string | null
}

export type Endpoint = {
  place: Place
  url: string
  how: 'configured' | 'discovered'
}

export type Finding = { kind: 'configured'; endpoint: Endpoint } | { kind: 'discover' }

export function findingOf(config: FleetConfig, email: string): Finding {
  const { ewsUrl, allowedHosts, cloudMailboxes } = config
  if (cloudMailboxes?.kind === 'discover') return { kind: 'discover' }
  if (cloudMailboxes !== null && isListed(email, cloudMailboxes.entries)) return configured(cloudEndpoint(config))
  if (ewsUrl !== null) return configured({ place: ownPlace(config), url: ewsUrl, how: 'configured' })
  if (allowedHosts.length > 0) return { kind: 'discover' }
  // Microsoft 365 has one address for everybody.
  return configured({ place: ownPlace(config), url: CLOUD_URL, how: 'configured' })
}

export function cloudEndpoint({ cloudEwsUrl }: FleetConfig): Endpoint {
  return { place: 'cloud', url: cloudEwsUrl ?? CLOUD_URL, how: 'configured' }
}

/** What was found, at the address that the configuration puts in its place. */
export function discoveredEndpoint(config: FleetConfig, { place, url }: { place: Place; url: string }): Endpoint {
  const fixed = place === 'cloud' && config.type !== 'cloud' ? config.cloudEwsUrl : config.ewsUrl
  return { place, url: fixed ?? url, how: 'discovered' }
}

/** Addresses that are known without asking anybody. */
export function configuredEndpoints(config: FleetConfig): Endpoint[] {
  const own = findingOf({ ...config, cloudMailboxes: null }, '')
  const cloud = config.cloudMailboxes === null ? [] : [cloudEndpoint(config)]
  return own.kind === 'configured' ? [own.endpoint, ...cloud] : cloud
}

/** Where mailboxes are that nobody searched for yet. */
export function ownPlace({ type }: FleetConfig): Place {
  return type === 'cloud' ? 'cloud' : 'on-premises'
}

/** Where service accounts are needed at all. */
export function placesOf(config: FleetConfig): Place[] {
  return config.cloudMailboxes === null ? [ownPlace(config)] : ['on-premises', 'cloud']
}

export function allowedOf(config: FleetConfig): AllowedHosts {
  const { type, allowedHosts, cloudHosts, cloudMailboxes, ewsUrl, cloudEwsUrl } = config
  if (type === 'cloud') return { 'on-premises': [], cloud: [...allowedHosts, ...cloudHosts, ...hostOf(ewsUrl)] }
  const cloud = cloudMailboxes === null ? [] : [...cloudHosts, ...hostOf(cloudEwsUrl)]
  return { 'on-premises': [...allowedHosts, ...hostOf(ewsUrl)], cloud }
}

/** What was found earlier may have been forbidden since, or belong to a place that is not served any more. */
export function isStillAllowed(config: FleetConfig, { place, url }: { place: Place; url: string }): boolean {
  const parsed = URL.parse(url)
  return parsed !== null && placeOf(parsed, allowedOf(config)) === place
}

function configured(endpoint: Endpoint): Finding {
  return { kind: 'configured', endpoint }
}

function isListed(email: string, entries: readonly string[]): boolean {
  const address = email.toLowerCase()
  return entries.some((entry) => (entry.startsWith('@') ? address.endsWith(entry) : address === entry))
}

function hostOf(url: string | null): string[] {
  const host = url === null ? undefined : URL.parse(url)?.host.toLowerCase()
  return host === undefined ? [] : [host]
}
