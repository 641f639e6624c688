/** What of the app is shipped: the app store's archive holds these and nothing else, so that a stray file never reaches a server. */
import { globSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'

export const APP_ID = 'exchange_connector'

/** From the app's folder. Sources of the pages, tests and tools of developers stay out. */
const SHIPPED = [
  'appinfo/info.xml',
  'appinfo/*.php',
  'img/*.svg',
  'js/*.mjs',
  'js/*.license',
  'l10n/*.{js,json}',
  'lib/**/*.php',
  'templates/*.php',
  'openapi.json',
  'CHANGELOG.md',
  'README.md',
  'REUSE.toml',
  'LICENSES/*.txt',
]

/** An archive without these is no app, has empty pages, or does not say what its API is. */
const REQUIRED = [
  'appinfo/info.xml',
  'js/exchange_connector-personal.mjs',
  'js/exchange_connector-admin.mjs',
  'openapi.json',
]

/** Paths from the app's folder, sorted. */
export function shippedFiles(app: string): string[] {
  return globSync(SHIPPED, { cwd: app }).sort()
}

/** What would make the archive unfit: missing pages, files without a licence, versions that differ. One line each. */
export function archiveProblems(app: string, files: readonly string[]): string[] {
  const read = (path: string) => readFileSync(join(app, path), 'utf8')
  const missing = REQUIRED.filter((path) => !files.includes(path)).map((path) => `${path} is missing`)
  if (missing.length > 0) return missing
  const unlicensed = files
    .filter((path) => path.endsWith('.php') && !/SPDX-License-Identifier: AGPL-3\.0-or-later/.test(read(path)))
    .map((path) => `${path} has no SPDX header`)
  const bare = files
    .filter((path) => path.endsWith('.mjs') && !files.includes(`${path}.license`))
    .map((path) => `${path} has no licence file beside it`)
  return [
    ...unlicensed,
    ...bare,
    ...licenceProblems(read, files),
    ...versionProblems(read),
    ...classProblems(read('appinfo/info.xml'), files),
  ]
}

/** The text of every licence that a file names is shipped, and no other (https://reuse.software). */
function licenceProblems(read: (path: string) => string, files: readonly string[]): string[] {
  const lines = files
    .filter((path) => /\.(php|license|toml)$/.test(path))
    .flatMap((path) =>
      [...read(path).matchAll(/SPDX-License-Identifier(?:: | = ")([^"\n*]+)/g)].map(([, line = '']) => line),
    )
  const named = lines.flatMap((line) => line.split(/[\s()]+|\b(?:AND|OR)\b/)).filter((name) => name !== '')
  const wanted = new Set(named.map((name) => `LICENSES/${name}.txt`))
  const texts = files.filter((path) => path.startsWith('LICENSES/'))
  return [
    ...[...wanted].filter((path) => !texts.includes(path)).map((path) => `${path} is missing`),
    ...texts.filter((path) => !wanted.has(path)).map((path) => `${path} is the text of a licence that no file has`),
  ]
}

export function appVersion(info: string): string {
  return info.match(/<version>([^<]+)<\/version>/)?.[1] ?? ''
}

function versionProblems(read: (path: string) => string): string[] {
  const wanted = appVersion(read('appinfo/info.xml'))
  const given = JSON.parse(read('package.json')).version
  return given === wanted ? [] : [`package.json says ${given}, appinfo/info.xml says ${wanted}`]
}

/** A class that info.xml names and that is not there breaks the whole settings page of a server. */
function classProblems(info: string, files: readonly string[]): string[] {
  const named = [...info.matchAll(/>OCA\\ExchangeConnector\\([\w\\]+)</g)].map((match) => match[1] ?? '')
  return named
    .map((name) => `lib/${name.replaceAll('\\', '/')}.php`)
    .filter((path) => !files.includes(path))
    .map((path) => `appinfo/info.xml names ${basename(path, '.php')}, but there is no ${path}`)
}
