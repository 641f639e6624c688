/**
 * The EWS client of one service account: calls any operation for any mailbox through one throttle. It repeats what is safe to
 * repeat: reads when a connection broke, and anything that the server positively refused to run for load.
 */
import { CONNECT_TIMEOUT_MS, EWS_CONCURRENCY_MAX, REQUEST_TIMEOUT_MS, RESPONSE_BYTES_MAX } from '../../limits.ts'
import type { Clock } from '../../ports/clock.ts'
import { ConnectorError } from '../../ports/errors.ts'
import type { Log } from '../../ports/log.ts'
import type { EwsAuth } from '../auth/port.ts'
import { createSignedInTransport } from '../http-auth.ts'
import type { HttpAnswer, HttpPost } from '../http-post.ts'
import type { ProxyOptions } from '../http-proxy.ts'
import type { HttpTransport, TlsOptions } from '../http-transport.ts'
import { createServerThrottle, type Pressure, type Throttle } from '../throttle/throttle.ts'
import { callInParts } from './call.ts'
import { type ListenRequest, listen } from './listen.ts'
import type { EwsOperation, EwsResult } from './operation.ts'
import { decodeResponse } from './response.ts'
import { type Affinity, postEnvelope, postForOk } from './send.ts'
import { type ServerVersion, type SoapAnswer, writeEnvelope } from './soap.ts'

export type { TlsOptions } from '../http-transport.ts'
export type { ServerVersion } from './soap.ts'

export type EwsClientOptions = {
  /** `https://mail.example.org/EWS/Exchange.asmx`. */
  url: string
  auth: EwsAuth
  clock: Clock
  log: Log
  tls?: TlsOptions
  proxy?: ProxyOptions | null
  serverVersion?: ServerVersion
  concurrencyMax?: number
  /** Of the account, shared with the others of its server; without it the client has one of its own. */
  throttle?: Throttle
  requestTimeoutMs?: number
  connectTimeoutMs?: number
  responseBytesMax?: number
}

/** `mailbox`: the primary SMTP address to act for (impersonation); null = the service account's own mailbox. */
export type CallOptions = { mailbox: string | null; signal?: AbortSignal; affinity?: Affinity }

export interface EwsClient {
  /**
   * One result per part of the request, in its order. What concerns the whole call is thrown as ConnectorError; for a write its
   * `fields.sent` says whether it may have been applied (`mayHaveBeenApplied(error)`). Once a part of a write is known to be
   * done, nothing is thrown any more: the other parts fail one by one.
   */
  call<Request, Value>(
    operation: EwsOperation<Request, Value>,
    request: Request,
    options: CallOptions,
  ): Promise<EwsResult<Value>[]>
  /** `15.2.1118.7` as the server last named itself, for doctor; null before the first answer. */
  serverBuild(): string | null
  close(): Promise<void>
}

/** The client of one account, which also tells how the server bears it. */
export type AccountClient = EwsClient & {
  pressure(): Pressure
  /** One signed-in request to the same server that is not EWS, in the account's turn. Errors: those of the transport; of `statusError` for every answer but 200. */
  post(request: HttpPost): Promise<HttpAnswer>
  /** Hangs on subscriptions until the server closes or the signal aborts (listen.ts). */
  listen(request: ListenRequest): Promise<void>
}

/** Errors: `config.invalid` for a URL that is none, has credentials in it, or is neither http nor https. */
export function createEwsClient(options: EwsClientOptions): AccountClient {
  const url = endpoint(options.url)
  const { clock, log } = options
  const concurrencyMax = options.concurrencyMax ?? EWS_CONCURRENCY_MAX
  const throttle =
    options.throttle ?? createServerThrottle({ clock, log, server: url.host, concurrencyMax }).account('only')
  const transport = createTransport(options, concurrencyMax)
  let serverVersion = options.serverVersion ?? 'Exchange2016'
  let build: string | null = null

  const ask = async <Request, Value>(
    operation: EwsOperation<Request, Value>,
    request: Request,
    { mailbox, signal, affinity }: CallOptions,
  ): Promise<SoapAnswer> => {
    const envelope = writeEnvelope(operation.encode(request), { serverVersion, mailbox })
    const answer = await postEnvelope({ transport, url, clock }, envelope, { mailbox, signal, affinity })
    build = answer.build ?? build
    return answer
  }

  const once = async <Request, Value>(
    operation: EwsOperation<Request, Value>,
    request: Request,
    call: CallOptions,
  ): Promise<EwsResult<Value>[]> => {
    let answer = await ask(operation, request, call)
    if (answer.kind === 'fault' && serverVersion === 'Exchange2016' && isUnknownVersion(answer.error)) {
      // A server that does not know the version has run nothing, so even a write may be sent again.
      serverVersion = 'Exchange2013_SP1'
      log.info({ serverVersion, build }, 'the Exchange server wants an older schema version')
      answer = await ask(operation, request, call)
    }
    if (answer.kind === 'fault') throw answer.error
    return decodeResponse(operation, request, answer.element)
  }

  return {
    call: (operation, request, call) => {
      const { mailbox, signal } = call
      const turn = { lane: operation.effect === 'sync' ? ('sync' as const) : ('other' as const), mailbox, signal }
      let tries = 0
      return callInParts(operation, request, {
        once: (part) => throttle.run({ ...turn, again: tries++ > 0 }, () => once(operation, part, call), failures),
        clock,
        log,
        signal,
      })
    },
    serverBuild: () => build,
    pressure: () => throttle.pressure(),
    post: (request) => {
      const turn = { lane: 'other' as const, mailbox: null, signal: request.signal }
      return throttle.run(
        turn,
        () => postForOk({ transport, clock }, request),
        () => [],
      )
    },
    listen: (request) => listen({ transport, url, clock, serverVersion }, request),
    close: () => transport.close(),
  }
}

function failures(results: readonly EwsResult<unknown>[]): unknown[] {
  return results.flatMap((result) => (result.kind === 'failed' ? [result.error] : []))
}

function createTransport(options: EwsClientOptions, connectionsMax: number): HttpTransport {
  return createSignedInTransport(options.auth, {
    connectionsMax,
    connectTimeoutMs: options.connectTimeoutMs ?? CONNECT_TIMEOUT_MS,
    requestTimeoutMs: options.requestTimeoutMs ?? REQUEST_TIMEOUT_MS,
    responseBytesMax: options.responseBytesMax ?? RESPONSE_BYTES_MAX,
    ...(options.tls === undefined ? {} : { tls: options.tls }),
    ...(options.proxy === undefined ? {} : { proxy: options.proxy }),
  })
}

function isUnknownVersion(error: ConnectorError): boolean {
  return error.fields.responseCode === 'ErrorInvalidServerVersion'
}

function endpoint(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') {
    throw new ConnectorError('config.invalid', { setting: 'EwsUrl' })
  }
  return url
}
