/** Who gets mail because of a write: invitations, updates, cancellations, answers. All of it ends in the outbox only. */
import type { Call } from './call.ts'
import type { Attendee, Fields } from './model.ts'
import type { MailKind } from './outbox.ts'
import { attendeesOf, isOrganizer } from './render/calendar.ts'

/** The three attributes that say whether a write mails anything. */
export function sendSetting(call: Call): string | undefined {
  const { SendMeetingInvitations, SendMeetingInvitationsOrCancellations, SendMeetingCancellations } =
    call.request.attributes
  return SendMeetingInvitations ?? SendMeetingInvitationsOrCancellations ?? SendMeetingCancellations
}

function addresses(attendees: readonly Attendee[], except: string): string[] {
  return [...new Set(attendees.map((one) => one.email.toLowerCase()))].filter((email) => email !== except)
}

export function mail(call: Call, kind: MailKind, to: string[], subject: string | undefined, setting?: string): void {
  if (to.length === 0) return
  const cause = setting === undefined ? call.operation : `${call.operation} ${setting}`
  call.outbox.send({ kind, mailbox: call.mailbox.email, to, subject: subject ?? '', cause, atMs: call.nowMs() })
  if (!/SaveCopy$/.test(setting ?? '')) return
  const sent = call.mailbox.distinguished('sentitems')
  call.mailbox.addItem(sent, 'Message', { ItemClass: 'IPM.Note', Subject: subject ?? '' }, call.nowMs())
}

/** After a create. */
export function mailRequests(call: Call, fields: Fields): boolean {
  const setting = sendSetting(call)
  if (setting === undefined || setting === 'SendToNone' || !isOrganizer(fields, call.mailbox.email)) return false
  const to = addresses(attendeesOf(fields), call.mailbox.email)
  mail(call, 'request', to, fields.Subject, setting)
  return to.length > 0
}

/** After an update: everybody or only who was added or removed; who was removed gets a cancellation. */
export function mailUpdate(call: Call, before: Fields, after: Fields): void {
  const setting = sendSetting(call)
  if (setting === undefined || setting === 'SendToNone' || !isOrganizer(after, call.mailbox.email)) return
  const had = addresses(attendeesOf(before), call.mailbox.email)
  const has = addresses(attendeesOf(after), call.mailbox.email)
  const added = has.filter((email) => !had.includes(email))
  const removed = had.filter((email) => !has.includes(email))
  // A meeting that was never sent is sent now, to everybody who is asked.
  const isFirst = had.length === 0 || before.MeetingRequestWasSent === false
  const all = setting === 'SendOnlyToAll' || setting === 'SendToAllAndSaveCopy'
  mail(call, isFirst ? 'request' : 'update', all ? has : added, after.Subject, setting)
  if (all && has.length > 0) after.MeetingRequestWasSent = true
  mail(call, 'cancellation', removed, after.Subject, setting)
}

/** Before a removal: the organizer cancels, an attendee declines. */
export function mailRemoval(call: Call, fields: Fields, setting: string): void {
  if (setting === 'SendToNone' || setting === 'SaveOnly') return
  if (isOrganizer(fields, call.mailbox.email)) {
    mail(call, 'cancellation', addresses(attendeesOf(fields), call.mailbox.email), fields.Subject, setting)
    return
  }
  mail(call, 'response', [fields.Organizer?.email.toLowerCase() ?? ''], `Declined: ${fields.Subject ?? ''}`, setting)
}
