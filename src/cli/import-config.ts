/** Takes over the `.env` and the service accounts of another connector: reads, judges, writes new files, and says what became of each setting. */
import { existsSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { parseEnv } from 'node:util'
import { adminFiles, loadAdmins } from '../config/admins.ts'
import { envText } from '../config/env-text.ts'
import { type Fate, importSettings } from '../config/foreign.ts'
import { ConnectorError } from '../ports/errors.ts'
import { writeConfigFiles } from './config-files.ts'
import { readInputFile } from './read-file.ts'

/** `from`: the old `.env` or its folder. `admins`: the old accounts, when they are not where the old `.env` says. `into`: an existing or new folder. */
export type ImportOptions = { from: string; admins: string | null; into: string; dryRun: boolean }
/** `accounts`: how many service accounts were taken, null when their file was not found. */
export type ImportResult = {
  fates: readonly Fate[]
  accounts: number | null
  warnings: readonly string[]
  written: readonly string[]
}

const ADMINS_KEY = 'Service__ExchangeConfiguration__AdminsFile'

/** Throws ConnectorError `usage.bad-file`, `config.invalid` (the accounts), `config.exists`. */
export function importConfig({ from, admins, into, dryRun }: ImportOptions): ImportResult {
  const envPath = existsSync(from) && statSync(from).isDirectory() ? join(from, '.env') : from
  const old = parseEnv(readInputFile(envPath))
  const { values, fates } = importSettings(old)
  if (!fates.some(({ kind }) => kind === 'taken' || kind === 'changed')) {
    const reason = 'it has no setting of a connector (Service__...)'
    throw new ConnectorError('usage.bad-file', { path: envPath, reason })
  }
  const adminsPath = adminsOf({ given: admins, named: old[ADMINS_KEY], folder: dirname(envPath) })
  const accounts = adminsPath === null ? null : loadAdmins(adminsPath)
  const files = {
    [join(into, '.env')]: envText(new Map([...values, [ADMINS_KEY, 'admins.json']]), heading(fates)),
    ...(adminsPath !== null && { [join(into, 'admins.json')]: adminsText(adminsPath) }),
  }
  if (!dryRun) writeConfigFiles(files)
  return {
    fates,
    accounts: accounts?.admins.length ?? null,
    warnings: accounts?.warnings ?? [],
    written: dryRun ? [] : Object.keys(files),
  }
}

type OldAdmins = { given: string | null; named: string | undefined; folder: string }

function adminsOf({ given, named, folder }: OldAdmins): string | null {
  if (given !== null) return given
  const places = [
    ...(named ? [resolve(folder, named)] : []),
    join(folder, 'admins.json'),
    join(folder, 'exchangeAdmins'),
  ]
  return places.find((place) => existsSync(place)) ?? null
}

/** The entries as they are, of one file or a folder: `loadAdmins` has read and checked them all. */
function adminsText(path: string): string {
  const entries = adminFiles(path).flatMap((file) => {
    const list = JSON.parse(readInputFile(file).replace(/^\uFEFF/, '')) as Record<string, string>[]
    return list.map((entry) => withWholePaths(entry, dirname(file)))
  })
  return `${JSON.stringify(entries, null, 2)}\n`
}

/** The new file may lie elsewhere than the old one, whose folder relative paths start at. */
function withWholePaths(entry: Record<string, string>, folder: string): Record<string, string> {
  const isPath = (name: string) => /(?:_FILE|File|Keytab|CredentialCache)$/i.test(name)
  return Object.fromEntries(
    Object.entries(entry).map(([name, text]) => [name, isPath(name) ? resolve(folder, text) : text]),
  )
}

function heading(fates: readonly Fate[]): string[] {
  const unknown = fates.flatMap((fate) => (fate.kind === 'unknown' ? [fate.name] : []))
  return [
    'Taken over from the configuration of another connector.',
    ...(unknown.length > 0 ? [`Not known here, and left out: ${unknown.join(', ')}`] : []),
  ]
}
