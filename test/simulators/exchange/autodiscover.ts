/** Autodiscover as Exchange answers it, in plain XML (POX, [MS-OXDSCLI]) and in SOAP (GetUserSettings, [MS-OXWSADISC]). Strict about requests. */
import { escapeXml, first, firstText, type Node, NS_SOAP, parseXml } from './xml.ts'

export type DiscoveryFormat = 'pox' | 'soap'
const PATHS: Readonly<Record<string, DiscoveryFormat>> = {
  '/autodiscover/autodiscover.xml': 'pox',
  '/autodiscover/autodiscover.svc': 'soap',
}
/** IIS does not look at capitals. */
export function discoveryFormatOf(path: string): DiscoveryFormat | undefined {
  return PATHS[path.toLowerCase()]
}

export type DiscoveryReply = { status: number; body: string; headers?: Record<string, string> }
export type DiscoveryFault = { format?: DiscoveryFormat; times?: number; reply: DiscoveryReply }
export type DiscoveryRequest = { format: DiscoveryFormat; address: string; account: string; host: string }

/** What is said of an address instead of its settings. */
export type Redirect = { kind: 'address'; address: string } | { kind: 'url'; url: string }
export type EwsUrls = { external: string | null; internal: string | null }

const REQUEST_NS = 'http://schemas.microsoft.com/exchange/autodiscover/outlook/requestschema/2006'
const BASE_NS = 'http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006'
const OUTLOOK_NS = 'http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a'
const SOAP_DISCOVERY_NS = 'http://schemas.microsoft.com/exchange/2010/Autodiscover'
const ADDRESSING_NS = 'http://www.w3.org/2005/08/addressing'
const ACTION = `${SOAP_DISCOVERY_NS}/Autodiscover/GetUserSettings`
const VERSIONS = /^Exchange(2010(_SP[12])?|2013(_SP1)?|2016|2019)$/
const SETTINGS =
  /^(UserDisplayName|UserDN|MailboxDN|AutoDiscoverSMTPAddress|ExternalEwsUrl|InternalEwsUrl|EwsSupportedSchemas|CasVersion)$/

export class Autodiscover {
  /** Languages that are switched on. */
  readonly formats = new Set<DiscoveryFormat>(['pox', 'soap'])
  readonly redirects = new Map<string, Redirect>()
  readonly faults: DiscoveryFault[] = []
  readonly requests: DiscoveryRequest[] = []
  urls: EwsUrls = { external: null, internal: null }
  readonly #displayNameOf: (email: string) => string | undefined

  constructor(displayNameOf: (email: string) => string | undefined) {
    this.#displayNameOf = displayNameOf
  }

  answer(format: DiscoveryFormat, body: string, from: { account: string; host: string }): DiscoveryReply {
    const fault = this.faults.find((one) => one.format === undefined || one.format === format)
    if (fault !== undefined && (fault.times ?? 1) > 0) {
      if (fault.times !== undefined && --fault.times === 0) this.faults.splice(this.faults.indexOf(fault), 1)
      this.requests.push({ format, address: '', ...from })
      return fault.reply
    }
    if (!this.formats.has(format)) return { status: 404, body: '' }
    return format === 'pox' ? this.#pox(body, from) : this.#soap(body, from)
  }

