/** Takes an answer's body apart: one result for every part of the request, in its order, or an error of the whole answer. */
import { child, textAt, type XmlElement } from '../../mapping/ews/xml.ts'
import { ConnectorError } from '../../ports/errors.ts'
import type { EwsOperation, EwsResult } from './operation.ts'
import { badResponse } from './refs.ts'
import { concernsWholeCall, errorOfCode, throttlingOf } from './response-codes.ts'
import { MESSAGES_NS, readEnvelope } from './soap.ts'

/** Reads the bytes of an answer; a fault is thrown. Errors as in `readEnvelope`. For whoever has an answer without the client: tests, `mapping dry-run`. */
export function decodeAnswer<Request, Value>(
  operation: EwsOperation<Request, Value>,
  request: Request,
  bytes: Uint8Array,
): EwsResult<Value>[] {
  const answer = readEnvelope(bytes)
  if (answer.kind === 'fault') throw answer.error
  return decodeResponse(operation, request, answer.element)
}

/**
 * MS-OXWSCDATA BaseResponseMessageType. Errors: `exchange.bad-response` when it is not this operation's answer or has another
 * number of messages than the request has parts. A message that cannot be read fails alone (I23).
 */
export function decodeResponse<Request, Value>(
  operation: EwsOperation<Request, Value>,
  request: Request,
  response: XmlElement,
): EwsResult<Value>[] {
  if (response.name !== `${operation.name}Response` || response.ns !== MESSAGES_NS) {
    throw badResponse('wrong-response', { operation: operation.name })
  }
  const messages = child(response, 'ResponseMessages')?.children ?? []
  const results = messages.map((message) => decodeMessage(operation, message))
  const expected = operation.count(request)
  if (results.length === expected) return results
  // Some servers answer a batch with one message that speaks for all of it.
  const [only] = results
  if (only?.kind === 'failed' && results.length === 1 && concernsWholeCall(only.error)) throw only.error
  throw badResponse('message-count', { operation: operation.name, expected, count: results.length })
}

function decodeMessage<Request, Value>(operation: EwsOperation<Request, Value>, message: XmlElement): EwsResult<Value> {
  if (message.name !== `${operation.name}ResponseMessage`) {
    throw badResponse('wrong-message', { operation: operation.name })
  }
  const code = textAt(message, 'ResponseCode')?.trim() ?? 'NoError'
  if (message.attributes.ResponseClass === 'Success' && code === 'NoError') return decodeSuccess(operation, message)
  // A warning is not a success: the part was not done (ErrorBatchProcessingStopped comes as one).
  if (code === 'NoError') return { kind: 'failed', error: badResponse('response-class', { operation: operation.name }) }
  const words = textAt(message, 'MessageText') ?? ''
  return { kind: 'failed', error: errorOfCode(code, { words, ...throttlingOf(message) }) }
}

function decodeSuccess<Request, Value>(operation: EwsOperation<Request, Value>, message: XmlElement): EwsResult<Value> {
  try {
    return { kind: 'ok', value: operation.decodeMessage(message) }
  } catch (error) {
    if (error instanceof ConnectorError && error.code === 'exchange.bad-response') return { kind: 'failed', error }
    throw error
  }
}
