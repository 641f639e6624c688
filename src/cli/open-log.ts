/** Opens the log of a command as the configuration wants it: standard error, and the other places where they are asked for. */
import type { LoggingSettings } from '../config/config.ts'
import type { Metrics } from '../ports/metrics.ts'
import { NO_METRICS } from '../ports/metrics.ts'
import type { SharedWork } from '../ports/shared-work.ts'
import { fanLog, type LeveledLog, type LogTargets } from './log.ts'
import type { Redact } from './redact.ts'

export type OpenLogOptions = {
  verbose: boolean
  quiet: boolean
  console: LogTargets['console']
  version: string
  redact: Redact
  /** What a place for logs says about itself. */
  say: (text: string) => void
}

export type OpenedLog = {
  log: LeveledLog
  /** The log in the database needs the database, which is opened later. */
  attach: (store: Pick<SharedWork, 'writeLog'>) => void
  measure: (metrics: Metrics) => void
  close(): Promise<void>
}

/** A place that is down says so at most this often. */
const TROUBLE_INTERVAL_MS = 60_000

/** Throws `config.invalid` or `config.file` for a place that can never work; one that is down now is tried again. */
export async function openLog(settings: LoggingSettings, options: OpenLogOptions): Promise<OpenedLog> {
  const { verbose, quiet, redact } = options
  const level = verbose ? 'debug' : settings.level
  const isOn = (settings.outputs.includes('console') && !quiet) || verbose
  const targets = { level, consoleLevel: isOn ? level : ('silent' as const), console: options.console, redact }
  if (settings.outputs.every((output) => output === 'console'))
    return { log: fanLog({ ...targets, others: [] }), attach: () => {}, measure: () => {}, close: async () => {} }
  const [{ openSinks }, { parseLine }] = await Promise.all([import('../logging/open.ts'), import('../logging/sink.ts')])
  let metrics = NO_METRICS
  const watch = {
    dropped: (sink: string, lines: number) => metrics.count('connector_log_lines_dropped_total', { sink }, lines),
    trouble: seldom((sink, reason) => options.say(`Log ${sink}: ${redact(reason)}; the sync goes on.`)),
  }
  const { sinks, attach } = await openSinks(settings, { watch, version: options.version })
  const take = (json: string) => {
    const line = parseLine(json)
    for (const sink of sinks) sink.take(line)
  }
  return {
    log: fanLog({ ...targets, others: [{ take }] }),
    attach: (store) => attach((replica, lines, linesMax) => store.writeLog(replica, lines, linesMax)),
    measure: (to) => {
      metrics = to
    },
    close: async () => void (await Promise.allSettled(sinks.map((sink) => sink.close()))),
  }
}

function seldom(tell: (sink: string, reason: string) => void): (sink: string, reason: string) => void {
  const toldAtMs = new Map<string, number>()
  return (sink, reason) => {
    const nowMs = performance.now()
    if (nowMs - (toldAtMs.get(sink) ?? Number.NEGATIVE_INFINITY) < TROUBLE_INTERVAL_MS) return
    toldAtMs.set(sink, nowMs)
    tell(sink, reason)
  }
}
