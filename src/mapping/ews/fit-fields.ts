/** What Exchange would hold of the fields of a master or an exception, and what it would lose, named field by field. */
import type { EventFields } from '../../model/event.ts'
import { fitBody, isOnlineMeetingBody } from './body.ts'
import type { LossList } from './context.ts'
import { tidyCategories } from './fields.ts'
import { cut, EWS_LINE_CHARS_MAX, line } from './text.ts'

/** MS-OXWSCORE ReminderMinutesBeforeStartType: five years. */
export const EWS_REMINDER_MINUTES_MAX = 2_629_800

type OwnFields = Omit<EventFields, 'organizer' | 'attendees'>

/** `current`: what Exchange holds of it now. People are fitted apart (fit-people.ts). */
export function fitFields(fields: EventFields, losses: LossList, current: EventFields | null): OwnFields {
  return {
    title: fitLine('title', fields.title, losses),
    body: fitBodyField(fields, losses, current),
    location: fitLine('location', fields.location, losses),
    showAs: fields.showAs,
    sensitivity: fields.sensitivity,
    importance: fields.importance,
    status: fitStatus(fields.status, losses, current),
    categories: fitCategories(fields.categories, losses),
    reminder: fitReminder(fields.reminder, losses),
  }
}

export function fitLine(path: string, text: string, losses: LossList): string {
  const clean = line(text)
  const short = cut(clean, EWS_LINE_CHARS_MAX)
  if (short !== clean) losses.add(path, 'too-long', `${clean.length} characters`)
  else if (clean !== text) losses.add(path, 'value-not-held', 'line breaks or space around it')
  return short
}

/** The body of an online meeting carries its join information: a text never replaces it (SRV-6). */
function fitBodyField(fields: EventFields, losses: LossList, current: EventFields | null): EventFields['body'] {
  const { body, htmlDropped } = fitBody(fields.body)
  const held = current?.body ?? null
  if (held !== null && isOnlineMeetingBody(held) && body?.html == null && body?.text !== held.text) {
    losses.add('body', 'server-owned', 'online meeting')
    return held
  }
  if (htmlDropped) losses.add('body', 'value-not-held', 'html and text differ')
  return body
}

/** IsCancelled is the server's; a tentative one has no field on Exchange. Confirmed is what an event is that says nothing: no loss. */
function fitStatus(status: EventFields['status'], losses: LossList, current: EventFields | null) {
  const held = current?.status === 'cancelled' ? 'cancelled' : 'none'
  if (status !== held && status !== 'none' && status !== 'confirmed') {
    losses.add('status', status === 'cancelled' ? 'server-owned' : 'no-such-field', status)
  }
  return held
}

export function fitCategories(categories: readonly string[], losses: LossList): string[] {
  const fitted = categories.map((category) => {
    const short = cut(line(category), EWS_LINE_CHARS_MAX)
    if (short !== category)
      losses.add(`category:${category}`, category.length > EWS_LINE_CHARS_MAX ? 'too-long' : 'value-not-held')
    return short
  })
  return tidyCategories(fitted)
}

function fitReminder(reminder: EventFields['reminder'], losses: LossList): EventFields['reminder'] {
  if (reminder === null) return null
  const minutes = Math.min(Math.max(Math.round(reminder.minutesBefore), 0), EWS_REMINDER_MINUTES_MAX)
  if (minutes !== reminder.minutesBefore) losses.add('reminder', 'clamped', `${reminder.minutesBefore} minutes`)
  return { minutesBefore: minutes === 0 ? 0 : minutes }
}
