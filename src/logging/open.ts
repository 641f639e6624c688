/** Opens the sinks that the configuration names, beside the console, which is the command line's own. */
import { hostname } from 'node:os'
import type { LoggingSettings } from '../config/config.ts'
import { unreachable } from '../ports/errors.ts'
import type { LogLine } from '../ports/shared-work.ts'
import { batchSink } from './batch-sink.ts'
import { fileSink } from './file-sink.ts'
import { lokiSink, type Origin, otlpSink } from './http-sinks.ts'
import type { LogSink, SinkWatch } from './sink.ts'
import { syslogSink } from './syslog.ts'

/** `attach` gives the log in the database its database, which is opened after the log. */
export type OpenedSinks = { sinks: readonly LogSink[]; attach: (write: WriteLog) => void }
export type WriteLog = (replica: string, lines: readonly LogLine[], linesMax: number) => Promise<void>

export async function openSinks(
  settings: LoggingSettings,
  { watch, version }: { watch: SinkWatch; version: string },
): Promise<OpenedSinks> {
  const origin: Origin = { replica: `${hostname()}:${process.pid}`, version }
  const sinks: LogSink[] = []
  let write: WriteLog | null = null
  for (const output of settings.outputs) {
    switch (output) {
      case 'console':
        break
      case 'file':
        sinks.push(await fileSink(settings.file, watch))
        break
      case 'loki':
        sinks.push(lokiSink({ ...settings.loki, url: settings.loki.url ?? '' }, origin, watch))
        break
      case 'syslog':
        sinks.push(syslogSink({ ...settings.syslog, url: settings.syslog.url ?? '' }, origin, watch))
        break
      case 'otlp':
        sinks.push(otlpSink({ ...settings.otlp, url: settings.otlp.url ?? '' }, origin, watch))
        break
      case 'database':
        sinks.push(databaseSink(() => write, { replica: origin.replica, linesMax: settings.database.linesMax, watch }))
        break
      default:
        unreachable(output)
    }
  }
  return {
    sinks,
    attach: (to) => {
      write = to
    },
  }
}

type DatabaseOptions = { replica: string; linesMax: number; watch: SinkWatch }

function databaseSink(writer: () => WriteLog | null, { replica, linesMax, watch }: DatabaseOptions): LogSink {
  return batchSink({
    name: 'database',
    watch,
    gatherMs: 1_000,
    send: async (lines) => {
      const write = writer()
      if (write === null) throw new Error('no database yet')
      await write(
        replica,
        lines.map(({ atMs, level, json }) => ({ atMs, level, line: json })),
        linesMax,
      )
    },
  })
}
