/** Reads the configuration: flag before environment before `.env` before default. All problems are told at once, so that nobody fixes them one by one. */
import { resolve } from 'node:path'
import { ConnectorError } from '../ports/errors.ts'
import { type Config, toConfig } from './config.ts'
import { type Entry, find, type Layer, readEnvFile, secretParts, unknownKeys } from './layers.ts'
import { advice, brokenRules, type Problem } from './rules.ts'
import { KEY_NAMES, type Key, specOf, type Values } from './schema.ts'
import { modeWarning, type SecretSource } from './secret.ts'

export type LoadOptions = {
  env: SecretSource
  cwd: string
  /** `envFile`: path of `--env-file`; `values`: keys set by flags. */
  flags?: { envFile?: string | undefined; values?: SecretSource }
}

export type Loaded = { config: Config; entries: readonly Entry[]; secrets: readonly string[] }

function invalid(key: Key, text: string, secret: boolean): Problem {
  const allowed = specOf(key).allowed
  const shown = secret ? 'the value given' : `"${text.slice(0, 60)}"`
  return { kind: 'invalid', key, text: `${shown} is not allowed; allowed: ${allowed}` }
}

function failure(problems: readonly Problem[]): ConnectorError {
  const kinds = new Set(problems.map((problem) => problem.kind))
  const code =
    kinds.size > 1 || kinds.has('invalid')
      ? 'config.invalid'
      : kinds.has('secret')
        ? 'config.secret'
        : 'config.unknown-key'
  const lines = problems.map((problem) => `${problem.key}: ${problem.text}`)
  return new ConnectorError(code, { count: problems.length, problems: lines.join('\n') })
}

type Read = { values: Values; entries: Entry[]; secrets: string[]; warnings: string[]; problems: Problem[] }

/** Every key's value, the default where it is wrong, so that all rules can be checked in the same run. */
function readKeys(layers: readonly Layer[], cwd: string): Read {
  const read: Omit<Read, 'values'> = { entries: [], secrets: [], warnings: [], problems: unknownKeys(layers) }
  const values: Record<string, unknown> = {}
  for (const key of KEY_NAMES) {
    const { schema, fallback } = specOf(key)
    values[key] = fallback === null ? null : schema.parse(fallback)
    try {
      const { entry, text, warning } = find(key, layers, cwd)
      read.entries.push(entry)
      if (warning !== null) read.warnings.push(warning)
      if (entry.secret && entry.origin !== 'default' && text !== null) read.secrets.push(...secretParts(text))
      const parsed = text === null ? null : schema.safeParse(text)
      if (parsed?.success) values[key] = parsed.data
      else if (parsed !== null) read.problems.push(invalid(key, text ?? '', entry.secret))
    } catch (error) {
      if (!(error instanceof ConnectorError)) throw error
      read.problems.push({ kind: 'secret', key: String(error.fields.key), text: String(error.fields.reason) })
    }
  }
  // Every key of KEYS was put into `values`, parsed by its own schema.
  return { ...read, values: values as Values }
}

/** `problem` instead of an exception, for showing a configuration that is not valid. */
export type Inspected = Loaded & { problem: ConnectorError | null }

/** The configuration with the origin of every value, valid or not. Throws ConnectorError `config.file` only. */
export function inspectConfig(options: LoadOptions): Inspected {
  const envPath = resolve(options.cwd, options.flags?.envFile ?? '.env')
  const envFile = readEnvFile(envPath, options.flags?.envFile !== undefined)
  const layers: Layer[] = [
    { origin: 'flag', source: options.flags?.values ?? {} },
    { origin: 'environment', source: options.env },
    { origin: 'env-file', source: envFile.source },
  ]
  const { values, entries, secrets, warnings, problems } = readKeys(layers, options.cwd)
  problems.push(...envFile.problems)
  warnings.push(...advice(values))
  const wrong = new Set(problems.map((problem) => problem.key))
  problems.push(...brokenRules(values).filter((problem) => !wrong.has(problem.key)))
  if (entries.some((entry) => entry.secret && entry.form === 'value' && entry.origin === 'env-file')) {
    const warning = modeWarning('Secrets', envPath)
    if (warning !== null) warnings.push(warning)
  }
  const config = toConfig(values, options.cwd, warnings)
  return { config, entries, secrets, problem: problems.length > 0 ? failure(problems) : null }
}

/**
 * The checked configuration with the origin of every value.
 * Throws ConnectorError `config.invalid`, `config.unknown-key`, `config.secret` (field `problems`: one line each) or `config.file`.
 */
export function loadWithOrigins(options: LoadOptions): Loaded {
  const { problem, ...loaded } = inspectConfig(options)
  if (problem !== null) throw problem
  return loaded
}

/** The checked configuration. Errors as `loadWithOrigins`. */
export function loadConfig(options: LoadOptions): Config {
  return loadWithOrigins(options).config
}
