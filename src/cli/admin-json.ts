/** The JSON forms of conflicts, archive, pausing and restoring, field by field. Contents only where `--documents` asks for them. */

import { nameOf } from '../model/item-name.ts'
import type {
  ArchiveDetail,
  ArchiveSummary,
  ConflictDetail,
  ConflictSummary,
  HaltedCollection,
  Paused,
  PresentVersion,
  Resolved,
  Restored,
  Resumed,
  ShownVersion,
} from '../ports/administration.ts'
import { ConnectorError } from '../ports/errors.ts'
import { shownId } from './admin-ids.ts'
import { describeError, errorJson } from './errors.ts'
import { instant } from './instant.ts'
import { lossJson, maskPath } from './json.ts'
import type { Redact } from './redact.ts'

export type JsonView = { redact: Redact; hidden: boolean; documents: boolean }

export function titleOf(title: string, { hidden }: JsonView): string | null {
  return hidden ? null : title
}

/** Names of fields without the names of categories and attendees. */
function kinds(paths: readonly string[]): string[] {
  return [...new Set(paths.map((path) => path.split(':', 1)[0] ?? path))]
}

function summaryJson({ conflict, email, collection, title }: ConflictSummary, view: JsonView) {
  const { uid, kind, winner, archiveId, resolution } = conflict
  return {
    id: shownId(conflict.id),
    email,
    collection,
    uid,
    title: titleOf(title, view),
    kind,
    winner,
    fields: kinds(conflict.paths),
    archiveId: archiveId === null ? null : shownId(archiveId),
    createdAt: instant(conflict.createdAtMs),
    resolvedAt: instant(conflict.resolvedAtMs),
    resolution,
  }
}

export function conflictsJson(list: readonly ConflictSummary[], view: JsonView) {
  return { conflicts: list.map((summary) => summaryJson(summary, view)) }
}

function versionJson({ side, item, when, document }: ShownVersion, view: JsonView) {
  const contents = view.documents && !view.hidden ? { format: document.format, document: document.text } : {}
  return { side, readable: item !== null, title: titleOf(item ? nameOf(item).title : '', view), when, ...contents }
}

function wonJson(won: PresentVersion, view: JsonView) {
  switch (won.kind) {
    case 'present':
      return { state: won.kind, ...versionJson(won.version, view) }
    case 'gone':
      return { state: won.kind, side: won.side }
    case 'unknown': {
      const error = new ConnectorError(won.error.code, won.error.fields)
      return { state: won.kind, side: won.side, error: errorJson(describeError(error, view.redact)).error }
    }
  }
}

export function conflictDetailJson(detail: ConflictDetail, view: JsonView) {
  const { lost, won, differing } = detail
  return {
    ...summaryJson(detail, view),
    lost: lost && {
      ...versionJson(lost, view),
      archivedAt: instant(lost.archivedAtMs),
      expiresAt: instant(lost.expiresAtMs),
    },
    won: wonJson(won, view),
    differing: view.hidden ? kinds(differing) : [...new Set(differing.map(maskPath))],
  }
}

function entryJson({ entry, email, collection }: ArchiveSummary, view: JsonView) {
  const { uid, side, reason, title } = entry
  return {
    id: shownId(entry.id),
    email,
    collection,
    uid,
    title: titleOf(title, view),
    side,
    reason,
    createdAt: instant(entry.createdAtMs),
    expiresAt: instant(entry.expiresAtMs),
  }
}

export function archiveJson(list: readonly ArchiveSummary[], view: JsonView) {
  return { entries: list.map((summary) => entryJson(summary, view)) }
}

export function archivedJson(detail: ArchiveDetail, view: JsonView) {
  return { ...entryJson(detail, view), version: versionJson(detail.version, view) }
}

export function restoredJson(restored: Restored, view: JsonView) {
  const { email, collection, side, outcome, uid, newUid, title, losses } = restored
  return { email, collection, side, outcome, uid, newUid, title: titleOf(title, view), losses: losses.map(lossJson) }
}

export function resolvedJson({ conflict, email, restored, already }: Resolved, view: JsonView) {
  const { id, resolution, resolvedAtMs } = conflict
  return {
    id: shownId(id),
    email,
    resolution,
    resolvedAt: instant(resolvedAtMs),
    already,
    restored: restored && restoredJson(restored, view),
  }
}

export function pausedJson({ email, before, reason }: Paused) {
  return { email, status: 'paused', before, reason }
}

export function resumedJson({ email, before, reason, released, waiting }: Resumed, exitCode: number) {
  const halted = ({ name, halt }: HaltedCollection) => ({
    collection: name,
    guard: halt.guard,
    numbers: halt.numbers,
    since: instant(halt.sinceMs),
  })
  return {
    email,
    status: 'active',
    before,
    reason,
    exitCode,
    released: released.map(halted),
    waiting: waiting.map(halted),
  }
}
