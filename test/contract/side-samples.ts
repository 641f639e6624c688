/** Events for the side contract that both worlds can hold in full, so that `fit` changes nothing that the tests look at. */
import type { Event, EventFields } from '../../src/model/event.ts'
import { eventOf } from '../../src/model/kinds.ts'
import type { CalTime } from '../../src/model/time.ts'
import type { SideItem } from '../../src/ports/side.ts'

const fields: EventFields = {
  title: 'Planning',
  body: { text: 'First line\nSecond line', html: null },
  location: 'Room 1',
  showAs: 'busy',
  sensitivity: 'normal',
  importance: 'normal',
  status: 'none',
  categories: ['Project'],
  reminder: { minutesBefore: 15 },
  organizer: null,
  attendees: [],
}

/** An item that is an event, as these tests make them. */
export type EventItem = SideItem & { model: Event }

export function eventItem(item: SideItem): EventItem {
  return { ...item, model: eventOf(item.model) }
}

const berlin = (local: string): CalTime => ({ kind: 'zoned', local, zone: 'Europe/Berlin' })

/** A one-hour appointment in Berlin. */
export function sampleEvent(uid: string, changes: Partial<Event> = {}): Event {
  return {
    kind: 'event',
    uid,
    ...fields,
    start: berlin('2026-03-10T09:00:00'),
    end: berlin('2026-03-10T10:00:00'),
    recurrence: null,
    extraStarts: [],
    occurrences: {},
    ...changes,
  }
}

/** Ten Tuesdays over the change to summer time: the second was moved and renamed, the fourth deleted. */
export function sampleSeries(uid: string, changes: Partial<Event> = {}): Event {
  return sampleEvent(uid, {
    recurrence: {
      pattern: { kind: 'weekly', interval: 1, days: ['TU'], firstDay: 'MO' },
      end: { kind: 'count', count: 10 },
    },
    occurrences: {
      '2026-03-17T09:00:00': {
        kind: 'exception',
        start: berlin('2026-03-17T11:00:00'),
        end: berlin('2026-03-17T12:00:00'),
        fields: { ...fields, title: 'Planning, moved' },
      },
      '2026-03-31T09:00:00': { kind: 'deleted' },
    },
    ...changes,
  })
}
