/** The report of a sync as text: what was done or would be done, what needs a person, the numbers, and the next command. */

import { addCounts } from '../../ports/counts.ts'
import { ConnectorError } from '../../ports/errors.ts'
import type { ErrorReport, PairReport, RunReport, UserReport } from '../../ports/report.ts'
import type { HaltReason } from '../../ports/state-store.ts'
import { fill } from '../errors/text.ts'
import { describeError } from '../errors.ts'
import type { Redact } from '../redact.ts'
import { actionLines } from './action.ts'
import { countsTable } from './counts.ts'
import { problemText } from './problem.ts'
import { type EndView, runEnd, userEnd } from './sync-end.ts'
import { safe, wrap } from './text.ts'
import type { Style, View } from './view.ts'
import { GUARD_WORDS, OUTCOME_WORDS } from './words.ts'

/** `redact` masks secrets in other systems' words; `hidden`: titles are left out (`--redact`). */
export type SyncView = View & EndView & { redact: Redact; hidden: boolean }

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
    next: 'Look at the plan:\n$ connector sync user {email} --dry-run',
  }
  const fields = { ...halt.numbers, email }
  const what = `Halted, nothing was written: ${fill(words.what, fields)}`
  return [view.paint('red', wrap(what, view.width)), wrap(`Next: ${fill(words.next, fields)}`, view.width)]
}

/** By time, as a calendar is read; then by what makes two plans of the same state the same text. */
function byTime(actions: PairReport['actions']): PairReport['actions'] {
  const key = ({ when, title, uid, side, action }: PairReport['actions'][number]) => [when, title, uid, side, action]
  return [...actions].sort((a, b) => {
    const [left, right] = [key(a), key(b)]
    const at = left.findIndex((part, index) => part !== right[index])
    return at === -1 ? 0 : (left[at] ?? '') < (right[at] ?? '') ? -1 : 1
  })
}

/** An item that is left alone says by its losses why; the same problem need not follow once more. */
function problemsToTell(pair: PairReport) {
  const told = new Set(pair.actions.filter(({ losses }) => losses.length > 0).map(({ uid }) => uid))
  return pair.problems.filter((problem) => problem.code !== 'item.not-representable' || !told.has(problem.uid))
}

function withoutTitles(pair: PairReport): PairReport {
  const hide = <T extends { title: string }>(one: T): T => ({ ...one, title: '(hidden)' })
  return { ...pair, actions: pair.actions.map(hide), problems: pair.problems.map(hide) }
}

/** The same error of several collections is told once, under all their names. */
function allPairLines(report: UserReport, view: SyncView): string[] {
  const groups: { names: string[]; key: string; lines: string[] }[] = []
  for (const pair of report.pairs) {
    const lines = pairLines(pair, report, view)
    if (lines.length === 0) continue
    const last = groups.at(-1)
    const key = pair.error === null ? '' : lines.join('\n')
    if (key !== '' && last?.key === key) last.names.push(pair.name)
    else groups.push({ names: [nameOf(pair)], key, lines })
  }
  return groups.flatMap(({ names, lines }) => [view.paint('bold', safe(names.join(', '))), ...lines, ''])
}

function nameOf({ name, firstPass, error }: PairReport): string {
  return firstPass && error === null ? `${name} (first sync: nothing is ever deleted in it)` : name
}

function pairLines(named: PairReport, report: UserReport, view: SyncView): string[] {
  const pair = view.hidden ? withoutTitles(named) : named
  const lines = byTime(pair.actions).flatMap((action) => actionLines(action, pair.kind, view))
  if (pair.halt !== null) lines.push(...haltLines(pair.halt, report.email, view))
  if (pair.error !== null) lines.push(...errorLines(pair.error, view))
  const problems = problemsToTell(pair).map((problem) => wrap(`! ${problemText(problem)}`, view.width))
  return [...lines, ...problems.map((line) => view.paint('yellow', line))]
}

function headLine(report: UserReport, view: View): string {
  const state = view.paint(OUTCOME_STYLES[report.outcome], OUTCOME_WORDS[report.outcome])
  const said = report.dryRun ? 'dry run, nothing was written' : state
  return `${safe(report.email)}: ${said}`
}

/** One user's report. */
export function renderUser(report: UserReport, view: SyncView): string {
  const lines = [headLine(report, view), '', ...allPairLines(report, view)]
  if (report.error !== null) lines.push(...errorLines(report.error, view), '')
  const rows = report.pairs.map(({ name, counts }) => ({ name, counts }))
  if (report.pairs.some(isWorthARow)) lines.push(countsTable({ title: 'collection', rows, width: view.width }))
  return [...lines, ...userEnd(report, view)].join('\n').trimEnd()
}

/** Where nothing could be looked at, numbers would only seem to say something. */
function isWorthARow({ error, counts }: PairReport): boolean {
  return error === null || counts.seen !== counts.unchanged
}

function summaryRow(report: UserReport) {
  return { name: report.email, counts: addCounts(report.pairs.map((pair) => pair.counts)) }
}

/** In step and nothing done: of a thousand mailboxes these are most. */
function isQuiet(report: UserReport): boolean {
  const { seen, unchanged } = summaryRow(report).counts
  return report.outcome === 'in-step' && seen === unchanged
}

function heldText(held: RunReport['held']): string {
  const holders = [...new Set(held.map(({ holder }) => holder))].join(', ')
  const what = held.length === 1 ? `The mailbox ${held[0]?.email} is` : `All ${held.length} mailboxes that are due are`
  return `${what} being synced by another run (${holders}).`
}

/** Mailboxes where nothing happened share one line of the table; those that are not in step are told in full. */
export function renderRun(report: RunReport, view: SyncView): string {
  if (report.users.length === 0)
    return report.held.length === 0
      ? 'Nothing is due. See when each mailbox is: connector status'
      : heldText(report.held)
  const lines = report.users.flatMap((user) => {
    const details = allPairLines(user, view)
    if (user.error !== null) details.push(...errorLines(user.error, view), '')
    return details.length === 0 && user.outcome === 'in-step'
      ? []
      : [headLine(user, view), ...(details.length > 0 ? details : [''])]
  })
  const quiet = report.users.filter(isQuiet)
  const rows = report.users.filter((user) => !isQuiet(user)).map(summaryRow)
  if (quiet.length > 0)
    rows.push({ name: `${quiet.length} unchanged`, counts: addCounts(quiet.map((user) => summaryRow(user).counts)) })
  lines.push(countsTable({ title: 'mailbox', rows, width: view.width }))
  return [...lines, ...runEnd(report, view)].join('\n').trimEnd()
}
