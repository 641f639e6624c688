/** Checks the files that the configuration names: service accounts, users, certificates of authorities. */
import { X509Certificate } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { loadAdmins } from '../config/admins.ts'
import type { Config } from '../config/config.ts'
import { resolveSecret } from '../config/secret.ts'
import { loadUsersFile } from '../nextcloud/users-file.ts'
import { ConnectorError } from '../ports/errors.ts'
import { withWords } from './errors/reasons.ts'

/** `users` null: they come from the Nextcloud app, which is not asked here. */
export type CheckedFiles = { admins: number; users: number | null; warnings: readonly string[] }

/** `where` stands before a problem that does not name its file itself. */
function attempt<T>(problems: string[], read: () => T, where = ''): T | null {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error
    const { problems: list, path, key, reason } = error.fields
    if (list !== undefined) problems.push(String(list))
    else
      problems.push(
        path === undefined ? `${where}: ${key}: ${reason}` : `${path} cannot be read (${withWords({ reason }).reason})`,
      )
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

type Checked = { count: number; warnings: readonly string[] }

function checkAdmins(config: Config): Checked {
  const { adminsFile, type, appId } = config.exchange
  // In the cloud the configuration may name its one application itself.
  if (type === 'cloud' && appId !== null && !existsSync(adminsFile)) return { count: 1, warnings: [] }
  const { admins, warnings } = loadAdmins(adminsFile)
  const cloud = checkCloudAdmins(config)
  return { count: admins.length + cloud.count, warnings: [...warnings, ...cloud.warnings] }
}

/** Hybrid: applications beside the accounts on premises. */
function checkCloudAdmins({ exchange: { cloudMailboxes, cloudAdminsFile, appId, type } }: Config): Checked {
  if (cloudMailboxes === null || type === 'cloud') return { count: 0, warnings: [] }
  const own = appId === null ? 0 : 1
  if (cloudAdminsFile === null) return { count: own, warnings: [] }
  const { admins, warnings } = loadAdmins(cloudAdminsFile)
  return { count: own + admins.length, warnings }
}

/** Each app password is resolved too: a missing file should be found now, not in the night. */
function checkUsers(config: Config, problems: string[]): Checked {
  const defaultDavUrl = config.nextcloud.url ?? undefined
  const file = loadUsersFile(config.nextcloud.usersFile, { resolveSecret, defaultDavUrl })
  const warnings = [...file.warnings]
  for (const user of file.users) {
    const where = `${config.nextcloud.usersFile}: ${user.email}`
    const secret = attempt(problems, () => user.appPassword(), where)
    if (secret?.warning) warnings.push(secret.warning)
  }
  return { count: file.users.length, warnings }
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
  const admins = attempt(problems, () => checkAdmins(config))
  const users = config.nextcloud.app === null ? attempt(problems, () => checkUsers(config, problems)) : null
  for (const path of [config.exchange.caFile, config.nextcloud.caFile])
    if (path !== null) attempt(problems, () => checkCertificate(path))
  if (problems.length > 0)
    throw new ConnectorError('config.invalid', { count: problems.length, problems: problems.join('\n') })
  const warnings = [...(admins?.warnings ?? []), ...(users?.warnings ?? [])]
  return { admins: admins?.count ?? 0, users: users?.count ?? null, warnings }
}
