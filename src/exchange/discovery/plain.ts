/** The one request of autodiscover without TLS: a GET without credentials, of which nothing is believed but where it points ([MS-OXDSCLI] 3.1.5.4). */
import { Agent } from 'undici'
import { CONNECT_TIMEOUT_MS, DISCOVERY_BYTES_MAX, DISCOVERY_TIMEOUT_MS } from '../../limits.ts'
import { post } from '../http-post.ts'
import type { ProxyOptions } from '../http-proxy.ts'
import { dispatcherOptions, headerOf } from '../http-transport.ts'

/** The absolute Location of a 301 or 302; null for any other answer. Errors: those of `post`. */
export async function plainRedirect(
  url: URL,
  { proxy = null, signal }: { proxy?: ProxyOptions | null | undefined; signal?: AbortSignal | undefined },
): Promise<string | null> {
  const limits = { requestTimeoutMs: DISCOVERY_TIMEOUT_MS, responseBytesMax: DISCOVERY_BYTES_MAX }
  const options = { ...limits, proxy, connectTimeoutMs: CONNECT_TIMEOUT_MS, connectionsMax: 1 }
  const agent = new Agent(dispatcherOptions(options))
  try {
    const headers = { 'user-agent': 'nextcloud-exchange-connector' }
    const answer = await post(agent, { method: 'GET', url, headers, body: '', ...(signal && { signal }) }, limits)
    const location = headerOf(answer.headers, 'location')
    if (![301, 302].includes(answer.status) || location === undefined) return null
    return URL.parse(location, url.href)?.href ?? location
  } finally {
    await agent.destroy()
  }
}
