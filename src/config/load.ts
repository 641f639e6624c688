/** Reads the configuration: flag before environment before `.env` before default. All problems are told at once, so that nobody fixes them one by one. */
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import * as querystring from 'node:querystring'
import { parseEnv } from 'node:util'
import { ConnectorError } from '../ports/errors.ts'
import { type Config, toConfig } from './config.ts'
import { nearest } from './nearest.ts'
import { brokenRules, type Problem } from './rules.ts'
import { KEY_NAMES, type Key, specOf, type Values } from './schema.ts'
import { modeWarning, resolveSecret, SECRET_SUFFIXES, type SecretForm, type SecretSource } from './secret.ts'

export type LoadOptions = {
  env: SecretSource
  cwd: string
  /** `envFile`: path of `--env-file`; `values`: keys set by flags. */
  flags?: { envFile?: string | undefined; values?: SecretSource }
}

export type Origin = 'flag' | 'environment' | 'env-file' | 'default'
/** Where one key's value came from; `text` as written, for a secret only when it is the default. */
export type Entry = { key: Key; origin: Origin; form: SecretForm; text: string | null; secret: boolean }
export type Loaded = { config: Config; entries: readonly Entry[]; secrets: readonly string[] }

type Layer = { origin: Origin; source: SecretSource }

function envPath(options: LoadOptions): string {
  return resolve(options.cwd, options.flags?.envFile ?? '.env')
}

/** `.env` may be absent; a file that was asked for may not. */
function envFile(options: LoadOptions): SecretSource {
  const asked = options.flags?.envFile
  const path = envPath(options)
  try {
    return parseEnv(readFileSync(path, 'utf8'))
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? 'unreadable'
    if (reason === 'ENOENT' && asked === undefined) return {}
    throw new ConnectorError('config.file', { path, reason }, error)
  }
}

function unknownKeys(layers: readonly Layer[]): Problem[] {
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

type Found = { entry: Entry; text: string | null; warning: string | null }

/** An empty value counts as absent (Compose passes unset variables as empty ones), except for a secret, which would silently vanish. */
function find(key: Key, layers: readonly Layer[], cwd: string): Found {
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
function secretParts(text: string): string[] {
  const url = URL.parse(text)
  if (text.startsWith('sqlite:')) return []
  if (url === null || !/^postgres/.test(url.protocol)) return [text]
  return url.password === '' ? [] : [url.password, querystring.unescape(url.password)]
}

function invalid(key: Key, text: string, secret: boolean): Problem {
  const allowed = specOf(key).allowed
  const shown = secret ? 'the value given' : `"${text.slice(0, 60)}"`
  return { kind: 'invalid', key, text: `${shown} is not allowed; allowed: ${allowed}` }
}

function fail(problems: readonly Problem[]): never {
  const kinds = new Set(problems.map((problem) => problem.kind))
  const code =
    kinds.size > 1 || kinds.has('invalid')
      ? 'config.invalid'
      : kinds.has('secret')
        ? 'config.secret'
        : 'config.unknown-key'
  const lines = problems.map((problem) => `${problem.key}: ${problem.text}`)
  throw new ConnectorError(code, { count: problems.length, problems: lines.join('\n') })
}

/**
 * The checked configuration with the origin of every value.
 * Throws ConnectorError `config.invalid`, `config.unknown-key`, `config.secret` (field `problems`: one line each) or `config.file`.
 */
export function loadWithOrigins(options: LoadOptions): Loaded {
  const layers: Layer[] = [
    { origin: 'flag', source: options.flags?.values ?? {} },
    { origin: 'environment', source: options.env },
    { origin: 'env-file', source: envFile(options) },
  ]
  const problems = unknownKeys(layers)
  const entries: Entry[] = []
  const secrets: string[] = []
  const warnings: string[] = []
  const values: Record<string, unknown> = {}
  for (const key of KEY_NAMES) {
    try {
      const { entry, text, warning } = find(key, layers, options.cwd)
      entries.push(entry)
      if (warning !== null) warnings.push(warning)
      if (entry.secret && entry.origin !== 'default' && text !== null) secrets.push(...secretParts(text))
      const parsed = text === null ? null : specOf(key).schema.safeParse(text)
      if (parsed?.success === false) problems.push(invalid(key, text ?? '', entry.secret))
      values[key] = parsed?.success ? parsed.data : null
    } catch (error) {
      if (!(error instanceof ConnectorError)) throw error
      problems.push({ kind: 'secret', key: String(error.fields.key), text: String(error.fields.reason) })
    }
  }
  if (problems.length > 0) fail(problems)
  if (entries.some((entry) => entry.secret && entry.form === 'value' && entry.origin === 'env-file')) {
    const warning = modeWarning('Secrets', envPath(options))
    if (warning !== null) warnings.push(warning)
  }
  // Every key of KEYS was put into `values`, parsed by its own schema.
  const checked = values as Values
  const broken = brokenRules(checked)
  if (broken.length > 0) fail(broken)
  return { config: toConfig(checked, options.cwd, warnings), entries, secrets }
}

/** The checked configuration. Errors as `loadWithOrigins`. */
export function loadConfig(options: LoadOptions): Config {
  return loadWithOrigins(options).config
}
