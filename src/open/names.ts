/** Lets the names of collections that were made for one another follow renames on either side, whenever both sides are looked at anew. */
import { renameFolder } from '../exchange/ews/rename-folder.ts'
import { followName, noteMade } from '../nextcloud/collection-props.ts'
import { originalOf } from '../ports/collection-choice.ts'
import type { CollectionKind } from '../ports/state-store.ts'
import type { KeptLink } from './decide-links.ts'
import type { Opening } from './pairs.ts'

export async function followNames(opening: Opening, kind: CollectionKind, links: readonly KeptLink[]): Promise<void> {
  const { user, dav, log, exchange } = opening
  if (user.dryRun) return
  for (const { choice, folder, collection } of links) {
    const mailbox = user.mailbox.email
    const rename = (name: string) => renameFolder(exchange, { mailbox, kind, folderId: folder.id, name })
    await followName({ dav, log }, { collection, folder, original: originalOf(choice.direction), renameFolder: rename })
  }
}

export async function noteLinked({ dav, log }: Opening, noted: { url: string; name: string }): Promise<void> {
  await noteMade({ dav, log }, noted)
}
