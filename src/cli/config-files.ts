/** Writes the files of a configuration (`init`, `config import`): for this user only, whole or not at all, and never over what is there. */
import { randomUUID } from 'node:crypto'
import { existsSync, linkSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { ConnectorError } from '../ports/errors.ts'

/** Texts by path. All are checked before the first is written. Throws `config.exists`, `config.file`. */
export function writeConfigFiles(files: Readonly<Record<string, string>>): void {
  for (const path of Object.keys(files)) if (existsSync(path)) throw new ConnectorError('config.exists', { path })
  for (const [path, text] of Object.entries(files)) writeNew(path, text)
}

function writeNew(path: string, text: string): void {
  const draft = `${path}.${randomUUID().slice(0, 8)}`
  try {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(draft, text, { mode: 0o600, flag: 'wx' })
    // A link, unlike a rename, fails when somebody made the file meanwhile.
    linkSync(draft, path)
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code
    if (reason === 'EEXIST') throw new ConnectorError('config.exists', { path }, error)
    throw new ConnectorError('config.file', { path, reason }, error)
  } finally {
    rmSync(draft, { force: true })
  }
}
