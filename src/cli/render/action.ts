/** One line per action of a plan or a pass, so that a person sees what is done to which item, where and why. */
import type { FieldPath, Loss } from '../../model/item.ts'
import type { Action, ActionOutcome } from '../../ports/report.ts'
import type { CollectionKind } from '../../ports/state-store.ts'
import { columns, pad, safe, wrap } from './text.ts'
import type { Style, View } from './view.ts'
import { ACTION_OUTCOME_WORDS, KIND_WORDS, LOSS_WORDS, REASON_WORDS, SIDE_WORDS, SYMBOLS } from './words.ts'

export type ShownAction = Action & { outcome: ActionOutcome }

const WHEN_WIDTH = 17
const TITLE_WIDTH_MIN = 12
const TABLE_WIDTH_MIN = 80

/** `2026-03-01T09:00:00[Europe/Berlin]` -> `2026-03-01 09:00`; UTC keeps its Z, a date stays a date. The zone is in `--json`. */
export function whenText(when: string): string {
  const match = /^(\d{4}-\d{2}-\d{2})(?:T(\d{2}:\d{2})(?::\d{2})?(Z?))?/.exec(when)
  if (!match) return safe(when)
  return match[2] === undefined ? `${match[1]}` : `${match[1]} ${match[2]}${match[3]}`
}

/** A field path in words. An attendee's address is not shown (promises: I26). */
export function fieldText(path: FieldPath): string {
  const [field = path, ...rest] = path.split(':')
  if (field === 'attendee' || field === 'file') return field
  if (field === 'schedule') return 'time and repetition'
  return rest.length === 0 ? safe(field) : safe(`${field} ${rest.join(':')}`)
}

function unique(texts: readonly string[]): string {
  return [...new Set(texts)].join(', ')
}

/** An attendee's detail may be an address, so it is left out. */
export function lossText(loss: Loss): string {
  const detail = loss.detail === undefined || loss.path.startsWith('attendee') ? '' : `: ${safe(loss.detail)}`
  return `${fieldText(loss.path)} (${LOSS_WORDS[loss.reason]}${detail})`
}

function styleOf(action: ShownAction): Style {
  if (action.outcome === 'failed') return 'red'
  if (action.conflict || action.outcome === 'deferred') return 'yellow'
  switch (action.action) {
    case 'create':
      return 'green'
    case 'remove':
      return 'red'
    case 'update':
      return 'yellow'
    case 'link':
    case 'forget':
    case 'skip':
      return 'dim'
  }
}

/** The action's line, and under it what an update changes and what does not fit. */
export function actionLines(action: ShownAction, kind: CollectionKind, view: View): string[] {
  const late = action.action !== 'skip' && (action.outcome === 'failed' || action.outcome === 'deferred')
  const reason = REASON_WORDS[action.reason] + (late ? ` (${ACTION_OUTCOME_WORDS[action.outcome]})` : '')
  const head = `${SYMBOLS[action.action]} ${pad(SIDE_WORDS[action.side], 9)} ${pad(KIND_WORDS[kind], 7)} ${pad(whenText(action.when), WHEN_WIDTH)} `
  if (view.width < TABLE_WIDTH_MIN)
    return [...narrowLines({ head, reason, action }, view), ...detailLines(action, view)]
  const titleWidth = Math.max(TITLE_WIDTH_MIN, view.width - columns(head) - columns(reason) - 2)
  const line = `${head}${pad(safe(action.title) || '(no title)', titleWidth)}  ${reason}`
  return [view.paint(styleOf(action), line), ...detailLines(action, view)]
}

/** On a narrow terminal the title and the reason stand under the head. */
function narrowLines(
  { head, reason, action }: { head: string; reason: string; action: ShownAction },
  view: View,
): string[] {
  const title = wrap(safe(action.title) || '(no title)', view.width, '    ')
  return [head.trimEnd(), title, wrap(reason, view.width, '    ')].map((line) => view.paint(styleOf(action), line))
}

function detailLines(action: ShownAction, view: View): string[] {
  const lines: string[] = []
  if (action.action === 'update' && action.changed.length > 0)
    lines.push(wrap(`changes: ${unique(action.changed.map(fieldText))}`, view.width, '    '))
  if (action.mails) lines.push(view.paint('yellow', wrap('people are told: Exchange sends it', view.width, '    ')))
  if (action.losses.length > 0) {
    const text = `does not fit on ${SIDE_WORDS[action.side]}: ${unique(action.losses.map(lossText))}`
    lines.push(view.paint('dim', wrap(text, view.width, '    ')))
  }
  return lines
}
