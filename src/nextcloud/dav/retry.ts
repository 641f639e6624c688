/** Decides whether a CalDAV request is sent again, and after how long. Only refusals and broken reads are: a write whose answer was lost never. */
import {
  DAV_BACKOFF_BASE_MS,
  DAV_READ_RETRIES_MAX,
  DAV_RETRY_AFTER_MAX_MS,
  THROTTLE_RETRIES_MAX,
} from '../../limits.ts'
import type { Clock, Random } from '../../ports/clock.ts'
import { ConnectorError } from '../../ports/errors.ts'
import { isDatabaseBusy } from './status-error.ts'
import { type DavAnswer, isWrite } from './transport.ts'

export type RetryTools = { clock: Clock; random: Random; signal?: AbortSignal | undefined }

/** Sends through `attempt` until it gives an answer that is no refusal for load. Throws `nextcloud.throttled` with `retryAfterMs`. */
export async function withRetries(
  method: string,
  tools: RetryTools,
  attempt: () => Promise<DavAnswer>,
): Promise<DavAnswer> {
  let refusals = 0
  let breaks = 0
  for (;;) {
    const result = await attempt().catch((error: unknown) => {
      if (breaks >= DAV_READ_RETRIES_MAX || !isBrokenRead(method, error)) throw error
      return null
    })
    if (result === null) {
      await pause(backoffMs(breaks++, tools.random), tools)
      continue
    }
    const waitMs = waitFor(result, refusals, tools)
    if (waitMs === null) return result
    if (refusals >= THROTTLE_RETRIES_MAX || waitMs > DAV_RETRY_AFTER_MAX_MS) {
      if (!isLoadStatus(result.status)) return result
      throw new ConnectorError('nextcloud.throttled', {
        status: result.status,
        method,
        retryAfterMs: waitMs,
        sent: 'no',
      })
    }
    refusals++
    await pause(waitMs, tools)
  }
}

/** The request that would follow has not left: stopping here leaves nothing open. */
async function pause(ms: number, { clock, signal }: RetryTools): Promise<void> {
  await clock.sleep(ms, signal)
  if (signal?.aborted) throw new ConnectorError('stopped', { sent: 'no' })
}

/** Null: an answer to work with. Gateways' 502 and 504 may come after the work was done, so only reads repeat on them. */
function waitFor(answer: DavAnswer, refusals: number, { clock, random }: RetryTools): number | null {
  const backoff = backoffMs(refusals, random)
  if (isLoadStatus(answer.status)) return retryAfterMs(answer.headers.get('retry-after'), clock.nowMs()) ?? backoff
  return isDatabaseBusy(answer) ? backoff : null
}

function isLoadStatus(status: number): boolean {
  return status === 423 || status === 429 || status === 503
}

function isBrokenRead(method: string, error: unknown): boolean {
  if (isWrite(method) || !(error instanceof ConnectorError)) return false
  return (
    error.fields.sent === 'maybe' && (error.code === 'nextcloud.unreachable' || error.code === 'nextcloud.truncated')
  )
}

/** Doubling pauses, each between half and the whole of its step, so that parallel writers part. */
function backoffMs(step: number, random: Random): number {
  const whole = Math.min(DAV_BACKOFF_BASE_MS * 2 ** step, DAV_RETRY_AFTER_MAX_MS)
  return Math.round(whole * (0.5 + random.fraction() / 2))
}

/** Seconds or an HTTP date (RFC 9110 section 10.2.3). */
export function retryAfterMs(value: string | null, nowMs: number): number | null {
  if (value === null) return null
  if (/^\s*\d+\s*$/.test(value)) return Number(value) * 1000
  const at = Date.parse(value)
  return Number.isNaN(at) ? null : Math.max(0, at - nowMs)
}
