/**
 * Drives one call to its end: repeats what is safe to repeat and only the parts that need it. A write is sent again only when the
 * server positively refused to run it, or when it never left this machine (I12).
 */
import { EWS_BACKOFF_MAX_MS, EWS_READ_RETRIES_MAX, THROTTLE_RETRIES_MAX } from '../../limits.ts'
import type { Clock } from '../../ports/clock.ts'
import { ConnectorError } from '../../ports/errors.ts'
import type { Log } from '../../ports/log.ts'
import { askedFor } from '../throttle/outcome.ts'
import { backOffFor, sleep } from '../throttle/sleep.ts'
import { type EwsOperation, type EwsResult, mayHaveBeenApplied } from './operation.ts'
import { BATCH_STOPPED } from './response-codes.ts'

export type CallTools<Request, Value> = {
  once(request: Request): Promise<EwsResult<Value>[]>
  clock: Clock
  log: Log
  signal: AbortSignal | undefined
}

/** How often the call was repeated, by cause: each has its own bound (I22). */
type Repeats = { refused: number; broken: number }
type Round<Value> = { kind: 'answered'; results: EwsResult<Value>[] } | { kind: 'failed'; error: ConnectorError }

/** One result per part, in order. Throws what concerns the whole call, unless a part of a write is known to be done. */
export async function callInParts<Request, Value>(
  operation: EwsOperation<Request, Value>,
  request: Request,
  tools: CallTools<Request, Value>,
): Promise<EwsResult<Value>[]> {
  const results = new Map<number, EwsResult<Value>>()
  const repeats: Repeats = { refused: 0, broken: 0 }
  const all = Array.from({ length: operation.count(request) }, (_, index) => index)
  let open = all
  while (open.length > 0) {
    const round = await runRound(operation.pick(request, open), tools)
    if (round.kind === 'failed') {
      if (await mayRepeat(operation, round.error, { ...tools, repeats })) continue
      const error = named(round.error, operation.name)
      if (operation.effect !== 'write' || open.length === all.length) throw error
      for (const index of open) results.set(index, { kind: 'failed', error })
      break
    }
    open.forEach((index, position) => {
      const result = round.results[position]
      if (result !== undefined) results.set(index, nameResult(result, operation.name))
    })
    open = await partsToRepeat(operation, { open, results }, { ...tools, repeats })
  }
  return all.map((index) => results.get(index) ?? raise(new ConnectorError('bug', { where: 'callInParts' })))
}

type RepeatTools = Pick<CallTools<unknown, unknown>, 'clock' | 'log' | 'signal'> & { repeats: Repeats }
type AnyOperation = { name: string; effect: EwsOperation<unknown, unknown>['effect'] }

async function runRound<Request, Value>(request: Request, tools: CallTools<Request, Value>): Promise<Round<Value>> {
  try {
    return { kind: 'answered', results: await tools.once(request) }
  } catch (error) {
    if (error instanceof ConnectorError) return { kind: 'failed', error }
    throw error
  }
}

/** Whether the whole request goes out once more; waits first where the wait is not the throttle's. */
async function mayRepeat(operation: AnyOperation, error: ConnectorError, tools: RepeatTools): Promise<boolean> {
  const { repeats } = tools
  if (error.code === 'exchange.throttled') return slowDown(operation, error, tools)
  if (!isBroken(error) || (operation.effect === 'write' && !neverLeft(error))) return false
  if (repeats.broken >= EWS_READ_RETRIES_MAX) return false
  const waitMs = backOffFor(repeats.broken, 0)
  repeats.broken++
  tools.log.debug({ operation: operation.name, code: error.code, waitMs }, 'EWS request is repeated')
  await sleep(tools.clock, waitMs, tools.signal)
  return true
}

/**
 * Whether it is worth another round: not when the pause lasts too long, and not for ever. The throttle makes the next round wait
 * as long as the server asked; here waits only who was one too many, which is nobody else's matter.
 */
async function slowDown(operation: AnyOperation, error: ConnectorError, tools: RepeatTools): Promise<boolean> {
  const { repeats, clock, signal } = tools
  const waitMs = backOffFor(repeats.refused, askedFor(error))
  const again = waitMs <= EWS_BACKOFF_MAX_MS && repeats.refused < THROTTLE_RETRIES_MAX
  tools.log.info({ operation: operation.name, waitMs, again }, 'Exchange refused for load')
  if (again && isOneTooMany(error)) await sleep(clock, waitMs, signal)
  repeats.refused++
  return again
}

function isOneTooMany(error: ConnectorError): boolean {
  return error.fields.responseCode === 'ErrorExceededConnectionCount' && askedFor(error) === 0
}

/** Parts that were refused for load, or not begun because an earlier part failed (SRV-4). */
async function partsToRepeat<Value>(
  operation: AnyOperation,
  parts: { open: readonly number[]; results: ReadonlyMap<number, EwsResult<Value>> },
  tools: RepeatTools,
): Promise<number[]> {
  const failures = parts.open.flatMap((index) => {
    const result = parts.results.get(index)
    return result?.kind === 'failed' ? [{ index, error: result.error }] : []
  })
  const throttled = failures.filter(({ error }) => error.code === 'exchange.throttled')
  const stopped = failures.filter(({ error }) => error.fields.responseCode === BATCH_STOPPED)
  const [first] = throttled
  if (first !== undefined) {
    const longest = throttled.reduce(
      (most, { error }) => (askedFor(error) > askedFor(most) ? error : most),
      first.error,
    )
    if (!(await slowDown(operation, longest, tools))) {
      // A read is all or nothing: the caller would take a missing part for an answer about the item.
      if (operation.effect !== 'write') throw longest
      return []
    }
    return [...throttled, ...stopped].map(({ index }) => index).sort((one, other) => one - other)
  }
  // Each round settles at least the part that stopped the batch, so this ends; without progress it is given up.
  return stopped.length < parts.open.length ? stopped.map(({ index }) => index) : []
}

function isBroken(error: ConnectorError): boolean {
  return ['exchange.unreachable', 'exchange.truncated', 'exchange.server-error'].includes(error.code)
}

function neverLeft(error: ConnectorError): boolean {
  return error.code === 'exchange.unreachable' && !mayHaveBeenApplied(error)
}

function nameResult<Value>(result: EwsResult<Value>, operation: string): EwsResult<Value> {
  return result.kind === 'failed' ? { kind: 'failed', error: named(result.error, operation) } : result
}

function named(error: ConnectorError, operation: string): ConnectorError {
  return new ConnectorError(error.code, { operation, ...error.fields }, error.cause)
}

function raise(error: ConnectorError): never {
  throw error
}
