/** GetItem and FindItem (MS-OXWSCORE 3.1.4.4, MS-OXWSSRCH 3.1.4.2). */
import type { Call } from '../call.ts'
import { EwsError } from '../errors.ts'
import { readItemShape } from '../fields/shape.ts'
import { answerEach } from '../messages.ts'
import type { Folder, View } from '../model.ts'
import { itemXml } from '../render/item.ts'
import { resolveFolder, resolveView } from '../resolve.ts'
import { itemValue, matchesRestriction, sortBy } from '../search.ts'
import { inWindow, viewOf } from '../series.ts'
import { DAY_MS, parseDateTime } from '../time/dates.ts'
import { first, type Node } from '../xml.ts'
import { pageOf } from './read-folders.ts'

/** EWS reference, CalendarView: the range is two years at most. */
const VIEW_RANGE_MAX_MS = 731 * DAY_MS

export function getItem(call: Call): string {
  const nodes = first(call.request, 'ItemIds')?.children ?? []
  return answerEach(call, nodes, { onFailure: '<m:Items/>' }, (node) => {
    const shape = readItemShape(call.request, 'get')
    return `<m:Items>${itemXml(resolveView(call, node), shape, call)}</m:Items>`
  })
}

function itemsOf(call: Call, folder: Folder): View[] {
  const views: View[] = []
  for (const serial of folder.changes.keys()) {
    const item = call.mailbox.items.get(serial)
    if (item) views.push(viewOf(item))
  }
  return views.sort((one, other) => other.item.serial - one.item.serial)
}

function calendarView(call: Call, folder: Folder, view: Node): string {
  if (folder.kind !== 'CalendarFolder') throw new EwsError('ErrorCalendarFolderIsInvalidForCalendarView')
  if (first(call.request, 'Restriction') || first(call.request, 'SortOrder')) {
    throw new EwsError('ErrorUnsupportedQueryFilter', 'A calendar view takes neither restriction nor sort order.')
  }
  const from = parseDateTime(view.attributes.StartDate ?? '', call.zone) ?? 0
  const to = parseDateTime(view.attributes.EndDate ?? '', call.zone) ?? 0
  if (to < from) throw new EwsError('ErrorCalendarEndDateIsEarlierThanStartDate')
  if (to - from > VIEW_RANGE_MAX_MS) throw new EwsError('ErrorCalendarViewRangeTooBig')
  const found = itemsOf(call, folder)
    .flatMap(({ item }) => [...inWindow(item, from, to)])
    .sort((one, other) => (one.fields.Start ?? 0) - (other.fields.Start ?? 0) || one.item.serial - other.item.serial)
  const limit = call.settings.findCountMax
  const size = view.attributes.MaxEntriesReturned === undefined ? undefined : Number(view.attributes.MaxEntriesReturned)
  if (size !== undefined && size <= 0)
    throw new EwsError('ErrorInvalidPagingMaxRows', 'MaxEntriesReturned must be positive.')
  if (size === undefined && found.length > limit) {
    throw new EwsError('ErrorExceededFindCountLimit', undefined, { values: { PolicyLimit: limit } })
  }
  const entries = found.slice(0, size ?? limit)
  const last = entries.length === found.length
  return rootXml(call, entries, ` TotalItemsInView="${found.length}" IncludesLastItemInRange="${last}"`)
}

function rootXml(call: Call, entries: View[], attributes: string): string {
  const shape = readItemShape(call.request, 'find')
  const items = entries.map((view) => itemXml(view, shape, call)).join('')
  return `<m:RootFolder${attributes}><t:Items>${items}</t:Items></m:RootFolder>`
}

function indexed(call: Call, folder: Folder, view: Node | undefined): string {
  const { Traversal: traversal } = call.request.attributes
  const restriction = first(call.request, 'Restriction')
  let found = traversal === 'Shallow' ? itemsOf(call, folder) : []
  if (restriction) {
    found = found.filter((one) => matchesRestriction(restriction, (path) => itemValue(call.mailbox, one, path)))
  }
  const sorted = sortBy(found, first(call.request, 'SortOrder'), (one, path) => itemValue(call.mailbox, one, path))
  const page = pageOf(sorted, view, call.settings.findCountMax)
  return rootXml(call, page.entries, page.attributes)
}

export function findItem(call: Call): string {
  const parents = first(call.request, 'ParentFolderIds')?.children ?? []
  const view = call.request.children.find((child) => /View$/.test(child.name))
  return answerEach(call, parents, { onFailure: '' }, (parent) => {
    const folder = resolveFolder(call, parent)
    if (first(call.request, 'QueryString')) {
      throw new EwsError('ErrorUnsupportedQueryFilter', 'Query strings need content indexing, which is off.')
    }
    return view?.name === 'CalendarView' ? calendarView(call, folder, view) : indexed(call, folder, view)
  })
}
