/** What can be looked at without a server: the runtime, the configuration, the files that it names and their modes. */
import { createRequire } from 'node:module'
import type { Config } from '../../config/config.ts'
import type { Inspected } from '../../config/load.ts'
import type { Check } from '../../ports/diagnosis.ts'
import { ConnectorError } from '../../ports/errors.ts'
import { checkFiles } from '../check-files.ts'
import { fail, pass, warn } from './checks.ts'

const NODE_MAJOR_MIN = 24

export function runtimeChecks(config: Config): Check[] {
  return [nodeCheck(process.versions.node), zonesCheck(), ...kerberosCheck(config)]
}

/** Exported for its test: the running version is always a right one. */
export function nodeCheck(version: string): Check {
  const major = Number(version.split('.')[0])
  if (major >= NODE_MAJOR_MIN) return pass('runtime', 'Node', version)
  return fail('runtime', 'Node', {
    detail: `${version} is too old`,
    fix: `Install Node ${NODE_MAJOR_MIN} or newer, or run it with npm, which brings one`,
  })
}

/** Zones of the mailboxes must be known here: a Node built without full ICU shifts meetings. */
function zonesCheck(): Check {
  try {
    const name = new Intl.DateTimeFormat('en', { timeZone: 'Pacific/Auckland', timeZoneName: 'long' }).format(0)
    if (name.includes('New Zealand'))
      return pass('runtime', 'time zones', `${Intl.supportedValuesOf('timeZone').length} known`)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
  }
  return fail('runtime', 'time zones', { detail: 'this Node does not know them', fix: 'Use a Node with full ICU' })
}

function kerberosCheck({ exchange }: Config): Check[] {
  if (exchange.type !== 'kerberos') return []
  try {
    createRequire(import.meta.url).resolve('kerberos')
    return [pass('runtime', 'Kerberos module', 'installed')]
  } catch {
    const fix = 'apt-get install libkrb5-dev, then: npm ci'
    return [fail('runtime', 'Kerberos module', { detail: 'the optional package kerberos is missing', fix })]
  }
}

export function configurationChecks({ config, problem }: Inspected): Check[] {
  const checks: Check[] =
    problem === null
      ? [pass('configuration', 'settings', 'valid')]
      : [{ ...failed('settings'), error: { code: problem.code, fields: problem.fields } }]
  const { checked, error } = filesOf(config)
  if (error) checks.push({ ...failed('files'), error: { code: error.code, fields: error.fields } })
  else {
    const users = checked.users === null ? 'users from the Nextcloud app' : `users in the file: ${checked.users}`
    checks.push(pass('configuration', 'files', `service accounts: ${checked.admins}, ${users}`))
  }
  const warnings = [...new Set([...config.warnings, ...checked.warnings])]
  for (const detail of warnings) checks.push(warn('configuration', 'file modes', { detail, fix: fixOf(detail) }))
  if (warnings.length === 0) checks.push(pass('configuration', 'file modes', 'no other user can read secrets'))
  return checks
}

function failed(name: string): Check {
  return { group: 'configuration', name, verdict: 'fail', detail: '', fix: null }
}

function filesOf(config: Config) {
  const none = { admins: 0, users: 0, warnings: [] as readonly string[] }
  try {
    return { checked: checkFiles(config), error: null }
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error
    return { checked: none, error }
  }
}

/** Warnings of file modes end with the command that mends them. */
function fixOf(warning: string): string {
  return /run: (chmod \S+ .+)$/.exec(warning)?.[1] ?? 'See docs/reference/configuration.md'
}
