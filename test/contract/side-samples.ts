/** Events for the side contract that both worlds can hold in full, so that `fit` changes nothing that the tests look at. */
import type { Contact } from '../../src/model/contact.ts'
import type { Event, EventFields } from '../../src/model/event.ts'
import { NO_NAME } from '../../src/model/flat-contact.ts'
import type { FieldPath, Item } from '../../src/model/item.ts'
import { cardOf, eventOf, taskOf } from '../../src/model/kinds.ts'
import type { Task } from '../../src/model/task.ts'
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
    files: [],
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

/** Items of one kind for the contract: a plain one, a richer one, and what their title is. */
export type ItemSamples = {
  item(uid: string, title?: string): Item
  series(uid: string, title?: string): Item
  titled(item: Item, title: string): Item
  titlePath: FieldPath
}

const titled = (title?: string) => (title === undefined ? {} : { title })

export const EVENTS: ItemSamples = {
  item: (uid, title) => sampleEvent(uid, titled(title)),
  series: (uid, title) => sampleSeries(uid, titled(title)),
  titled: (item, title) => ({ ...eventOf(item), title }),
  titlePath: 'title',
}

export function sampleTask(uid: string, changes: Partial<Task> = {}): Task {
  return {
    kind: 'task',
    uid,
    title: 'Write the report',
    body: { text: 'First line\nSecond line', html: null },
    status: 'inProgress',
    percentComplete: 40,
    completed: null,
    start: '2026-03-10',
    due: '2026-03-12',
    importance: 'high',
    sensitivity: 'normal',
    categories: ['Project'],
    reminder: { atUtc: '2026-03-11T08:00:00' },
    recurrence: null,
    regeneration: null,
    ...changes,
  }
}

export const TASKS: ItemSamples = {
  item: (uid, title) => sampleTask(uid, titled(title)),
  series: (uid, title) =>
    sampleTask(uid, {
      recurrence: {
        pattern: { kind: 'weekly', interval: 2, days: ['TU'], firstDay: 'MO' },
        end: { kind: 'count', count: 5 },
      },
      ...titled(title),
    }),
  titled: (item, title) => ({ ...taskOf(item), title }),
  titlePath: 'title',
}

export function sampleContact(uid: string, changes: Partial<Contact> = {}): Contact {
  return {
    kind: 'contact',
    uid,
    displayName: 'Erika Mustermann',
    fileAs: 'Mustermann, Erika',
    name: { ...NO_NAME, given: 'Erika', family: 'Mustermann' },
    organisation: { company: 'Muster GmbH', department: 'Sales', title: 'Head', profession: '', office: '' },
    relations: { spouse: 'Max', manager: '', assistant: '', children: ['Lena'] },
    emails: [{ slot: 1, address: 'erika@example.test', display: '' }],
    phones: { BusinessPhone: '+49 30 1', MobilePhone: '+49 170 1', HomeFax: '+49 30 2' },
    addresses: { business: { street: 'Ring 1', city: 'Bonn', state: '', postalCode: '53111', country: 'Germany' } },
    mailingAddress: 'business',
    ims: [],
    urls: { business: 'https://example.test', personal: '', freeBusy: '' },
    birthday: '1980-02-29',
    anniversary: null,
    note: 'First line\nSecond line',
    categories: ['Friends'],
    photo: null,
    sensitivity: 'normal',
    gender: 'female',
    userFields: { 1: 'member 4711', 2: '', 3: '', 4: '' },
    ...changes,
  }
}

/** Contacts, and as the richer ones groups. */
export const CONTACTS: ItemSamples = {
  item: (uid, title) => sampleContact(uid, title === undefined ? {} : { displayName: title }),
  series: (uid, title = 'Team') => ({
    kind: 'group',
    uid,
    title,
    members: [{ email: 'erika@example.test', name: 'Erika', uid: null }],
    note: '',
    categories: [],
    sensitivity: 'normal',
  }),
  titled: (item, title) =>
    item.kind === 'group' ? { ...item, title } : ({ ...cardOf(item), displayName: title } as Item),
  titlePath: 'displayName',
}
