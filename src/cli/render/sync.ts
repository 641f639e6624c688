/** The report of a sync as text: what was done or would be done, what needs a person, the numbers, and the next command. */

import { ConnectorError } from '../../ports/errors.ts'
import type { ErrorReport, PairReport, RunReport, UserReport } from '../../ports/report.ts'
import type { HaltReason } from '../../ports/state-store.ts'
import { fill } from '../errors/text.ts'
import { describeError } from '../errors.ts'
import type { Redact } from '../redact.ts'
import { actionLines } from './action.ts'
import { addCounts, countsTable } from './counts.ts'
import { problemText } from './problem.ts'
import { safe, wrap } from './text.ts'
import type { Style, View } from './view.ts'
import { GUARD_WORDS, OUTCOME_WORDS } from './words.ts'

/** `redact` masks secrets in other systems' words. */
export type SyncView = View & { redact: Redact }

const OUTCOME_STYLES: Record<UserReport['outcome'], Style> = {
  'in-step': 'green',
  partial: 'yellow',
  failed: 'red',
  halted: 'red',
  stopped: 'yellow',
}

function errorLines(error: ErrorReport, view: SyncView): string[] {
  const shown = describeError(new ConnectorError(error.code, error.fields), view.redact)
  const text = [`Error: ${safe(shown.message)}`, `Why: ${shown.why}`, `Next: ${shown.next}`]
  return [view.paint('red', wrap(text[0] ?? '', view.width)), ...text.slice(1).map((line) => wrap(line, view.width))]
}

function haltLines(halt: HaltReason, email: string, view: View): string[] {
  const words = GUARD_WORDS[halt.guard] ?? {
    what: `Guard ${halt.guard}.`,
    next: 'connector sync user {email} --dry-run',
  }
  const fields = { ...halt.numbers, email }
  const what = `Halted, nothing was written: ${fill(words.what, fields)}`
  return [view.paint('red', wrap(what, view.width)), wrap(`Next: ${fill(words.next, fields)}`, view.width)]
}

function pairLines(pair: PairReport, report: UserReport, view: SyncView): string[] {
  const lines = pair.actions.flatMap((action) => actionLines(action, pair.kind, view))
  if (pair.halt !== null) lines.push(...haltLines(pair.halt, report.email, view))
  if (pair.error !== null) lines.push(...errorLines(pair.error, view))
  lines.push(...pair.problems.map((problem) => view.paint('yellow', wrap(`! ${problemText(problem)}`, view.width))))
  if (lines.length === 0) return []
  const first = pair.firstPass ? ' (first sync: nothing is ever deleted in it)' : ''
  return [view.paint('bold', `${safe(pair.name)}${first}`), ...lines, '']
}

function plannedOf(report: UserReport): number {
  return report.pairs.flatMap((pair) => pair.actions).filter((action) => action.outcome === 'planned').length
}

function nextLine(report: UserReport): string[] {
  if (!report.dryRun || report.outcome === 'halted' || report.error !== null) return []
  if (plannedOf(report) === 0) return ['Nothing to do.']
  return [`Next: connector sync user ${report.email}`]
}

function headLine(report: UserReport, view: View): string {
  const state = view.paint(OUTCOME_STYLES[report.outcome], OUTCOME_WORDS[report.outcome])
  const said = report.dryRun ? 'dry run, nothing was written' : state
  return `${safe(report.email)}: ${said}`
}

/** One user's report. */
export function renderUser(report: UserReport, view: SyncView): string {
  const lines = [headLine(report, view), '', ...report.pairs.flatMap((pair) => pairLines(pair, report, view))]
  if (report.error !== null) lines.push(...errorLines(report.error, view), '')
  if (report.pairs.length > 0)
    lines.push(
      countsTable(
        'collection',
        report.pairs.map(({ name, counts }) => ({ name, counts })),
      ),
    )
  return [...lines, ...nextLine(report)].join('\n').trimEnd()
}

function summaryRow(report: UserReport) {
  return { name: report.email, counts: addCounts(report.pairs.map((pair) => pair.counts)) }
}

/** Users that are in step take one line in the table; the others are told in full. */
export function renderRun(report: RunReport, view: SyncView): string {
  if (report.users.length === 0) return 'Nothing is due.'
  const lines: string[] = []
  for (const user of report.users) {
    lines.push(headLine(user, view))
    const details = user.pairs.flatMap((pair) => pairLines(pair, user, view))
    if (user.error !== null) details.push(...errorLines(user.error, view), '')
    lines.push(...details)
  }
  lines.push('', countsTable('mailbox', report.users.map(summaryRow)))
  return lines.join('\n').trimEnd()
}
