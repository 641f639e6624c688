/** Where the contents of files come from that are about to be written: the item on the other side, asked only for what is needed. */
import type { Item, Loss } from '../model/item.ts'
import type { FileSource, SideItem, SideName } from '../ports/side.ts'
import { otherSide } from '../sync/decide.ts'
import type { PassContext } from './context.ts'

type Sides = Pick<PassContext, 'sides'>

/** `to`: the side that is written. */
export function filesOf({ sides }: Sides, source: SideItem, to: SideName): FileSource {
  return (hash) => sides[otherSide(to)].file(source, hash)
}

/**
 * An archived item as it can be restored: a file whose content is nowhere any more is left out, and named. Contents are in the
 * archived document (Nextcloud), or with the item on its server as long as that lives. `present`: the item that is written over.
 */
export async function withReachableFiles(
  { sides }: Sides,
  item: Item,
  from: { side: SideName; document: SideItem['native']; present: Item | null },
): Promise<{ item: Item; files: FileSource; losses: Loss[] }> {
  const contents = new Map<string, string>()
  const files: FileSource = async (hash) => contents.get(hash) ?? null
  if (item.kind !== 'event' || item.files.length === 0) return { item, files, losses: [] }
  const { present } = from
  const held = new Set(present?.kind === 'event' ? present.files.map(({ hash }) => hash) : [])
  for (const { hash } of item.files) {
    const content = await sides[from.side].file({ native: from.document }, hash)
    if (content !== null) contents.set(hash, content)
  }
  const isThere = (hash: string) => contents.has(hash) || held.has(hash)
  const lost = item.files.filter(({ hash }) => !isThere(hash))
  const losses = lost.map(({ hash, name }): Loss => ({ path: `file:${hash}`, reason: 'value-not-held', detail: name }))
  return { item: { ...item, files: item.files.filter(({ hash }) => isThere(hash)) }, files, losses }
}
