/** Who may ask, and for whom: service accounts, impersonation, and how many requests one account may have open. */
import { SoapFault } from './errors.ts'
import type { Mailbox } from './store.ts'
import type { Node } from './xml.ts'

/** EWSMaxConcurrency of the default throttling policy. */
export const CONNECTIONS_MAX = 27
/** Folder synchronisations of one account at once (ConcurrentSyncCalls). */
export const SYNCS_MAX = 5

export type ServiceAccount = {
  username: string
  password: string
  /** May act for every mailbox (the ApplicationImpersonation role). */
  impersonation: boolean
  /** More than these open at once are refused with ErrorExceededConnectionCount. */
  connectionsMax: number
  open: number
  /** More SyncFolderItems and SyncFolderHierarchy open at once are refused (ConcurrentSyncCalls). */
  syncsMax: number
  syncs: number
  /** Refused whatever password is shown. */
  disabled: boolean
  /** Its last two passwords: the directory refuses them without counting (password history check N-2). */
  previous: readonly string[]
}

/** Undefined when the header is missing or wrong. */
export function authenticate(
  accounts: ReadonlyMap<string, ServiceAccount>,
  authorization: string | undefined,
): ServiceAccount | undefined {
  const match = /^Basic ([A-Za-z0-9+/=]+)$/i.exec(authorization ?? '')
  if (!match) return undefined
  const [, username, password] =
    /^([^:]*):([\s\S]*)$/.exec(Buffer.from(match[1] ?? '', 'base64').toString('utf8')) ?? []
  const account = accounts.get((username ?? '').toLowerCase())
  return account && !account.disabled && account.password === password ? account : undefined
}

/** The mailbox of the request: the impersonated one, else the account's own. */
export function mailboxFor(
  account: ServiceAccount,
  impersonated: Node | undefined,
  findMailbox: (email: string) => Mailbox | undefined,
): Mailbox {
  if (!impersonated) {
    const own = findMailbox(account.username)
    if (own) return own
    throw new SoapFault(
      'ErrorMissingEmailAddress',
      'When making a request as an account that does not have a mailbox, you must specify the mailbox primary SMTP address for any distinguished folder Ids.',
    )
  }
  const [sid] = impersonated.children[0]?.children ?? []
  const name = sid?.text.trim() ?? ''
  if (!account.impersonation) {
    throw new SoapFault(
      'ErrorImpersonateUserDenied',
      'The account does not have permission to impersonate the requested user.',
    )
  }
  if (sid?.name === 'SID') {
    throw new SoapFault('ErrorInvalidUserSid', 'The SID is unknown: simulated mailboxes are named by their address.')
  }
  const mailbox = findMailbox(name)
  if (!mailbox) throw new SoapFault('ErrorNonExistentMailbox', `No mailbox with such guid or address: ${name}`)
  return mailbox
}
