/** SyncFolderItems (MS-OXWSSYNC 3.1.4.2): masters and single items, oldest change first, from an opaque state on. */
import type { Call } from '../call.ts'
import { EwsError } from '../errors.ts'
import type { Effect } from '../faults.ts'
import { readItemShape } from '../fields/shape.ts'
import { encodeId } from '../ids.ts'
import { answerOnce } from '../messages.ts'
import type { Folder } from '../model.ts'
import { itemIdXml } from '../render/ids.ts'
import { itemXml } from '../render/item.ts'
import { targetFolder } from '../resolve.ts'
import { viewOf } from '../series.ts'
import { decodeState, encodeState } from '../sync-state.ts'
import { firstText, textElement, wrap } from '../xml.ts'

function effectOf<K extends Effect['kind']>(call: Call, kind: K): Extract<Effect, { kind: K }> | undefined {
  return call.effects.find((effect): effect is Extract<Effect, { kind: K }> => effect.kind === kind)
}

/** Exchange ends its refusals like the last page: who does not look at the response code takes them for an empty feed. */
const ON_FAILURE = '<m:SyncState/><m:IncludesLastItemInRange>true</m:IncludesLastItemInRange>'

type Change = { seq: number; xml: () => string }

/** Everything after `since`, oldest first. What came and went since then is told as nothing. */
function changesSince(call: Call, folder: Folder, since: { told: number; repeatFrom: number }): Change[] {
  const shape = readItemShape(call.request, 'sync')
  const changes: Change[] = []
  for (const [serial, seq] of folder.changes) {
    const item = call.mailbox.items.get(serial)
    if (seq <= since.repeatFrom || !item) continue
    const kind = item.arrived > since.told ? 'Create' : 'Update'
    if (kind === 'Update' && item.onlyReadFlag) {
      const read = textElement('IsRead', item.fields.other?.IsRead?.text ?? 'false')
      changes.push({ seq, xml: () => wrap('ReadFlagChange', itemIdXml(call.mailbox, viewOf(item)) + read) })
      continue
    }
    changes.push({ seq, xml: () => wrap(kind, itemXml(viewOf(item), shape, call)) })
  }
  for (const [serial, { seq, arrived }] of folder.tombstones) {
    if (seq <= since.repeatFrom || arrived > since.told) continue
    const id = `<t:ItemId Id="${encodeId('item', call.mailbox.tag, serial)}" ChangeKey="${encodeId('item', call.mailbox.tag, seq).slice(0, 16)}"/>`
    changes.push({ seq, xml: () => wrap('Delete', id) })
  }
  return changes.sort((one, other) => one.seq - other.seq)
}

/** The point `count` changes before `told`. */
function earlier(folder: Folder, told: number, count: number): number {
  const tombstones = [...folder.tombstones.values()].map(({ seq }) => seq)
  const known = [...folder.changes.values(), ...tombstones]
    .filter((seq) => seq <= told)
    .sort((one, other) => one - other)
  return known.at(-count - 1) ?? 0
}

/** Where the client stands. An invalid state is an error, or on other servers the beginning. */
function startOf(call: Call, folder: Folder, state: string | undefined): number {
  if (effectOf(call, 'syncStateInvalid')) throw new EwsError('ErrorInvalidSyncStateData')
  if (state === undefined || state === '') return 0
  const told = decodeState(call.mailbox, folder.serial, state)
  if (effectOf(call, 'resendAll')) return 0
  if (told === undefined) throw new EwsError('ErrorInvalidSyncStateData')
  return told
}

export function syncFolderItems(call: Call): string {
  return answerOnce(call, ON_FAILURE, () => {
    const folder = targetFolder(call, 'SyncFolderId', 'ErrorSyncFolderNotFound')
    if (!folder) throw new EwsError('ErrorSyncFolderNotFound')
    const told = startOf(call, folder, firstText(call.request, 'SyncState'))
    const pageSize = Number(firstText(call.request, 'MaxChangesReturned'))
    const repeat = effectOf(call, 'feedRepeat')
    const hidden = effectOf(call, 'feedLag')?.changes ?? 0
    const repeatFrom = repeat ? earlier(folder, told, repeat.changes) : told
    const all = changesSince(call, folder, { told, repeatFrom })
    const shown = hidden > 0 ? all.slice(0, Math.max(0, all.length - hidden)) : all
    const page = shown.slice(0, pageSize)
    const last = page.length === shown.length
    // At the end of the feed the state covers changes elsewhere too, unless some are being held back.
    const reached = last && hidden === 0 ? call.mailbox.sequence : (page.at(-1)?.seq ?? told)
    const state = encodeState(call.mailbox, folder.serial, Math.max(reached, told))
    return `<m:SyncState>${state}</m:SyncState><m:IncludesLastItemInRange>${last}</m:IncludesLastItemInRange><m:Changes>${page.map((change) => change.xml()).join('')}</m:Changes>`
  })
}
