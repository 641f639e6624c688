/** Rules that concern more than one key's form: unsafe addresses, keys that need one another. */
import type { Key, Values } from './schema.ts'

export type Problem = { kind: 'invalid' | 'unknown-key' | 'secret'; key: string; text: string }

/** Where the mailboxes are: an address, hosts for autodiscover, or the cloud's one address; in a hybrid organisation both kinds of accounts. */
function exchangeAddress(v: Values): Problem[] {
  const problem = (name: string, text: string): Problem => ({
    kind: 'invalid',
    key: `Service__ExchangeConfiguration__${name}`,
    text,
  })
  const problems: Problem[] = []
  const isCloud = v.Service__ExchangeConfiguration__ExchangeType === 'cloud'
  const allowed = v.Service__ExchangeConfiguration__Autodiscover__AllowedHosts
  const mailboxes = v.Service__ExchangeConfiguration__CloudMailboxes
  if (v.Service__ExchangeConfiguration__EwsUrl === null && !isCloud && allowed === null)
    problems.push(
      problem(
        'EwsUrl',
        'is needed: https://HOST/EWS/Exchange.asmx (connector init asks for it); or name the servers for autodiscover (AllowedHosts)',
      ),
    )
  if (mailboxes === null) {
    for (const name of ['CloudEwsUrl', 'CloudAdminsFile'] as const)
      if (v[`Service__ExchangeConfiguration__${name}`] !== null)
        problems.push(problem(name, 'is for hybrid: set CloudMailboxes, too'))
    return problems
  }
  if (isCloud)
    problems.push(problem('CloudMailboxes', 'is for hybrid: with ExchangeType 1 all mailboxes are on Microsoft 365'))
  if (v.Service__ExchangeConfiguration__AppId === null && v.Service__ExchangeConfiguration__CloudAdminsFile === null)
    problems.push(problem('CloudMailboxes', 'needs an application for Microsoft 365: AppId, or CloudAdminsFile'))
  if (mailboxes.kind === 'discover' && allowed === null)
    problems.push(problem('CloudMailboxes', 'discover needs the servers that autodiscover may ask (AllowedHosts)'))
  return problems
}

function isThisMachine(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname)
}

function plainHttp(v: Values): Problem[] {
  if (v.Service__AllowPlainHttp) return []
  const urls = {
    Service__ExchangeConfiguration__EwsUrl: v.Service__ExchangeConfiguration__EwsUrl,
    Service__ExchangeConfiguration__CloudEwsUrl: v.Service__ExchangeConfiguration__CloudEwsUrl,
    Service__NextcloudConfiguration__Url: v.Service__NextcloudConfiguration__Url,
    // Logs name mailboxes; a password for Loki would go in clear, too.
    Service__LoggingConfiguration__Loki__Url: v.Service__LoggingConfiguration__Loki__Url,
    Service__LoggingConfiguration__Otlp__Url: v.Service__LoggingConfiguration__Otlp__Url,
  }
  return Object.entries(urls).flatMap(([key, text]) => {
    const url = text === null ? null : URL.parse(text)
    if (url?.protocol !== 'http:' || isThisMachine(url.hostname)) return []
    const why = 'http:// would send passwords in clear; use https://, or set Service__AllowPlainHttp=true'
    return [{ kind: 'invalid' as const, key, text: why }]
  })
}

function togetherOrNotAtAll(v: Values): Problem[] {
  const problems: Problem[] = []
  const connection = v.Service__DatabaseConfiguration__ConnectionString
  if (!connection.startsWith('sqlite:') && v.Service__ArchiveConfiguration__EncryptionKey === null)
    problems.push({
      kind: 'invalid',
      key: 'Service__ArchiveConfiguration__EncryptionKey',
      text: 'is needed with PostgreSQL, the same on every replica; make one with: openssl rand -base64 32',
    })
  return problems
}

/** The app made it of 32 random bytes; a shorter one was typed by a person or cut while it was copied. */
const SHARED_SECRET_LENGTH_MIN = 32

/** Where users come from the app, all of its keys are needed, and a file of users would be ignored. */
function nextcloudApp(v: Values): Problem[] {
  const problem = (key: Key, text: string): Problem => ({ kind: 'invalid', key, text })
  const secret = v.Service__NextcloudConfiguration__SharedSecret
  const account = ['Service__NextcloudConfiguration__Username', 'Service__NextcloudConfiguration__AppPassword'] as const
  if (secret === null || account.every((key) => v[key] === null)) return []
  const needed = [...account, 'Service__NextcloudConfiguration__Url'] as const
  const problems = needed
    .filter((key) => v[key] === null)
    .map((key) =>
      problem(key, 'is needed with the Nextcloud app: Url, Username, AppPassword and SharedSecret belong together'),
    )
  if (secret.length < SHARED_SECRET_LENGTH_MIN)
    problems.push(
      problem('Service__NextcloudConfiguration__SharedSecret', 'is too short: copy the whole secret of the app'),
    )
  if (v.Service__NextcloudConfiguration__UsersFile !== null) {
    const why = 'cannot stand together with the Nextcloud app: users come either from this file or from the app'
    problems.push(problem('Service__NextcloudConfiguration__UsersFile', why))
  }
  return problems
}

/** A log that is asked for needs its address. */
function logAddresses(v: Values): Problem[] {
  const outputs = v.Service__LoggingConfiguration__LogsOutput
  const needed = [
    ['loki', 'Service__LoggingConfiguration__Loki__Url'],
    ['syslog', 'Service__LoggingConfiguration__Syslog__Url'],
    ['otlp', 'Service__LoggingConfiguration__Otlp__Url'],
  ] as const
  return needed
    .filter(([output, key]) => outputs.includes(output) && v[key] === null)
    .map(([output, key]) => ({ kind: 'invalid' as const, key, text: `is needed: LogsOutput names ${output}` }))
}

/** What is allowed but worth a look. */
export function advice(v: Values): string[] {
  const hasReplicas = v.Secondary_Replicas_Amount > 0
  if (!v.Service__LoggingConfiguration__LogsOutput.includes('database') || !hasReplicas) return []
  return [
    'all replicas write their logs into one database, which then works for logs as much as for the sync; ' +
      'with replicas better use console, Loki, syslog or OTLP (Service__LoggingConfiguration__LogsOutput)',
  ]
}

/** All problems of values that are each well-formed. */
export function brokenRules(values: Values): Problem[] {
  return [
    ...exchangeAddress(values),
    ...plainHttp(values),
    ...togetherOrNotAtAll(values),
    ...nextcloudApp(values),
    ...logAddresses(values),
  ]
}
