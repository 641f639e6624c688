/** Sends one request that a tsdav primitive has built: signs in, retries, logs, and keeps the answer for the client's own readers. */
import { ConnectorError } from '../../ports/errors.ts'
import type { Log } from '../../ports/log.ts'
import { readMultistatus } from './multistatus.ts'
import { type RetryTools, withRetries } from './retry.ts'
import type { DavAnswer, DavTransport } from './transport.ts'

export type CallOptions = RetryTools & { username: string; password: string; log: Log }

export type Call = (run: (fetch: typeof globalThis.fetch) => Promise<unknown>) => Promise<DavAnswer>

/** Lets a tsdav primitive build a request and keeps the answer for itself: tsdav gets an empty one with the same status. */
export function createCall(transport: DavTransport, options: CallOptions): Call {
  const authorization = `Basic ${Buffer.from(`${options.username}:${options.password}`).toString('base64')}`
  let refused: ConnectorError | null = null
  return async (run) => {
    let answer: DavAnswer | undefined
    await run(async (input, init = {}) => {
      const method = init.method ?? 'GET'
      const url = String(input)
      // Each failed sign-in counts towards the server's brute force delay, for everybody behind our address.
      if (refused) throw refused
      if (options.signal?.aborted) throw new ConnectorError('stopped', { sent: 'no' })
      const request = {
        method,
        url,
        headers: {
          ...toRecord(init.headers),
          Authorization: authorization,
          'User-Agent': 'nextcloud-exchange-connector',
        },
        ...(typeof init.body === 'string' ? { body: init.body } : {}),
        ...(options.signal ? { signal: options.signal } : {}),
      }
      answer = await withRetries(method, options, () => transport.send(request))
      options.log.debug({ method, path: new URL(url).pathname, status: answer.status }, 'dav request')
      if (answer.status === 401) {
        refused = new ConnectorError('nextcloud.sign-in', {
          host: new URL(url).host,
          username: options.username,
          sent: 'no',
        })
        throw refused
      }
      return new Response(null, { status: answer.status < 200 ? 200 : answer.status })
    })
    if (!answer) throw new ConnectorError('bug', { where: 'dav client: no request was made' })
    return answer
  }
}

function toRecord(headers: RequestInit['headers']): Record<string, string> {
  return Object.fromEntries(new Headers(headers).entries())
}

/**
 * A write may be answered with a multistatus whose response failed (RFC 4918 section 9.6.1; Xandikos answers a UID conflict so):
 * its first failure is the status of the write. One that cannot be read leaves the outcome open.
 */
export function unwrapped(answer: DavAnswer): DavAnswer {
  if (answer.status !== 207) return answer
  try {
    const statuses = readMultistatus(answer.text, answer.url).responses.map(({ status }) => status ?? 200)
    return { ...answer, status: statuses.find((status) => status > 299) ?? 200 }
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error
    throw new ConnectorError(error.code, { ...error.fields, sent: 'maybe' }, error)
  }
}
