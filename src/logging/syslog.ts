/** Logs to a syslog server: messages of RFC 5424, over UDP (RFC 5426), TCP or TLS with octet counting (RFC 6587, RFC 5425). */
import { createSocket, type Socket as UdpSocket } from 'node:dgram'
import { connect as connectTcp, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { LOG_UDP_BYTES_MAX } from '../limits.ts'
import { batchSink } from './batch-sink.ts'
import type { Origin } from './http-sinks.ts'
import type { LevelName, LoggedLine, LogSink, SinkWatch } from './sink.ts'

/** Facility codes of RFC 5424, table 1. */
export const FACILITIES = {
  user: 1,
  daemon: 3,
  local0: 16,
  local1: 17,
  local2: 18,
  local3: 19,
  local4: 20,
  local5: 21,
  local6: 22,
  local7: 23,
} as const
export type Facility = keyof typeof FACILITIES

/** Severities of RFC 5424, table 2. */
const SEVERITY: Record<LevelName, number> = { error: 3, warn: 4, info: 6, debug: 7 }

/** `<PRI>1 TIME HOST APP PROCID MSGID - MSG`; the message is the JSON line, which holds every field. */
export function syslogMessage(line: LoggedLine, facility: Facility, { replica }: Origin): string {
  const priority = FACILITIES[facility] * 8 + SEVERITY[line.level]
  const [host = '-', pid = '-'] = replica.split(':')
  return `<${priority}>1 ${new Date(line.atMs).toISOString()} ${header(host, 255)} connector ${header(pid, 128)} - - ${line.json}`
}

/** PRINTUSASCII without spaces, or nil. */
function header(text: string, lengthMax: number): string {
  return text.replace(/[^\x21-\x7e]/g, '').slice(0, lengthMax) || '-'
}

export type SyslogOptions = { url: string; facility: Facility }

export function syslogSink({ url, facility }: SyslogOptions, origin: Origin, watch: SinkWatch): LogSink {
  const target = new URL(url)
  const wire = target.protocol === 'udp:' ? udpWire(target) : streamWire(target)
  return batchSink({
    name: 'syslog',
    watch,
    send: (lines, signal) =>
      wire.send(
        lines.map((line) => syslogMessage(line, facility, origin)),
        signal,
      ),
    end: wire.end,
  })
}

type Wire = { send(messages: readonly string[], signal: AbortSignal): Promise<void>; end(): void }

function udpWire(target: URL): Wire {
  let socket: UdpSocket | null = null
  return {
    async send(messages) {
      socket ??= createSocket(target.hostname.includes(':') ? 'udp6' : 'udp4').unref()
      const open = socket
      for (const message of messages) {
        const bytes = Buffer.from(message, 'utf8').subarray(0, LOG_UDP_BYTES_MAX)
        await new Promise<void>((resolve, reject) =>
          open.send(bytes, Number(target.port || 514), target.hostname, (error) => (error ? reject(error) : resolve())),
        )
      }
    },
    end: () => void socket?.close(),
  }
}

/** One connection, opened again when it broke. A batch counts as taken when the network took it: syslog has no answers. */
function streamWire(target: URL): Wire {
  let socket: Socket | null = null
  const drop = () => {
    socket?.destroy()
    socket = null
  }
  return {
    async send(messages, signal) {
      try {
        socket ??= await connected(target, signal)
        await written(socket, messages.map((text) => `${Buffer.byteLength(text)} ${text}`).join(''), signal)
      } catch (error) {
        drop()
        throw error
      }
    },
    end: drop,
  }
}

function connected(target: URL, signal: AbortSignal): Promise<Socket> {
  const isTls = target.protocol === 'tls:'
  const options = { host: target.hostname.replace(/^\[|\]$/g, ''), port: Number(target.port || (isTls ? 6514 : 601)) }
  return new Promise((resolve, reject) => {
    const socket = isTls ? connectTls({ ...options, servername: options.host }) : connectTcp(options)
    const give = () => reject(Object.assign(new Error('no connection in time'), { socket: socket.destroy() }))
    signal.addEventListener('abort', give, { once: true })
    socket.unref()
    socket.once(isTls ? 'secureConnect' : 'connect', () => {
      signal.removeEventListener('abort', give)
      resolve(socket)
    })
    // Also later: a connection that breaks while nobody writes must not end the process. The next write finds it broken.
    socket.on('error', reject)
  })
}

function written(socket: Socket, text: string, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (socket.destroyed) reject(new Error('connection closed'))
    const give = () => reject(new Error('not taken in time'))
    signal.addEventListener('abort', give, { once: true })
    socket.write(text, (error) => {
      signal.removeEventListener('abort', give)
      if (error) reject(error)
      else resolve()
    })
  })
}
