/** One version of an item, its name and its times, as conflicts and the archive show them alike. */
import type { ShownVersion } from '../../ports/administration.ts'
import type { Redact } from '../redact.ts'
import { itemHead, itemLines } from './item.ts'
import { safe } from './text.ts'
import type { View } from './view.ts'

/** `hidden`: titles and contents stay out (`--redact`). `documents`: the servers' own documents, too. */
export type AdminView = View & { redact: Redact; hidden: boolean; documents: boolean }

export function instantText(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`
}

export function titleText(title: string, uid: string, hidden: boolean): string {
  if (hidden || title === '') return `UID ${safe(uid)}`
  return `"${safe(title)}"`
}

export function versionLines(version: ShownVersion, view: AdminView): string[] {
  const { item, document } = version
  const read = item === null ? ['  (the document cannot be read; see --documents)'] : []
  const fields = item === null ? read : view.hidden ? itemHead(item, true, view) : itemLines(item, view)
  const raw =
    view.documents && !view.hidden ? ['', ...document.text.split(/\r?\n/).map((line) => `  | ${safe(line)}`)] : []
  return [...fields, ...raw]
}
