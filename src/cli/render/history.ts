/** What was done to items, when and why, as lines: of the past (`status --log`) and as it happens (`sync watch`). */
import type { HistoryEntry, WatchEvent } from '../../ports/administration.ts'
import type { ActionKind, ActionReason } from '../../ports/report.ts'
import type { ActionLog, PassCounts } from '../../ports/state-store.ts'
import { secondsText } from './span.ts'
import { clip, safe, wrap } from './text.ts'
import { titleText } from './version.ts'
import type { View } from './view.ts'
import { KIND_WORDS, OUTCOME_WORDS, REASON_WORDS, SIDE_WORDS, SYMBOLS } from './words.ts'

/** Exchange's own UIDs have 112 characters. */
const UID_WIDTH_MAX = 48
const VERSION_WIDTH_MAX = 24

const MORE_REASONS: Readonly<Record<string, string>> = {
  recovered: 'settled after a lost answer',
  restored: 'restored from the archive',
}

function reasonText(reason: string): string {
  return REASON_WORDS[reason as ActionReason] ?? MORE_REASONS[reason] ?? safe(reason)
}

function symbolOf(action: string): string {
  return SYMBOLS[action as ActionKind] ?? '~'
}

function versionsText({ versionBefore, versionAfter }: ActionLog): string {
  const name = (version: string | null) => (version === null ? 'nothing' : clip(safe(version), VERSION_WIDTH_MAX))
  return `version: ${name(versionBefore)} -> ${name(versionAfter)}`
}

export type HistoryView = View & { hidden: boolean }

function entryLines(entry: HistoryEntry, view: HistoryView): string[] {
  const { log, title, collection, kind } = entry
  const what = `${symbolOf(log.action)} ${log.action} on ${SIDE_WORDS[log.side]}`
  const name =
    title === null || view.hidden ? `UID ${clip(safe(log.uid), UID_WIDTH_MAX)}` : titleText(title, log.uid, view.hidden)
  const head = `${secondsText(log.atMs)}  ${what}: ${reasonText(log.reason)}`
  const style = log.action.startsWith('remove') ? 'red' : log.action === 'create' ? 'green' : 'yellow'
  return [
    view.paint(style, wrap(head, view.width, '  ')),
    wrap(`${KIND_WORDS[kind]} ${name} in ${safe(collection)}`, view.width, '    '),
    view.paint('dim', wrap(`${versionsText(log)}, pass ${safe(log.passId).slice(0, 8)}`, view.width, '    ')),
  ]
}

/** Newest first. */
export function renderHistory(entries: readonly HistoryEntry[], email: string, view: HistoryView): string {
  if (entries.length === 0) return 'Nothing was done in this time, to no item that matches.'
  const removed = entries.some(({ log }) => log.action.startsWith('remove'))
  const next = removed ? ['', 'What was removed can be restored. Next:', `$ connector archive list ${safe(email)}`] : []
  const count = `${entries.length} ${entries.length === 1 ? 'action' : 'actions'}, times in UTC`
  return [...entries.flatMap((entry) => entryLines(entry, view)), '', count, ...next].join('\n')
}

/** Null: a pass that found nothing to do is not worth a line. */
export function watchLine(event: WatchEvent): string | null {
  const where = `${safe(event.email)}${event.collection === '' ? '' : ` ${safe(event.collection)}`}`
  const head = `${secondsText(event.atMs)}  ${where}`
  if (event.what === 'action') {
    const { log } = event
    const name = clip(safe(log.uid), UID_WIDTH_MAX)
    return `${head}  ${symbolOf(log.action)} ${log.action} on ${SIDE_WORDS[log.side]}: ${reasonText(log.reason)}  UID ${name}`
  }
  const { outcome, counts, errorCode } = event.log
  if (outcome === 'in-step' && isQuiet(counts)) return null
  return `${head}  pass ${OUTCOME_WORDS[outcome]}${errorCode === null ? '' : ` (${safe(errorCode)})`}: ${countsText(counts)}`
}

function isQuiet({ created, updated, removed, conflicts, failed }: PassCounts): boolean {
  return created + updated + removed + conflicts + failed === 0
}

function countsText({ created, updated, removed, conflicts, failed }: PassCounts): string {
  return `${created} created, ${updated} updated, ${removed} removed, ${conflicts} conflicts, ${failed} failed`
}
