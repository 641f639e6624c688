/** Streaming notifications of Exchange as a source of news: mailboxes in groups, one hanging connection per group, everything else left to polling. */
import { STREAM_REFRESH_MS, STREAM_RETRY_BASE_MS } from '../../limits.ts'
import type { Clock, Random } from '../../ports/clock.ts'
import { ConnectorError } from '../../ports/errors.ts'
import type { Log } from '../../ports/log.ts'
import type { PushSource } from '../../ports/push.ts'
import type { Member } from '../pool/member.ts'
import { Group } from './group.ts'
import { Roster } from './roster.ts'

export type StreamingOptions = {
  /** The account that acts for a mailbox now, and an account by its name. */
  memberFor: (email: string) => Member | null
  memberNamed: (name: string) => Member | null
  clock: Clock
  random: Random
  log: Log
}

type Running = { group: Group; stop: AbortController; ended: Promise<void> }

export function streamingPush(options: StreamingOptions): PushSource {
  const { clock, log } = options
  return {
    async run(mailboxes, onChanged, signal) {
      const roster = new Roster()
      const running = new Map<string, Running>()
      let toldLeft = 0
      while (!signal.aborted) {
        const seats = await seatsOf(options, mailboxes)
        if (seats !== null) {
          const { groups, left } = roster.update(seats)
          if (left !== toldLeft)
            log.info({ mailboxes: left }, 'more mailboxes than connections for notifications; these are polled')
          toldLeft = left
          const wanted = new Set(groups.map(({ key }) => key))
          for (const [key, { stop }] of running) if (!wanted.has(key)) stop.abort()
          for (const { key, account, emails } of groups) {
            const known = running.get(key)
            const one = known ?? start({ ...options, onChanged, member: () => options.memberNamed(account) }, signal)
            one.group.seat(emails)
            if (known) continue
            running.set(key, one)
            void one.ended.then(() => running.delete(key))
          }
        }
        // Just started, nobody may be known yet.
        await clock.sleep(seats === null || seats.length === 0 ? STREAM_RETRY_BASE_MS : STREAM_REFRESH_MS, signal)
      }
      await Promise.all([...running.values()].map(({ ended }) => ended))
    },
  }
}

function start(options: ConstructorParameters<typeof Group>[0], signal: AbortSignal): Running {
  const group = new Group(options)
  const stop = new AbortController()
  const ended = group.run(AbortSignal.any([signal, stop.signal])).catch((error: unknown) => {
    options.log.error(
      { detail: String(error).slice(0, 200) },
      'a group of notifications ended; its mailboxes are polled',
    )
  })
  return { group, stop, ended }
}

/** Null when it cannot be told just now who is enrolled. */
async function seatsOf({ memberFor, log }: StreamingOptions, mailboxes: () => Promise<readonly string[]>) {
  try {
    return (await mailboxes()).flatMap((email) => {
      const member = memberFor(email)
      return member === null ? [] : [{ email, account: member.name }]
    })
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error
    log.warn({ code: error.code }, 'the mailboxes to listen to could not be told')
    return null
  }
}
