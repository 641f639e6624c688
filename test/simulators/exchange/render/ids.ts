/** Ids of items, occurrences, folders and attachments as elements. */
import { encodeChangeKey, encodeId } from '../ids.ts'
import type { Folder, StoredItem, View } from '../model.ts'
import type { Mailbox } from '../store.ts'

export function itemIdOf(mailbox: Mailbox, item: StoredItem): string {
  return encodeId('item', mailbox.tag, item.serial)
}

/** An occurrence has an id of its own, and keeps it when it becomes an exception. */
export function idOf(mailbox: Mailbox, view: View): string {
  if (view.date === undefined) return itemIdOf(mailbox, view.item)
  return encodeId('occurrence', mailbox.tag, view.item.serial, { date: view.date })
}

/** An occurrence shares the change key of its master: a change of either makes both stale. */
export function changeKeyOf(mailbox: Mailbox, item: StoredItem): string {
  return encodeChangeKey(mailbox.tag, item.version)
}

export function itemIdXml(mailbox: Mailbox, view: View, element = 'ItemId'): string {
  return `<t:${element} Id="${idOf(mailbox, view)}" ChangeKey="${changeKeyOf(mailbox, view.item)}"/>`
}

export function folderIdOf(mailbox: Mailbox, folder: Folder): string {
  return encodeId('folder', mailbox.tag, folder.serial)
}

export function folderIdXml(mailbox: Mailbox, folder: Folder, element = 'FolderId'): string {
  return `<t:${element} Id="${folderIdOf(mailbox, folder)}" ChangeKey="${encodeChangeKey(mailbox.tag, folder.version)}"/>`
}

export function attachmentIdOf(mailbox: Mailbox, view: View, serial: number): string {
  return encodeId('attachment', mailbox.tag, view.item.serial, { date: view.date ?? 0, extra: serial })
}
