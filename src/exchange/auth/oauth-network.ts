/** How MSAL reaches the authority: our own TLS options, proxy, time and size limits. What broke is kept, because MSAL hides it behind an error of its own. */
import type { INetworkModule, NetworkRequestOptions, NetworkResponse } from '@azure/msal-node'
import { Agent, request } from 'undici'
import { AUTHORITY_ANSWER_BYTES_MAX, AUTHORITY_TIMEOUT_MS, CONNECT_TIMEOUT_MS } from '../../limits.ts'
import { ConnectorError } from '../../ports/errors.ts'
import { transportError } from '../http-errors.ts'
import { type ProxyOptions, proxiedConnector } from '../http-proxy.ts'
import type { TlsOptions } from '../http-transport.ts'

export type AuthorityNetwork = {
  module: INetworkModule
  /** What broke since it was last asked for; null when the authority answered. */
  takeError(): ConnectorError | null
  close(): Promise<void>
}

export type AuthorityNetworkOptions = { tls?: TlsOptions | undefined; proxy?: ProxyOptions | null | undefined }

export function createAuthorityNetwork({ tls = {}, proxy = null }: AuthorityNetworkOptions): AuthorityNetwork {
  const connect = proxiedConnector(
    {
      timeout: CONNECT_TIMEOUT_MS,
      allowH2: false,
      minVersion: tls.minVersion ?? 'TLSv1.2',
      ...(tls.ca === undefined ? {} : { ca: tls.ca }),
    },
    proxy,
  )
  const agent = new Agent({ connect, maxResponseSize: AUTHORITY_ANSWER_BYTES_MAX })
  let broken: ConnectorError | null = null
  const send = async <T>(method: 'GET' | 'POST', url: string, options: NetworkRequestOptions = {}) => {
    try {
      return await ask<T>(agent, { method, url, ...options })
    } catch (error) {
      broken = error instanceof ConnectorError ? error : networkError(error, url)
      throw broken
    }
  }
  return {
    module: {
      sendGetRequestAsync: (url, options) => send('GET', url, options),
      sendPostRequestAsync: (url, options) => send('POST', url, options),
    },
    takeError: () => {
      const taken = broken
      broken = null
      return taken
    },
    close: () => agent.destroy(),
  }
}

type Asking = NetworkRequestOptions & { method: 'GET' | 'POST'; url: string }

/** Errors: `exchange.throttled` and `exchange.server-error` by status. With a 429 whose body is `{}` MSAL would give an empty token. */
async function ask<T>(agent: Agent, { method, url, headers = {}, body }: Asking): Promise<NetworkResponse<T>> {
  const answer = await request(url, {
    dispatcher: agent,
    method,
    headers,
    signal: AbortSignal.timeout(AUTHORITY_TIMEOUT_MS),
    ...(body === undefined ? {} : { body }),
  })
  const text = await answer.body.text()
  const { statusCode: status } = answer
  const fields = { host: new URL(url).host, where: 'authority', status, sent: 'no' }
  if (status === 429) {
    const seconds = Number(answer.headers['retry-after'])
    const asked = Number.isFinite(seconds) && seconds > 0 ? { retryAfterMs: seconds * 1000 } : {}
    throw new ConnectorError('exchange.throttled', { ...fields, ...asked })
  }
  if (status >= 500) throw new ConnectorError('exchange.server-error', fields)
  return { status, headers: flat(answer.headers), body: parsed<T>(text, fields) }
}

function flat(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value ?? ''].flat().join(', ')]))
}

function parsed<T>(text: string, fields: Record<string, string | number>): T {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new ConnectorError('exchange.bad-response', { ...fields, reason: 'not-json' }, cause)
  }
}

function networkError(cause: unknown, url: string): ConnectorError {
  const { host } = new URL(url)
  if (cause instanceof Error && cause.name === 'TimeoutError')
    return new ConnectorError('exchange.timeout', { host, where: 'authority', sent: 'no' }, cause)
  const error = transportError(cause instanceof Error ? cause : new Error('unknown'), {
    host,
    sent: 'no',
    answering: false,
  })
  return new ConnectorError(error.code, { ...error.fields, where: 'authority' }, cause)
}
