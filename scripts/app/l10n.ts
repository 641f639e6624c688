/**
 * Keeps the app's translations in step: finds every text that the pages and the PHP code translate, and makes from `l10n/de.json`, the one file
 * that is written by hand, the other files that Nextcloud reads. German speaks to nobody directly, so that one text serves `de` and `de_DE`.
 */
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export type Translations = { translations: Record<string, string>; pluralForm: string }

const PAGES = ['nextcloud-app/src/**/*.{ts,vue}']
const PHP = ['nextcloud-app/lib/**/*.php', 'nextcloud-app/templates/**/*.php']

/** `t('text'` in the pages, `->t('text'` in PHP: always a literal, so that nothing is missed. */
const IN_PAGES = /(?<![\w.>$])t\(\s*(['"])((?:\\.|(?!\1)[^\\])*)\1/gs
const IN_PHP = /->t\(\s*(['"])((?:\\.|(?!\1)[^\\])*)\1/gs
/** A call whose text is no literal: it cannot be found, so it cannot be translated. */
const NOT_LITERAL = /(?<![\w.>$])t\(\s*(?!['"\s])/g

/** English texts and the files that use them, sorted. `unreadable`: calls of `t` without a literal, as `file: call`. */
export function textsOf(root: string): { texts: Map<string, string[]>; unreadable: string[] } {
  const texts = new Map<string, string[]>()
  const unreadable: string[] = []
  const add = (patterns: readonly string[], shape: RegExp) => {
    for (const path of globSync([...patterns], { cwd: root }).sort()) {
      const source = readFileSync(join(root, path), 'utf8')
      for (const match of source.matchAll(shape)) {
        const text = (match[2] ?? '').replace(/\\(.)/gs, '$1')
        texts.set(text, [...(texts.get(text) ?? []), path])
      }
      if (shape === IN_PAGES) unreadable.push(...[...source.matchAll(NOT_LITERAL)].map(([call]) => `${path}: ${call}`))
    }
  }
  add(PAGES, IN_PAGES)
  add(PHP, IN_PHP)
  return { texts: new Map([...texts].sort(([a], [b]) => (a < b ? -1 : 1))), unreadable }
}

export function readTranslations(root: string): Translations {
  return JSON.parse(readFileSync(join(root, 'nextcloud-app/l10n/de.json'), 'utf8'))
}

/** The files that are made, by path from the project's root. */
export function l10nFiles(root: string): Record<string, string> {
  const { translations, pluralForm } = readTranslations(root)
  const body = JSON.stringify(translations, null, 4)
  const script = `OC.L10N.register(\n    "exchange_connector",\n    ${body.replaceAll('\n', '\n    ')},\n    ${JSON.stringify(pluralForm)});\n`
  return {
    'nextcloud-app/l10n/de.js': script,
    'nextcloud-app/l10n/de_DE.js': script,
    'nextcloud-app/l10n/de_DE.json': `${JSON.stringify({ translations, pluralForm }, null, 2)}\n`,
  }
}