  #pox(body: string, from: { account: string; host: string }): DiscoveryReply {
    const root = parsed(body)
    const request = root?.name === 'Autodiscover' && root.ns === REQUEST_NS ? only(root, 'Request') : undefined
    const names = request?.children.map(({ name, ns }) => (ns === REQUEST_NS ? name : '?')).join()
    const schema = firstText(request, 'AcceptableResponseSchema')
    if (names !== 'EMailAddress,AcceptableResponseSchema') return xml(poxError('600', 'Invalid Request'))
    if (schema !== OUTLOOK_NS) return xml(poxError('601', 'No provider is available'))
    const address = firstText(request, 'EMailAddress') ?? ''
    this.requests.push({ format: 'pox', address, ...from })
    const redirect = this.redirects.get(address.toLowerCase())
    if (redirect?.kind === 'address')
      return xml(poxAccount(`<Action>redirectAddr</Action><RedirectAddr>${escapeXml(redirect.address)}</RedirectAddr>`))
    if (redirect?.kind === 'url')
      return xml(poxAccount(`<Action>redirectUrl</Action><RedirectUrl>${escapeXml(redirect.url)}</RedirectUrl>`))
    const displayName = this.#displayNameOf(address)
    if (displayName === undefined) return xml(poxError('500', "The email address can't be found."))
    const { external, internal } = this.urls
    const user = `<User><DisplayName>${escapeXml(displayName)}</DisplayName><LegacyDN>/o=Example/cn=${escapeXml(address)}</LegacyDN><AutoDiscoverSMTPAddress>${escapeXml(address)}</AutoDiscoverSMTPAddress><DeploymentId>5a8e8a7c-0000-4000-8000-000000000001</DeploymentId></User>`
    const action = '<Action>settings</Action><MicrosoftOnline>False</MicrosoftOnline>'
    const protocols = `${poxProtocol('EXCH', internal)}${poxProtocol('EXPR', external)}`
    return xml(poxAccount(action, user, protocols))
  }

  #soap(body: string, from: { account: string; host: string }): DiscoveryReply {
    const root = parsed(body)
    if (root?.name !== 'Envelope' || root.ns !== NS_SOAP) return { status: 400, body: '' }
    const header = first(root, 'Header')
    const action = header?.children.find(({ name, ns }) => name === 'Action' && ns === ADDRESSING_NS)?.text
    if (action !== ACTION) return soapFault(`The message with Action '${action ?? ''}' cannot be processed.`)
    const version = header?.children.find(
      ({ name, ns }) => name === 'RequestedServerVersion' && ns === SOAP_DISCOVERY_NS,
    )
    if (!VERSIONS.test(version?.text ?? ''))
      return soapWhole('InvalidRequest', 'RequestedServerVersion is missing or unknown.')
    const message = only(only(root, 'Body', NS_SOAP), 'GetUserSettingsRequestMessage')
    const request = message?.ns === SOAP_DISCOVERY_NS ? only(message, 'Request') : undefined
    const users = only(request, 'Users')?.children ?? []
    const settings = only(request, 'RequestedSettings')?.children.map(({ text }) => text) ?? []
    if (request?.children.map(({ name }) => name).join() !== 'Users,RequestedSettings' || users.length === 0)
      return soapWhole('InvalidRequest', 'The request is invalid.')
    if (users.length > 100) return soapWhole('InvalidRequest', 'The maximum number of users is 100.')
    if (settings.length === 0) return soapWhole('InvalidRequest', 'At least one setting must be requested.')
    const answers = users.map((user) => {
      const address = firstText(user, 'Mailbox') ?? ''
      this.requests.push({ format: 'soap', address, ...from })
      return this.#soapUser(address, settings)
    })
    return soapWhole('NoError', '', answers.join(''))
  }

  #soapUser(address: string, settings: readonly string[]): string {
    const redirect = this.redirects.get(address.toLowerCase())
    const displayName = this.#displayNameOf(address)
    if (redirect?.kind === 'address') return soapUser('RedirectAddress', redirect.address)
    if (redirect?.kind === 'url') return soapUser('RedirectUrl', redirect.url)
    if (displayName === undefined) return soapUser('InvalidUser', null)
    const values: Record<string, string | null> = {
      UserDisplayName: displayName,
      UserDN: `/o=Example/cn=${address}`,
      MailboxDN: `/o=Example/cn=${address}`,
      AutoDiscoverSMTPAddress: address,
      ExternalEwsUrl: this.urls.external,
      InternalEwsUrl: this.urls.internal,
      EwsSupportedSchemas:
        'Exchange2007, Exchange2007_SP1, Exchange2010, Exchange2010_SP1, Exchange2010_SP2, Exchange2013',
      CasVersion: '15.02.1544.009',
    }
    const known = settings.flatMap((name) => (values[name] ? [soapSetting(name, values[name])] : []))
    const missing = settings.filter((name) => !values[name])
    return soapUser('NoError', null, { known, missing })
  }
}

function parsed(body: string): Node | undefined {
  try {
    return parseXml(body)
  } catch {
    return undefined
  }
}

/** The only child, when it has that name and its parent's namespace (or the one given). */
function only(parent: Node | undefined, name: string, ns = parent?.ns): Node | undefined {
  const found =
    parent?.children.filter((node) => node.name === name && (node.ns === ns || name.endsWith('Message'))) ?? []
  return found.length === 1 ? found[0] : undefined
}

