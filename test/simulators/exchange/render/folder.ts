/** A folder of a response. */
import type { Call } from '../call.ts'
import { EwsError } from '../errors.ts'
import { extendedKey, extendedXml } from '../fields/extended.ts'
import type { Folder } from '../model.ts'
import { first, firstText, type Node, textElement, wrap } from '../xml.ts'
import { folderIdXml } from './ids.ts'
import { rightsXml } from './item.ts'

const DEFAULT = ['DisplayName', 'TotalCount', 'ChildFolderCount', 'UnreadCount']
const ALL = ['ParentFolderId', 'FolderClass', 'EffectiveRights', 'DistinguishedFolderId', ...DEFAULT]
const KNOWN = new Set([...ALL, 'FolderId', 'PermissionSet', 'ManagedFolderInformation', 'SharingEffectiveRights'])
const MORE = new Set(['PolicyTag', 'ArchiveTag', 'ReplicaList', 'SearchParameters'])

export type FolderShape = { names: ReadonlySet<string>; extended: { key: string; path: Record<string, string> }[] }

export function readFolderShape(request: Node): FolderShape {
  const node = first(request, 'FolderShape')
  const base = firstText(node, 'BaseShape')
  const names = new Set(base === 'AllProperties' ? ALL : base === 'Default' ? DEFAULT : [])
  const extended: FolderShape['extended'] = []
  for (const path of first(node, 'AdditionalProperties')?.children ?? []) {
    if (path.name === 'ExtendedFieldURI') {
      extended.push({ key: extendedKey(path.attributes), path: path.attributes })
      continue
    }
    const name = (path.attributes.FieldURI ?? '').replace(/^folder:/, '')
    if (!KNOWN.has(name) && !MORE.has(name)) {
      throw new EwsError(
        'ErrorInvalidPropertyRequest',
        `The property ${path.attributes.FieldURI} is not valid for folders.`,
      )
    }
    names.add(name)
  }
  return { names, extended }
}

export function folderXml(folder: Folder, shape: FolderShape, call: Call): string {
  const { mailbox } = call
  const wants = (name: string, xml: () => string) => (shape.names.has(name) ? xml() : '')
  const parent = mailbox.folders.get(folder.parent) ?? folder
  const extended = shape.extended.map(({ key, path }) => {
    const value = folder.extended[key]
    return value ? extendedXml(path, value) : ''
  })
  const counts = folder.kind === 'Folder' || folder.kind === 'TasksFolder'
  return wrap(
    folder.kind,
    folderIdXml(mailbox, folder) +
      wants('ParentFolderId', () => folderIdXml(mailbox, parent, 'ParentFolderId')) +
      wants('FolderClass', () => (folder.folderClass === '' ? '' : textElement('FolderClass', folder.folderClass))) +
      wants('DisplayName', () => textElement('DisplayName', folder.name)) +
      wants('TotalCount', () => textElement('TotalCount', folder.changes.size)) +
      wants('ChildFolderCount', () => textElement('ChildFolderCount', mailbox.children(folder.serial).length)) +
      extended.join('') +
      wants('EffectiveRights', () => rightsXml(true)) +
      wants('DistinguishedFolderId', () => textElement('DistinguishedFolderId', folder.distinguished)) +
      wants('UnreadCount', () => (counts ? textElement('UnreadCount', 0) : '')),
  )
}
