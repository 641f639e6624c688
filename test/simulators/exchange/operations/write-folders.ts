/** CreateFolder, UpdateFolder, DeleteFolder (MS-OXWSFOLD). */
import type { Call } from '../call.ts'
import { EwsError } from '../errors.ts'
import { extendedKey, readExtended } from '../fields/extended.ts'
import { answerEach } from '../messages.ts'
import type { Folder, FolderKind } from '../model.ts'
import { folderIdXml } from '../render/ids.ts'
import { resolveFolder, targetFolder } from '../resolve.ts'
import { first, firstText, type Node, wrap } from '../xml.ts'

const CLASSES: Record<FolderKind, string> = {
  Folder: 'IPF.Note',
  CalendarFolder: 'IPF.Appointment',
  ContactsFolder: 'IPF.Contact',
  TasksFolder: 'IPF.Task',
  SearchFolder: 'IPF.Note',
}

/** A plain Folder with a class of its own becomes the folder that the class means. */
function kindOf(element: FolderKind, folderClass: string): FolderKind {
  if (element !== 'Folder') return element
  const kind = (Object.keys(CLASSES) as FolderKind[]).find(
    (candidate) => candidate !== 'Folder' && candidate !== 'SearchFolder' && folderClass.startsWith(CLASSES[candidate]),
  )
  return kind ?? 'Folder'
}

function checkName(call: Call, parent: number, name: string, self?: Folder): void {
  if (name.trim() === '') throw new EwsError('ErrorFolderSavePropertyError', 'DisplayName must not be empty.')
  const taken = call.mailbox
    .children(parent)
    .some((folder) => folder !== self && folder.name.toLowerCase() === name.toLowerCase())
  if (taken) throw new EwsError('ErrorFolderExists')
}

export function createFolder(call: Call): string {
  const nodes = first(call.request, 'Folders')?.children ?? []
  return answerEach(call, nodes, { onFailure: '<m:Folders/>' }, (node) => {
    const parent = targetFolder(call, 'ParentFolderId', 'ErrorParentFolderNotFound')
    if (!parent) throw new EwsError('ErrorParentFolderNotFound')
    const name = firstText(node, 'DisplayName') ?? ''
    checkName(call, parent.serial, name)
    const element = node.name as FolderKind
    const folderClass = firstText(node, 'FolderClass') ?? CLASSES[element]
    const folder = call.mailbox.addFolder(parent.serial, { name, kind: kindOf(element, folderClass), folderClass })
    for (const child of node.children) {
      if (child.name !== 'ExtendedProperty') continue
      const [key, value] = readExtended(child)
      folder.extended[key] = value
    }
    return `<m:Folders>${wrap(folder.kind, folderIdXml(call.mailbox, folder))}</m:Folders>`
  })
}

function applyChange(change: Node, folder: Folder, call: Call): void {
  const [path, element] = change.children
  if (!path) throw new EwsError('ErrorIncorrectUpdatePropertyCount')
  if (path.name === 'ExtendedFieldURI') {
    const key = extendedKey(path.attributes)
    delete folder.extended[key]
    const given = first(element, 'ExtendedProperty')
    if (change.name === 'SetFolderField' && given) folder.extended[key] = readExtended(given)[1]
    return
  }
  const settable = path.attributes.FieldURI === 'folder:DisplayName' && change.name === 'SetFolderField'
  if (!settable || folder.distinguished) {
    throw new EwsError('ErrorInvalidPropertySet', `${path.attributes.FieldURI} cannot be changed on this folder.`)
  }
  const name = firstText(element, 'DisplayName')
  if (name === undefined) throw new EwsError('ErrorUpdatePropertyMismatch')
  checkName(call, folder.parent, name, folder)
  folder.name = name
}

export function updateFolder(call: Call): string {
  const nodes = first(call.request, 'FolderChanges')?.children ?? []
  return answerEach(call, nodes, { onFailure: '<m:Folders/>' }, (node) => {
    const [id] = node.children
    if (!id) throw new EwsError('ErrorInvalidIdEmpty')
    const folder = resolveFolder(call, id)
    for (const change of first(node, 'Updates')?.children ?? []) applyChange(change, folder, call)
    call.mailbox.touchFolder(folder)
    return `<m:Folders>${wrap(folder.kind, folderIdXml(call.mailbox, folder))}</m:Folders>`
  })
}

export function deleteFolder(call: Call): string {
  const nodes = first(call.request, 'FolderIds')?.children ?? []
  return answerEach(call, nodes, { onFailure: '' }, (node) => {
    const folder = resolveFolder(call, node)
    if (folder.distinguished) throw new EwsError('ErrorDeleteDistinguishedFolder')
    if (call.request.attributes.DeleteType === 'MoveToDeletedItems') {
      folder.parent = call.mailbox.distinguished('deleteditems').serial
      call.mailbox.touchFolder(folder)
    } else call.mailbox.dropFolder(folder)
    return ''
  })
}
