/** Which addresses are asked about a mailbox, in which order and language. Pure. */
import { domainToASCII } from 'node:url'

/** `soap` is GetUserSettings, which was made for EWS; `pox` is what every version speaks. */
export type DiscoveryFormat = 'soap' | 'pox'

export type Question = { url: URL; address: string }

const PATHS: Readonly<Record<DiscoveryFormat, string>> = {
  soap: '/autodiscover/autodiscover.svc',
  pox: '/autodiscover/autodiscover.xml',
}

export type Starts = { signedIn: readonly URL[]; plain: URL }

/** Null for an address whose domain is none: labels of letters, digits and hyphens, at least two of them. */
export function startsOf(address: string): Starts | null {
  const at = address.lastIndexOf('@')
  const written = at <= 0 ? '' : address.slice(at + 1)
  const domain = /^[\p{L}\p{M}\p{N}.-]+$/u.test(written) ? domainToASCII(written).toLowerCase() : ''
  if (domain.length > 240 || !/^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]$/.test(domain)) return null
  return {
    signedIn: [`autodiscover.${domain}`, domain].map((host) => new URL(PATHS.soap, `https://${host}`)),
    plain: new URL(PATHS.pox, `http://autodiscover.${domain}`),
  }
}

/** An address that names one language is asked in that one first, then in the other one beside it; any other is taken for plain XML. */
export function formsOf(url: URL): { format: DiscoveryFormat; url: URL }[] {
  const [, base, extension] = /^(.*autodiscover)\.(svc|xml)$/i.exec(url.pathname) ?? []
  if (base === undefined || extension === undefined) return [{ format: 'pox', url }]
  const beside = (ending: string) => new URL(`${base}.${ending}${url.search}`, url.origin)
  const soap = { format: 'soap' as const, url: beside('svc') }
  const pox = { format: 'pox' as const, url: beside('xml') }
  return extension.toLowerCase() === 'svc' ? [soap, pox] : [pox, soap]
}
