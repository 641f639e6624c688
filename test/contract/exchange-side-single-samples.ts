/** Tasks, contacts and groups that Exchange can hold in full, and whole ones that use every field of the model. */
import { NO_CONTACT } from '../../src/mapping/ews/contact.ts'
import { photoHash } from '../../src/mapping/ews/contact-photo.ts'
import type { Contact, Group, Photo } from '../../src/model/contact.ts'
import type { Task } from '../../src/model/task.ts'

/** One pixel, PNG. */
export const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
/** The same with another colour. */
export const PIXEL_TOO =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=='

export function photo(base64: string): Photo {
  return { hash: photoHash(base64), mediaType: 'image/png', base64 }
}

export function sampleTask(uid: string, changes: Partial<Task> = {}): Task {
  return {
    kind: 'task',
    uid,
    title: 'Send the report',
    body: { text: 'First line\nSecond line', html: null },
    status: 'inProgress',
    percentComplete: 40,
    completed: null,
    start: '2026-03-02',
    due: '2026-03-10',
    importance: 'high',
    sensitivity: 'normal',
    categories: ['Project', 'Report'],
    reminder: { atUtc: '2026-03-09T08:00:00' },
    recurrence: null,
    regeneration: null,
    ...changes,
  }
}

/** Every Tuesday, ten times. */
export function sampleTaskSeries(uid: string, changes: Partial<Task> = {}): Task {
  return sampleTask(uid, {
    status: 'notStarted',
    percentComplete: 0,
    start: '2026-03-03',
    due: '2026-03-04',
    recurrence: {
      pattern: { kind: 'weekly', interval: 1, days: ['TU'], firstDay: 'MO' },
      end: { kind: 'count', count: 10 },
    },
    ...changes,
  })
}

export function sampleContact(uid: string, changes: Partial<Contact> = {}): Contact {
  return {
    ...NO_CONTACT,
    uid,
    displayName: 'Erika Mustermann',
    name: { ...NO_CONTACT.name, given: 'Erika', family: 'Mustermann' },
    emails: [{ slot: 1, address: 'erika@example.test', display: '' }],
    phones: { MobilePhone: '+49 170 1234567' },
    categories: ['Friends'],
    ...changes,
  }
}

export function fullContact(uid: string, changes: Partial<Contact> = {}): Contact {
  return {
    kind: 'contact',
    uid,
    displayName: 'Dr. Erika Maria Mustermann jun.',
    fileAs: 'Mustermann, Erika (Example)',
    name: {
      prefix: 'Dr.',
      given: 'Erika',
      middle: 'Maria',
      family: 'Mustermann',
      suffix: 'jun.',
      nickname: 'Eri',
      phoneticGiven: 'エリカ',
      phoneticFamily: 'ムスターマン',
      phoneticCompany: 'エグザンプル',
    },
    organisation: {
      company: 'Example GmbH',
      department: 'Research',
      title: 'Head of Research',
      profession: 'Physicist',
      office: 'B 2.14',
    },
    relations: { spouse: 'Max', manager: 'Ada Boss', assistant: 'Kim Help', children: ['Lena', 'Tom'] },
    emails: [
      { slot: 1, address: 'erika@example.test', display: 'Erika at work' },
      { slot: 2, address: 'Erika.Private@example.org', display: '' },
      { slot: 3, address: 'e.m@example.com', display: '' },
    ],
    phones: {
      AssistantPhone: '1',
      BusinessFax: '2',
      BusinessPhone: '3',
      BusinessPhone2: '4',
      Callback: '5',
      CarPhone: '6',
      CompanyMainPhone: '7',
      HomeFax: '8',
      HomePhone: '9',
      HomePhone2: '10',
      Isdn: '11',
      MobilePhone: '12',
      OtherFax: '13',
      OtherTelephone: '14',
      Pager: '15',
      PrimaryPhone: '16',
      RadioPhone: '17',
      Telex: '18',
      TtyTddPhone: '19',
    },
    addresses: {
      business: {
        street: 'Hauptstr. 1\nHaus B',
        city: 'Berlin',
        state: 'BE',
        postalCode: '10115',
        country: 'Germany',
      },
      home: { street: 'Gasse 2', city: 'Wien', state: '', postalCode: '1010', country: 'Austria' },
      other: { street: '', city: 'Bern', state: '', postalCode: '', country: '' },
    },
    mailingAddress: 'home',
    ims: [
      { slot: 1, address: 'xmpp:erika@example.org' },
      { slot: 3, address: 'skype:erika.m' },
    ],
    urls: {
      business: 'https://www.example.test/erika',
      personal: 'https://erika.example.org/',
      freeBusy: 'https://example.test/fb',
    },
    birthday: '1964-02-29',
    anniversary: '1990-12-31',
    note: 'Met at the fair.\nLikes <tea> & biscuits.',
    categories: ['Customers', 'Friends'],
    photo: photo(PIXEL),
    sensitivity: 'private',
    gender: 'female',
    userFields: { 1: 'one', 2: '', 3: 'three', 4: 'four' },
    ...changes,
  }
}

export function sampleGroup(uid: string, changes: Partial<Group> = {}): Group {
  return {
    kind: 'group',
    uid,
    title: 'Team',
    members: [
      { email: 'ada@example.test', name: 'Ada Boss', uid: null },
      { email: 'kim@example.test', name: '', uid: null },
    ],
    note: 'Everybody of the team',
    categories: ['Work'],
    sensitivity: 'normal',
    ...changes,
  }
}
