/** The Exchange lens, fitting: exactly what Exchange would give back of an event after it was written, and what would be lost (I19, P7). */
import type { Event } from '../../model/event.ts'
import { expandOccurrences } from '../../model/expand.ts'
import type { Fit, Loss } from '../../model/item.ts'
import { fitFiles } from '../fit-files.ts'
import { type EwsContext, lossList } from './context.ts'
import { fitFields } from './fit-fields.ts'
import { fitForeignEvent } from './fit-foreign.ts'
import { fitOccurrences } from './fit-occurrences.ts'
import { fitPeople } from './fit-people.ts'
import { fitSchedule } from './fit-schedule.ts'
import { resetsSeries } from './occurrence.ts'

/**
 * `current` is what Exchange holds of it now, null when it is about to be created: organizer, answers and cancellation are the
 * server's and stay as they are. Pure; idempotent.
 */
export function fitEvent(event: Event, context: EwsContext, current: Event | null = null): Fit<Event> {
  const losses: Loss[] = []
  const at = { context, losses: lossList(losses) }
  const organizer = current?.organizer ?? null
  if (current !== null && organizer !== null && organizer.email !== context.mailbox) {
    return { kind: 'fits', item: fitForeignEvent(event, at, current), losses }
  }
  if (current === null && isDeclined(event, context)) {
    at.losses.add(`attendee:${context.mailbox}`, 'value-not-held', 'Exchange keeps no meeting that was declined')
    return { kind: 'unrepresentable', losses }
  }
  const schedule = fitSchedule(event, at)
  if (schedule === null) return { kind: 'unrepresentable', losses }
  const fitted: Event = {
    kind: 'event',
    uid: event.uid,
    ...fitFields(event, at.losses, current),
    ...fitPeople(event, at, current),
    ...schedule,
    extraStarts: [],
    files: fitFiles(event.files, {
      fileBytesMax: context.fileBytesMax,
      totalBytesMax: null,
      held: current?.files ?? [],
      name: at.losses.add,
    }),
    occurrences: {},
  }
  if (fitted.recurrence)
    fitted.occurrences = fitOccurrences(event, fitted, {
      ...at,
      current,
      reset: current !== null && resetsSeries(current, { ...event, ...schedule }),
    })
  if (isEmptySeries(fitted, context)) {
    at.losses.add('schedule', 'recurrence-not-representable', 'every occurrence is deleted')
    return { kind: 'unrepresentable', losses }
  }
  return { kind: 'fits', item: fitted, losses }
}

/** Exchange removes a series with its last occurrence: it must not be written, or it would look deleted. */
function isEmptySeries(event: Event, context: EwsContext): boolean {
  const deleted = Object.values(event.occurrences).filter((occurrence) => occurrence.kind === 'deleted').length
  if (event.recurrence === null || deleted === 0) return false
  const { start, recurrence } = event
  const some = expandOccurrences({ start, recurrence, floatingZone: context.floatingZone }, { limit: deleted + 1 })
  return some.length <= deleted
}

/** Declining somebody else's meeting removes it from an Exchange calendar: it must not come back as an appointment. */
function isDeclined({ organizer, attendees }: Event, context: EwsContext): boolean {
  if (organizer === null || organizer.email === context.mailbox) return false
  return attendees.some(({ email, partStat }) => email === context.mailbox && partStat === 'declined')
}
