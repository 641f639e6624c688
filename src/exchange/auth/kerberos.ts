/**
 * Kerberos over HTTP (Negotiate, RFC 4559 and RFC 4178) with mutual authentication, through the optional package `kerberos`.
 * Its API knows no channel bindings: where Extended Protection is required, NTLM must be used.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { KERBEROS_TICKET_AGE_MAX_MS } from '../../limits.ts'
import type { Clock } from '../../ports/clock.ts'
import { ConnectorError } from '../../ports/errors.ts'
import { challengeOf } from './challenges.ts'
import { type KerberosContext, type KerberosLibrary, loadKerberos } from './kerberos-library.ts'
import { fetchTicket, type KerberosSecret, kerberosError } from './kerberos-tickets.ts'
import { accountName } from './ntlm.ts'
import type { EwsAuth, Handshake } from './port.ts'
import { hostNameOf } from './service-principal.ts'

export type KerberosAccount = {
  /** `svc@EXAMPLE.ORG`, or `svc` in the default realm of krb5.conf. */
  username: string
  secret: KerberosSecret
  /** `HTTP/mail.example.org`; null = HTTP and the host of the address. */
  servicePrincipal: string | null
}

/** Signs in any number of accounts; `close` forgets their tickets. */
export type Kerberos = { auth(account: KerberosAccount): EwsAuth; close(): Promise<void> }

type Ticket = { cache: Promise<string>; atMs: number }
type Tools = {
  clock: Pick<Clock, 'nowMs'>
  load: () => Promise<KerberosLibrary>
  lock: Lock
  folder: () => Promise<string>
}
type Lock = <T>(task: () => Promise<T>) => Promise<T>

export function createKerberos(options: { clock: Pick<Clock, 'nowMs'>; packageName?: string }): Kerberos {
  let folder: Promise<string> | null = null
  const tools: Tools = {
    clock: options.clock,
    load: () => loadKerberos(options.packageName),
    lock: createLock(),
    folder: () => {
      folder ??= mkdtemp(join(tmpdir(), 'connector-krb5-'))
      return folder
    },
  }
  return {
    auth: (account) => kerberosAuth(account, tools),
    close: async () => {
      if (folder !== null) await rm(await folder, { recursive: true, force: true })
      folder = null
    },
  }
}

function kerberosAuth(account: KerberosAccount, tools: Tools): EwsAuth {
  const principal = principalOf(account.username)
  let ticket: Ticket | null = null
  const cacheOf = (): Promise<string> => {
    const nowMs = tools.clock.nowMs()
    if (ticket === null || nowMs - ticket.atMs >= KERBEROS_TICKET_AGE_MAX_MS) {
      // Kept before it has come: connections that open together ask the KDC once, and try a password once.
      ticket = { atMs: nowMs, cache: obtain(account, principal, tools) }
    }
    return ticket.cache
  }
  const begin = async (host: string) => {
    const library = await tools.load()
    const service = (account.servicePrincipal ?? `HTTP/${hostNameOf(host)}`).replace('/', '@')
    try {
      const cache = await cacheOf()
      return await tools.lock(() => openContext(library, { service, principal, cache }))
    } catch (error) {
      ticket = null
      throw error
    }
  }
  return { kind: 'per-connection', scheme: 'Negotiate', begin: ({ host }) => handshake(() => begin(host), principal) }
}

function handshake(open: () => Promise<{ context: KerberosContext; token: string }>, principal: string): Handshake {
  let context: KerberosContext | null = null
  return {
    async next(challenges) {
      const challenge = challengeOf(challenges, 'Negotiate')
      if (challenge === null) return null
      if (context === null) {
        const opened = await open()
        context = opened.context
        return { authorization: `Negotiate ${opened.token}`, complete: true }
      }
      // A refusal comes without a token; with one, the server wants a further leg.
      if (challenge.token === null || context.contextComplete) return null
      const token = await stepped(context, challenge.token, principal)
      return { authorization: `Negotiate ${token}`, complete: true }
    },
    async finish(challenges) {
      const token = challengeOf(challenges, 'Negotiate')?.token ?? null
      if (context === null || context.contextComplete) return
      if (token !== null) await stepped(context, token, principal).catch(() => {})
      if (context.contextComplete) return
      // The request was carried out, perhaps by somebody else than Exchange.
      throw new ConnectorError('exchange.sign-in', { scheme: 'Kerberos', reason: 'server-not-proven', sent: 'maybe' })
    },
  }
}

async function stepped(context: KerberosContext, token: string, principal: string): Promise<string> {
  try {
    return await context.step(token)
  } catch (cause) {
    throw kerberosError(cause instanceof Error ? cause.message : '', { account: principal }, cause)
  }
}

async function obtain({ secret }: KerberosAccount, principal: string, tools: Tools): Promise<string> {
  if (secret.kind === 'credential-cache') return secret.name
  const cache = `FILE:${join(await tools.folder(), Buffer.from(principal).toString('hex'))}`
  await fetchTicket(principal, secret, cache)
  return cache
}

/** The GSSAPI takes the credential cache from the environment of the process, so only one context is opened at a time. */
async function openContext(
  library: KerberosLibrary,
  { service, principal, cache }: { service: string; principal: string; cache: string },
): Promise<{ context: KerberosContext; token: string }> {
  const before = process.env.KRB5CCNAME
  process.env.KRB5CCNAME = cache
  try {
    const gssFlag = library.GSS_C_MUTUAL_FLAG | library.GSS_C_SEQUENCE_FLAG
    const context = await library.initializeClient(service, { gssFlag, mechOID: library.GSS_MECH_OID_SPNEGO })
    return { context, token: await context.step('') }
  } catch (cause) {
    const words = cause instanceof Error ? cause.message : ''
    throw kerberosError(words, { account: principal, service }, cause)
  } finally {
    if (before === undefined) delete process.env.KRB5CCNAME
    else process.env.KRB5CCNAME = before
  }
}

/** Realms are upper case (RFC 4120 section 6.1); `EXAMPLE\svc` names no realm, so krb5.conf decides. */
function principalOf(username: string): string {
  const { user } = accountName(username)
  const at = user.lastIndexOf('@')
  return at === -1 ? user : `${user.slice(0, at)}@${user.slice(at + 1).toUpperCase()}`
}

function createLock(): Lock {
  let last: Promise<unknown> = Promise.resolve()
  return (task) => {
    const mine = last.then(task, task)
    last = mine.catch(() => {})
    return mine
  }
}
