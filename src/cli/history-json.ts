/** The JSON forms of what was done to items (`status --log`) and is being done (`sync watch`), field by field. No contents. */
import type { HistoryEntry, WatchEvent } from '../ports/administration.ts'
import type { ActionLog } from '../ports/state-store.ts'
import { type JsonView, titleOf } from './admin-json.ts'
import { instant } from './instant.ts'

function doneJson(log: ActionLog) {
  const { passId, uid, action, side, reason, versionBefore, versionAfter, atMs } = log
  return { at: instant(atMs), action, side, reason, uid, versionBefore, versionAfter, passId }
}

export function historyJson(email: string, entries: readonly HistoryEntry[], view: JsonView) {
  return {
    email,
    log: entries.map(({ log, collection, kind, title }) => ({
      ...doneJson(log),
      collection,
      kind,
      title: title === null ? null : titleOf(title, view),
    })),
  }
}

export function watchJson({ email, collection, kind, ...event }: WatchEvent) {
  const owner = { what: event.what, email, collection, kind }
  if (event.what === 'action') return { ...owner, ...doneJson(event.log) }
  const { id, startedAtMs, outcome, counts, errorCode } = event.log
  const pass = { passId: id, startedAt: instant(startedAtMs), outcome, counts, errorCode }
  return { ...owner, at: instant(event.atMs), ...pass }
}
