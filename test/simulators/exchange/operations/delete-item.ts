/** DeleteItem and MoveItem (MS-OXWSCORE 3.1.4.3, 3.1.4.6). */
import type { Call } from '../call.ts'
import { EwsError } from '../errors.ts'
import { mailRemoval, sendSetting } from '../meetings.ts'
import { answerEach } from '../messages.ts'
import type { View } from '../model.ts'
import { idOnlyXml } from '../render/item.ts'
import { resolveView, targetFolder } from '../resolve.ts'
import { occurrences, viewOf } from '../series.ts'
import { first } from '../xml.ts'

export type Disposal = 'HardDelete' | 'SoftDelete' | 'MoveToDeletedItems'

function removeOccurrence(view: View, call: Call): void {
  const { item, date } = view
  if (date === undefined) return
  item.deletedDates = (item.deletedDates ?? new Set()).add(date)
  item.exceptions?.delete(date)
  if (occurrences(item).next().done) {
    call.mailbox.remove(item)
    return
  }
  call.mailbox.touch(item, call.nowMs(), !call.settings.occurrenceChangesInFeed)
}

/** An occurrence leaves its series; an item goes to Deleted Items, to the recoverable items, or away. */
export function removeView(view: View, call: Call, disposal: Disposal): void {
  const { item } = view
  if (view.date !== undefined) {
    removeOccurrence(view, call)
    return
  }
  const { mailbox } = call
  const inTrash = mailbox.folder(item.folder).distinguished === 'deleteditems'
  if (disposal === 'HardDelete') mailbox.remove(item)
  else if (disposal === 'SoftDelete' || inTrash) mailbox.move(item, mailbox.distinguished('recoverableitemsdeletions'))
  else mailbox.move(item, mailbox.distinguished('deleteditems'))
}

export function deleteItem(call: Call): string {
  const disposal = call.request.attributes.DeleteType as Disposal
  const nodes = first(call.request, 'ItemIds')?.children ?? []
  return answerEach(call, nodes, { onFailure: '' }, (node) => {
    const view = resolveView(call, node)
    if (view.item.kind === 'CalendarItem') {
      const setting = sendSetting(call)
      if (setting === undefined) throw new EwsError('ErrorSendMeetingCancellationsRequired')
      mailRemoval(call, view.fields, setting)
    }
    if (view.item.kind === 'Task' && !call.request.attributes.AffectedTaskOccurrences) {
      throw new EwsError('ErrorAffectedTaskOccurrencesRequired')
    }
    removeView(view, call, disposal)
    return ''
  })
}

/** A moved item has a new id. */
export function moveItem(call: Call): string {
  const nodes = first(call.request, 'ItemIds')?.children ?? []
  return answerEach(call, nodes, { onFailure: '<m:Items/>' }, (node) => {
    const to = targetFolder(call, 'ToFolderId', 'ErrorToFolderNotFound')
    if (!to) throw new EwsError('ErrorToFolderNotFound')
    const view = resolveView(call, node)
    if (view.date !== undefined) throw new EwsError('ErrorCalendarCannotMoveOrCopyOccurrence')
    if (call.mailbox.folder(view.item.folder) === to) return `<m:Items>${idOnlyXml(view, call)}</m:Items>`
    const moved = call.mailbox.move(view.item, to)
    return `<m:Items>${idOnlyXml(viewOf(moved), call)}</m:Items>`
  })
}
