/** Gets a Kerberos account its first ticket, from a password or a keytab, with MIT's kinit: the package `kerberos` only uses tickets that are there. */
import { spawn } from 'node:child_process'
import { KINIT_TIMEOUT_MS } from '../../limits.ts'
import { ConnectorError, type ErrorCode } from '../../ports/errors.ts'

export type KerberosSecret =
  | { kind: 'password'; password: string }
  | { kind: 'keytab'; path: string }
  /** Kept fresh by somebody else, such as k5start or gssproxy: `FILE:/run/connector/krb5cc`. */
  | { kind: 'credential-cache'; name: string }

const NO_KINIT =
  'Service__ExchangeConfiguration__ExchangeType: 2 (Kerberos) with a password or a keytab needs the program kinit (Debian: krb5-user)'

/** What kinit and the GSSAPI say in English, and what it means. */
const MEANINGS: readonly [RegExp, ErrorCode, string][] = [
  [/preauthentication failed|password incorrect/i, 'exchange.sign-in', 'wrong-password'],
  [/client .*not found in kerberos database/i, 'exchange.sign-in', 'unknown-account'],
  [/credentials have been revoked|locked out/i, 'exchange.sign-in', 'account-disabled-or-locked'],
  [/password .*expired/i, 'exchange.sign-in', 'password-expired'],
  [/clock skew/i, 'exchange.sign-in', 'clock-skew'],
  [/server .*not found in kerberos database/i, 'exchange.sign-in', 'unknown-service-principal'],
  [/ticket expired/i, 'exchange.sign-in', 'ticket-expired'],
  [/no kerberos credentials|no credentials|credentials cache .*not found/i, 'exchange.sign-in', 'no-ticket'],
  [/cannot contact any kdc|cannot resolve|cannot find kdc/i, 'exchange.unreachable', 'no-kdc'],
  [/keytab|key table/i, 'exchange.sign-in', 'keytab'],
]

/** The error for words of Kerberos. Without a known meaning the words themselves are the detail: they name principals, never secrets. */
export function kerberosError(words: string, fields: Record<string, string>, cause?: unknown): ConnectorError {
  const [, code = 'exchange.sign-in', reason = 'kerberos'] = MEANINGS.find(([pattern]) => pattern.test(words)) ?? []
  const detail = words.replace(/\s+/g, ' ').trim().slice(0, 200)
  return new ConnectorError(code, { scheme: 'Kerberos', reason, detail, ...fields, sent: 'no' }, cause)
}

/**
 * Puts a ticket-granting ticket into `cache`. One try with the KDC, which counts towards a lock-out when the password is wrong.
 * Errors: `exchange.sign-in`, `exchange.unreachable` (no KDC), `config.invalid` (no kinit).
 */
export function fetchTicket(
  principal: string,
  secret: Exclude<KerberosSecret, { kind: 'credential-cache' }>,
  cache: string,
): Promise<void> {
  const source = secret.kind === 'keytab' ? ['-k', '-t', secret.path] : []
  return new Promise((resolve, reject) => {
    const child = spawn('kinit', ['-c', cache, ...source, principal], {
      env: { ...process.env, LC_ALL: 'C' },
      stdio: ['pipe', 'ignore', 'pipe'],
      timeout: KINIT_TIMEOUT_MS,
    })
    let words = ''
    child.stderr.on('data', (chunk: Buffer) => {
      words = (words + chunk.toString('utf8')).slice(0, 2000)
    })
    child.on('error', (cause) =>
      reject(new ConnectorError('config.invalid', { problems: NO_KINIT, sent: 'no' }, cause)),
    )
    child.on('close', (status, signal) => {
      if (status === 0) return resolve()
      const said = signal === null ? words.replace(/^kinit: /, '') : 'Cannot contact any KDC in time'
      reject(kerberosError(said, { account: principal }))
    })
    // A KDC that refuses before it wants the password ends kinit early.
    child.stdin.on('error', () => {})
    child.stdin.end(secret.kind === 'password' ? `${secret.password}\n` : '')
  })
}
