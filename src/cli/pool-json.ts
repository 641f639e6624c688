/** The JSON form of `pool test`, and its exit code. */

import { ConnectorError } from '../ports/errors.ts'
import type { AccountCheck, PoolReport } from '../ports/pool-report.ts'
import type { ErrorReport } from '../ports/report.ts'
import { describeError, errorJson } from './errors.ts'
import { EXIT } from './exit-codes.ts'
import type { Redact } from './redact.ts'

export function poolJson({ host, accounts, endpoints, tookMs }: PoolReport, redact: Redact) {
  return {
    host,
    accounts: accounts.map((account) => accountJson(account, redact)),
    endpoints: endpoints.map(({ error, ...endpoint }) => ({ ...endpoint, error: error && shown(error, redact) })),
    tookMs,
  }
}

function accountJson({ account, host, steps, causes, mailboxes, latencyMs, throttling }: AccountCheck, redact: Redact) {
  return {
    account,
    host,
    ok: steps.every(({ outcome }) => outcome === 'ok' || outcome === 'warning'),
    causes,
    steps: steps.map(({ name, outcome, note, error }) => ({
      name,
      outcome,
      note,
      error: error && shown(error, redact),
    })),
    mailboxes: mailboxes.map(({ email, counts, mayWrite, latencyMs: ms, error }) => ({
      email,
      counts,
      mayWrite,
      latencyMs: ms,
      error: error && shown(error, redact),
    })),
    latencyMs,
    throttling,
  }
}

function shown({ code, fields }: ErrorReport, redact: Redact) {
  return errorJson(describeError(new ConnectorError(code, fields), redact)).error
}

/** Refused access outweighs the rest: a person must act. Warnings alone end with 0. */
export function exitOfPool({ accounts, endpoints }: PoolReport): number {
  const errors = accounts.flatMap(({ steps, mailboxes }) => [
    ...steps.filter(({ outcome }) => outcome === 'failed').flatMap(({ error }) => error ?? []),
    ...mailboxes.flatMap(({ error }) => error ?? []),
  ])
  errors.push(...endpoints.flatMap(({ error }) => error ?? []))
  const codes = errors.map(
    ({ code, fields }) => describeError(new ConnectorError(code, fields), (text) => text).exitCode,
  )
  const order = [EXIT.accessRefused, EXIT.unreachable, EXIT.throttled]
  return order.find((code) => codes.includes(code)) ?? codes[0] ?? EXIT.inStep
}
