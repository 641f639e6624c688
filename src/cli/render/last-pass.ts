/** The last pass over a mailbox, for `status`: when, with which account, what it did, how late its changes were, and why it failed. */

import { ERROR_CODES, type ErrorCode } from '../../ports/errors.ts'
import type { MailboxStatus } from '../../ports/service.ts'
import type { PassCounts } from '../../ports/state-store.ts'
import { ERROR_TEXTS } from '../errors/table.ts'
import { fill } from '../errors/text.ts'
import { durationText, spanText } from './span.ts'
import { safe } from './text.ts'
import { OUTCOME_WORDS } from './words.ts'

const COUNT_WORDS: readonly (readonly [keyof PassCounts, string])[] = [
  ['created', 'new'],
  ['updated', 'changed'],
  ['removed', 'removed'],
  ['conflicts', 'in conflict'],
  ['skipped', 'skipped'],
  ['failed', 'failed'],
]

function countsText(counts: PassCounts): string[] {
  return [
    `${counts.seen} seen`,
    ...COUNT_WORDS.flatMap(([name, word]) => (counts[name] > 0 ? [`${counts[name]} ${word}`] : [])),
  ]
}

/** Without the fields of the error, which the state does not keep: `sync user` says more. */
function errorLines(code: string, email: string): string[] {
  if (!(ERROR_CODES as readonly string[]).includes(code)) return [safe(code)]
  const { what, next } = ERROR_TEXTS[code as ErrorCode]
  return [fill(what, {}), `Next: ${fill(next, { email }).replace(/\bEMAIL\b/g, () => safe(email))}`]
}

export function lastPassLines({ mailbox, email }: MailboxStatus, nowMs: number): string[] {
  if (mailbox === null || mailbox.lastStartedAtMs === null) return []
  const ago = `last pass ${spanText(nowMs - mailbox.lastStartedAtMs)} ago`
  const { lastPass, lastOutcome } = mailbox
  if (lastPass == null) return [ago]
  const { account, counts, lag, errorCodes } = lastPass
  const isIdle = lastOutcome === 'in-step' && counts.seen === counts.unchanged
  const how = lastOutcome === null || lastOutcome === 'in-step' ? [] : [OUTCOME_WORDS[lastOutcome]]
  const said = lastOutcome === 'failed' ? how : [...how, ...countsText(counts), ...(isIdle ? ['nothing to do'] : [])]
  return [
    `${ago}${account === null ? '' : ` as ${safe(account)}`}: ${said.join(', ')}`,
    ...(lag === null
      ? []
      : [`lag ${durationText(lag.ms)}, from a change to its write (${spanText(nowMs - lag.atMs)} ago)`]),
    ...errorCodes.flatMap((code) => errorLines(code, email)),
  ]
}
