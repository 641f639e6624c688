/** Hangs on streaming subscriptions: reads the answer of GetStreamingEvents envelope by envelope as it comes. */
import { STREAM_IDLE_MS, STREAM_MESSAGE_BYTES_MAX } from '../../limits.ts'
import { ConnectorError } from '../../ports/errors.ts'
import { isXml, statusError } from '../http-status.ts'
import { decodeStreamMessage, encodeGetStreamingEvents, type StreamMessage } from './operations/get-streaming-events.ts'
import { type Affinity, requestHeaders, type SendTools } from './send.ts'
import { readEnvelope, type ServerVersion, writeEnvelope } from './soap.ts'

export type ListenRequest = {
  ids: readonly string[]
  minutes: number
  affinity: Affinity
  onMessage: (message: StreamMessage) => void
  signal: AbortSignal
}

type ListenTools = SendTools & { serverVersion: ServerVersion }

/**
 * Ends normally when the server closes as agreed. Errors: those of the transport and of the server's own answers;
 * `exchange.timeout` when it was silent for too long: a connection that died without a word looks like that.
 */
export async function listen(tools: ListenTools, request: ListenRequest): Promise<void> {
  const { ids, minutes, affinity, signal, onMessage } = request
  const stop = new AbortController()
  const idle = setTimeout(() => stop.abort(), STREAM_IDLE_MS)
  let failure: unknown = null
  const fail = (error: unknown): void => {
    failure ??= error
    stop.abort()
  }
  let messages = 0
  const splitter = new EnvelopeSplitter((bytes) => {
    messages++
    const answer = readEnvelope(bytes)
    if (answer.kind === 'fault') throw answer.error
    onMessage(decodeStreamMessage(answer.element))
  })
  const { 'accept-encoding': _, ...headers } = requestHeaders({ mailbox: null, affinity })
  try {
    const answer = await tools.transport.post({
      url: tools.url,
      headers,
      body: writeEnvelope(encodeGetStreamingEvents(ids, minutes), {
        serverVersion: tools.serverVersion,
        mailbox: null,
      }),
      signal: AbortSignal.any([signal, stop.signal]),
      timeoutMs: minutes * 60_000 + STREAM_IDLE_MS,
      onData: (chunk) => {
        idle.refresh()
        try {
          splitter.push(chunk)
        } catch (error) {
          fail(error)
        }
      },
    })
    // Exchange says first of all that it listens; who says nothing is a sign-in page.
    if (answer.status === 200 && messages === 0) throw new ConnectorError('exchange.not-ews', { reason: 'no-message' })
    if (answer.status === 200) return
    const fault = isXml(answer.headers) ? readEnvelope(answer.body) : null
    throw fault?.kind === 'fault' ? fault.error : statusError(answer, tools.clock)
  } catch (error) {
    if (failure !== null) throw failure
    if (stop.signal.aborted && !signal.aborted)
      throw new ConnectorError('exchange.timeout', { operation: 'GetStreamingEvents', reason: 'silent', sent: 'no' })
    throw error
  } finally {
    clearTimeout(idle)
  }
}

/** The stream has no other marks than the ends of its envelopes; bytes are looked at as Latin-1, so that no character is cut. */
class EnvelopeSplitter {
  readonly #onEnvelope: (bytes: Uint8Array) => void
  #rest = Buffer.alloc(0)

  constructor(onEnvelope: (bytes: Uint8Array) => void) {
    this.#onEnvelope = onEnvelope
  }

  push(chunk: Uint8Array): void {
    this.#rest = Buffer.concat([this.#rest, chunk])
    for (;;) {
      const text = this.#rest.toString('latin1')
      const end = /<\/(?:[\w.-]+:)?Envelope\s*>/.exec(text)
      if (end === null) break
      const length = end.index + end[0].length
      const envelope = this.#rest.subarray(0, length)
      this.#rest = this.#rest.subarray(length)
      this.#onEnvelope(envelope)
    }
    if (this.#rest.byteLength > STREAM_MESSAGE_BYTES_MAX)
      throw new ConnectorError('exchange.too-large', {
        operation: 'GetStreamingEvents',
        bytesMax: STREAM_MESSAGE_BYTES_MAX,
      })
  }
}
