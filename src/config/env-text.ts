/** The text of a `.env` file: every key that was decided, with its meaning above it, quoted so that the reader gives it back exactly. Pure. */
import { parseEnv } from 'node:util'
import { ConnectorError } from '../ports/errors.ts'
import { KEY_NAMES, type Key, specOf } from './schema.ts'

const PLAIN = /^[\w@%+:,./~^-]+$/

/** Throws ConnectorError `config.invalid` for a value that no quotes can hold. */
export function quoted(key: string, value: string): string {
  const forms = [...(PLAIN.test(value) ? [value] : []), `'${value}'`, `"${value}"`, `\`${value}\``]
  const form = forms.find((candidate) => parseEnv(`X=${candidate}\nY=1`).X === value)
  if (form !== undefined) return form
  const problems = `${key}: has characters that .env cannot hold; give it as ${key}_FILE`
  throw new ConnectorError('config.invalid', { count: 1, problems })
}

/** `values`: by key, or by key with `_FILE` or `_COMMAND`. In the order of the reference. */
export function envText(values: ReadonlyMap<string, string>, heading: readonly string[]): string {
  const lines = heading.map((line) => `# ${line}`.trimEnd())
  lines.push('# All keys and their defaults: docs/reference/configuration.md', '')
  for (const key of KEY_NAMES) {
    for (const name of formsOf(key)) {
      const value = values.get(name)
      if (value === undefined) continue
      lines.push(`# ${specOf(key).meaning}`, `${name}=${quoted(name, value)}`, '')
    }
  }
  return `${lines.join('\n').trimEnd()}\n`
}

function formsOf(key: Key): readonly string[] {
  return specOf(key).secret ? [key, `${key}_FILE`, `${key}_COMMAND`] : [key]
}
