/** Conflicts for a person: what lost, what won, in which fields, and the command that settles it. */

import type { ConflictDetail, ConflictSummary, PresentVersion, Resolved } from '../../ports/administration.ts'
import { ConnectorError } from '../../ports/errors.ts'
import type { SideName } from '../../ports/side.ts'
import { shownId } from '../admin-ids.ts'
import { describeError } from '../errors.ts'
import { fieldText } from './action.ts'
import { restoredText } from './archive.ts'
import { safe, wrap } from './text.ts'
import { type AdminView, instantText, titleText, versionLines } from './version.ts'
import { SIDE_WORDS } from './words.ts'

/** A field's name; the name of a category or attendee is content. */
export function fieldNames(paths: readonly string[], hidden: boolean): string {
  return [...new Set(paths.map((path) => fieldText(hidden ? (path.split(':', 1)[0] ?? path) : path)))].join(', ')
}

export function renderConflicts(list: readonly ConflictSummary[], view: AdminView, all: boolean): string {
  if (list.length === 0) return all ? 'There are no conflicts.' : 'There are no open conflicts.'
  const lines = list.flatMap((summary) => [
    view.paint(
      'bold',
      `${shownId(summary.conflict.id)}  ${titleText(summary.title, summary.conflict.uid, view.hidden)}`,
    ),
    wrap(
      `${safe(summary.email)}, ${safe(summary.collection)}, ${instantText(summary.conflict.createdAtMs)}`,
      view.width,
      '  ',
    ),
    wrap(storyOf(summary), view.width, '  '),
  ])
  const next = 'Next:\n$ connector conflicts show ID\n$ connector conflicts resolve ID --keep (or --restore)'
  return [...lines, '', `${list.length} ${list.length === 1 ? 'conflict' : 'conflicts'}`, next].join('\n')
}

function storyOf({ conflict }: ConflictSummary): string {
  const winner = SIDE_WORDS[conflict.winner]
  const state = conflict.resolution === null ? '' : ` Resolved: ${RESOLUTION_WORDS[conflict.resolution]}.`
  if (conflict.kind === 'edit-delete')
    return `Edited on ${winner}, deleted on ${SIDE_WORDS[other(conflict.winner)]}: the edit won, nothing was lost.${state}`
  const kept = conflict.archiveId === null ? 'is no longer in the archive' : 'is in the archive'
  return `Both sides changed ${fieldNames(conflict.paths, true)}. ${winner} won, the other version ${kept}.${state}`
}

const RESOLUTION_WORDS = { kept: 'the winner was accepted', restored: 'the lost version was restored' } as const

function other(side: SideName): SideName {
  return side === 'exchange' ? 'nextcloud' : 'exchange'
}

export function renderConflict(detail: ConflictDetail, view: AdminView): string {
  const { conflict, lost, won } = detail
  const id = shownId(conflict.id)
  const lines = [
    view.paint('bold', `Conflict ${id}  ${titleText(detail.title, conflict.uid, view.hidden)}`),
    wrap(`${safe(detail.email)}, ${safe(detail.collection)}, ${instantText(conflict.createdAtMs)}`, view.width),
    wrap(storyOf(detail), view.width),
    '',
  ]
  if (lost) {
    const kept = `archived ${instantText(lost.archivedAtMs)}, kept until ${instantText(lost.expiresAtMs)} and while the conflict is open`
    lines.push(view.paint('bold', `What lost: ${SIDE_WORDS[lost.side]}`), wrap(kept, view.width, '  '))
    lines.push(...versionLines(lost, view), '')
  }
  lines.push(...wonLines(won, view), '')
  if (detail.differing.length > 0)
    lines.push(wrap(`They differ in: ${fieldNames(detail.differing, view.hidden)}`, view.width), '')
  if (conflict.resolution === null) lines.push(...nextLines(id, lost !== null))
  return lines.join('\n').trimEnd()
}

function nextLines(id: string, restorable: boolean): string[] {
  const restore = restorable ? [`$ connector conflicts resolve ${id} --restore`] : []
  return ['Next, accept the winner or restore what lost:', `$ connector conflicts resolve ${id} --keep`, ...restore]
}

function wonLines(won: PresentVersion, view: AdminView): string[] {
  switch (won.kind) {
    case 'present': {
      const head = view.paint('bold', `What won: ${SIDE_WORDS[won.version.side]}, as it is now`)
      return [head, ...versionLines(won.version, view)]
    }
    case 'gone':
      return [`What won is gone from ${SIDE_WORDS[won.side]} by now.`]
    case 'unknown': {
      const { message } = describeError(new ConnectorError(won.error.code, won.error.fields), view.redact)
      return [wrap(`What won cannot be shown now: ${safe(message)}`, view.width)]
    }
  }
}

export function renderResolved(resolved: Resolved, view: AdminView): string {
  const { conflict, restored, already } = resolved
  const resolution = conflict.resolution ?? 'kept'
  if (already) return `The conflict was resolved before: ${RESOLUTION_WORDS[resolution]}. Nothing was done.`
  if (restored === null)
    return wrap(
      'Resolved: the winner stays. The other version stays in the archive until its time is over.',
      view.width,
    )
  return restoredText(restored, view)
}
