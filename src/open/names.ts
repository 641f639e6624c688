/** Lets the names of calendars that were made for Exchange folders follow renames on either side, whenever the collections are looked at anew. */
import { renameFolder } from '../exchange/ews/rename-folder.ts'
import { followName, noteMade } from '../nextcloud/collection-props.ts'
import type { CollectionPair } from '../ports/state-store.ts'
import type { Found, Link } from './kinds.ts'
import type { Opening } from './pairs.ts'

export async function followNames(opening: Opening, found: Found, pairs: readonly CollectionPair[]): Promise<void> {
  const { user, dav, log, exchange } = opening
  if (user.dryRun) return
  for (const pair of pairs) {
    const folder = found.folders.find(({ id }) => id === pair.exchangeRef)
    const calendar = found.calendars?.find(({ url }) => url === pair.nextcloudRef)
    if (!folder || !calendar) continue
    const rename = (name: string) => renameFolder(exchange, { mailbox: user.mailbox.email, folderId: folder.id, name })
    await followName({ dav, log }, { calendar, folder, renameFolder: rename })
  }
}

/** Makes the collection of a link. A calendar that takes its folder's name goes on following it; a name that an administrator chose stays. */
export async function make({ dav, log }: Opening, { folder, target }: Link, found: Found): Promise<string> {
  if (target.kind === 'existing') return target.url
  const { url } = await found.create(target.displayName)
  const follows = folder.kind === 'calendar' && !folder.isDefault && target.displayName === folder.name
  if (follows) await noteMade({ dav, log }, { url, name: folder.name })
  return url
}
