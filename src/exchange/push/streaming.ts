/** Streaming notifications of Exchange as a source of news: mailboxes in groups, one hanging connection per group, everything else left to polling. */
import { STREAM_RETRY_BASE_MS, STREAM_SHARE_MS } from '../../limits.ts'
import type { Clock, Random } from '../../ports/clock.ts'
import { ConnectorError } from '../../ports/errors.ts'
import type { Log } from '../../ports/log.ts'
import type { ListenerShare, PushSource } from '../../ports/push.ts'
import type { Member } from '../pool/member.ts'
import { Group } from './group.ts'
import { type GroupPlan, Roster, type Seat } from './roster.ts'

export type StreamingOptions = {
  /** The account that acts for a mailbox now, and an account by its name. */
  memberFor: (email: string) => Member | null
  memberNamed: (name: string) => Member | null
  share: ListenerShare
  clock: Clock
  random: Random
  log: Log
}

export function streamingPush(options: StreamingOptions): PushSource {
  const { clock, log } = options
  let running: RunningGroups | null = null
  return {
    listening: () => running?.listening ?? 0,
    async run(mailboxes, onChanged, signal) {
      const roster = new Roster()
      const groups = new RunningGroups({ ...options, onChanged }, signal)
      running = groups
      let toldLeft = 0
      while (!signal.aborted) {
        const look = await lookAround(options, mailboxes)
        if (look !== null) {
          const plan = roster.update(look.seats)
          if (plan.left !== toldLeft)
            log.info({ mailboxes: plan.left }, 'more mailboxes than connections for notifications; these are polled')
          toldLeft = plan.left
          groups.adapt(plan.groups)
        }
        // Just started, nobody may be known yet.
        await clock.sleep(look === null || look.enrolled === 0 ? STREAM_RETRY_BASE_MS : STREAM_SHARE_MS, signal)
      }
      await groups.ended()
      await leave(options)
    },
  }
}

type GroupTools = StreamingOptions & { onChanged: (email: string) => void }

class RunningGroups {
  readonly #tools: GroupTools
  readonly #signal: AbortSignal
  readonly #running = new Map<string, { group: Group; stop: AbortController }>()
  readonly #ends = new Set<Promise<void>>()
  /** Accounts that this replica listens with. Null before the first look. */
  #accounts: ReadonlySet<string> | null = null

  constructor(tools: GroupTools, signal: AbortSignal) {
    this.#tools = tools
    this.#signal = signal
  }

  adapt(plan: readonly GroupPlan[]): void {
    const wanted = new Set(plan.map(({ key }) => key))
    for (const [key, { stop }] of this.#running) {
      if (wanted.has(key)) continue
      this.#running.delete(key)
      stop.abort()
    }
    const before = this.#accounts
    this.#accounts = new Set(plan.map(({ account }) => account))
    for (const one of plan) {
      const running = this.#running.get(one.key)
      if (running) running.group.seat(one.emails)
      // Another replica listened with this account, and may have been gone for a while.
      else this.#start(one, before !== null && !before.has(one.account))
    }
  }

  get listening(): number {
    return [...this.#running.values()].reduce((sum, { group }) => sum + group.listening, 0)
  }

  async ended(): Promise<void> {
    await Promise.all(this.#ends)
  }

  #start({ key, account, emails }: GroupPlan, mayHaveMissed: boolean): void {
    const { memberNamed, log } = this.#tools
    const group = new Group({ ...this.#tools, member: () => memberNamed(account) }, emails)
    if (mayHaveMissed) group.miss(emails)
    const one = { group, stop: new AbortController() }
    this.#running.set(key, one)
    const end = group
      .run(AbortSignal.any([this.#signal, one.stop.signal]))
      .catch((error: unknown) => {
        const detail = String(error).slice(0, 200)
        log.error({ detail }, 'a group of notifications ended; its mailboxes are polled')
      })
      .then(() => {
        this.#ends.delete(end)
        if (this.#running.get(key) === one) this.#running.delete(key)
      })
    this.#ends.add(end)
  }
}

/** The mailboxes that this replica listens for. Null when it cannot be told just now who is enrolled, or who listens for whom. */
async function lookAround(
  { memberFor, share, log }: StreamingOptions,
  mailboxes: () => Promise<readonly string[]>,
): Promise<{ enrolled: number; seats: Seat[] } | null> {
  try {
    const emails = await mailboxes()
    if (emails.length === 0) return { enrolled: 0, seats: [] }
    const isOurs = await share.current()
    const seats = emails.flatMap((email) => {
      const member = memberFor(email)
      return member === null || !isOurs(member.name) ? [] : [{ email, account: member.name }]
    })
    return { enrolled: emails.length, seats }
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error
    log.warn({ code: error.code }, 'the mailboxes to listen to could not be told')
    return null
  }
}

/** When it cannot be said, the others find out by themselves. */
async function leave({ share, log }: StreamingOptions): Promise<void> {
  try {
    await share.leave()
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error
    log.debug({ code: error.code }, 'the other replicas could not be told that this one listens no more')
  }
}
