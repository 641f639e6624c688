/** What the outcome of a call says about the account that made it: did Exchange let it in? */
import { ConnectorError } from '../../ports/errors.ts'
import { type EwsResult, mayHaveBeenApplied } from '../ews/operation.ts'

/** `sent`: the credentials may have reached the server. */
export type Verdict =
  | { kind: 'let-in' }
  | { kind: 'refused'; error: ConnectorError }
  | { kind: 'unknown'; sent: boolean }

/** A part of a write that fails after others were done is a result, not a throw. */
export function verdictOfResults(results: readonly EwsResult<unknown>[]): Verdict {
  for (const result of results) {
    if (result.kind === 'failed' && result.error.code === 'exchange.sign-in')
      return { kind: 'refused', error: result.error }
  }
  return { kind: 'let-in' }
}

/** 403 to an account that just worked concerns the mailbox or the calendar; to one that did not, the account. */
export function verdictOfError(error: unknown, proven: boolean): Verdict {
  const sent = mayHaveBeenApplied(error)
  if (!(error instanceof ConnectorError)) return { kind: 'unknown', sent }
  if (error.code === 'exchange.sign-in') return { kind: 'refused', error }
  if (error.fields.responseCode !== undefined) return { kind: 'let-in' }
  if (error.fields.status === 403 && !proven) return { kind: 'refused', error }
  return { kind: 'unknown', sent }
}
