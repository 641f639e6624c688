/** The log of a command: one JSON line per event on standard error, so that standard output holds data only. */
import { destination, pino } from 'pino'
import type { LogLevel } from '../config/config.ts'
import type { Log, LogFields } from '../ports/log.ts'
import type { Redact } from './redact.ts'

type Write = (level: LogLevel, fields: LogFields, message: string) => void

function wrap(write: Write, bound: LogFields): Log {
  const at = (level: LogLevel) => (fields: LogFields, message: string) => write(level, { ...bound, ...fields }, message)
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: (fields) => wrap(write, { ...bound, ...fields }),
  }
}

/** Plain data with every text masked. An error gives its class, message and code; what JSON cannot hold must not end the sync. */
function masked(fields: LogFields, redact: Redact): LogFields {
  const plain = (_: string, value: unknown): unknown => {
    if (value instanceof Error)
      return { name: value.name, message: value.message, ...('code' in value && { code: value.code }) }
    if (typeof value === 'string') return redact(value)
    return typeof value === 'bigint' ? String(value) : value
  }
  try {
    return JSON.parse(JSON.stringify(fields, plain))
  } catch {
    return { unserialisable: Object.keys(fields).join(', ') }
  }
}

/** The level may change while it runs, for its children, too. */
export type LeveledLog = Log & { setLevel(level: LogLevel): void }

/** Where lines go beside standard error. `take` never waits and never throws. */
export type LineTaker = { take(line: string): void }

export type LogTargets = {
  level: LogLevel
  /** Of standard error: it may say less than the others. */
  consoleLevel: LogLevel
  /** A daemon must not stand still because nobody reads its standard error; a command must not lose its last line. */
  console: 'at-once' | 'never-waits'
  redact: Redact
  others: readonly LineTaker[]
}

/** Bytes kept for a standard error that nobody reads; what comes then is dropped. */
const CONSOLE_BUFFER_BYTES_MAX = 4 * 1024 * 1024
const WEIGHTS: Record<LogLevel, number> = { debug: 20, info: 30, warn: 40, error: 50, silent: 100 }

/** One log to several places; every text passes `redact` before it goes anywhere (I26). */
export function fanLog(targets: LogTargets): LeveledLog {
  const { level, consoleLevel, redact, others } = targets
  const isAtOnce = targets.console === 'at-once'
  const stderr = destination({ fd: 2, sync: isAtOnce, ...(!isAtOnce && { maxLength: CONSOLE_BUFFER_BYTES_MAX }) })
  // A closed pipe is no reason to end.
  stderr.on('error', () => {})
  let least = WEIGHTS[consoleLevel]
  const write = (line: string) => {
    const weight = Number(/^\{"level":(\d+)/.exec(line)?.[1] ?? 0)
    if (weight >= least) stderr.write(line)
    for (const other of others) other.take(line)
  }
  const lower = others.length > 0 && WEIGHTS[level] < least ? level : consoleLevel
  const log = stderrLog(lower, redact, { write })
  return {
    ...log,
    setLevel: (next) => {
      least = WEIGHTS[next]
      log.setLevel(next)
    },
  }
}

/** A log to standard error; every text in it passes `redact` (I26). */
export function stderrLog(level: LogLevel, redact: Redact, stream?: { write(line: string): void }): LeveledLog {
  const timestamp = () => `,"time":"${new Date().toISOString()}"`
  const logger = pino({ level, base: null, timestamp }, stream ?? destination({ fd: 2, sync: true }))
  const log = wrap((name, fields, message) => {
    if (name !== 'silent' && logger.isLevelEnabled(name)) logger[name](masked(fields, redact), redact(message))
  }, {})
  return {
    ...log,
    setLevel: (next) => {
      logger.level = next
    },
  }
}
