/**
 * One HTTP POST over an undici dispatcher, whole answer in memory. It knows what undici's own `request` does not tell:
 * whether the request had begun to leave when it failed, which is what separates "not done" from "unknown" (I12).
 */
import type { Dispatcher } from 'undici'
import { ConnectorError } from '../ports/errors.ts'
import { type Sent, transportError } from './http-errors.ts'

/** `onData`: gets the body of a 200 piece by piece as it comes, instead of the answer; `timeoutMs`, `bytesMax` instead of the usual limits. */
export type HttpPost = {
  /** POST where it is not given. */
  method?: 'GET'
  url: URL
  headers: Readonly<Record<string, string>>
  body: string
  signal?: AbortSignal
  onData?: (chunk: Uint8Array) => void
  timeoutMs?: number
  bytesMax?: number
}
export type HttpLimits = { requestTimeoutMs: number; responseBytesMax: number }
export type HttpHeaders = Readonly<Record<string, string | string[] | undefined>>
export type HttpAnswer = { status: number; headers: HttpHeaders; body: Uint8Array }

/** Errors: `exchange.unreachable`, `.tls`, `.timeout`, `.truncated`, `.too-large`, `stopped`; each with `sent`. Redirects are answers here. */
export function post(dispatcher: Dispatcher, request: HttpPost, limits: HttpLimits): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const handler = new AnswerHandler(request, limits, { resolve, reject })
    if (!handler.begin()) return
    const { url, headers, body, method = 'POST' } = request
    const path = `${url.pathname}${url.search}`
    const content = method === 'GET' ? {} : { body }
    dispatcher.dispatch({ origin: url.origin, path, method, headers: { ...headers }, ...content }, handler)
  })
}

type Settle = { resolve(answer: HttpAnswer): void; reject(error: ConnectorError): void }

class AnswerHandler implements Dispatcher.DispatchHandler {
  private readonly request: HttpPost
  private readonly limits: HttpLimits
  private readonly settle: Settle
  private readonly chunks: Uint8Array[] = []
  private readonly onAbort = (): void => this.fail(new ConnectorError('stopped', { sent: this.sent }))
  private timer: NodeJS.Timeout | undefined
  private controller: Dispatcher.DispatchController | undefined
  private bytes = 0
  private sent: Sent = 'no'
  private status: number | undefined
  private headers: HttpHeaders = {}
  private settled = false

  constructor(request: HttpPost, limits: HttpLimits, settle: Settle) {
    this.request = request
    this.limits = limits
    this.settle = settle
  }

  /** False when the caller had stopped already. */
  begin(): boolean {
    const { timeoutMs = this.limits.requestTimeoutMs } = this.request
    this.timer = setTimeout(() => this.fail(this.error('exchange.timeout')), timeoutMs)
    this.request.signal?.addEventListener('abort', this.onAbort, { once: true })
    if (this.request.signal?.aborted) this.onAbort()
    return !this.settled
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    // Stopped while it waited for a connection: nothing has left, and nothing will.
    if (this.settled) {
      controller.abort(new ConnectorError('stopped'))
      return
    }
    this.controller = controller
    this.sent = 'maybe'
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: HttpHeaders): void {
    this.status = status
    this.headers = headers
    if (Number(headers['content-length'] ?? 0) > this.bytesMax()) this.fail(this.error('exchange.too-large'))
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Uint8Array): void {
    const { onData } = this.request
    if (onData !== undefined && this.status === 200) {
      if (!this.settled) onData(chunk)
      return
    }
    this.bytes += chunk.byteLength
    if (this.bytes > this.bytesMax()) this.fail(this.error('exchange.too-large'))
    else this.chunks.push(chunk)
  }

  onResponseEnd(): void {
    if (this.settled || this.status === undefined) return
    this.finish()
    this.settle.resolve({ status: this.status, headers: this.headers, body: Buffer.concat(this.chunks) })
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.fail(
      transportError(error, { host: this.request.url.host, sent: this.sent, answering: this.status !== undefined }),
    )
  }

  private bytesMax(): number {
    return this.request.bytesMax ?? this.limits.responseBytesMax
  }

  private error(code: 'exchange.timeout' | 'exchange.too-large'): ConnectorError {
    return new ConnectorError(code, { host: this.request.url.host, sent: this.sent })
  }

  private fail(error: ConnectorError): void {
    if (this.settled) return
    this.finish()
    this.settle.reject(error)
    this.controller?.abort(error)
  }

  private finish(): void {
    this.settled = true
    clearTimeout(this.timer)
    this.request.signal?.removeEventListener('abort', this.onAbort)
  }
}
