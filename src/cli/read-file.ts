/** Reads a file that was named on the command line, within bounds. */
import { readFileSync, statSync } from 'node:fs'
import { INPUT_FILE_BYTES_MAX } from '../limits.ts'
import { ConnectorError } from '../ports/errors.ts'

/** Throws ConnectorError `usage.bad-file`. */
export function readInputFile(path: string): string {
  let bytes: Buffer
  try {
    const size = statSync(path).size
    if (size > INPUT_FILE_BYTES_MAX)
      throw new ConnectorError('usage.bad-file', { path, reason: `larger than ${INPUT_FILE_BYTES_MAX} bytes` })
    bytes = readFileSync(path)
  } catch (error) {
    if (error instanceof ConnectorError) throw error
    throw new ConnectorError('usage.bad-file', { path, reason: (error as NodeJS.ErrnoException).code }, error)
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (error) {
    throw new ConnectorError('usage.bad-file', { path, reason: 'not UTF-8' }, error)
  }
}
