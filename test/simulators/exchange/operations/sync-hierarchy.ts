/** SyncFolderHierarchy (MS-OXWSSYNC 3.1.4.1). */
import type { Call } from '../call.ts'
import { EwsError } from '../errors.ts'
import { encodeId } from '../ids.ts'
import { answerOnce } from '../messages.ts'
import { folderXml, readFolderShape } from '../render/folder.ts'
import { targetFolder } from '../resolve.ts'
import { decodeState, encodeState, HIERARCHY_STATE } from '../sync-state.ts'
import { firstText, wrap } from '../xml.ts'

function startOf(call: Call): number {
  if (call.effects.some((effect) => effect.kind === 'syncStateInvalid')) throw new EwsError('ErrorInvalidSyncStateData')
  const state = firstText(call.request, 'SyncState')
  if (state === undefined || state === '') return 0
  const told = decodeState(call.mailbox, HIERARCHY_STATE, state)
  if (told === undefined) throw new EwsError('ErrorInvalidSyncStateData')
  return told
}

export function syncFolderHierarchy(call: Call): string {
  const onFailure = '<m:SyncState/><m:IncludesLastFolderInRange>true</m:IncludesLastFolderInRange>'
  return answerOnce(call, onFailure, () => {
    const { mailbox } = call
    const root = targetFolder(call, 'SyncFolderId', 'ErrorSyncFolderNotFound') ?? mailbox.distinguished('msgfolderroot')
    const shape = readFolderShape(call.request)
    const told = startOf(call)
    const changes: string[] = []
    for (const folder of mailbox.children(root.serial, true)) {
      if (folder.version <= told) continue
      changes.push(wrap(folder.created > told ? 'Create' : 'Update', folderXml(folder, shape, call)))
    }
    for (const [serial, seq] of mailbox.goneFolders) {
      if (seq > told) changes.push(wrap('Delete', `<t:FolderId Id="${encodeId('folder', mailbox.tag, serial)}"/>`))
    }
    const state = encodeState(mailbox, HIERARCHY_STATE, mailbox.sequence)
    return `<m:SyncState>${state}</m:SyncState><m:IncludesLastFolderInRange>true</m:IncludesLastFolderInRange><m:Changes>${changes.join('')}</m:Changes>`
  })
}
