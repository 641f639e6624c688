/** Names what is wrong where several troubles look the same: the same 401 stands for a wrong password, Extended Protection or a clock that runs apart. Pure. */
import { CERTIFICATE_NOTICE_MS, CLOCK_SKEW_MAX_MS } from '../../../limits.ts'
import type { MailboxCheck, PoolCause } from '../../../ports/pool-report.ts'
import type { ErrorReport } from '../../../ports/report.ts'
import type { PoolConfig } from '../settings.ts'
import type { ServerLook } from './reach.ts'

export type Findings = {
  type: PoolConfig['type']
  nowMs: number
  look: ServerLook | null
  signIn: ErrorReport | null
  mailboxes: readonly MailboxCheck[]
  /** Another account signs in at this server in the same way. */
  anotherWorks: boolean
}

const SCHEMES: Readonly<Record<PoolConfig['type'], string>> = {
  basic: 'basic',
  ntlm: 'ntlm',
  kerberos: 'negotiate',
  cloud: 'bearer',
}

/** The server asks for a sign-in, but not for the one that is configured. */
export function isSchemeMissing(type: PoolConfig['type'], { schemes }: ServerLook): boolean {
  return schemes.length > 0 && !schemes.includes(SCHEMES[type])
}

export function causesOf(findings: Findings): PoolCause[] {
  const { type, look, signIn, mailboxes, nowMs } = findings
  const causes: PoolCause[] = []
  if (look !== null && isSchemeMissing(type, look)) causes.push('scheme-not-offered')
  if (signIn !== null) causes.push(...signInCauses(findings, signIn))
  causes.push(...roleCauses(mailboxes))
  const endsAtMs = look?.certificateEndsAtMs ?? null
  if (endsAtMs !== null && endsAtMs - nowMs < CERTIFICATE_NOTICE_MS) causes.push('certificate-ends')
  return [...new Set(causes)]
}

/** Basic does not look at the clock; tickets and tokens do. */
export function isSkewed(type: PoolConfig['type'], look: ServerLook | null): boolean {
  return (type === 'kerberos' || type === 'cloud') && Math.abs(look?.skewMs ?? 0) > CLOCK_SKEW_MAX_MS
}

function signInCauses({ type, look, anotherWorks }: Findings, { code, fields }: ErrorReport): PoolCause[] {
  const { reason } = fields
  if (code === 'exchange.ews-blocked') return ['ews-blocked']
  if (reason === 'wrong-audience') return ['wrong-audience']
  if (reason === 'missing-role' || reason === 'no-consent') return ['missing-permission']
  if (reason === 'clock-skew' || isSkewed(type, look)) return ['clock-skew']
  if (reason === 'scheme-not-offered') return ['scheme-not-offered']
  if (code !== 'exchange.sign-in' || fields.status !== 401) return []
  // The domain gave a ticket, so the password is right; what Exchange misses is the binding to the channel.
  if (type === 'kerberos') return ['extended-protection']
  // NTLM without TLS has nothing to bind to. Over TLS the binding is wrong where a proxy ends TLS, for every account alike.
  if (type === 'ntlm' && look?.protocol === null) return ['extended-protection-or-password']
  return type === 'ntlm' && !anotherWorks ? ['extended-protection-or-password'] : []
}

function roleCauses(mailboxes: readonly MailboxCheck[]): PoolCause[] {
  const denied = mailboxes.filter(({ error }) => error?.code === 'exchange.impersonation-denied').length
  if (denied === 0) return []
  return [denied === mailboxes.length ? 'missing-role' : 'outside-scope']
}
