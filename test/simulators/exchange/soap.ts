/** Envelopes: the headers of a request read, answers and faults written as Exchange 2019 does. */
import { SoapFault } from './errors.ts'
import {
  attribute,
  escapeXml,
  first,
  type Node,
  NS_ERRORS,
  NS_MESSAGES,
  NS_SOAP,
  NS_TYPES,
  parseXml,
  textElement,
} from './xml.ts'

const VERSIONS = [
  'Exchange2007',
  'Exchange2007_SP1',
  'Exchange2010',
  'Exchange2010_SP1',
  'Exchange2010_SP2',
  'Exchange2013',
  'Exchange2013_SP1',
  'Exchange2015',
  'Exchange2016',
  'V2015_10_05',
  'V2016_01_06',
  'V2016_04_13',
  'V2016_07_13',
  'V2016_10_10',
  'V2017_01_07',
  'V2017_04_14',
  'V2017_07_11',
]

const SERVER_VERSION = `<h:ServerVersionInfo MajorVersion="15" MinorVersion="2" MajorBuildNumber="1544" MinorBuildNumber="9" Version="V2017_07_11" xmlns:h="${NS_TYPES}"/>`

export type Headers = { version: string; impersonated: Node | undefined; timeZone: Node | undefined }

export type Request = { headers: Headers; operation: Node }

export function readEnvelope(root: Node): Request {
  if (root.name !== 'Envelope' || root.ns !== NS_SOAP) {
    throw new SoapFault('ErrorInvalidRequest', 'The request is not a SOAP 1.1 envelope.')
  }
  const header = first(root, 'Header')
  const body = first(root, 'Body')
  const [operation] = body?.children ?? []
  if (!operation || body?.children.length !== 1) {
    throw new SoapFault('ErrorInvalidRequest', 'The SOAP body must hold one operation.')
  }
  const version = first(header, 'RequestServerVersion')?.attributes.Version ?? 'Exchange2007'
  if (!VERSIONS.includes(version)) {
    throw new SoapFault('ErrorInvalidServerVersion', 'The specified server version is invalid.')
  }
  const timeZone = first(first(header, 'TimeZoneContext'), 'TimeZoneDefinition')
  return { headers: { version, impersonated: first(header, 'ExchangeImpersonation'), timeZone }, operation }
}

function envelope(inner: string): string {
  return `<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="${NS_SOAP}"><s:Header>${SERVER_VERSION}</s:Header><s:Body xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema">${inner}</s:Body></s:Envelope>`
}

/** `messages` is the XML of the response messages, or of the whole answer for the few operations without any. */
export function responseXml(operation: string, messages: string): string {
  return envelope(
    `<m:${operation}Response xmlns:m="${NS_MESSAGES}" xmlns:t="${NS_TYPES}"><m:ResponseMessages>${messages}</m:ResponseMessages></m:${operation}Response>`,
  )
}

const WITHOUT_PREFIX = new Set(['LineNumber', 'LinePosition', 'Violation'])

export function faultXml(fault: SoapFault): string {
  const details = Object.entries(fault.details).map(([name, value]) =>
    WITHOUT_PREFIX.has(name)
      ? textElement(name, value)
      : `<t:Value${attribute('Name', name)}>${escapeXml(String(value))}</t:Value>`,
  )
  const messageXml =
    details.length === 0 ? '' : `<t:MessageXml xmlns:t="${NS_TYPES}">${details.join('')}</t:MessageXml>`
  return `<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="${NS_SOAP}"><s:Body><s:Fault><faultcode xmlns:a="${NS_TYPES}">a:${fault.code}</faultcode><faultstring xml:lang="en-US">${escapeXml(fault.message)}</faultstring><detail><e:ResponseCode xmlns:e="${NS_ERRORS}">${fault.code}</e:ResponseCode><e:Message xmlns:e="${NS_ERRORS}">${escapeXml(fault.message)}</e:Message>${messageXml}</detail></s:Fault></s:Body></s:Envelope>`
}

/** As Exchange sends what some clients wrote: references to characters that XML 1.0 forbids. */
export function spoil(xml: string): string {
  return xml.replace(/<t:Subject>/g, '<t:Subject>&#x1F;&#xD83D;')
}

export function parseRequest(body: string): Node {
  try {
    return parseXml(body)
  } catch (error) {
    throw new SoapFault('ErrorSchemaValidation', `The request failed schema validation: ${(error as Error).message}`)
  }
}
