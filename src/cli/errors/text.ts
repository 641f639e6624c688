/** The shape of an error's words. `{name}` is a field of the error; a part in square brackets is left out when a field in it is absent. */
import type { ErrorFields } from '../../ports/errors.ts'
import type { ExitName } from '../exit-codes.ts'

/** What happened, why (usual causes), the next thing to do, and the exit code when this error ends the command. */
export type ErrorText = { what: string; why: string; next: string; exit: ExitName }

/** Next steps of many errors. */
export const CHECK = 'connector config show --origin'
export const AGAIN = 'Try again later: connector sync run'

/** Names of the fields that a text may show; the same names are the allow-list of `--json`. */
const PLACEHOLDER = /\{(\w+)\}/g

function shown(value: ErrorFields[string]): string {
  return String(value).replace(/[\p{Cc}\p{Cf}]/gu, (character) => (character === '\n' ? '\n' : ' '))
}

/** The text with its fields put in. */
export function fill(template: string, fields: ErrorFields): string {
  const has = (part: string) => [...part.matchAll(PLACEHOLDER)].every(([, name]) => fields[name ?? ''] !== undefined)
  const kept = template.replace(/\[([^[\]]*)\]/g, (_, part: string) => (has(part) ? part : ''))
  return kept.replace(PLACEHOLDER, (_, name: string) =>
    fields[name] === undefined ? '(unknown)' : shown(fields[name]),
  )
}
