/** The archive for a person: what was kept, why, and what a restore did. */
import type { ArchiveDetail, ArchiveSummary, Restored } from '../../ports/administration.ts'
import type { ArchiveReason } from '../../ports/state-store.ts'
import { shownId } from '../admin-ids.ts'
import { lossText } from './action.ts'
import { safe, wrap } from './text.ts'
import { type AdminView, instantText, titleText, versionLines } from './version.ts'
import { SIDE_WORDS } from './words.ts'

const ARCHIVE_REASON_WORDS: Record<ArchiveReason, string> = {
  conflict: 'lost a conflict on',
  remove: 'removed from',
  'edit-beats-delete': 'deleted and edited, from',
  restore: 'overwritten by a restore on',
}

export function renderArchive(list: readonly ArchiveSummary[], view: AdminView): string {
  if (list.length === 0) return 'The archive has no such entry.'
  const lines = list.flatMap((summary) => [
    view.paint(
      'bold',
      `${shownId(summary.entry.id)}  ${titleText(summary.entry.title, summary.entry.uid, view.hidden)}`,
    ),
    wrap(factsOf(summary), view.width, '  '),
  ])
  const next = 'Next:\n$ connector archive show ID\n$ connector archive restore ID'
  return [...lines, '', `${list.length} ${list.length === 1 ? 'entry' : 'entries'}`, next].join('\n')
}

function factsOf({ entry, email, collection }: ArchiveSummary): string {
  const why = `${ARCHIVE_REASON_WORDS[entry.reason]} ${SIDE_WORDS[entry.side]}`
  return `${safe(email)}, ${safe(collection)}: ${why} ${instantText(entry.createdAtMs)}, kept until ${instantText(entry.expiresAtMs)}`
}

export function renderArchived(detail: ArchiveDetail, view: AdminView): string {
  const { entry, version } = detail
  const id = shownId(entry.id)
  return [
    view.paint('bold', `Archive entry ${id}  ${titleText(entry.title, entry.uid, view.hidden)}`),
    wrap(factsOf(detail), view.width),
    '',
    ...versionLines(version, view),
    '',
    'Next, restore it where it was, or to the side that you name:',
    `$ connector archive restore ${id}`,
    `$ connector archive restore ${id} --to ${entry.side === 'exchange' ? 'nextcloud' : 'exchange'}`,
  ].join('\n')
}

export function restoredText(restored: Restored, view: AdminView): string {
  const side = SIDE_WORDS[restored.side]
  const name = titleText(restored.title, restored.uid, view.hidden)
  const lines = [wrap(`${name}: ${WORDS[restored.outcome](side)}`, view.width)]
  if (restored.newUid)
    lines.push(wrap(`Another item uses its UID there, so it has a new one: ${safe(restored.uid)}`, view.width))
  if (restored.losses.length > 0)
    lines.push(wrap(`Does not fit on ${side}: ${restored.losses.map(lossText).join(', ')}`, view.width))
  if (restored.outcome !== 'already-there')
    lines.push('The next pass carries it to the other side:', `$ connector sync user ${safe(restored.email)}`)
  return lines.join('\n')
}

const WORDS: Record<Restored['outcome'], (side: string) => string> = {
  updated: (side) => `restored on ${side}. The version that it replaced is in the archive.`,
  created: (side) => `restored on ${side} as a new item.`,
  'already-there': (side) => `${side} has exactly this version already. Nothing was written.`,
}
