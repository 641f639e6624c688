/**
 * The service accounts as one pool: a mailbox always gets the same account, and the next best one while that rests. Accounts can
 * be changed while passes run.
 */
import { createHash } from 'node:crypto'
import { ACCOUNTS_PER_CALL_MAX, SECRET_EXPIRY_NOTICE_MS } from '../../limits.ts'
import type { Clock, Random } from '../../ports/clock.ts'
import { ConnectorError } from '../../ports/errors.ts'
import type { Log } from '../../ports/log.ts'
import { accountFor } from '../account.ts'
import { createKerberos, type Kerberos } from '../auth/kerberos.ts'
import { createEwsClient, type EwsClient } from '../ews/client.ts'
import type { ProxyOptions } from '../http-proxy.ts'
import type { TlsOptions } from '../http-transport.ts'
import { accountAuth } from './account-auth.ts'
import { type AccountHealth, memoryRefusalBook, type RefusalBook } from './health.ts'
import { Member } from './member.ts'
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
  book?: RefusalBook
}

export type ExchangePool = {
  /** A client for one mailbox. It chooses the account at every call; closing it is the pool's business. */
  clientFor(email: string): EwsClient
  /** Reads the accounts again; calls under way end as they would. Errors: those of `admins`; then everything stays as it was. */
  reload(): void
  health(): AccountHealth[]
  close(): Promise<void>
}

type Entry = { member: Member; key: string }

const DAY_MS = 24 * 60 * 60 * 1000

/** Errors: those of `admins` and `accountAuth`: a pool with an account that cannot work is not made. */
export function createExchangePool(options: ExchangePoolOptions): ExchangePool {
  const { config, clock, log, random, book = memoryRefusalBook() } = options
  const url = ewsUrlOf(config)
  let kerberos: Kerberos | null = null
  const kerberosOnce = (): Kerberos => {
    kerberos ??= createKerberos({ clock })
    return kerberos
  }
  const memberOf = (admin: PoolAdmin, hasNewSecret: boolean): Member => {
    const { open, secretExpiresAtMs } = accountAuth(admin, config, { ...options, kerberos: kerberosOnce })
    const openClient = () => {
      const { auth, close } = open()
      const { tls, proxy } = options
      const client = createEwsClient({ url, auth, clock, log, ...(tls && { tls }), ...(proxy && { proxy }) })
      return { client, close: async () => void (await Promise.allSettled([client.close(), close()])) }
    }
    const member = { name: admin.name, open: openClient, secretExpiresAtMs, hasNewSecret }
    return new Member(member, { clock, random, log, book })
  }
  const read = (known: readonly Entry[]): Entry[] =>
    accountsOf(config, options.admins()).map((admin) => {
      const key = createHash('sha256').update(JSON.stringify(admin)).digest('hex')
      const same = known.find((entry) => entry.key === key)
      return (
        same ?? {
          key,
          member: memberOf(
            admin,
            known.some(({ member }) => member.name === admin.name),
          ),
        }
      )
    })

  let entries = read([])
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
    clientFor: (email) => {
      announce()
      return mailboxClient(email, () => entries.map(({ member }) => member))
    },
    reload: () => {
      const before = entries
      entries = read(before)
      for (const entry of before.filter((old) => !entries.includes(old))) void entry.member.retire()
      announcedAtMs = Number.NEGATIVE_INFINITY
      log.info({ accounts: entries.length }, 'service accounts read again')
    },
    health: () => entries.map(({ member }) => member.health()),
    close,
  }
}

function mailboxClient(email: string, members: () => readonly Member[]): EwsClient {
  let last: Member | null = null
  return {
    async call(operation, request, call) {
      const tried: Member[] = []
      let refusal: unknown = null
      while (tried.length < ACCOUNTS_PER_CALL_MAX) {
        const left = members().filter((member) => !tried.some(({ name }) => name === member.name))
        // When all rest, the best one says so, and for how long.
        const member =
          accountFor(
            email,
            left.filter((one) => !one.isResting()),
          ) ?? (tried.length === 0 ? accountFor(email, left) : null)
        if (member === null) break
        tried.push(member)
        last = member
        try {
          return await member.call((client) => client.call(operation, request, call))
        } catch (error) {
          if (!isTurnedAway(error, member)) throw error
          refusal ??= error
        }
      }
      throw refusal ?? new ConnectorError('bug', { where: 'mailboxClient' })
    },
    serverBuild: () => last?.serverBuild() ?? null,
    close: async () => {},
  }
}

/** Another account may make the same call only when this one rests from now on, and nothing of the call was carried out. */
function isTurnedAway(error: unknown, member: Member): boolean {
  return error instanceof ConnectorError && error.fields.sent === 'no' && member.isResting()
}

function announceExpiry({ account, secretExpiresAtMs }: AccountHealth, nowMs: number, log: Log): void {
  if (secretExpiresAtMs === null || secretExpiresAtMs - nowMs > SECRET_EXPIRY_NOTICE_MS) return
  const days = Math.floor((secretExpiresAtMs - nowMs) / DAY_MS)
  if (secretExpiresAtMs <= nowMs) log.error({ account }, 'certificate of a service account has ended')
  else if (days < 7) log.error({ account, days }, 'certificate of a service account ends within a week')
  else log.warn({ account, days }, 'certificate of a service account ends soon')
}
