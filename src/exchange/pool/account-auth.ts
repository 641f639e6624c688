/** How one service account signs in, by the kind of Exchange: its credentials become an EwsAuth, and what ends with them is told. */
import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import type { Clock } from '../../ports/clock.ts'
import { ConnectorError } from '../../ports/errors.ts'
import { basicAuth } from '../auth/basic.ts'
import type { Kerberos } from '../auth/kerberos.ts'
import type { KerberosSecret } from '../auth/kerberos-tickets.ts'
import { ntlmAuth } from '../auth/ntlm.ts'
import { oauthAuth } from '../auth/oauth.ts'
import { createTokenSource, type OAuthSecret, readCertificate } from '../auth/oauth-token.ts'
import type { EwsAuth } from '../auth/port.ts'
import type { ProxyOptions } from '../http-proxy.ts'
import type { TlsOptions } from '../http-transport.ts'
import { CLOUD_AUTHORITY, ewsUrlOf, type PoolAdmin, type PoolConfig } from './settings.ts'

export type AuthTools = {
  clock: Clock
  kerberos: () => Kerberos
  tls?: TlsOptions | undefined
  proxy?: ProxyOptions | null | undefined
}

export type AccountAuth = { open(): { auth: EwsAuth; close(): Promise<void> }; secretExpiresAtMs: number | null }

const nothing = async (): Promise<void> => {}

/** Errors: `config.invalid` when the account does not fit the kind of Exchange, `config.file` for a certificate that cannot be read. */
export function accountAuth(admin: PoolAdmin, config: PoolConfig, tools: AuthTools): AccountAuth {
  const { type } = config
  if (type === 'cloud') {
    if (admin.kind === 'cloud') return cloudAuth(admin, config, tools)
    throw invalid(admin, 'is an account, but ExchangeType 1 (cloud) needs applications (AppId)')
  }
  if (admin.kind === 'cloud')
    throw invalid(admin, `is an application, but ExchangeType (${type}) needs accounts (Username)`)
  const { username } = admin
  if (type === 'kerberos') {
    const { servicePrincipal = null } = config
    const secret = kerberosSecret(admin)
    return onPremises(() => tools.kerberos().auth({ username, secret, servicePrincipal }))
  }
  const { password } = admin
  if (password === null) throw invalid(admin, `has no Password, which ExchangeType (${type}) needs`)
  switch (type) {
    case 'basic':
      return onPremises(() => basicAuth({ username, password }))
    case 'ntlm': {
      const workstation = (hostname().split('.')[0] ?? '').slice(0, 15).toUpperCase()
      return onPremises(() => ntlmAuth({ username, password, clock: tools.clock, workstation }))
    }
  }
}

function onPremises(auth: () => EwsAuth): AccountAuth {
  return { open: () => ({ auth: auth(), close: nothing }), secretExpiresAtMs: null }
}

function kerberosSecret(admin: Extract<PoolAdmin, { kind: 'on-premises' }>): KerberosSecret {
  if (admin.keytabFile) return { kind: 'keytab', path: admin.keytabFile }
  if (admin.credentialCache) return { kind: 'credential-cache', name: admin.credentialCache }
  if (admin.password !== null) return { kind: 'password', password: admin.password }
  throw invalid(admin, 'has neither Password nor Keytab nor CredentialCache')
}

function cloudAuth(admin: Extract<PoolAdmin, { kind: 'cloud' }>, config: PoolConfig, tools: AuthTools): AccountAuth {
  const tenantId = admin.tenantId ?? config.tenantId
  if (tenantId === null) throw invalid(admin, 'has no TenantId, and the configuration names none')
  const secret = oauthSecret(admin)
  const { appId } = admin
  const authorityUrl = config.authorityUrl ?? CLOUD_AUTHORITY
  const audience = config.audience ?? new URL(ewsUrlOf(config)).origin
  const { tls, proxy, clock } = tools
  return {
    open: () => {
      const source = createTokenSource({ appId, tenantId, secret, authorityUrl, audience, tls, proxy })
      return { auth: oauthAuth(source, clock), close: source.close }
    },
    secretExpiresAtMs:
      secret.kind === 'certificate' ? Date.parse(readCertificate(secret.pem).certificate.validTo) : null,
  }
}

function oauthSecret(admin: Extract<PoolAdmin, { kind: 'cloud' }>): OAuthSecret {
  const { certificateFile: path = null, clientSecret } = admin
  if (path !== null) {
    try {
      return { kind: 'certificate', pem: readFileSync(path, 'utf8') }
    } catch (error) {
      const reason = (error as NodeJS.ErrnoException).code ?? 'unreadable'
      throw new ConnectorError('config.file', { path, reason }, error)
    }
  }
  if (clientSecret === null) throw invalid(admin, 'has neither ClientSecret nor CertificateFile')
  return { kind: 'secret', clientSecret }
}

function invalid({ name }: PoolAdmin, problem: string): ConnectorError {
  return new ConnectorError('config.invalid', { problems: `service account ${name}: ${problem}` })
}
