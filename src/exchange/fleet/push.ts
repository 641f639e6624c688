/** Notifications of all servers: each pool listens for the mailboxes that are at its address. */
import { STREAM_REFRESH_MS, STREAM_RETRY_BASE_MS } from '../../limits.ts'
import type { Clock } from '../../ports/clock.ts'
import { ConnectorError } from '../../ports/errors.ts'
import type { Log } from '../../ports/log.ts'
import type { PushSource } from '../../ports/push.ts'
import type { ExchangePool } from '../pool/pool.ts'
import type { Endpoints } from './endpoints.ts'
import type { Endpoint } from './finding.ts'

export type FleetPushOptions = {
  endpoints: Endpoints
  poolAt: (endpoint: Endpoint) => ExchangePool
  clock: Clock
  log: Log
}

export function fleetPush({ endpoints, poolAt, clock, log }: FleetPushOptions): PushSource {
  const sources = new Map<ExchangePool, PushSource>()
  return {
    listening: () => [...sources.values()].reduce((sum, source) => sum + (source.listening?.() ?? 0), 0),
    async run(mailboxes, onChanged, signal) {
      const seats = new Map<ExchangePool, readonly string[]>()
      const running: Promise<void>[] = []
      while (!signal.aborted) {
        const groups = await told(mailboxes, { endpoints, poolAt, log })
        if (groups !== null) {
          for (const pool of seats.keys()) if (!groups.has(pool)) seats.set(pool, [])
          for (const [pool, own] of groups) {
            seats.set(pool, own)
            if (sources.has(pool)) continue
            const source = pool.push()
            sources.set(pool, source)
            running.push(source.run(async () => seats.get(pool) ?? [], onChanged, signal))
          }
        }
        await clock.sleep(running.length === 0 ? STREAM_RETRY_BASE_MS : STREAM_REFRESH_MS, signal)
      }
      await Promise.all(running)
    },
  }
}

type Telling = Pick<FleetPushOptions, 'endpoints' | 'poolAt' | 'log'>

/** Null when it cannot be told just now who is enrolled, or where. */
async function told(
  mailboxes: () => Promise<readonly string[]>,
  { endpoints, poolAt, log }: Telling,
): Promise<ReadonlyMap<ExchangePool, readonly string[]> | null> {
  try {
    return grouped(await endpoints.known(await mailboxes()), poolAt)
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error
    log.warn({ code: error.code }, 'the mailboxes to listen to could not be told')
    return null
  }
}

/** A mailbox that nobody found yet is left to its passes, which search for it and say why not; one that has no pool, too. */
function grouped(places: ReadonlyMap<string, Endpoint>, poolAt: FleetPushOptions['poolAt']) {
  const groups = new Map<ExchangePool, string[]>()
  for (const [email, endpoint] of places) {
    try {
      const pool = poolAt(endpoint)
      const group = groups.get(pool) ?? []
      group.push(email)
      groups.set(pool, group)
    } catch (error) {
      if (!(error instanceof ConnectorError)) throw error
    }
  }
  return groups
}
