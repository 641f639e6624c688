/** The doctor's round: each group of checks in turn; what depends on a failed one is told as not tried. */
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Config } from '../../config/config.ts'
import type { Inspected } from '../../config/load.ts'
import type { Check, Probe } from '../../ports/diagnosis.ts'
import { ConnectorError } from '../../ports/errors.ts'
import { NO_LOG } from '../../ports/log.ts'
import type { Connector } from '../../ports/service.ts'
import type { Running } from '../base-command.ts'
import { accountChecks } from './accounts.ts'
import { attempt, skip } from './checks.ts'
import { configurationChecks, runtimeChecks } from './local.ts'
import { databaseChecks, guardChecks, mailboxChecks, serverChecks } from './remote.ts'

export type Examination = {
  inspected: Inspected
  mailbox: string | null
  offline: boolean
  nowMs: () => number
  connect: (work: (connector: Connector, running: Running) => Promise<Check[]>) => Promise<Check[]>
}

export async function examine(examination: Examination): Promise<Check[]> {
  const { inspected, connect } = examination
  const { config } = inspected
  const local = [...runtimeChecks(config), ...configurationChecks(inspected)]
  if (local.some(({ verdict }) => verdict === 'fail'))
    return [...local, skip('database', 'database and servers', 'not tried before the failures above are mended')]
  const missing = missingDatabase(config)
  if (missing !== null) return [...local, missing, ...(await withoutDatabase(examination))]
  const rest = await attempt('database', 'database', () =>
    connect((connector, running) => withConnector(examination, connector, running)),
  )
  return [...local, ...rest]
}

/** Opening a database of SQLite would make its file and its key; the doctor makes nothing. */
function missingDatabase({ database, archive }: Config): Check | null {
  const path = /^sqlite:(?!:memory:)(.+)$/.exec(database.connectionString)?.[1]
  if (path === undefined) return null
  const isThere =
    existsSync(path) && (archive.encryptionKey !== null || existsSync(join(dirname(path), 'connector.key')))
  if (isThere) return null
  const error = new ConnectorError('state.not-initialised', { database: path })
  return {
    group: 'database',
    name: 'tables',
    verdict: 'fail',
    detail: '',
    fix: null,
    error: { code: error.code, fields: error.fields },
  }
}

async function withoutDatabase(examination: Examination): Promise<Check[]> {
  return [...(await servers(examination)), skip('mailbox', 'end to end', 'needs the database: connector db migrate')]
}

async function withConnector(examination: Examination, connector: Connector, { signal }: Running): Promise<Check[]> {
  const { inspected, nowMs, offline } = examination
  const label = inspected.config.database.connectionString.startsWith('sqlite:') ? 'SQLite' : 'PostgreSQL'
  const database = await databaseChecks(connector, label)
  if (database.some(({ verdict }) => verdict === 'fail')) return [...database, ...(await withoutDatabase(examination))]
  const checks = [...database, ...(await servers(examination))]
  const users = await connector.users()
  const email = examination.mailbox ?? users.find(({ enabled }) => enabled)?.email ?? null
  if (email === null) checks.push(skip('mailbox', 'end to end', 'no user is enrolled'))
  else if (offline) checks.push(skip('mailbox', email, '--offline'))
  else {
    const pool = { mailboxes: [email], limit: 1, signal, onProgress: () => {} }
    checks.push(...(await accountChecks(() => connector.testPool(pool))))
    const options = { dryRun: true, allowDeletes: null, signal }
    checks.push(...(await mailboxChecks(() => connector.syncUser(email, options), email)))
  }
  return [...checks, ...guardChecks(await connector.status(), nowMs())]
}

async function servers({ inspected, offline, nowMs }: Examination): Promise<Check[]> {
  if (offline) return [skip('nextcloud', 'reach', '--offline'), skip('exchange', 'reach', '--offline')]
  const { probeServers } = await import('../../compose.ts')
  const probe: Probe = await probeServers(inspected.config, NO_LOG)
  try {
    const { schedulingAuthority } = inspected.config.sync
    return await serverChecks(probe, { nowMs, schedulingAuthority })
  } finally {
    await probe.close()
  }
}
