/** What goes into the app store's archive, and what keeps an unfit one from being made. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { archiveProblems, shippedFiles } from '../../scripts/app/files.ts'

const PHP = '<?php\n/** SPDX-License-Identifier: AGPL-3.0-or-later */\n'
const INFO = '<info><version>1.2.3</version><job>OCA\\ExchangeConnector\\BackgroundJob\\TidyJob</job></info>'
const FIT: Readonly<Record<string, string>> = {
  'appinfo/info.xml': INFO,
  'package.json': '{"version": "1.2.3"}',
  'js/exchange_connector-personal.mjs': '',
  'js/exchange_connector-personal.mjs.license': '',
  'js/exchange_connector-admin.mjs': '',
  'js/exchange_connector-admin.mjs.license': '',
  'appinfo/routes.php': PHP,
  'lib/BackgroundJob/TidyJob.php': PHP,
  'openapi.json': '{}',
  'LICENSES/AGPL-3.0-or-later.txt': '',
}

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
})

function appOf(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'app-'))
  folders.push(folder)
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  return folder
}

const problemsOf = (files: Readonly<Record<string, string>>) => {
  const app = appOf(files)
  return archiveProblems(app, shippedFiles(app))
}

describe('the archive of the app', () => {
  it('holds neither sources of pages, nor tests, nor packages, nor editors leftovers', () => {
    const extra = [
      'src/admin.ts',
      'tests/run.php',
      'node_modules/a/b.php',
      'lib/old.php.bak',
      'vite.config.ts',
      'js/x.mjs.map',
    ]
    const app = appOf({ ...FIT, ...Object.fromEntries(extra.map((path) => [path, PHP])) })
    expect(shippedFiles(app)).toEqual(
      Object.keys(FIT)
        .filter((path) => path !== 'package.json')
        .sort(),
    )
  })

  it('is made of an app that lacks nothing', () => {
    expect(problemsOf(FIT)).toEqual([])
  })

  it.each([
    [
      'pages that were not built',
      { 'js/exchange_connector-admin.mjs': null },
      'js/exchange_connector-admin.mjs is missing',
    ],
    ['no description of its API', { 'openapi.json': null }, 'openapi.json is missing'],
    [
      'a script whose licence has no text',
      {
        'js/exchange_connector-admin.mjs.license': 'SPDX-License-Identifier: (MIT OR AGPL-3.0-or-later)\n',
      },
      'LICENSES/MIT.txt is missing',
    ],
    [
      'a text without a licence',
      { 'LICENSES/ISC.txt': '' },
      'LICENSES/ISC.txt is the text of a licence that no file has',
    ],
    ['a file without a licence', { 'lib/New.php': '<?php\n' }, 'lib/New.php has no SPDX header'],
    [
      'a script without its licences',
      { 'js/exchange_connector-admin.mjs.license': null },
      'js/exchange_connector-admin.mjs has no licence file beside it',
    ],
    [
      'two versions',
      { 'package.json': '{"version": "1.2.4"}' },
      'package.json says 1.2.4, appinfo/info.xml says 1.2.3',
    ],
    [
      'a class that nobody wrote',
      { 'lib/BackgroundJob/TidyJob.php': null },
      'appinfo/info.xml names TidyJob, but there is no lib/BackgroundJob/TidyJob.php',
    ],
  ])('is not made with %s', (_, change, problem) => {
    const files = Object.entries({ ...FIT, ...change }).filter((entry): entry is [string, string] => entry[1] !== null)
    expect(problemsOf(Object.fromEntries(files))).toEqual([problem])
  })
})
