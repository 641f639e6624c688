/** Negotiate with Kerberos (RFC 4559), verified by the system's GSSAPI through the optional package `kerberos`. Needs KRB5_KTNAME. */
import { accountNamed, type SignIn, tokenOf } from './sign-in.ts'

type KerberosServer = {
  step(token: string): Promise<string>
  username: string
  response: string
  contextComplete: boolean
}
type Kerberos = { initializeServer(service: string): Promise<KerberosServer> }

/** Null where the package is missing. `persists`: the connection stays signed in, else every request shows a ticket of its own. */
export async function spnegoSignIn(service: string, options: { persists: boolean }): Promise<SignIn | null> {
  // A name that the compiler does not follow: the package may be absent.
  const name: string = 'kerberos'
  const loaded: { default: Kerberos } | null = await import(name).catch(() => null)
  if (loaded === null) return null
  const users = new WeakMap<object, string>()
  return async (request, accounts) => {
    const token = tokenOf(request, 'Negotiate')
    const known = users.get(request.socket)
    if (token === undefined) {
      const account = known === undefined ? undefined : accountNamed(accounts, known, '')
      return account
        ? { kind: 'account', account, headers: {} }
        : { kind: 'refused', headers: { 'WWW-Authenticate': 'Negotiate' } }
    }
    const server = await loaded.default.initializeServer(service)
    try {
      await server.step(token)
    } catch {
      return { kind: 'refused', headers: { 'WWW-Authenticate': 'Negotiate' } }
    }
    const account = server.contextComplete ? accountNamed(accounts, server.username, '') : undefined
    if (!account) return { kind: 'refused', headers: { 'WWW-Authenticate': 'Negotiate' } }
    if (options.persists) users.set(request.socket, server.username)
    return { kind: 'account', account, headers: { 'WWW-Authenticate': `Negotiate ${server.response}` } }
  }
}
