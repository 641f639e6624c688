/**
 * Reaches Exchange through an HTTP proxy: a CONNECT tunnel (RFC 9110 section 9.3.6) in which TLS is made with Exchange itself, so
 * that the proxy sees no request and a signed-in connection stays one connection (NTLM, Negotiate).
 */
import { type ClientRequest, request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { Socket } from 'node:net'
import type { SecureVersion } from 'node:tls'
import { buildConnector } from 'undici'
import { ConnectorError } from '../ports/errors.ts'

/** `direct`: hosts that are reached without the proxy, as NO_PROXY lists them. */
export type ProxyOptions = { httpsProxy: URL | null; httpProxy: URL | null; direct: readonly string[] }

/** HTTPS_PROXY, HTTP_PROXY and NO_PROXY in either case, as curl reads them; null when none is set. Errors: `config.invalid` for an address that is none. */
export function proxyFromEnvironment(env: Readonly<Record<string, string | undefined>>): ProxyOptions | null {
  const read = (name: string) => env[name.toLowerCase()] || env[name] || null
  const httpsProxy = proxyUrl('HTTPS_PROXY', read('HTTPS_PROXY'))
  // HTTP_PROXY in capitals can be set by a CGI request header; only the small form counts (curl does the same).
  const httpProxy = proxyUrl('http_proxy', env.http_proxy || null)
  if (httpsProxy === null && httpProxy === null) return null
  const direct = (read('NO_PROXY') ?? '').split(/[\s,]+/).filter((host) => host !== '')
  return { httpsProxy, httpProxy, direct: direct.map((host) => host.toLowerCase()) }
}

function proxyUrl(name: string, text: string | null): URL | null {
  if (text === null) return null
  const url = URL.parse(text.includes('://') ? text : `http://${text}`)
  if (url !== null && /^https?:$/.test(url.protocol)) return url
  throw new ConnectorError('config.invalid', { problems: `${name}: must be the address of an HTTP proxy` })
}

/** The proxy for an address, or null: `example.org` and `.example.org` in NO_PROXY cover the name and all below it, `*` everything. */
export function proxyFor(url: { protocol: string; hostname: string; port: string }, proxy: ProxyOptions): URL | null {
  const host = url.hostname.toLowerCase().replace(/^\[|\]$/g, '')
  const isDirect = proxy.direct.some((entry) => {
    const [, name = entry, port] = /^(.+?|\[.+\]):(\d+)$/.exec(entry) ?? []
    if (port !== undefined && port !== portOf(url)) return false
    if (name === '*') return true
    const bare = name.replace(/^\[|\]$/g, '').replace(/^\*?\./, '')
    return host === bare || host.endsWith(`.${bare}`)
  })
  if (isDirect) return null
  return url.protocol === 'https:' ? proxy.httpsProxy : proxy.httpProxy
}

type ConnectOptions = buildConnector.BuildOptions & { timeout: number; ca?: string; minVersion?: SecureVersion }

/** A connector for undici's Agent and Client: direct, or through the proxy that the address asks for. */
export function proxiedConnector(connect: ConnectOptions, proxy: ProxyOptions | null): buildConnector.connector {
  const direct = buildConnector(connect)
  if (proxy === null) return direct
  return (target, callback) => {
    const via = proxyFor(target, proxy)
    if (via === null) return direct(target, callback)
    const authority = `${target.hostname}:${portOf(target)}`
    tunnel(via, authority, connect).then(
      (socket) => {
        if (target.protocol === 'https:') direct({ ...target, httpSocket: socket }, callback)
        else callback(null, socket)
      },
      (error: Error) => callback(error, null),
    )
  }
}

/** Errors: with the code `proxy-407` (or whatever status came) when the proxy refuses, else those of the connection. */
function tunnel(via: URL, authority: string, { timeout, ca, minVersion }: ConnectOptions): Promise<Socket> {
  const { username, password } = via
  const credentials = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64')
  const headers = { host: authority, ...(username === '' ? {} : { 'proxy-authorization': `Basic ${credentials}` }) }
  const options = { method: 'CONNECT', path: authority, headers, agent: false as const, timeout }
  return new Promise((resolve, reject) => {
    const where = { host: via.hostname.replace(/^\[|\]$/g, ''), port: portOf(via) }
    const trust = { ...(ca === undefined ? {} : { ca }), ...(minVersion === undefined ? {} : { minVersion }) }
    const request: ClientRequest =
      via.protocol === 'https:'
        ? httpsRequest({ ...options, ...where, ...trust })
        : httpRequest({ ...options, ...where })
    request.once('connect', ({ statusCode }, socket, head) => {
      socket.setTimeout(0)
      if (statusCode === 200 && head.length === 0) return resolve(socket)
      socket.destroy()
      reject(coded(statusCode === 200 ? 'proxy-protocol' : `proxy-${statusCode}`))
    })
    request.once('response', ({ statusCode }) => {
      request.destroy()
      reject(coded(`proxy-${statusCode}`))
    })
    request.once('timeout', () => request.destroy(coded('ETIMEDOUT')))
    request.once('error', reject)
    request.end()
  })
}

function portOf({ protocol, port }: { protocol: string; port: string }): string {
  return port === '' ? (protocol === 'https:' ? '443' : '80') : port
}

function coded(code: string): Error {
  return Object.assign(new Error(code), { code })
}
