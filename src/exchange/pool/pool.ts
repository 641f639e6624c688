/**
 * The service accounts as one pool: a mailbox always gets the same account, and the next best one while that rests. Accounts can
 * be changed while passes run.
 */
import { createHash } from 'node:crypto'
import type { AccountBook } from '../../ports/account-book.ts'
import type { Clock, Random } from '../../ports/clock.ts'
import type { Log } from '../../ports/log.ts'
import type { PoolReport, PoolTestOptions } from '../../ports/pool-report.ts'
import type { ListenerShare, PushSource } from '../../ports/push.ts'
import { Preferences } from '../account.ts'
import { createKerberos, type Kerberos } from '../auth/kerberos.ts'
import { createEwsClient, type EwsClient } from '../ews/client.ts'
import type { HttpAnswer, HttpPost } from '../http-post.ts'
import type { ProxyOptions } from '../http-proxy.ts'
import type { TlsOptions } from '../http-transport.ts'
import { WHOLE_SHARE } from '../push/share.ts'
import { streamingPush } from '../push/streaming.ts'
import { createServerThrottle } from '../throttle/throttle.ts'
import { accountAuth } from './account-auth.ts'
import { checkPool } from './check/run.ts'
import { announceExpiry } from './expiry.ts'
import type { AccountHealth } from './health.ts'
import { mailboxClient, postThrough } from './mailbox-client.ts'
import { Member } from './member.ts'
import { memoryAccountBook } from './memory-book.ts'
import { accountsOf, ewsUrlOf, type PoolAdmin, type PoolConfig } from './settings.ts'

export type ExchangePoolOptions = {
  config: PoolConfig
  /** Reads admins.json, now and at every reload. */
  admins: () => readonly PoolAdmin[]
  clock: Clock
  log: Log
  random: Random
  tls?: TlsOptions
  proxy?: ProxyOptions | null
  /** Shared by all that use these accounts; without it refusals are remembered in this process only. */
  book?: AccountBook
  /** Hash of credentials that the book may hold: keyed, where it is kept. */
  markOf?: (credentials: string) => string
  /** Which accounts this replica listens with; all without it. */
  share?: ListenerShare
}

export type ExchangePool = {
  /** A client for one mailbox. It chooses the account at every call, and says which; closing it is the pool's business. */
  clientFor(email: string, onAccount?: (name: string) => void): EwsClient
  /** One signed-in request for a mailbox to the same server that is not EWS. Errors: as `AccountClient.post`; a refused token is `exchange.access-denied`. */
  post(email: string, request: HttpPost): Promise<HttpAnswer>
  /** Reads the accounts again; calls under way end as they would. Errors: those of `admins`; then everything stays as it was. */
  reload(): void
  /** Tests every account; only reads, and never tries one more often than the directory bears. */
  check(options: Omit<PoolTestOptions, 'limit'>): Promise<PoolReport>
  /** Streaming notifications of all mailboxes. */
  push(): PushSource
  health(): AccountHealth[]
  close(): Promise<void>
}

type Entry = { member: Member; key: string }

const DAY_MS = 24 * 60 * 60 * 1000

/** Errors: those of `admins` and `accountAuth`: a pool with an account that cannot work is not made. */
export function createExchangePool(options: ExchangePoolOptions): ExchangePool {
  const { config, clock, log, random, book = memoryAccountBook(), markOf = plainMark } = options
  const url = ewsUrlOf(config)
  let kerberos: Kerberos | null = null
  const kerberosOnce = (): Kerberos => {
    kerberos ??= createKerberos({ clock })
    return kerberos
  }
  const memberOf = memberMaker({ ...options, book }, kerberosOnce)
  const read = (known: readonly Entry[]): Entry[] =>
    accountsOf(config, options.admins()).map((admin) => {
      const key = markOf(JSON.stringify(admin))
      return known.find((entry) => entry.key === key) ?? { key, member: memberOf(admin, key) }
    })

  let entries = read([])
  let members = entries.map(({ member }) => member)
  const preferences = new Preferences<Member>()
  const orderFor = (email: string) => preferences.of(email, members)
  let announcedAtMs = Number.NEGATIVE_INFINITY
  const announce = (): void => {
    const nowMs = clock.nowMs()
    if (nowMs - announcedAtMs < DAY_MS) return
    announcedAtMs = nowMs
    for (const { member } of entries) announceExpiry(member.health(), nowMs, log)
  }
  const close = async (): Promise<void> => {
    await Promise.allSettled(entries.map(({ member }) => member.close()))
    await kerberos?.close()
  }

  return {
    clientFor: (email, onAccount) => {
      announce()
      return mailboxClient(() => orderFor(email), onAccount)
    },
    post: (email, request) => postThrough(() => orderFor(email), request, config.type),
    reload: () => {
      const before = entries
      entries = read(before)
      members = entries.map(({ member }) => member)
      for (const entry of before.filter((old) => !entries.includes(old))) void entry.member.retire()
      announcedAtMs = Number.NEGATIVE_INFINITY
      log.info({ accounts: entries.length }, 'service accounts read again')
    },
    check: (asked) => {
      const { tls, proxy } = options
      return checkPool(members, { ...asked, type: config.type, url, tools: { clock, tls, proxy } })
    },
    push: () =>
      streamingPush({
        memberFor: (email) => orderFor(email).find((member) => !member.isResting()) ?? null,
        share: options.share ?? WHOLE_SHARE,
        memberNamed: (name) => members.find((member) => member.name === name) ?? null,
        clock,
        random,
        log,
      }),
    health: () => entries.map(({ member }) => member.health()),
    close,
  }
}

type MakerOptions = ExchangePoolOptions & { book: AccountBook }

/** Makes accounts that share the throttle of their server. */
function memberMaker(options: MakerOptions, kerberos: () => Kerberos): (admin: PoolAdmin, mark: string) => Member {
  const { config, clock, log, random, book, tls, proxy } = options
  const url = ewsUrlOf(config)
  const holder = random.uuid()
  const server = createServerThrottle({ clock, log, server: new URL(url).host, book })
  return (admin, mark) => {
    const { open, secretExpiresAtMs } = accountAuth(admin, config, { ...options, kerberos })
    const openClient = () => {
      const { auth, close } = open()
      const throttle = server.account(admin.name)
      const client = createEwsClient({ url, auth, clock, log, throttle, ...(tls && { tls }), ...(proxy && { proxy }) })
      return { client, close: async () => void (await Promise.allSettled([client.close(), close()])) }
    }
    const member = { name: admin.name, open: openClient, secretExpiresAtMs, mark }
    return new Member(member, { clock, random, log, book, holder })
  }
}

function plainMark(credentials: string): string {
  return createHash('sha256').update(credentials).digest('hex')
}
