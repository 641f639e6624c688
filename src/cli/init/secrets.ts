/** Secrets of `connector init` that flags give: each in a file, which is read to see that it is one, and then only named. */
import { resolve } from 'node:path'
import { resolveSecret } from '../../config/secret.ts'
import { flagOf, type Given } from './ask.ts'
import type { SecretFiles } from './files.ts'
import type { Question } from './questions.ts'

/** `values`: what the flags say, secrets read. Throws ConnectorError `config.secret` for a file that is none. */
export function readSecrets(
  questions: readonly Question[],
  flags: Readonly<Record<string, string | boolean | undefined>>,
): { values: Given; files: SecretFiles } {
  const values: Record<string, string> = {}
  const files: Record<string, string> = {}
  for (const question of questions) {
    const text = flags[flagOf(question)]
    if (typeof text !== 'string') continue
    if (question.kind !== 'secret') {
      values[question.name] = text
      continue
    }
    const path = resolve(text)
    const key = `--${question.name}`
    values[question.name] = resolveSecret(key, { [`${key}_FILE`]: path }, { baseDir: '/' })?.value ?? ''
    files[question.name] = path
  }
  return { values, files }
}
