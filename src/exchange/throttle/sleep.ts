/** Waiting that can be stopped, and how long a refused call waits. */
import { EWS_BACKOFF_BASE_MS, EWS_BACKOFF_MAX_MS } from '../../limits.ts'
import type { Clock } from '../../ports/clock.ts'
import { ConnectorError } from '../../ports/errors.ts'

/** Pause before the n-th repeat (from 0): what the server asked for (0 = nothing), but never less than a pause that doubles from EWS_BACKOFF_BASE_MS. */
export function backOffFor(attempt: number, askedMs: number): number {
  return Math.max(askedMs, Math.min(EWS_BACKOFF_BASE_MS * 2 ** attempt, EWS_BACKOFF_MAX_MS))
}

/** Sleeps unless stopped: `stopped` then, and nothing was sent. */
export async function sleep(clock: Clock, ms: number, signal: AbortSignal | undefined): Promise<void> {
  if (signal?.aborted) throw stopped()
  try {
    await clock.sleep(ms, signal)
  } catch (cause) {
    if (signal?.aborted) throw stopped()
    throw cause
  }
  if (signal?.aborted) throw stopped()
}

export function stopped(): ConnectorError {
  return new ConnectorError('stopped', { sent: 'no' })
}