function xml(body: string): DiscoveryReply {
  return { status: 200, body: `<?xml version="1.0" encoding="utf-8"?>${body}` }
}

/** Types as the real one: errors are in the base namespace. */
function poxError(code: string, message: string): string {
  return `<Autodiscover xmlns="${BASE_NS}"><Response><Error Time="09:00:00.0000000" Id="1054084152"><ErrorCode>${code}</ErrorCode><Message>${escapeXml(message)}</Message><DebugData /></Error></Response></Autodiscover>`
}

function poxAccount(inner: string, user = '', protocols = ''): string {
  return `<Autodiscover xmlns="${BASE_NS}"><Response xmlns="${OUTLOOK_NS}">${user}<Account><AccountType>email</AccountType>${inner}${protocols}</Account></Response></Autodiscover>`
}

function poxProtocol(type: string, url: string | null): string {
  const ews = url === null ? '' : `<EwsUrl>${escapeXml(url)}</EwsUrl><EmwsUrl>${escapeXml(url)}</EmwsUrl>`
  return `<Protocol><Type>${type}</Type><Server>ex1.example.org</Server><ServerVersion>73C28608</ServerVersion><AuthPackage>Ntlm</AuthPackage>${ews}</Protocol>`
}

function soapFault(words: string): DiscoveryReply {
  const fault = `<s:Fault><faultcode xmlns:a="http://schemas.microsoft.com/ws/2005/05/addressing/none">a:ActionNotSupported</faultcode><faultstring xml:lang="en-US">${escapeXml(words)}</faultstring></s:Fault>`
  return { ...xml(`<s:Envelope xmlns:s="${NS_SOAP}"><s:Body>${fault}</s:Body></s:Envelope>`), status: 500 }
}

function soapWhole(code: string, words: string, users = ''): DiscoveryReply {
  const action = `<a:Action s:mustUnderstand="1">${ACTION}Response</a:Action>`
  const version = `<h:ServerVersionInfo xmlns:h="${SOAP_DISCOVERY_NS}"><h:MajorVersion>15</h:MajorVersion><h:MinorVersion>2</h:MinorVersion><h:MajorBuildNumber>1544</h:MajorBuildNumber><h:MinorBuildNumber>9</h:MinorBuildNumber><h:Version>Exchange2015</h:Version></h:ServerVersionInfo>`
  const response = `<Response xmlns:i="http://www.w3.org/2001/XMLSchema-instance"><ErrorCode>${code}</ErrorCode><ErrorMessage>${escapeXml(words)}</ErrorMessage><UserResponses>${users}</UserResponses></Response>`
  return xml(
    `<s:Envelope xmlns:s="${NS_SOAP}" xmlns:a="${ADDRESSING_NS}"><s:Header>${action}${version}</s:Header><s:Body><GetUserSettingsResponseMessage xmlns="${SOAP_DISCOVERY_NS}">${response}</GetUserSettingsResponseMessage></s:Body></s:Envelope>`,
  )
}

function soapUser(
  code: string,
  target: string | null,
  { known = [], missing = [] }: { known?: readonly string[]; missing?: readonly string[] } = {},
): string {
  const words = code === 'NoError' ? 'No error.' : `${code}.`
  const errors = missing.map(
    (name) =>
      `<UserSettingError><ErrorCode>${SETTINGS.test(name) ? 'SettingIsNotAvailable' : 'InvalidSetting'}</ErrorCode><ErrorMessage>${escapeXml(name)} is not available.</ErrorMessage><SettingName>${escapeXml(name)}</SettingName></UserSettingError>`,
  )
  const redirect =
    target === null ? '<RedirectTarget i:nil="true"/>' : `<RedirectTarget>${escapeXml(target)}</RedirectTarget>`
  return `<UserResponse><ErrorCode>${code}</ErrorCode><ErrorMessage>${words}</ErrorMessage>${redirect}<UserSettingErrors>${errors.join('')}</UserSettingErrors><UserSettings>${known.join('')}</UserSettings></UserResponse>`
}

function soapSetting(name: string, value: string): string {
  return `<UserSetting i:type="StringSetting"><Name>${name}</Name><Value>${escapeXml(value)}</Value></UserSetting>`
}
