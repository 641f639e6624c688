/** What an autodiscover server says about a mailbox, in either of its two languages. */
import { child, type XmlElement } from '../../mapping/ews/xml.ts'
import { ConnectorError } from '../../ports/errors.ts'
import { readXml } from '../ews/xml-read.ts'

export type DiscoveryAnswer =
  /** EWS addresses, the best one first; empty where the mailbox has no EWS. */
  | { kind: 'settings'; urls: readonly string[] }
  /** Ask again for this address: the mailbox is in another domain. */
  | { kind: 'redirect-address'; address: string }
  /** Ask again there. */
  | { kind: 'redirect-url'; url: string }
  | { kind: 'unknown-address' }
  | { kind: 'refused'; code: string }

/** The root of an answer. Errors: as `readXml` (bounded, no DTD); `exchange.bad-response` with `not-autodiscover` for another document. */
export function rootOf(bytes: Uint8Array, { name, ns }: { name: string; ns: string }): XmlElement {
  const root = readXml(bytes)
  if (root.name !== name || root.ns !== ns) throw notAutodiscover()
  return root
}

export function notAutodiscover(): ConnectorError {
  return new ConnectorError('exchange.bad-response', { reason: 'not-autodiscover', sent: 'no' })
}

/** The element at the end of a path of local names. Errors: `exchange.bad-response`. */
export function elementAt(root: XmlElement, ...path: string[]): XmlElement {
  let current: XmlElement | undefined = root
  for (const name of path) current = current && child(current, name)
  if (current === undefined) throw notAutodiscover()
  return current
}

/** A code of the server, for people: one short word. */
export function shortCode(text: string | undefined): string {
  return /^\w{1,40}$/.exec(text?.trim() ?? '')?.[0] ?? 'unknown'
}
