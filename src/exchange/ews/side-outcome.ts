/** What the result of a write means: done, not done, or unknown (I12). One place, so that every write is judged alike. */
import type { ConnectorError } from '../../ports/errors.ts'
import { mayHaveBeenApplied, responseCodeOf } from './operation.ts'

export type WriteFailure =
  | { kind: 'changed-underneath' }
  | { kind: 'gone' }
  | { kind: 'refused'; error: ConnectorError }
  | { kind: 'unknown'; error: ConnectorError }

/** The precondition failed: somebody else was faster (LOS-5). */
const CONFLICTS: ReadonlySet<string> = new Set(['ErrorIrresolvableConflict', 'ErrorStaleObject'])

export function failureOf(error: ConnectorError): WriteFailure {
  const code = responseCodeOf(error) ?? ''
  if (CONFLICTS.has(code)) return { kind: 'changed-underneath' }
  if (code === 'ErrorItemNotFound') return { kind: 'gone' }
  return mayHaveBeenApplied(error) ? { kind: 'unknown', error } : { kind: 'refused', error }
}
