/** A scripted HTTP server for tests of the CalDAV client: each request goes to a handler, and all are recorded. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { Clock, Random } from '../../src/ports/clock.ts'
import type { Log } from '../../src/ports/log.ts'

export type Seen = { method: string; path: string; headers: IncomingMessage['headers']; body: string }
export type Handler = (request: Seen, response: ServerResponse, nth: number) => void

/** `connections`: how many were ever opened. */
export type ScriptedServer = { url: string; seen: Seen[]; connections(): number; close(): Promise<void> }

export async function scriptedServer(handler: Handler, tls?: { key: string; cert: string }): Promise<ScriptedServer> {
  const seen: Seen[] = []
  const onRequest = (request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8')
      const entry = { method: request.method ?? '', path: request.url ?? '', headers: request.headers, body }
      seen.push(entry)
      handler(entry, response, seen.length)
    })
  }
  const server = tls ? createTlsServer(tls, onRequest) : createServer(onRequest)
  let connections = 0
  server.on('connection', () => connections++)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `${tls ? 'https' : 'http'}://127.0.0.1:${port}`,
    seen,
    connections: () => connections,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

export function reply(response: ServerResponse, status: number, text = '', headers: Record<string, string> = {}): void {
  response.writeHead(status, headers)
  response.end(text)
}

const XML = { 'content-type': 'application/xml; charset=utf-8' }

export function replyMultistatus(response: ServerResponse, inner: string): void {
  reply(response, 207, multistatus(inner), XML)
}

export function multistatus(inner: string): string {
  return `<?xml version="1.0"?><d:multistatus xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav" xmlns:cs="http://calendarserver.org/ns/" xmlns:oc="http://owncloud.org/ns" xmlns:nc="http://nextcloud.com/ns">${inner}</d:multistatus>`
}

export function okProps(href: string, props: string): string {
  return `<d:response><d:href>${href}</d:href><d:propstat><d:prop>${props}</d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response>`
}

export function withStatus(href: string, status: number): string {
  return `<d:response><d:href>${href}</d:href><d:status>HTTP/1.1 ${status} X</d:status></d:response>`
}

/** A clock that does not wait, and remembers how long it should have. */
export function quickClock(nowMs = Date.UTC(2026, 2, 1)): Clock & { waits: number[]; now: number } {
  const clock = {
    waits: [] as number[],
    now: nowMs,
    nowMs: () => clock.now,
    sleep: async (ms: number) => {
      clock.waits.push(ms)
      clock.now += ms
    },
  }
  return clock
}

export const fixedRandom: Random = { uuid: () => '00000000-0000-4000-8000-000000000000', fraction: () => 0.5 }

/** Keeps every log line, so that a test can search it for secrets. */
export function memoryLog(lines: string[] = []): Log {
  const write = (level: string) => (fields: object, message: string) => {
    lines.push(JSON.stringify({ level, message, ...fields }))
  }
  const log: Log = {
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
    child: () => log,
  }
  return log
}
