/** Runs the writes of one batch in parallel and decides what an error of one means for the others (I12, I23). */
import { ConnectorError } from '../ports/errors.ts'
import { maybeSent } from './dav/network-error.ts'
import { inParallel } from './side-read.ts'

type Failure = { kind: 'refused'; error: ConnectorError } | { kind: 'unknown'; error: ConnectorError }

/**
 * `widen`: the first request goes alone, and its outcome decides whether the others may go side by side. Some servers lose
 * objects when written in parallel (Xandikos 0.2.8, measured), so only those that are known to bear it get it.
 */
export type BatchWidth<Outcome> = { width: number; widen?: (first: Outcome | Failure) => boolean }

/**
 * One outcome per request, in their order. A write whose answer was lost is `unknown`. An error that concerns the whole server
 * stops the requests that have not begun; it is thrown when nothing of the batch can have been applied, else the outcomes
 * that are known are given and the rest is `refused` with that error: what was done is never forgotten.
 */
export async function writeBatch<Request, Outcome extends { kind: string }>(
  requests: readonly Request[],
  { width, widen }: BatchWidth<Outcome>,
  write: (request: Request) => Promise<Outcome>,
): Promise<(Outcome | Failure)[]> {
  const outcomes = new Map<number, Outcome | Failure>()
  const stop: { reason: ConnectorError | null } = { reason: null }
  const attempt = async (request: Request, index: number): Promise<void> => {
    if (stop.reason) return
    try {
      outcomes.set(index, await write(request))
    } catch (error) {
      if (!(error instanceof ConnectorError)) throw error
      if (maybeSent(error)) {
        outcomes.set(index, { kind: 'unknown', error })
        // A server that no longer answers would make each further request wait as long, and each be unknown.
        if (error.code === 'nextcloud.timeout') stop.reason ??= error
      } else if (error.code === 'item.not-representable') outcomes.set(index, { kind: 'refused', error })
      else stop.reason ??= error
    }
  }
  const alone = widen ? 1 : 0
  await inParallel(requests.slice(0, alone), 1, attempt)
  const [first] = outcomes.values()
  const allowed = widen && !(first && widen(first)) ? 1 : width
  await inParallel(requests.slice(alone), allowed, (request, index) => attempt(request, index + alone))
  const { reason } = stop
  if (reason && outcomes.size === 0) throw reason
  return requests.map((_, index) => {
    const outcome = outcomes.get(index)
    if (outcome) return outcome
    return { kind: 'refused', error: reason ?? new ConnectorError('bug', { where: 'write batch' }) }
  })
}
