/** What the pool must know, in the words of the configuration. */
import { ConnectorError } from '../../ports/errors.ts'

export type PoolConfig = {
  type: 'cloud' | 'kerberos' | 'basic' | 'ntlm'
  ewsUrl: string | null
  tenantId: string | null
  appId: string | null
  clientSecret: string | null
  certificateFile: string | null
  /** `https://login.microsoftonline.com` when null; national clouds have their own. */
  authorityUrl?: string | null
  /** What a token is for; the host of the EWS address when null. */
  audience?: string | null
  /** `HTTP/mail.example.org`; the host of the EWS address when null. */
  servicePrincipal?: string | null
}

/** A service account of admins.json. */
export type PoolAdmin =
  | {
      kind: 'on-premises'
      name: string
      username: string
      password: string | null
      keytabFile?: string | null
      credentialCache?: string | null
    }
  | {
      kind: 'cloud'
      name: string
      appId: string
      clientSecret: string | null
      tenantId: string | null
      certificateFile?: string | null
    }

export const CLOUD_URL = 'https://outlook.office365.com/EWS/Exchange.asmx'
export const CLOUD_AUTHORITY = 'https://login.microsoftonline.com'

/** Errors: `config.invalid` on premises without an address. */
export function ewsUrlOf({ ewsUrl, type }: PoolConfig): string {
  if (ewsUrl !== null) return ewsUrl
  if (type === 'cloud') return CLOUD_URL
  throw new ConnectorError('config.invalid', { problems: 'Service__ExchangeConfiguration__EwsUrl: is needed' })
}

/** The accounts of the file, and in the cloud the one application that the configuration itself may name. Errors: `config.invalid` without any. */
export function accountsOf(config: PoolConfig, admins: readonly PoolAdmin[]): readonly PoolAdmin[] {
  const { type, appId, clientSecret, certificateFile, tenantId } = config
  const own: PoolAdmin[] =
    type === 'cloud' && appId !== null && !admins.some(({ name }) => name === appId)
      ? [{ kind: 'cloud', name: appId, appId, clientSecret, certificateFile, tenantId }]
      : []
  const accounts = [...own, ...admins]
  if (accounts.length === 0)
    throw new ConnectorError('config.invalid', {
      problems: 'no service account: neither admins.json nor AppId names one',
    })
  return accounts
}
