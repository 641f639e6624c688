/** The places that values come from, and finding one key's value in them. */
import { readFileSync } from 'node:fs'
import * as querystring from 'node:querystring'
import { parseEnv } from 'node:util'
import { ConnectorError } from '../ports/errors.ts'
import { nearest } from './nearest.ts'
import type { Problem } from './rules.ts'
import { KEY_NAMES, type Key, specOf } from './schema.ts'
import { resolveSecret, SECRET_SUFFIXES, type SecretForm, type SecretSource } from './secret.ts'

export type Origin = 'flag' | 'environment' | 'env-file' | 'default'
/** Where one key's value came from; `text` as written, for a secret only when it is the default. */
export type Entry = { key: Key; origin: Origin; form: SecretForm; text: string | null; secret: boolean }

export type Layer = { origin: Origin; source: SecretSource }

export type EnvFile = { source: SecretSource; problems: readonly Problem[] }

/** `.env` may be absent; a file that was asked for may not. */
export function readEnvFile(path: string, wasAskedFor: boolean): EnvFile {
  try {
    const text = readFileSync(path, 'utf8')
    return { source: parseEnv(text), problems: lostLines(text) }
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? 'unreadable'
    if (reason === 'ENOENT' && !wasAskedFor) return { source: {}, problems: [] }
    throw new ConnectorError('config.file', { path, reason }, error)
  }
}

/** Lines that begin with a key and have no `=`: Node's reader leaves them out without a word. */
function lostLines(text: string): Problem[] {
  return text.split(/\r?\n/).flatMap((line, index) => {
    const key = /^\s*(?:export\s+)?(Service__\w*)\s*(?:[^=\s\w]|$)/i.exec(line)?.[1]
    return key === undefined ? [] : [{ kind: 'invalid', key, text: `line ${index + 1} of the file is not KEY=value` }]
  })
}

/** Names that look like ours and are not, with the nearest right one. */
export function unknownKeys(layers: readonly Layer[]): Problem[] {
  const names = KEY_NAMES.flatMap((key) =>
    specOf(key).secret ? [key, ...SECRET_SUFFIXES.map((end) => key + end)] : [key],
  )
  const written = layers.flatMap((layer) => Object.keys(layer.source))
  const unknown = [...new Set(written)].filter((name) => /^service__/i.test(name) && !names.includes(name))
  return unknown.sort().map((key) => {
    const near = nearest(key, names)
    return {
      kind: 'unknown-key',
      key,
      text: near === null ? 'is not a known key' : `is not a known key; did you mean ${near}?`,
    }
  })
}

export type Found = { entry: Entry; text: string | null; warning: string | null }

/** An empty value counts as absent (Compose passes unset variables as empty ones), except for a secret, which would silently vanish. */
export function find(key: Key, layers: readonly Layer[], cwd: string): Found {
  const { secret, fallback } = specOf(key)
  for (const { origin, source } of layers) {
    if (secret) {
      const found = resolveSecret(key, source, { baseDir: cwd })
      if (found === null) continue
      return { entry: { key, origin, form: found.form, text: null, secret }, text: found.value, warning: found.warning }
    }
    const text = source[key]?.trim()
    if (text) return { entry: { key, origin, form: 'value', text, secret }, text, warning: null }
  }
  return { entry: { key, origin: 'default', form: 'value', text: fallback, secret }, text: fallback, warning: null }
}

/** Of a connection string only the password is a secret: the database's name must stay readable in messages. */
export function secretParts(text: string): string[] {
  const url = URL.parse(text)
  if (text.startsWith('sqlite:')) return []
  if (url === null || !/^postgres/.test(url.protocol)) return [text]
  return url.password === '' ? [] : [url.password, querystring.unescape(url.password)]
}
