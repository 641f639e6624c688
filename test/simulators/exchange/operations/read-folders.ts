/** GetFolder, FindFolder (MS-OXWSFOLD, MS-OXWSSRCH). */
import type { Call } from '../call.ts'
import { EwsError } from '../errors.ts'
import { answerEach, answerOnce } from '../messages.ts'
import type { Folder } from '../model.ts'
import { folderXml, readFolderShape } from '../render/folder.ts'
import { resolveFolder } from '../resolve.ts'
import { folderValue, matchesRestriction } from '../search.ts'
import { first, type Node } from '../xml.ts'

export function getFolder(call: Call): string {
  const nodes = first(call.request, 'FolderIds')?.children ?? []
  return answerEach(call, nodes, { onFailure: '<m:Folders/>' }, (node) => {
    const shape = readFolderShape(call.request)
    return `<m:Folders>${folderXml(resolveFolder(call, node), shape, call)}</m:Folders>`
  })
}

export type Page<T> = { entries: T[]; attributes: string }

/** IndexedPage…View and FractionalPage…View. Without a view everything is given, up to the limit. */
export function pageOf<T>(all: T[], view: Node | undefined, limit: number): Page<T> {
  const size =
    view?.attributes.MaxEntriesReturned === undefined ? undefined : Number(view.attributes.MaxEntriesReturned)
  if (size !== undefined && size <= 0)
    throw new EwsError('ErrorInvalidPagingMaxRows', 'MaxEntriesReturned must be positive.')
  if (!view) {
    if (all.length > limit)
      throw new EwsError('ErrorExceededFindCountLimit', undefined, { values: { PolicyLimit: limit } })
    return { entries: all, attributes: ` TotalItemsInView="${all.length}" IncludesLastItemInRange="true"` }
  }
  const fromEnd = view.attributes.BasePoint === 'End'
  const fraction = Number(view.attributes.Numerator ?? 0) / Number(view.attributes.Denominator ?? 1)
  const offset = view.name.startsWith('Fractional')
    ? Math.floor(all.length * fraction)
    : Number(view.attributes.Offset ?? 0)
  if (offset < 0) throw new EwsError('ErrorInvalidIndexedPagingParameters', 'Offset must not be negative.')
  const count = Math.min(size ?? limit, limit)
  const end = fromEnd ? Math.max(all.length - offset, 0) : Math.min(offset + count, all.length)
  const start = fromEnd ? Math.max(end - count, 0) : Math.min(offset, all.length)
  const last = fromEnd ? start === 0 : end >= all.length
  const next = fromEnd ? all.length - start : end
  const paging = ` IndexedPagingOffset="${next}" TotalItemsInView="${all.length}" IncludesLastItemInRange="${last}"`
  return { entries: all.slice(start, end), attributes: paging }
}

function found(call: Call, node: Node): Folder[] {
  const root = resolveFolder(call, node)
  const below = call.mailbox.children(root.serial, call.request.attributes.Traversal === 'Deep')
  const restriction = first(call.request, 'Restriction')
  const { Traversal: traversal } = call.request.attributes
  if (traversal === 'SoftDeleted') return []
  if (!restriction) return below
  return below.filter((folder) => matchesRestriction(restriction, (path) => folderValue(call.mailbox, folder, path)))
}

export function findFolder(call: Call): string {
  const parents = first(call.request, 'ParentFolderIds')?.children ?? []
  const view = call.request.children.find((child) => /Page/.test(child.name))
  if (parents.length === 0) return answerOnce(call, '', () => '')
  return answerEach(call, parents, { onFailure: '' }, (parent) => {
    const shape = readFolderShape(call.request)
    const page = pageOf(found(call, parent), view, call.settings.findCountMax)
    const folders = page.entries.map((folder) => folderXml(folder, shape, call)).join('')
    return `<m:RootFolder${page.attributes}><t:Folders>${folders}</t:Folders></m:RootFolder>`
  })
}
