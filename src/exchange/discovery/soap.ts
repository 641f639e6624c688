/**
 * Autodiscover in SOAP: GetUserSettings of [MS-OXWSADISC] section 3.1.4.3, and
 * https://learn.microsoft.com/en-us/exchange/client-developer/web-service-reference/getusersettings-operation-soap
 */
import { child, childrenOf, textAt, type XmlElement } from '../../mapping/ews/xml.ts'
import { SOAP_NS } from '../ews/soap.ts'
import { writeXml } from '../ews/xml-write.ts'
import { type DiscoveryAnswer, elementAt, notAutodiscover, rootOf, shortCode } from './answer.ts'

const AUTODISCOVER_NS = 'http://schemas.microsoft.com/exchange/2010/Autodiscover'
const ADDRESSING_NS = 'http://www.w3.org/2005/08/addressing'
const ACTION = `${AUTODISCOVER_NS}/Autodiscover/GetUserSettings`

/** For clients outside first: it is the name that the certificate has. */
const SETTINGS = ['ExternalEwsUrl', 'InternalEwsUrl'] as const

export function encodeSoap(address: string, url: URL): string {
  const envelope = writeXml({
    name: 'soap:Envelope',
    attributes: { 'xmlns:soap': SOAP_NS, 'xmlns:a': AUTODISCOVER_NS, 'xmlns:wsa': ADDRESSING_NS },
    children: [
      {
        name: 'soap:Header',
        children: [
          { name: 'a:RequestedServerVersion', text: 'Exchange2013' },
          { name: 'wsa:Action', text: ACTION },
          { name: 'wsa:To', text: url.href },
        ],
      },
      { name: 'soap:Body', children: [requestMessage(address)] },
    ],
  })
  return `<?xml version="1.0" encoding="utf-8"?>${envelope}`
}

function requestMessage(address: string) {
  const users = [{ name: 'a:User', children: [{ name: 'a:Mailbox', text: address }] }]
  const settings = SETTINGS.map((setting) => ({ name: 'a:Setting', text: setting }))
  const request = [
    { name: 'a:Users', children: users },
    { name: 'a:RequestedSettings', children: settings },
  ]
  return { name: 'a:GetUserSettingsRequestMessage', children: [{ name: 'a:Request', children: request }] }
}

/** Errors: `exchange.bad-response`, `exchange.truncated`. */
export function decodeSoap(bytes: Uint8Array): DiscoveryAnswer {
  const envelope = rootOf(bytes, { name: 'Envelope', ns: SOAP_NS })
  const message = elementAt(envelope, 'Body', 'GetUserSettingsResponseMessage')
  if (message.ns !== AUTODISCOVER_NS) throw notAutodiscover()
  const response = elementAt(message, 'Response')
  const whole = textAt(response, 'ErrorCode')?.trim() ?? 'NoError'
  if (whole !== 'NoError') return { kind: 'refused', code: shortCode(whole) }
  const users = childrenOf(elementAt(response, 'UserResponses'), 'UserResponse')
  const [user] = users
  if (user === undefined || users.length !== 1) throw notAutodiscover()
  return answerOf(user)
}

/** [MS-OXWSADISC] 2.2.5.1 ErrorCode. */
function answerOf(user: XmlElement): DiscoveryAnswer {
  const code = textAt(user, 'ErrorCode')?.trim() ?? 'NoError'
  const target = textAt(user, 'RedirectTarget')?.trim() ?? ''
  switch (code) {
    case 'NoError':
      return { kind: 'settings', urls: urlsOf(user) }
    case 'RedirectAddress':
      return { kind: 'redirect-address', address: target }
    case 'RedirectUrl':
      return { kind: 'redirect-url', url: target }
    case 'InvalidUser':
      return { kind: 'unknown-address' }
    default:
      return { kind: 'refused', code: shortCode(code) }
  }
}

function urlsOf(user: XmlElement): string[] {
  const settings = childrenOf(child(user, 'UserSettings'), 'UserSetting')
  const urls = SETTINGS.flatMap((name) =>
    settings
      .filter((setting) => textAt(setting, 'Name')?.trim() === name)
      .flatMap((setting) => textAt(setting, 'Value')?.trim() || []),
  )
  return [...new Set(urls)]
}
