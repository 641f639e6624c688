/** Runs the writes of one batch in parallel and decides what an error of one means for the others (I12, I23). */
import { ConnectorError } from '../ports/errors.ts'
import { maybeSent } from './dav/network-error.ts'
import type { DavAnswer } from './dav/transport.ts'
import { inParallel } from './side-read.ts'

type Failure = { kind: 'refused'; error: ConnectorError } | { kind: 'unknown'; error: ConnectorError }

/**
 * One outcome per request, in their order. A write whose answer was lost is `unknown`. An error that concerns the whole server
 * stops the requests that have not begun; it is thrown when nothing of the batch can have been applied, else the outcomes
 * that are known are given and the rest is `refused` with that error: what was done is never forgotten.
 */
export async function writeBatch<Request, Outcome extends { kind: string }>(
  requests: readonly Request[],
  width: number,
  write: (request: Request) => Promise<Outcome>,
): Promise<(Outcome | Failure)[]> {
  const outcomes = new Map<number, Outcome | Failure>()
  const stop: { reason: ConnectorError | null } = { reason: null }
  await inParallel(requests, width, async (request, index) => {
    if (stop.reason) return
    try {
      outcomes.set(index, await write(request))
    } catch (error) {
      if (!(error instanceof ConnectorError)) throw error
      if (maybeSent(error)) {
        outcomes.set(index, { kind: 'unknown', error })
        // A server that no longer answers would make each further request wait as long, and each be unknown.
        if (error.code === 'nextcloud.timeout') stop.reason ??= error
      } else if (error.code.startsWith('item.')) outcomes.set(index, { kind: 'refused', error })
      else stop.reason ??= error
    }
  })
  const { reason } = stop
  if (reason && outcomes.size === 0) throw reason
  return requests.map((_, index) => {
    const outcome = outcomes.get(index)
    if (outcome) return outcome
    return { kind: 'refused', error: reason ?? new ConnectorError('bug', { where: 'write batch' }) }
  })
}

/**
 * Asks what became of a write that got a failing answer. When the asking fails too, a write with a 500 stays open: its error is
 * marked as one of a request that may have been applied. Any other refusal was none.
 */
export async function settling<T>(answer: DavAnswer, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask()
  } catch (error) {
    if (!(error instanceof ConnectorError) || answer.status < 500) throw error
    throw new ConnectorError(error.code, { ...error.fields, sent: 'maybe' }, error)
  }
}
