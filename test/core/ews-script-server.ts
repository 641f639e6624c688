/** A scripted HTTP(S) server on the loopback interface: each request takes the next step of the script, and all are recorded. */
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import type { EwsAuth } from '../../src/exchange/auth/port.ts'
import { createEwsClient, type EwsClient, type EwsClientOptions } from '../../src/exchange/ews/client.ts'
import type { Clock } from '../../src/ports/clock.ts'
import type { Log } from '../../src/ports/log.ts'
import type { TestCertificate } from './ews-certificate.ts'

export type Seen = { headers: IncomingMessage['headers']; body: string; url: string; socket: Socket }
export type Step = (seen: Seen, response: ServerResponse) => void

export type ScriptServer = { port: number; seen: Seen[]; mostAtOnce(): number; close(): Promise<void> }

/** The last step is repeated for ever. */
export async function scriptServer(steps: readonly Step[], tls?: TestCertificate): Promise<ScriptServer> {
  const seen: Seen[] = []
  let open = 0
  let mostAtOnce = 0
  const listener: RequestListener = (request, response) => {
    mostAtOnce = Math.max(mostAtOnce, ++open)
    response.on('close', () => open--)
    const chunks: Buffer[] = []
    request.on('error', () => {})
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { headers, url = '', socket } = request
      const one = { headers, body: Buffer.concat(chunks).toString('utf8'), url, socket }
      const step = steps[Math.min(seen.length, steps.length - 1)]
      seen.push(one)
      step?.(one, response)
    })
  }
  const server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener)
  server.on('tlsClientError', () => {})
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return {
    port: (server.address() as AddressInfo).port,
    seen,
    mostAtOnce: () => mostAtOnce,
    close: () =>
      new Promise((done) => {
        server.close(() => done())
        server.closeAllConnections()
      }),
  }
}

export function answer(status: number, body: string | Buffer, headers: Record<string, string> = {}): Step {
  return (_, response) => {
    response.writeHead(status, { 'content-type': 'text/xml; charset=utf-8', ...headers }).end(body)
  }
}

/** A clock whose sleeps take no time and are recorded. */
export function instantClock(): Clock & { slept: number[] } {
  const slept: number[] = []
  let nowMs = 1_800_000_000_000
  return {
    slept,
    nowMs: () => nowMs,
    sleep: async (ms) => {
      slept.push(ms)
      nowMs += ms
    },
  }
}

export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => silentLog }

export const passwordAuth: EwsAuth = {
  kind: 'per-request',
  scheme: 'Test',
  authorize: async () => ({ authorization: 'Test canary-secret' }),
  refused: async () => 'give-up',
}

export function client(url: string, options: Partial<EwsClientOptions> = {}): EwsClient {
  return createEwsClient({ url, auth: passwordAuth, clock: instantClock(), log: silentLog, ...options })
}
