/** AcceptItem, TentativelyAcceptItem, DeclineItem, CancelCalendarItem and RemoveItem inside CreateItem (MS-OXWSMTGS 3.1.4.2). */
import type { Call } from '../call.ts'
import { EwsError } from '../errors.ts'
import { mail, mailRemoval } from '../meetings.ts'
import type { ResponseType, View } from '../model.ts'
import { isOrganizer } from '../render/calendar.ts'
import { idOnlyXml } from '../render/item.ts'
import { checkChangeKey, viewById } from '../resolve.ts'
import { exceptionFor, occurrenceOn, viewOf } from '../series.ts'
import { first, type Node } from '../xml.ts'
import { removeView } from './delete-item.ts'

type Answer = { response: ResponseType; suffix: string; word: string }

const ANSWERS: Record<string, Answer> = {
  AcceptItem: { response: 'Accept', suffix: 'Accept', word: 'Accepted' },
  TentativelyAcceptItem: { response: 'Tentative', suffix: 'Tentative', word: 'Tentative' },
  DeclineItem: { response: 'Decline', suffix: 'Decline', word: 'Declined' },
}

function answerMeeting(view: View, answer: Answer, call: Call, disposition: string): string {
  const { fields, item } = view
  if (isOrganizer(fields, call.mailbox.email)) throw new EwsError(`ErrorCalendarIsOrganizerFor${answer.suffix}`)
  if (fields.IsCancelled) throw new EwsError(`ErrorCalendarIsCancelledFor${answer.suffix}`)
  if (disposition !== 'SaveOnly') {
    const subject = `${answer.word}: ${fields.Subject ?? ''}`
    mail(call, 'response', [fields.Organizer?.email.toLowerCase() ?? ''], subject, disposition)
  }
  if (answer.response === 'Decline') {
    removeView(view, call, 'MoveToDeletedItems')
    return '<m:Items/>'
  }
  const now = call.nowMs()
  const target = view.date === undefined ? fields : exceptionFor(item, view.date, now).fields
  target.MyResponseType = answer.response
  target.AppointmentReplyTime = now
  target.LegacyFreeBusyStatus = answer.response === 'Tentative' ? 'Tentative' : 'Busy'
  if (view.exception) view.exception.modified = now
  call.mailbox.touch(item, now, view.date !== undefined && !call.settings.occurrenceChangesInFeed)
  const shown = view.date === undefined ? viewOf(item) : occurrenceOn(item, view.date)
  return `<m:Items>${idOnlyXml(shown, call)}</m:Items>`
}

function cancelMeeting(view: View, call: Call, disposition: string): string {
  if (!isOrganizer(view.fields, call.mailbox.email)) throw new EwsError('ErrorCalendarIsNotOrganizer')
  if (disposition !== 'SaveOnly') mailRemoval(call, view.fields, disposition)
  removeView(view, call, 'MoveToDeletedItems')
  return '<m:Items/>'
}

export function respondToMeeting(node: Node, call: Call): string {
  const { MessageDisposition: disposition } = call.request.attributes
  if (!disposition) throw new EwsError('ErrorMessageDispositionRequired')
  const reference = first(node, 'ReferenceItemId')
  if (!reference) throw new EwsError('ErrorMissingInformationReferenceItemId', 'ReferenceItemId is missing.')
  const view = viewById(call, reference.attributes.Id ?? '')
  if (view.item.kind !== 'CalendarItem') throw new EwsError('ErrorInvalidReferenceItem', 'The item is no meeting.')
  if (reference.attributes.ChangeKey) checkChangeKey(reference, view.item, 'NeverOverwrite')
  const answer = ANSWERS[node.name]
  if (answer) return answerMeeting(view, answer, call, disposition)
  if (node.name === 'CancelCalendarItem') return cancelMeeting(view, call, disposition)
  if (node.name === 'RemoveItem') {
    if (!view.fields.IsCancelled)
      throw new EwsError('ErrorInvalidItemForOperationRemoveItem', 'The meeting is not cancelled.')
    removeView(view, call, 'MoveToDeletedItems')
    return '<m:Items/>'
  }
  throw new EwsError('ErrorInvalidRequest', `${node.name} is not simulated.`)
}
