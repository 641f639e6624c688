/** Finds the secrets that stand in JSON files, only so that they can be masked in whatever is printed. Never fails. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

function secretsIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, field]) => {
    if (typeof field !== 'string') return secretsIn(field)
    return /(password|secret)$/i.test(key) ? [field] : []
  })
}

function secretsOf(path: string): string[] {
  try {
    if (statSync(path).isDirectory())
      return readdirSync(path)
        .filter((name) => name.endsWith('.json'))
        .flatMap((name) => secretsOf(join(path, name)))
    return secretsIn(JSON.parse(readFileSync(path, 'utf8')))
  } catch {
    // An absent or broken file is reported by the code that needs it.
    return []
  }
}

export function fileSecrets(paths: readonly string[]): string[] {
  return paths.flatMap(secretsOf)
}
