/** Looks at an EWS address without signing in: does it answer, over which TLS, what time is it there, and which schemes does it offer? Costs no try of a password. */
import { TLSSocket } from 'node:tls'
import { Client } from 'undici'
import { CONNECT_TIMEOUT_MS, POOL_TEST_TIMEOUT_MS, RESPONSE_BYTES_MAX } from '../../../limits.ts'
import type { Clock } from '../../../ports/clock.ts'
import { type HttpAnswer, post } from '../../http-post.ts'
import type { ProxyOptions } from '../../http-proxy.ts'
import { statusError } from '../../http-status.ts'
import { dispatcherOptions, headerOf, type TlsOptions } from '../../http-transport.ts'

/** `skewMs`: the server's clock minus ours, to the second. `certificateEndsAtMs`, `protocol`: null without TLS. */
export type ServerLook = {
  host: string
  protocol: string | null
  certificateEndsAtMs: number | null
  issuer: string | null
  skewMs: number | null
  /** Lower case: `basic`, `ntlm`, `negotiate`, `bearer`. Empty when the server asks nobody who he is. */
  schemes: readonly string[]
}

export type ReachTools = { clock: Clock; tls?: TlsOptions | undefined; proxy?: ProxyOptions | null | undefined }

/** Errors: those of `post` (`exchange.unreachable`, `.tls`, `.timeout`), `exchange.redirect`, and of `statusError` for an address that is not EWS. */
export async function lookAtServer(address: string, tools: ReachTools, signal?: AbortSignal): Promise<ServerLook> {
  const url = new URL(address)
  const { clock, tls, proxy = null } = tools
  const limits = { requestTimeoutMs: POOL_TEST_TIMEOUT_MS, responseBytesMax: RESPONSE_BYTES_MAX }
  const shared = dispatcherOptions({
    ...limits,
    ...(tls && { tls }),
    proxy,
    connectTimeoutMs: CONNECT_TIMEOUT_MS,
    connectionsMax: 1,
  })
  let socket: unknown = null
  const client = new Client(url.origin, {
    ...shared,
    connect: (target, callback) =>
      shared.connect(target, (...outcome) => {
        if (outcome[0] === null) socket = outcome[1]
        callback(...outcome)
      }),
  })
  try {
    const headers = { 'content-type': 'text/xml; charset=utf-8', 'user-agent': 'nextcloud-exchange-connector' }
    const answer = await post(client, { url, headers, body: '', ...(signal && { signal }) }, limits)
    // EWS asks who is there, or does not understand an empty request; anything else is another program's answer.
    if (![200, 400, 401, 415, 500].includes(answer.status)) throw statusError(answer, clock)
    return { host: url.host, ...tlsFacts(socket), ...answerFacts(answer, clock) }
  } finally {
    await client.destroy()
  }
}

function tlsFacts(socket: unknown): Pick<ServerLook, 'protocol' | 'certificateEndsAtMs' | 'issuer'> {
  if (!(socket instanceof TLSSocket)) return { protocol: null, certificateEndsAtMs: null, issuer: null }
  const { valid_to: validTo, issuer } = socket.getPeerCertificate()
  const name = issuer?.CN ?? issuer?.O
  return {
    protocol: socket.getProtocol(),
    certificateEndsAtMs: validTo === undefined ? null : Date.parse(validTo),
    issuer: typeof name === 'string' ? name : null,
  }
}

/** The Date header has whole seconds: half of one is its middle. */
function answerFacts({ status, headers }: HttpAnswer, clock: Clock): Pick<ServerLook, 'skewMs' | 'schemes'> {
  const atMs = Date.parse(headerOf(headers, 'date') ?? '')
  const offered = status === 401 ? [headers['www-authenticate'] ?? []].flat() : []
  const schemes = offered.flatMap((value) => value.trim().split(/[\s,]/, 1)).map((name) => name.toLowerCase())
  return {
    skewMs: Number.isNaN(atMs) ? null : atMs + 500 - clock.nowMs(),
    schemes: schemes.filter((name) => name !== ''),
  }
}
