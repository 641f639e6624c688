/** Who is in step and who is not: a light per mailbox, its last success and next pass, and its problems by name (casebook SRV-8). */
import type { MailboxStatus } from '../../ports/service.ts'
import { fill } from '../errors/text.ts'
import { lastPassLines } from './last-pass.ts'
import { codeText } from './problem.ts'
import { spanText } from './span.ts'
import { clip, safe, wrap } from './text.ts'
import type { View } from './view.ts'
import { GUARD_WORDS, SIDE_WORDS } from './words.ts'

export type Light = 'ok' | 'attention' | 'stopped'

/** Nobody should find out after days that a calendar stood still. */
const SILENT_TOO_LONG_MS = 24 * 60 * 60 * 1000
const ATTEMPTS_ALARMING = 3
/** The rest is counted: one broken import must not hide the other mailboxes. */
const PROBLEMS_SHOWN = 10
const UIDS_SHOWN = 3
/** Exchange's own UIDs have 112 characters. */
const UID_WIDTH_MAX = 36

const PAINT = { ok: 'green', attention: 'yellow', stopped: 'red' } as const

function problemsOf(status: MailboxStatus) {
  return status.pairs.flatMap((pair) => pair.problems)
}

export function lightOf(status: MailboxStatus, nowMs: number): Light {
  const { mailbox } = status
  if (mailbox === null) return 'attention'
  const silent = mailbox.lastSuccessAtMs !== null && nowMs - mailbox.lastSuccessAtMs > SILENT_TOO_LONG_MS
  const halted = mailbox.status === 'halted' || status.pairs.some((pair) => pair.status === 'halted')
  if (halted || mailbox.attempts >= ATTEMPTS_ALARMING || (silent && mailbox.status === 'active')) return 'stopped'
  const well = mailbox.status === 'active' && mailbox.lastOutcome === 'in-step'
  return well && problemsOf(status).length === 0 && status.openConflicts.length === 0 ? 'ok' : 'attention'
}

function timesText(status: MailboxStatus, nowMs: number): string {
  const { mailbox } = status
  if (mailbox === null) return 'never synced'
  const last =
    mailbox.lastSuccessAtMs === null ? 'never in step' : `in step ${spanText(nowMs - mailbox.lastSuccessAtMs)} ago`
  if (mailbox.status === 'paused') {
    const why = mailbox.statusReason == null ? '' : `: ${safe(mailbox.statusReason)}`
    return `${last}, paused${why}`
  }
  if (mailbox.status === 'halted') return `${last}, halted`
  const next = mailbox.nextRunAtMs <= nowMs ? 'due now' : `next pass in ${spanText(mailbox.nextRunAtMs - nowMs)}`
  return `${last}, ${next}`
}

type Pair = MailboxStatus['pairs'][number]

/** The same problem of many items is one line: an interrupted import must not fill the screen. */
function problemLines(pair: Pair): string[] {
  const groups = new Map<string, string[]>()
  for (const { side, uid, problem } of pair.problems) {
    if (problem === null) continue
    const key = `${SIDE_WORDS[side]}: ${codeText(problem.code, problem.detail)}`
    groups.set(key, [...(groups.get(key) ?? []), clip(safe(uid), UID_WIDTH_MAX)])
  }
  const lines = [...groups].map(([text, uids]) => {
    const named = uids.slice(0, UIDS_SHOWN).join(', ')
    const more = uids.length > UIDS_SHOWN ? ` and ${uids.length - UIDS_SHOWN} more` : ''
    return `${safe(pair.name)}, ${text} ${uids.length} ${uids.length === 1 ? 'item' : 'items'}: ${named}${more}`
  })
  const hidden = lines.length - PROBLEMS_SHOWN
  return hidden > 0
    ? [...lines.slice(0, PROBLEMS_SHOWN), `${safe(pair.name)}: ${hidden} more kinds, see --json`]
    : lines
}

function haltLines(pair: Pair, email: string): string[] {
  if (pair.halt === null) return []
  const words = GUARD_WORDS[pair.halt.guard]
  const fields = { ...pair.halt.numbers, email }
  const saw = words ? fill(words.what, fields) : safe(pair.halt.guard)
  if (pair.halt.released) return [`${safe(pair.name)}: released, the next pass goes on. The guard saw: ${saw}`]
  const what = `${safe(pair.name)}: halted. ${saw}`
  return words ? [what, `Next: ${fill(words.next, fields)}`] : [what]
}

function detailLines(status: MailboxStatus): string[] {
  const lines = status.pairs.flatMap((pair) => [...haltLines(pair, status.email), ...problemLines(pair)])
  const conflicts = status.openConflicts.length
  const word = conflicts === 1 ? 'conflict' : 'conflicts'
  if (conflicts === 0) return lines
  const next = `Next:\n$ connector conflicts list ${safe(status.email)}`
  return [...lines, `${conflicts} ${word}: the version that lost is kept in the archive`, next]
}

function mailboxLines(status: MailboxStatus, nowMs: number, view: View): string[] {
  const light = lightOf(status, nowMs)
  const items = status.pairs.reduce((sum, pair) => sum + pair.items, 0)
  const head = `${view.paint(PAINT[light], `● ${light.padEnd(9)}`)} ${safe(status.email)}`
  const facts = `            ${timesText(status, nowMs)}, ${items} ${items === 1 ? 'item' : 'items'}`
  const details = [...lastPassLines(status, nowMs), ...detailLines(status)]
  return [head, facts, ...details.map((line) => wrap(line, view.width, '            '))]
}

export function renderStatus(list: readonly MailboxStatus[], nowMs: number, view: View): string {
  if (list.length === 0) return 'No user is enrolled. Add them to users.json (see users.example.json).'
  const lines = list.flatMap((status) => mailboxLines(status, nowMs, view))
  const count = (light: Light) => list.filter((status) => lightOf(status, nowMs) === light).length
  const sum = `${count('ok')} ok, ${count('attention')} need attention, ${count('stopped')} stopped`
  return [...lines, '', `${list.length} ${list.length === 1 ? 'mailbox' : 'mailboxes'}: ${sum}`].join('\n')
}
