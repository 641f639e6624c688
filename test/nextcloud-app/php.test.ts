/** The app's PHP: its own tests of pure classes, which need no server, and the rules that every file keeps. Skipped by name where PHP is absent. */
import { execFileSync } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const app = join(import.meta.dirname, '../../nextcloud-app')
const files = globSync('{lib,templates,tests,appinfo}/**/*.php', { cwd: app }).sort()
const sourceOf = (path: string) => readFileSync(join(app, path), 'utf8')

type Outcome = { file: string; name: string; problem: string | null }

function runTests(): Outcome[] | null {
  try {
    const output = execFileSync('php', ['-d', 'display_errors=stderr', join(app, 'tests/run.php')], {
      encoding: 'utf8',
    })
    return output
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Outcome)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

const outcomes = runTests()

describe.skipIf(outcomes === null)(`the app's PHP${outcomes === null ? ' (skipped: no php here)' : ''}`, () => {
  it('has tests', () => expect(outcomes?.length).toBeGreaterThan(30))
  it.each(outcomes ?? [])('$file: $name', ({ problem }) => expect(problem).toBeNull())

  it('is PHP that the interpreter reads, without words of later versions than 8.1', () => {
    const check = `
      foreach (array_slice($argv, 1) as $file) {
        $tokens = array_values(array_filter(PhpToken::tokenize(file_get_contents($file), TOKEN_PARSE), fn ($t) => !$t->isIgnorable()));
        foreach ($tokens as $n => $token) {
          if ($token->is(T_READONLY) && isset($tokens[$n + 1]) && $tokens[$n + 1]->is([T_CLASS, T_FINAL, T_ABSTRACT])) echo "$file: readonly class\\n";
        }
      }`
    expect(execFileSync('php', ['-r', check, '--', ...files], { cwd: app, encoding: 'utf8' })).toBe('')
  })
})

/** Where private classes of the server may be known: one place for each, so that the next version of Nextcloud is looked up there. */
const PRIVATE: Readonly<Record<string, RegExp>> = {
  'lib/AppInfo/Application.php': /^OCA\\DAV\\Events/,
  'lib/Dav/': /^(?:OCA\\DAV|Sabre|OC)\\|^OC_Util/,
  'lib/Listener/': /^OCA\\DAV\\Events|^Sabre\\(?:DAV\\(?:Server|Auth\\Plugin)|VObject\\ITip\\Message)$/,
  'lib/SelfTest/TemporaryPassword.php': /^OC\\Authentication\\Token/,
  'tests/': /^OCA\\ExchangeConnector/,
}

describe('every PHP file of the app', () => {
  const classes = files.filter((path) => !path.startsWith('templates/'))

  it('is strict about types and says whose it is', () => {
    const wrong = classes.filter((path) => {
      const text = sourceOf(path)
      return (
        !text.startsWith('<?php\n\ndeclare(strict_types=1);\n') || !text.includes('SPDX-License-Identifier: AGPL-3.0')
      )
    })
    expect(wrong).toEqual([])
  })

  it('knows private classes of the server only in the one place that is theirs', () => {
    const found = classes.flatMap((path) => {
      const names = [...sourceOf(path).matchAll(/^use ([\w\\]+)|\\(OC(?:_\w+|\\[\w\\]+))/gm)].map(
        (match) => match[1] ?? match[2] ?? '',
      )
      const secret = names.filter((name) => /^(?:OC\\|OC_|OCA\\(?!ExchangeConnector\b)|Sabre\\)/.test(name))
      const allowed = Object.entries(PRIVATE)
        .filter(([place]) => path.startsWith(place))
        .map(([, names]) => names)
      return secret.filter((name) => !allowed.some((names) => names.test(name))).map((name) => `${path}: ${name}`)
    })
    expect(found).toEqual([])
  })

  it('compares secrets in constant time and derives nothing by MD5', () => {
    expect(classes.filter((path) => /\bmd5\(|\bsha1\(/.test(sourceOf(path)))).toEqual([])
    expect(sourceOf('lib/Signature/Verifier.php')).toContain('hash_equals(')
  })

  it('is named by info.xml where the server looks for it', () => {
    const info = sourceOf('appinfo/info.xml')
    const named = [
      ...info.matchAll(
        /<(?:command|job|admin|personal|admin-section|personal-section)>OCA\\ExchangeConnector\\([\w\\]+)</g,
      ),
    ]
    expect(named.length).toBeGreaterThan(7)
    const missing = named
      .map(([, name = '']) => `lib/${name.replaceAll('\\', '/')}.php`)
      .filter((path) => !files.includes(path))
    expect(missing).toEqual([])
    const commands = files.filter(
      (path) => /^lib\/Command\/.*\.php$/.test(path) && sourceOf(path).includes('extends Command'),
    )
    expect(commands.filter((path) => !info.includes(path.slice(4, -4).replaceAll('/', '\\')))).toEqual([])
  })
})
