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

/** A log to standard error; every line passes `redact` (I26). */
export function stderrLog(level: LogLevel, redact: Redact, stream?: { write(line: string): void }): Log {
  const out = stream ?? destination({ fd: 2, sync: true })
  const logger = pino(
    { level, base: null, timestamp: () => `,"time":"${new Date().toISOString()}"` },
    { write: (line: string) => void out.write(redact(line)) },
  )
  return wrap((name, fields, message) => {
    if (name !== 'silent') logger[name](fields, message)
  }, {})
}
