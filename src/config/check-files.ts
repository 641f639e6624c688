/** Checks the files that the configuration names: service accounts, users, certificates of authorities. */
import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { ConnectorError } from '../ports/errors.ts'
import { type Admins, loadAdmins } from './admins.ts'
import type { Config } from './config.ts'

export type CheckedFiles = { admins: number; users: number; warnings: readonly string[] }

function attempt<T>(problems: string[], read: () => T): T | null {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error
    const { problems: text, path, reason } = error.fields
    problems.push(text === undefined ? `${path} cannot be read (${reason})` : String(text))
    return null
  }
}

function text(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new ConnectorError('config.file', { path, reason: (error as NodeJS.ErrnoException).code }, error)
  }
}

/** The users themselves are checked by the Nextcloud adapter (`connector users list`); here only that there is a list. */
function countUsers(path: string): number {
  const invalid = (problem: string) => new ConnectorError('config.invalid', { problems: `${path}: ${problem}` })
  let list: unknown
  try {
    list = JSON.parse(text(path).replace(/^\uFEFF/, ''))
  } catch (error) {
    if (error instanceof ConnectorError) throw error
    throw invalid('is not valid JSON')
  }
  if (!Array.isArray(list)) throw invalid('must be a list: [{"Email": "...", "DavUrl": "...", ...}]')
  return list.length
}

function checkCertificate(path: string): void {
  const pem = text(path)
  try {
    new X509Certificate(pem)
  } catch (error) {
    throw new ConnectorError('config.invalid', { problems: `${path}: is not a certificate in PEM form` }, error)
  }
}

/** Throws ConnectorError `config.invalid` with every problem of every file. */
export function checkFiles(config: Config): CheckedFiles {
  const problems: string[] = []
  const admins: Admins | null = attempt(problems, () => loadAdmins(config.exchange.adminsFile))
  const users = attempt(problems, () => countUsers(config.nextcloud.usersFile))
  for (const path of [config.exchange.caFile, config.nextcloud.caFile])
    if (path !== null) attempt(problems, () => checkCertificate(path))
  if (problems.length > 0)
    throw new ConnectorError('config.invalid', { count: problems.length, problems: problems.join('\n') })
  return { admins: admins?.admins.length ?? 0, users: users ?? 0, warnings: admins?.warnings ?? [] }
}
