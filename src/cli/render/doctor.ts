/** The findings of `doctor`: one line per check, in groups; only what is not well says more. */
import { CHECK_GROUPS, type Check, type CheckGroup } from '../../ports/diagnosis.ts'
import { ConnectorError } from '../../ports/errors.ts'
import { describeError } from '../errors.ts'
import type { Redact } from '../redact.ts'
import { safe, wrap } from './text.ts'
import type { Style, View } from './view.ts'

const GROUP_WORDS: Record<CheckGroup, string> = {
  runtime: 'This machine',
  configuration: 'Configuration',
  database: 'Database',
  nextcloud: 'Nextcloud',
  exchange: 'Exchange',
  mailbox: 'A mailbox, end to end',
  guards: 'Mailboxes',
}
const SYMBOLS: Record<Check['verdict'], { text: string; style: Style }> = {
  pass: { text: '✓', style: 'green' },
  warn: { text: '!', style: 'yellow' },
  fail: { text: '✗', style: 'red' },
  skip: { text: '-', style: 'dim' },
}

const INDENT = '  '
const MORE_INDENT = '      '

/** What is known of a failed check in words: its own, or those of its error. */
export function checkWords(check: Check, redact: Redact): { detail: string; why: string | null; fix: string | null } {
  if (!check.error) return { detail: check.detail, why: null, fix: check.fix }
  const { message, why, next } = describeError(new ConnectorError(check.error.code, check.error.fields), redact)
  return { detail: message, why, fix: next }
}

function checkLines(check: Check, view: View, redact: Redact): string[] {
  const { text, style } = SYMBOLS[check.verdict]
  const { detail, why, fix } = checkWords(check, redact)
  const head = wrap(`${text} ${safe(check.name)}${detail === '' ? '' : `: ${safe(detail)}`}`, view.width, INDENT)
  const lines = [view.paint(style, head)]
  if (why !== null) lines.push(wrap(`Why: ${why}`, view.width, MORE_INDENT))
  if (fix !== null && check.verdict !== 'pass') lines.push(wrap(`Fix: ${safe(fix)}`, view.width, MORE_INDENT))
  return lines
}

/** The groups without the sum. */
export function checkGroups(checks: readonly Check[], view: View, redact: Redact): string[] {
  return CHECK_GROUPS.flatMap((group) => {
    const own = checks.filter((check) => check.group === group)
    if (own.length === 0) return []
    return [view.paint('bold', GROUP_WORDS[group]), ...own.flatMap((check) => checkLines(check, view, redact)), '']
  })
}

export function renderDoctor(checks: readonly Check[], view: View, redact: Redact): string {
  const count = (verdict: Check['verdict']) => checks.filter((check) => check.verdict === verdict).length
  const sum = `${count('pass')} well, ${count('warn')} doubtful, ${count('fail')} failed`
  return [...checkGroups(checks, view, redact), sum, ...nextLines(checks)].join('\n')
}

function nextLines(checks: readonly Check[]): string[] {
  if (checks.some(({ verdict }) => verdict === 'fail'))
    return ['Mend the first failure, then run it again: later ones often follow from it.']
  const tried = checks.find(({ group, verdict }) => group === 'mailbox' && verdict === 'pass')?.name.split(':')[0]
  const isFirst = checks.some(({ name, verdict }) => name === 'full comparison' && verdict === 'skip')
  return isFirst && tried !== undefined ? [`Next: connector sync user ${safe(tried)} --dry-run`] : []
}
