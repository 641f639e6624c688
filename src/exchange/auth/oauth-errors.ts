/** What a refusal of Microsoft's sign-in service means. https://learn.microsoft.com/en-us/entra/identity-platform/reference-error-codes */
import { ConnectorError } from '../../ports/errors.ts'

const REASONS: Readonly<Record<string, string>> = {
  AADSTS7000215: 'wrong-client-secret',
  AADSTS7000222: 'expired-client-secret',
  AADSTS7000216: 'no-client-secret',
  AADSTS700027: 'unknown-certificate',
  AADSTS700016: 'unknown-application',
  AADSTS7000112: 'disabled-application',
  AADSTS90002: 'unknown-tenant',
  AADSTS900021: 'unknown-tenant',
  AADSTS900023: 'unknown-tenant',
  AADSTS500011: 'wrong-audience',
  AADSTS500014: 'disabled-resource',
  AADSTS650057: 'wrong-audience',
  AADSTS1002012: 'wrong-audience',
  AADSTS65001: 'no-consent',
  AADSTS53003: 'conditional-access',
  AADSTS530003: 'conditional-access',
  AADSTS50196: 'client-loop',
}

/** The detail is the code alone: the service's own words name the tenant, the application and the address of this machine. */
export function oauthError(cause: unknown, appId: string): ConnectorError {
  const words = cause instanceof Error ? cause.message : ''
  const code = /\bAADSTS\d+/.exec(words)?.[0]
  const errorCode = cause instanceof Error && 'errorCode' in cause ? String(cause.errorCode).slice(0, 60) : undefined
  const reason = (code === undefined ? undefined : REASONS[code]) ?? errorCode ?? 'refused'
  return new ConnectorError(
    'exchange.sign-in',
    { scheme: 'OAuth', account: appId, reason, ...(code === undefined ? {} : { detail: code }), sent: 'no' },
    cause,
  )
}
