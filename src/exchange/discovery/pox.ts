/**
 * Autodiscover in plain XML: [MS-OXDSCLI] section 2.2.3 and 2.2.4, and
 * https://learn.microsoft.com/en-us/exchange/client-developer/web-service-reference/pox-autodiscover-web-service-reference-for-exchange
 */
import { child, childrenOf, textAt, type XmlElement } from '../../mapping/ews/xml.ts'
import { writeXml } from '../ews/xml-write.ts'
import { type DiscoveryAnswer, elementAt, notAutodiscover, rootOf, shortCode } from './answer.ts'

const REQUEST_NS = 'http://schemas.microsoft.com/exchange/autodiscover/outlook/requestschema/2006'
const BASE_NS = 'http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006'
const OUTLOOK_NS = 'http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a'

/** [MS-OXDSCLI] 2.2.4.1.1.3.1: 500 is an address that the directory does not know. */
const UNKNOWN_ADDRESS = '500'

/** EXPR is how clients outside reach Exchange, EXCH how those inside do; newer servers repeat both in EXHTTP. */
const PROTOCOLS = ['EXPR', 'EXHTTP', 'EXCH'] as const

export function encodePox(address: string): string {
  const request = writeXml({
    name: 'r:Autodiscover',
    attributes: { 'xmlns:r': REQUEST_NS },
    children: [
      {
        name: 'r:Request',
        children: [
          { name: 'r:EMailAddress', text: address },
          { name: 'r:AcceptableResponseSchema', text: OUTLOOK_NS },
        ],
      },
    ],
  })
  return `<?xml version="1.0" encoding="utf-8"?>${request}`
}

/** Errors: `exchange.bad-response`, `exchange.truncated`. */
export function decodePox(bytes: Uint8Array): DiscoveryAnswer {
  const response = elementAt(rootOf(bytes, { name: 'Autodiscover', ns: BASE_NS }), 'Response')
  const error = child(response, 'Error')
  if (error !== undefined) return errorAnswer(error)
  if (response.ns !== OUTLOOK_NS) throw notAutodiscover()
  const account = elementAt(response, 'Account')
  const action = textAt(account, 'Action')?.trim().toLowerCase()
  switch (action) {
    case 'settings':
      return { kind: 'settings', urls: urlsOf(account) }
    case 'redirectaddr':
      return { kind: 'redirect-address', address: elementAt(account, 'RedirectAddr').text.trim() }
    case 'redirecturl':
      // Microsoft's pages spell the element in two ways.
      return {
        kind: 'redirect-url',
        url: (textAt(account, 'RedirectUrl') ?? textAt(account, 'RedirectURL') ?? '').trim(),
      }
    default:
      throw notAutodiscover()
  }
}

function errorAnswer(error: XmlElement): DiscoveryAnswer {
  const code = shortCode(textAt(error, 'ErrorCode'))
  return code === UNKNOWN_ADDRESS ? { kind: 'unknown-address' } : { kind: 'refused', code }
}

function urlsOf(account: XmlElement): string[] {
  const protocols = childrenOf(account, 'Protocol')
  const urls = PROTOCOLS.flatMap((type) =>
    protocols
      .filter((protocol) => (textAt(protocol, 'Type') ?? protocol.attributes.Type)?.trim().toUpperCase() === type)
      .flatMap((protocol) => textAt(protocol, 'EwsUrl')?.trim() || []),
  )
  return [...new Set(urls)]
}
