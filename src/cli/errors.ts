/** The error boundary: turns whatever was thrown into words, an exit code and a JSON form, by an allow-list, so that no secret gets out. */
import { ConnectorError, type ErrorCode, type ErrorFields } from '../ports/errors.ts'
import { withWords } from './errors/reasons.ts'
import { ERROR_TEXTS } from './errors/table.ts'
import { fill } from './errors/text.ts'
import { isUsage, type TypedCommand, usageWords } from './errors/usage.ts'
import { EXIT } from './exit-codes.ts'
import type { Redact } from './redact.ts'
import { wrap } from './render/text.ts'

/** `usage` is the command line's own code: what the argument parser refuses. */
export type ShownCode = ErrorCode | 'usage'
export type ShownError = {
  code: ShownCode
  message: string
  why: string
  next: string
  exitCode: number
  fields: ErrorFields
}

/** Fields that may be shown. Whatever else an error carries stays inside. */
export const SHOWN_FIELDS: readonly string[] = `
  key reason problem problems setting count path database version knows needs type
  added dropped
  email mailbox account holder collection guard limit side uid
  host url location target operation status responseCode detail encoding sent
  bytes bytesMax backOffMs retryAfterMs timeoutMs refusal minutes
`
  .trim()
  .split(/\s+/)

function shownFields(fields: ErrorFields, redact: Redact): ErrorFields {
  const kept = SHOWN_FIELDS.filter((name) => fields[name] !== undefined).map((name) => {
    const value = fields[name]
    return [name, typeof value === 'string' ? redact(value) : value]
  })
  return Object.fromEntries(kept)
}

function fromTable(code: ErrorCode, fields: ErrorFields, redact: Redact): ShownError {
  const text = ERROR_TEXTS[code]
  const shown = shownFields(fields, redact)
  return {
    code,
    message: fill(text.what, withWords(shown)),
    why: text.why,
    next: withAddress(fill(text.next, shown), shown),
    exitCode: EXIT[text.exit],
    fields: shown,
  }
}

/** The next command can be copied as it is where the error knows whom it is about. */
function withAddress(next: string, { email, mailbox }: ErrorFields): string {
  const address = email ?? mailbox
  return address === undefined ? next : next.replace(/\bEMAIL\b/g, () => String(address))
}

const NOTHING_TYPED: TypedCommand = { words: '', ids: [] }

function usage(error: Error, redact: Redact, typed: TypedCommand): ShownError {
  const { message, next } = usageWords(error, typed)
  const why = 'The command line is not understood.'
  return { code: 'usage', message: redact(message), why, next, exitCode: EXIT.usage, fields: {} }
}

/** The words for anything thrown. Unknown errors are `bug`, with the name of their class only: their message may hold anything. */
export function describeError(error: unknown, redact: Redact, typed: TypedCommand = NOTHING_TYPED): ShownError {
  if (error instanceof ConnectorError) {
    // The message of a foreign error inside a bug may quote data: only where it was, or its class, is shown.
    const { where, name } = error.fields
    return fromTable(error.code, error.code === 'bug' ? { type: where ?? name } : error.fields, redact)
  }
  if (isUsage(error)) return usage(error, redact, typed)
  return fromTable('bug', { type: error instanceof Error ? error.name : typeof error }, redact)
}

/** Exit code of an error that a report carries. */
export function exitCodeOf(code: ErrorCode): number {
  return EXIT[ERROR_TEXTS[code].exit]
}

/** What happened, why, and what now: on standard error. `width` null: no terminal, so that a line stays a line for whoever searches it. */
export function errorText(shown: ShownError, width: number | null = null): string {
  const parts = { 'Error: ': shown.message, 'Why:   ': shown.why, 'Next:  ': shown.next, '       ': `(${shown.code})` }
  return Object.entries(parts)
    .map(
      ([label, text]) => label + (width === null ? text : hanging(text, { width, indent: ' '.repeat(label.length) })),
    )
    .join('\n')
}

/** A command that is to be copied begins a line of its own. */
function hanging(text: string, { width, indent }: { width: number; indent: string }): string {
  return wrap(text.replace(/: (connector [^\n]+)$/, ':\n$1'), width, indent).slice(indent.length)
}

/** The documented JSON form (docs/reference/json.md). */
export function errorJson({ code, message, next, exitCode, fields }: ShownError) {
  return { error: { code, message, next, exitCode, fields } }
}

/** The stack with its causes, for `--verbose` only. */
export function stackText(error: unknown, redact: Redact): string {
  const parts: string[] = []
  for (let at: unknown = error; at instanceof Error && parts.length < 5; at = at.cause) {
    const fields = at instanceof ConnectorError ? ` ${JSON.stringify(at.fields)}` : ''
    parts.push(`${at.stack ?? at.message}${fields}`)
  }
  return redact(parts.length > 0 ? parts.join('\ncaused by: ') : String(error))
}
