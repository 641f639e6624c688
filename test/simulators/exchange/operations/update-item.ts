/** UpdateItem (MS-OXWSCORE 3.1.4.9): on single items, masters and occurrences. */
import type { Call } from '../call.ts'
import { EwsError } from '../errors.ts'
import { applyChanges } from '../fields/apply.ts'
import { completeContact, completeList } from '../fields/contacts.ts'
import { alignAllDay, checkTimes, completeTask, startOnRange } from '../fields/normalise.ts'
import { mailUpdate, sendSetting } from '../meetings.ts'
import { answerEach } from '../messages.ts'
import type { Fields, StoredItem, View } from '../model.ts'
import { sameRecurrence } from '../recurrence.ts'
import { idOnlyXml } from '../render/item.ts'
import { checkChangeKey, resolveView } from '../resolve.ts'
import { alignToRule, checkNeighbours, exceptionFor, occurrenceOn, viewOf } from '../series.ts'
import { saveRepeatingTask } from '../tasks.ts'
import { first, type Node } from '../xml.ts'

/** A new rule or new times of a master make its exceptions and deletions meaningless: Exchange drops them. */
function dropExceptionsWhenMoved(item: StoredItem, before: Fields): void {
  const { fields } = item
  const moved =
    !sameRecurrence(before.Recurrence ?? undefined, fields.Recurrence ?? undefined) ||
    before.Start !== fields.Start ||
    before.End !== fields.End ||
    before.StartTimeZone?.id !== fields.StartTimeZone?.id
  if (!moved) return
  delete item.exceptions
  delete item.deletedDates
}

/** Gives the item that the answer names: for a task that was completed and repeats, the copy that stays behind. */
function updateItemFields(view: View, updates: Node[], call: Call): StoredItem {
  const { item } = view
  const before = item.fields
  const fields: Fields = { ...before }
  const changed = applyChanges(updates, fields, { call, kind: item.kind, occurrence: false })
  if (item.kind === 'CalendarItem') {
    if (changed.has('Recurrence')) startOnRange(fields)
    else if (fields.Recurrence && changed.has('Start')) moveRange(fields)
    alignAllDay(fields)
    checkTimes(fields)
    alignToRule({ ...item, fields })
    mailUpdate(call, before, fields)
  }
  if (item.kind === 'Contact') completeContact(fields, changed)
  if (item.kind === 'DistributionList') completeList(fields)
  if (item.kind === 'Task') completeTask(fields, changed, call.nowMs())
  const copy =
    item.kind === 'Task' ? saveRepeatingTask(call.mailbox, item, { after: fields, nowMs: call.nowMs() }) : undefined
  if (item.fields === before) item.fields = fields
  dropExceptionsWhenMoved(item, before)
  const onlyReadFlag = item.kind === 'Message' && changed.size === 1 && changed.has('IsRead')
  if (onlyReadFlag) item.onlyReadFlag = true
  else delete item.onlyReadFlag
  call.mailbox.touch(item, call.nowMs())
  return copy ?? item
}

/** A new start without a new rule moves the rule's first day along. */
function moveRange(fields: Fields): void {
  const { Recurrence: recurrence, Start: start, StartTimeZone: zone } = fields
  if (!recurrence || start === undefined || !zone) return
  const offset = zone.changes.findLast((change) => change.since <= start)?.offsetMs ?? 0
  const startDate = Math.floor((start + offset) / 86_400_000) * 86_400_000
  fields.Recurrence = { ...recurrence, range: { ...recurrence.range, startDate } }
}

/** What differs, entry by entry in the maps: the rest goes on following the master. */
function ownFields(before: Fields, after: Fields, own: Fields): Fields {
  const changed: Record<string, unknown> = {}
  for (const name of Object.keys(after) as (keyof Fields)[]) {
    if (after[name] !== before[name]) changed[name] = after[name]
  }
  for (const name of ['extended', 'other'] as const) {
    if (changed[name] === undefined) continue
    const entries: Record<string, unknown> = { ...own[name] }
    for (const key of new Set([...Object.keys(before[name] ?? {}), ...Object.keys(after[name] ?? {})])) {
      if (before[name]?.[key] !== after[name]?.[key]) entries[key] = after[name]?.[key]
    }
    changed[name] = entries
  }
  return changed
}

function updateOccurrence(view: View, updates: Node[], call: Call): void {
  const { item, date } = view
  if (date === undefined) return
  const fields: Fields = { ...view.fields }
  const changed = applyChanges(updates, fields, { call, kind: item.kind, occurrence: true })
  alignAllDay(fields)
  checkTimes(fields)
  if (changed.has('Start')) checkNeighbours(item, date, fields.Start ?? 0)
  mailUpdate(call, view.fields, fields)
  const now = call.nowMs()
  const exception = exceptionFor(item, date, now)
  exception.fields = { ...exception.fields, ...ownFields(view.fields, fields, exception.fields) }
  exception.modified = now
  call.mailbox.touch(item, now, !call.settings.occurrenceChangesInFeed)
}

export function updateItem(call: Call): string {
  const { ConflictResolution: resolution = '' } = call.request.attributes
  const changes = first(call.request, 'ItemChanges')?.children ?? []
  return answerEach(call, changes, { onFailure: '<m:Items/>' }, (change) => {
    const [id] = change.children
    if (!id) throw new EwsError('ErrorInvalidIdEmpty')
    const view = resolveView(call, id)
    checkChangeKey(id, view.item, resolution)
    if (view.item.kind === 'CalendarItem' && sendSetting(call) === undefined) {
      throw new EwsError('ErrorSendMeetingInvitationsOrCancellationsRequired')
    }
    if (view.item.kind === 'Message' && !call.request.attributes.MessageDisposition) {
      throw new EwsError('ErrorMessageDispositionRequired')
    }
    const updates = first(change, 'Updates')?.children ?? []
    const named = view.date === undefined ? updateItemFields(view, updates, call) : view.item
    if (view.date !== undefined) updateOccurrence(view, updates, call)
    const after = view.date === undefined ? viewOf(named) : occurrenceOn(view.item, view.date)
    return `<m:Items>${idOnlyXml(after, call)}</m:Items><m:ConflictResults><t:Count>0</t:Count></m:ConflictResults>`
  })
}
