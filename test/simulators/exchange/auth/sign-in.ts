/** How the simulator asks who somebody is: one function per scheme, in front of every request. */
import type { IncomingMessage } from 'node:http'
import { authenticate, type ServiceAccount } from '../accounts.ts'

export type SignInHeaders = Record<string, string | string[]>

/**
 * `headers` go with the answer, also with the one to a request that is let in (Negotiate proves the server with them).
 * `shown`: the user name whose password was tried in this request; a connection that is signed in tries none. `harmless`: refused, but
 * no wrong password, or an old one, which does not count for a lock-out.
 */
export type SignInOutcome =
  | { kind: 'account'; account: ServiceAccount; headers: SignInHeaders; shown?: string }
  | { kind: 'refused'; headers: SignInHeaders; shown?: string; harmless?: boolean }

export type SignIn = (request: IncomingMessage, accounts: ReadonlyMap<string, ServiceAccount>) => Promise<SignInOutcome>

export function basicSignIn(): SignIn {
  return async (request, accounts) => {
    const { authorization } = request.headers
    const account = authenticate(accounts, authorization)
    const [, user = '', password = ''] =
      /^([^:]*):([\s\S]*)$/.exec(Buffer.from(tokenOf(request, 'Basic') ?? '', 'base64').toString('utf8')) ?? []
    const known = accounts.get(user.toLowerCase())
    const harmless = known !== undefined && (known.password === password || known.previous.includes(password))
    const shown = user ? { shown: user } : {}
    if (account) return { kind: 'account', account, headers: {}, ...shown }
    return { kind: 'refused', headers: { 'WWW-Authenticate': 'Basic realm="127.0.0.1"' }, ...shown, harmless }
  }
}

/** The base64 token after the scheme; undefined when the request shows another scheme or none. */
export function tokenOf(request: IncomingMessage, scheme: string): string | undefined {
  const [name = '', token] = (request.headers.authorization ?? '').split(' ')
  return name.toLowerCase() === scheme.toLowerCase() ? token : undefined
}

/** The account of `DOMAIN\user`, `user@domain` or `user`, without regard to case. */
export function accountNamed(
  accounts: ReadonlyMap<string, ServiceAccount>,
  user: string,
  domain: string,
): ServiceAccount | undefined {
  const names = domain === '' ? [user] : [`${domain}\\${user}`, user]
  return names.map((name) => accounts.get(name.toLowerCase())).find((account) => account !== undefined)
}
