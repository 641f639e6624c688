/**
 * A place where log lines go. Whatever becomes of it, the sync goes on: taking a line never waits, never throws, and keeps at most a
 * bounded number of lines for a place that does not answer.
 */

export type LoggedLine = {
  atMs: number
  level: LevelName
  message: string
  fields: Readonly<Record<string, unknown>>
  json: string
}
export type LevelName = 'debug' | 'info' | 'warn' | 'error'

export interface LogSink {
  readonly name: string
  take(line: LoggedLine): void
  /** Sends what is left, within a bounded time. */
  close(): Promise<void>
}

/** What a sink says about itself: to standard error and to the metrics, never into a log. */
export type SinkWatch = { dropped(sink: string, lines: number): void; trouble(sink: string, reason: string): void }

const LEVELS: Readonly<Record<number, LevelName>> = { 20: 'debug', 30: 'info', 40: 'warn', 50: 'error' }

/** A line of pino as sinks need it. */
export function parseLine(json: string): LoggedLine {
  const { level, time, msg, ...fields } = JSON.parse(json) as Record<string, unknown>
  return {
    atMs: Date.parse(String(time)),
    level: LEVELS[Number(level)] ?? 'info',
    message: String(msg),
    fields,
    json: json.trimEnd(),
  }
}
