/** What an EWS operation is: a request written as XML and an answer with one response message per requested thing. The client calls any of them the same way. */
import type { XmlNode } from '../../mapping/ews/change.ts'
import type { XmlElement } from '../../mapping/ews/xml.ts'
import { ConnectorError } from '../../ports/errors.ts'

/**
 * `read` may be repeated freely. `write` is repeated only when the server positively refused to run it (I12).
 * `sync` is a read that Exchange counts against its own, smaller concurrency budget (SRV-1).
 */
export type OperationEffect = 'read' | 'sync' | 'write'

export type EwsOperation<Request, Value> = {
  /** Element name of the request; the answer is `<name>Response`, its messages `<name>ResponseMessage`. */
  name: string
  effect: OperationEffect
  /** Number of response messages that a whole answer has; another number is `exchange.bad-response`. */
  count(request: Request): number
  /** The same request for some of its parts only, to repeat what was refused for load without repeating what was done. */
  pick(request: Request, indexes: readonly number[]): Request
  /** Body of the request, validated by the schema of MS-OXWS*. Names as in XmlNode, the root as `m:name`. */
  encode(request: Request): XmlNode
  /** One response message of class Success. Throws `exchange.bad-response` when something that must be there is missing. */
  decodeMessage(message: XmlElement): Value
}

/**
 * The outcome of one part of a request. `error.fields` has `responseCode` (the EWS code), `detail`, `retryAfterMs` where given, and
 * for writes `sent`: `no` = not applied for certain, `maybe` = must be settled by asking (I12).
 */
export type EwsResult<Value> = { kind: 'ok'; value: Value } | { kind: 'failed'; error: ConnectorError }

/** The value of an operation with one response message; throws its error. */
export function onlyValue<Value>(results: readonly EwsResult<Value>[]): Value {
  const [result] = results
  if (result === undefined || results.length !== 1) {
    throw new ConnectorError('bug', { where: 'onlyValue', count: results.length })
  }
  if (result.kind === 'failed') throw result.error
  return result.value
}

/** The EWS response code of an error (`ErrorItemNotFound`), or undefined when it did not come from a response. */
export function responseCodeOf(error: unknown): string | undefined {
  const code = error instanceof ConnectorError ? error.fields.responseCode : undefined
  return typeof code === 'string' ? code : undefined
}

/** Whether the server may have applied the write that failed with this error. Only an explicit `no` is a no (I12). */
export function mayHaveBeenApplied(error: unknown): boolean {
  return !(error instanceof ConnectorError && error.fields.sent === 'no')
}

/** Parts of a request by index, for `pick`. */
export function picked<T>(parts: readonly T[], indexes: readonly number[]): T[] {
  return parts.filter((_, index) => indexes.includes(index))
}
