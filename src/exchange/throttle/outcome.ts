/** What the end of a request says about the load: whether the server refused for it, for how long, and whose budget was used up. */
import { ConnectorError } from '../../ports/errors.ts'

/** `scope`: 503 speaks of the server, all else of the account. `budget`: `sync` when only folder synchronisation is too much. */
export type LoadOutcome =
  | { kind: 'answered' }
  | { kind: 'unknown' }
  | { kind: 'refused'; scope: 'account' | 'server'; budget: 'all' | 'sync'; askedMs: number; pauses: boolean }

/** The errors of a request, its own or those of its parts. */
export function loadOutcome(errors: readonly unknown[]): LoadOutcome {
  const throttled = errors.filter((error): error is ConnectorError => isThrottled(error))
  const [first] = throttled
  if (first === undefined) return errors.some(isUnanswered) ? { kind: 'unknown' } : { kind: 'answered' }
  const askedMs = Math.max(...throttled.map(askedFor))
  const { responseCode, status, policy } = first.fields
  return {
    kind: 'refused',
    scope: status === 503 && responseCode === undefined ? 'server' : 'account',
    budget: policy === 'ConcurrentSyncCalls' ? 'sync' : 'all',
    askedMs,
    // Too many at once: what is under way goes on, and fewer begin. No reason for anybody to wait.
    pauses: askedMs > 0 || responseCode !== 'ErrorExceededConnectionCount',
  }
}

export function askedFor(error: ConnectorError): number {
  return typeof error.fields.retryAfterMs === 'number' ? error.fields.retryAfterMs : 0
}

function isThrottled(error: unknown): boolean {
  return error instanceof ConnectorError && error.code === 'exchange.throttled'
}

/** Nobody knows how the server fares when it gave no answer. */
function isUnanswered(error: unknown): boolean {
  return (
    !(error instanceof ConnectorError) || (error.fields.responseCode === undefined && error.fields.status === undefined)
  )
}

/** Runs the task and tells `note` what failed in it. */
export async function noted<T>(
  task: () => Promise<T>,
  errorsOf: (result: T) => readonly unknown[],
  note: (errors: readonly unknown[]) => void,
): Promise<T> {
  let result: T
  try {
    result = await task()
  } catch (error) {
    note([error])
    throw error
  }
  note(errorsOf(result))
  return result
}
