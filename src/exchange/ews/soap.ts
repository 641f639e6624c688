/** SOAP 1.1 envelopes as EWS uses them: the request around a body, and the answer or fault in the bytes that come back. */
import type { XmlNode } from '../../mapping/ews/change.ts'
import { child, textAt, type XmlElement } from '../../mapping/ews/xml.ts'
import { ConnectorError } from '../../ports/errors.ts'
import { badResponse } from './refs.ts'
import { errorOfCode, throttlingOf } from './response-codes.ts'
import { readXml } from './xml-read.ts'
import { writeXml } from './xml-write.ts'

export const MESSAGES_NS = 'http://schemas.microsoft.com/exchange/services/2006/messages'
export const TYPES_NS = 'http://schemas.microsoft.com/exchange/services/2006/types'
export const SOAP_NS = 'http://schemas.xmlsoap.org/soap/envelope/'

/** RequestServerVersion: the schema that request and answer follow (MS-OXWSCDATA 2.2.5.12). */
export type ServerVersion = 'Exchange2016' | 'Exchange2013_SP1'

/** `mailbox`: primary SMTP address to act for (MS-OXWSCDATA ExchangeImpersonation), null = none. */
export type EnvelopeOptions = { serverVersion: ServerVersion; mailbox: string | null }

/** The whole request document. */
export function writeEnvelope(body: XmlNode, options: EnvelopeOptions): string {
  const header: XmlNode[] = [{ name: 'RequestServerVersion', attributes: { Version: options.serverVersion } }]
  if (options.mailbox !== null) {
    const address = { name: 'PrimarySmtpAddress', text: options.mailbox }
    header.push({ name: 'ExchangeImpersonation', children: [{ name: 'ConnectingSID', children: [address] }] })
  }
  const envelope = writeXml({
    name: 'soap:Envelope',
    attributes: { 'xmlns:soap': SOAP_NS, 'xmlns:m': MESSAGES_NS, 'xmlns:t': TYPES_NS },
    children: [
      { name: 'soap:Header', children: header },
      { name: 'soap:Body', children: [body] },
    ],
  })
  return `<?xml version="1.0" encoding="utf-8"?>${envelope}`
}

/** `build`: the server's own version, `15.2.1118.7`, when it names it. */
export type SoapAnswer = { build: string | null } & (
  | { kind: 'body'; element: XmlElement }
  | { kind: 'fault'; error: ConnectorError }
)

/**
 * What the server answered. Errors: `exchange.not-ews` for a document that is no SOAP envelope (a login page),
 * `exchange.truncated`, `exchange.bad-response`. A fault is a result, because it is the server's considered answer.
 */
export function readEnvelope(bytes: Uint8Array): SoapAnswer {
  if (looksLikeHtml(bytes)) throw new ConnectorError('exchange.not-ews', { reason: 'html' })
  const root = readXml(bytes)
  if (root.name !== 'Envelope' || root.ns !== SOAP_NS)
    throw new ConnectorError('exchange.not-ews', { reason: 'not-soap' })
  const body = root.children.find((element) => element.name === 'Body' && element.ns === SOAP_NS)
  if (body === undefined) throw badResponse('missing-element', { element: 'Body', parent: 'Envelope' })
  const [content] = body.children
  if (content === undefined || body.children.length !== 1)
    throw badResponse('body-count', { count: body.children.length })
  const build = buildOf(root)
  if (content.name === 'Fault' && content.ns === SOAP_NS) return { kind: 'fault', build, error: faultError(content) }
  return { kind: 'body', build, element: content }
}

/** Byte order marks and white space, then what every HTML page begins with. Latin-1 keeps the bytes comparable. */
function looksLikeHtml(bytes: Uint8Array): boolean {
  const start = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, 512)).toString('latin1')
  return /^[\u00EF\u00BB\u00BF\s]*(<\?xml[^>]*>\s*)?<(!doctype\s+html|html|head|body)\b/i.test(start)
}

function buildOf(root: XmlElement): string | null {
  const header = child(root, 'Header')
  const version = header && child(header, 'ServerVersionInfo')
  if (version === undefined) return null
  const { MajorVersion, MinorVersion, MajorBuildNumber, MinorBuildNumber } = version.attributes
  const parts = [MajorVersion, MinorVersion, MajorBuildNumber, MinorBuildNumber]
  return parts.every((part) => part !== undefined && /^\d{1,6}$/.test(part)) ? parts.join('.') : null
}

/** EWS names its code in the detail (namespace .../errors) and again in the fault code (`a:ErrorServerBusy`). */
function faultError(fault: XmlElement): ConnectorError {
  const detail = child(fault, 'detail')
  const faultCode = textAt(fault, 'faultcode')?.trim().split(':').at(-1) ?? ''
  const code =
    textAt(detail, 'ResponseCode')?.trim() || (faultCode.startsWith('Error') ? faultCode : 'ErrorInternalServerError')
  const words = textAt(detail, 'Message') ?? textAt(fault, 'faultstring') ?? ''
  return errorOfCode(code, { words, ...throttlingOf(detail) })
}
