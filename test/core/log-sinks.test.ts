/** The places where logs go: what they send, and that one that is dead, slow or full keeps nobody waiting. */

import { createSocket } from 'node:dgram'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createServer as createHttpServer, type Server as HttpServer } from 'node:http'
import { createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { LOG_QUEUE_LINES_MAX } from '../../src/limits.ts'
import { batchSink } from '../../src/logging/batch-sink.ts'
import { fileSink } from '../../src/logging/file-sink.ts'
import { lokiSink, otlpSink } from '../../src/logging/http-sinks.ts'
import { type LogSink, parseLine } from '../../src/logging/sink.ts'
import { syslogMessage, syslogSink } from '../../src/logging/syslog.ts'

const ORIGIN = { replica: 'host-1:42', version: '1.2.3' }
const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

function watched() {
  const seen = { dropped: 0, troubles: [] as string[] }
  const watch = {
    dropped: (_: string, lines: number) => {
      seen.dropped += lines
    },
    trouble: (_: string, reason: string) => void seen.troubles.push(reason),
  }
  return { seen, watch }
}

const line = (n: number, level = 30) =>
  parseLine(
    `{"level":${level},"time":"2026-03-02T08:00:00.${String(n % 1000).padStart(3, '0')}Z","n":${n},"msg":"hello"}\n`,
  )

function used(sink: LogSink): LogSink {
  closing.push(() => sink.close())
  return sink
}

async function tcpServer(onSocket: (socket: Socket) => void): Promise<{ server: Server; port: number }> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    onSocket(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closing.push(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return { server, port: portOf(server) }
}

function portOf(server: Server | HttpServer): number {
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

type Posted = { url: string; headers: Record<string, unknown>; body: Record<string, unknown> }

async function httpServer(status: () => number): Promise<{ url: string; posted: Posted[] }> {
  const posted: Posted[] = []
  const server = createHttpServer((request, response) => {
    let text = ''
    request.on('data', (part) => {
      text += part
    })
    request.on('end', () => {
      const code = status()
      if (code < 300) posted.push({ url: request.url ?? '', headers: request.headers, body: JSON.parse(text) })
      response.writeHead(code).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closing.push(() => server.close())
  return { url: `http://127.0.0.1:${portOf(server)}`, posted }
}

describe('a place that does not answer', () => {
  it('that hangs keeps nobody waiting: lines are taken, the oldest are dropped and counted', async () => {
    // It accepts the connection and never reads.
    const { port } = await tcpServer((socket) => socket.pause())
    const { seen, watch } = watched()
    const sink = used(syslogSink({ url: `tcp://127.0.0.1:${port}`, facility: 'daemon' }, ORIGIN, watch))
    const big = { ...line(1), json: 'x'.repeat(2_000) }
    const startedMs = performance.now()
    for (let n = 0; n < LOG_QUEUE_LINES_MAX + 5_000; n++) sink.take(big)
    expect(performance.now() - startedMs).toBeLessThan(2_000)
    expect(seen.dropped).toBe(5_000)
    await new Promise((resolve) => setTimeout(resolve, 50))
    const closedMs = performance.now()
    await sink.close()
    expect(performance.now() - closedMs).toBeLessThan(5_000)
    expect(seen.dropped).toBeGreaterThan(5_000)
  })

  it('that is not there is tried again, and gets what was kept for it, in order', async () => {
    const { seen, watch } = watched()
    const got: number[] = []
    let isDown = true
    const sink = used(
      batchSink({
        name: 'test',
        watch,
        send: async (lines) => {
          if (isDown) throw new Error('down')
          got.push(...lines.map(({ fields }) => Number(fields.n)))
        },
      }),
    )
    for (let n = 0; n < 1_200; n++) sink.take(line(n))
    await expect.poll(() => seen.troubles.length).toBeGreaterThan(0)
    isDown = false
    await expect.poll(() => got.length, { timeout: 5_000 }).toBe(1_200)
    expect(got).toEqual(Array.from({ length: 1_200 }, (_, n) => n))
    expect(seen.dropped).toBe(0)
  })

  it('refuses the connection: no error escapes, and closing ends', async () => {
    const { port, server } = await tcpServer(() => {})
    server.close()
    const { seen, watch } = watched()
    const sink = used(syslogSink({ url: `tcp://127.0.0.1:${port}`, facility: 'daemon' }, ORIGIN, watch))
    sink.take(line(1))
    await expect.poll(() => seen.troubles.join()).toContain('ECONNREFUSED')
    await sink.close()
    expect(seen.dropped).toBe(1)
  })

  it('breaks the connection between two batches: the next one opens another', async () => {
    let text = ''
    let connections = 0
    const { port } = await tcpServer((socket) => {
      connections++
      socket.on('data', (part) => {
        text += part
        if (connections === 1) socket.destroy()
      })
    })
    const { watch } = watched()
    const sink = used(syslogSink({ url: `tcp://127.0.0.1:${port}`, facility: 'daemon' }, ORIGIN, watch))
    sink.take(line(1))
    await expect.poll(() => text).toContain('"n":1')
    await new Promise((resolve) => setTimeout(resolve, 50))
    sink.take(line(2))
    await expect.poll(() => text, { timeout: 5_000 }).toContain('"n":2')
    expect(connections).toBe(2)
  })
})

describe('syslog', () => {
  it('writes messages of RFC 5424', () => {
    expect(syslogMessage(line(7, 50), 'local3', ORIGIN)).toBe(
      `<155>1 2026-03-02T08:00:00.007Z host-1 connector 42 - - ${line(7, 50).json}`,
    )
    expect(syslogMessage(line(7), 'daemon', { replica: 'böse host', version: '' })).toMatch(
      /^<30>1 \S+ bsehost connector - - - \{/,
    )
  })

  it('counts octets on TCP, also where characters have several', async () => {
    let bytes = Buffer.alloc(0)
    const { port } = await tcpServer((socket) =>
      socket.on('data', (part) => {
        bytes = Buffer.concat([bytes, part])
      }),
    )
    const sink = used(syslogSink({ url: `tcp://127.0.0.1:${port}`, facility: 'daemon' }, ORIGIN, watched().watch))
    sink.take({ ...line(1), json: '{"msg":"Südsee"}' })
    sink.take(line(2))
    await expect.poll(() => bytes.length).toBeGreaterThan(100)
    const frames: string[] = []
    for (let at = 0; at < bytes.length; ) {
      const space = bytes.indexOf(0x20, at)
      const length = Number(bytes.subarray(at, space).toString())
      frames.push(bytes.subarray(space + 1, space + 1 + length).toString('utf8'))
      at = space + 1 + length
    }
    expect(frames.map((frame) => frame.slice(-16))).toEqual(['{"msg":"Südsee"}', line(2).json.slice(-16)])
  })

  it('sends a datagram per line on UDP', async () => {
    const socket = createSocket('udp4')
    const got: string[] = []
    socket.on('message', (message) => got.push(message.toString()))
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
    closing.push(() => socket.close())
    const url = `udp://127.0.0.1:${socket.address().port}`
    const sink = used(syslogSink({ url, facility: 'daemon' }, ORIGIN, watched().watch))
    sink.take(line(1))
    sink.take(line(2))
    await expect.poll(() => got.length).toBe(2)
    expect(got[0]).toMatch(/^<30>1 .*"n":1/)
  })
})

describe('Loki and OTLP', () => {
  it('Loki gets one stream per level, with few labels and the whole line', async () => {
    const { url, posted } = await httpServer(() => 204)
    const options = { url, username: 'anna', password: 'pass', tenantId: 'team' }
    const sink = lokiSink(options, ORIGIN, watched().watch)
    for (const [n, level] of [
      [1, 30],
      [2, 50],
      [3, 30],
    ] as const)
      sink.take(line(n, level))
    await sink.close()
    expect(posted).toHaveLength(1)
    expect(posted[0]?.url).toBe('/loki/api/v1/push')
    expect(posted[0]?.headers).toMatchObject({ 'x-scope-orgid': 'team', authorization: 'Basic YW5uYTpwYXNz' })
    expect(posted[0]?.body).toEqual({
      streams: [
        {
          stream: { service: 'connector', replica: 'host-1:42', level: 'info' },
          values: [
            ['1772438400001000000', line(1).json],
            ['1772438400003000000', line(3).json],
          ],
        },
        {
          stream: { service: 'connector', replica: 'host-1:42', level: 'error' },
          values: [['1772438400002000000', line(2, 50).json]],
        },
      ],
    })
  })

  it('OTLP gets records with severity, body and typed attributes', async () => {
    const { url, posted } = await httpServer(() => 200)
    const sink = otlpSink({ url: `${url}/otlp`, headers: { 'x-key': 'k' } }, ORIGIN, watched().watch)
    sink.take(
      parseLine('{"level":40,"time":"2026-03-02T08:00:00.000Z","tookMs":1.5,"n":2,"ok":true,"o":{"a":1},"msg":"hi"}'),
    )
    await sink.close()
    expect(posted[0]?.url).toBe('/otlp/v1/logs')
    expect(posted[0]?.headers).toMatchObject({ 'x-key': 'k' })
    const resource = (posted[0]?.body.resourceLogs as Record<string, unknown>[] | undefined)?.[0]
    expect(resource?.resource).toMatchObject({
      attributes: [
        { key: 'service.name' },
        { value: { stringValue: '1.2.3' } },
        { value: { stringValue: 'host-1:42' } },
      ],
    })
    expect(resource?.scopeLogs).toMatchObject([
      {
        logRecords: [
          {
            timeUnixNano: '1772438400000000000',
            severityNumber: 13,
            severityText: 'WARN',
            body: { stringValue: 'hi' },
            attributes: [
              { key: 'tookMs', value: { doubleValue: 1.5 } },
              { key: 'n', value: { intValue: '2' } },
              { key: 'ok', value: { boolValue: true } },
              { key: 'o', value: { stringValue: '{"a":1}' } },
            ],
          },
        ],
      },
    ])
  })

  it('what a server refuses for good does not block what follows; what it cannot take now is kept', async () => {
    const answers = [400, 503, 204]
    const { url, posted } = await httpServer(() => answers.shift() ?? 204)
    const { seen, watch } = watched()
    const sink = used(lokiSink({ url, username: null, password: null, tenantId: null }, ORIGIN, watch))
    sink.take(line(1))
    await expect.poll(() => answers.length, { timeout: 5_000 }).toBe(2)
    sink.take(line(2))
    await expect.poll(() => posted.length, { timeout: 10_000 }).toBe(1)
    expect(JSON.stringify(posted)).toContain('\\"n\\":2')
    expect(seen.troubles).toEqual(['HTTP 503'])
  })
})

describe('files', () => {
  it('are rotated by size, and only so many are kept', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'connector-logs-'))
    closing.push(() => rmSync(folder, { recursive: true }))
    const sink = await fileSink({ path: join(folder, 'deep', 'c.log'), megabytesMax: 1, filesMax: 2 }, watched().watch)
    const big = { ...line(1), json: 'x'.repeat(100_000) }
    for (let n = 0; n < 60; n++) {
      sink.take(big)
      await new Promise((resolve) => setTimeout(resolve, 4))
    }
    sink.take(line(99))
    await sink.close()
    const files = readdirSync(join(folder, 'deep')).sort()
    expect(files.length).toBeGreaterThan(1)
    expect(files.length).toBeLessThanOrEqual(3)
    expect(files.some((file) => readFileSync(join(folder, 'deep', file), 'utf8').includes('"n":99'))).toBe(true)
  })

  it('that cannot be written are an error by name at the start', async () => {
    const path = join(import.meta.filename, 'c.log')
    await expect(fileSink({ path, megabytesMax: 1, filesMax: 2 }, watched().watch)).rejects.toMatchObject({
      code: 'config.file',
      fields: { path },
    })
  })
})
