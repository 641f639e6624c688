/** Logs to a file that is rotated by size, through pino-roll in this process (no worker: those do not survive bundling). */
import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { LOG_CLOSE_MS, LOG_FILE_BUFFER_BYTES_MAX } from '../limits.ts'
import { ConnectorError } from '../ports/errors.ts'
import type { LogSink, SinkWatch } from './sink.ts'

export type FileOptions = { path: string; megabytesMax: number; filesMax: number }

/** Errors: `config.invalid` when pino-roll is not installed, `config.file` when the file cannot be written. */
export async function fileSink({ path, megabytesMax, filesMax }: FileOptions, watch: SinkWatch): Promise<LogSink> {
  const roll = await pinoRoll()
  const stream = await opened(path, () =>
    roll({
      file: path,
      size: `${megabytesMax}m`,
      limit: { count: filesMax, removeOtherLogFiles: true },
      maxLength: LOG_FILE_BUFFER_BYTES_MAX,
    }),
  )
  stream.on('error', (error) => watch.trouble('file', error.message))
  stream.on('drop', () => watch.dropped('file', 1))
  return {
    name: 'file',
    take: ({ json }) => void stream.write(`${json}\n`),
    close: () =>
      new Promise((resolve) => {
        const timer = setTimeout(resolve, LOG_CLOSE_MS)
        stream.once('close', () => {
          clearTimeout(timer)
          resolve()
        })
        stream.end()
      }),
  }
}

/** What of pino-roll is used here; it has no types of its own. The stream is a SonicBoom. */
type Roll = (options: {
  file: string
  size: string
  limit: { count: number; removeOtherLogFiles: boolean }
  maxLength: number
}) => Promise<RollStream>
type RollStream = {
  write(text: string): boolean
  end(): void
  once(event: 'close', listener: () => void): void
  on(event: 'error', listener: (error: Error) => void): void
  on(event: 'drop', listener: () => void): void
}

async function pinoRoll(): Promise<Roll> {
  try {
    // @ts-expect-error: the package has no types
    return (await import('pino-roll')).default as Roll
  } catch (error) {
    const problem = 'logging to files needs the package pino-roll, which is not installed: npm install pino-roll'
    throw new ConnectorError('config.invalid', { key: 'Service__LoggingConfiguration__LogsOutput', problem }, error)
  }
}

async function opened<T>(path: string, open: () => Promise<T>): Promise<T> {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    return await open()
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? 'unknown'
    throw new ConnectorError('config.file', { path, reason }, error)
  }
}
