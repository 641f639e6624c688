/** Contents of the files that a document is about to get: fetched one item at a time, just before it is written. */

import type { Item } from '../model/item.ts'
import { eventOf } from '../model/kinds.ts'
import { ConnectorError } from '../ports/errors.ts'
import type { FileSource } from '../ports/side.ts'
import type { SideContext } from './side-context.ts'

/** Throws `item.changed-meanwhile` when one is not there any more: then the other side's item has changed. */
export async function filesFor(
  { codec }: SideContext,
  { ground, desired, files }: { ground: string | null; desired: Item; files: FileSource | undefined },
): Promise<ReadonlyMap<string, string> | undefined> {
  if (desired.kind !== 'event' || desired.files.length === 0) return undefined
  const held = ground === null ? null : codec.decode(ground)
  const current = held?.kind === 'item' ? eventOf(held.model) : null
  const fit = codec.fit(desired, current ?? undefined)
  if (fit.kind !== 'fits') return undefined
  const there = new Set(current?.files.map(({ hash }) => hash))
  const contents = new Map<string, string>()
  for (const { hash } of eventOf(fit.item).files) {
    if (there.has(hash)) continue
    const content = files ? await files(hash) : null
    if (content === null) throw new ConnectorError('item.changed-meanwhile', { side: 'exchange', detail: 'a file' })
    contents.set(hash, content)
  }
  return contents
}
