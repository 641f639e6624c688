/** Further calendars, task lists and address books: chosen, made on the other side, deleted, given up, and linked one way. */
import { afterEach, describe, expect, it } from 'vitest'
import type { PersonCalendar } from '../simulators/nextcloud/person-calendar.ts'
import { appointment, ics, resource } from './items.ts'
import { only, Stage } from './stage.ts'

const DAY_MS = 86_400_000
const ALL = [{}, { Exchange: '*', Nextcloud: '*' }]

let stage: Stage
afterEach(() => stage.close())

async function open(choices: Record<string, unknown>, mode = '7'): Promise<void> {
  stage = await Stage.open({ entries: { alice: choices }, env: { Service__SyncMode: mode } })
}

async function nextDay(): Promise<void> {
  stage.clock.advance(DAY_MS)
  await stage.settle()
}

const alice = () => stage.world.nextcloud.user('alice')
const named = (name: string): PersonCalendar =>
  only(
    alice()
      .calendars()
      .filter(({ displayName }) => displayName === name),
    name,
  )
const todo = (uid: string, summary: string) =>
  resource(['BEGIN:VTODO', `UID:${uid}`, 'DTSTAMP:20260301T000000Z', `SUMMARY:${summary}`, 'END:VTODO'])
const card = (uid: string, name: string) =>
  ['BEGIN:VCARD', 'VERSION:3.0', `UID:${uid}`, `FN:${name}`, `N:${name};;;;`, 'END:VCARD', ''].join('\r\n')
const subjects = (folder: string) =>
  stage
    .mailbox()
    .list(folder)
    .map(({ fields }) => fields.Subject ?? fields.other?.DisplayName?.text)
    .sort()

describe('all further collections of both sides', () => {
  it('are made on the other side, whatever their kind, and filled; they follow renames', async () => {
    await open({ Calendars: ALL, TaskLists: ALL, AddressBooks: ALL })
    alice().createCalendar('music', { displayName: 'Music', components: ['VEVENT'], color: '#00AA00' })
    alice().calendar('music').put('m.ics', ics('m@example.org', 'SUMMARY:Concert'), { silent: true })
    alice().createCalendar('tasks', { displayName: 'Tasks', components: ['VTODO'] })
    alice().createCalendar('shopping', { displayName: 'Shopping', components: ['VTODO'] })
    alice().calendar('shopping').put('s.ics', todo('s@example.org', 'Bread'), { silent: true })
    alice().createAddressBook('club', 'Club').put('c.vcf', card('c@example.org', 'Clara'))
    const mailbox = stage.mailbox()
    mailbox.addFolder('Projects')
    mailbox.addEvent(appointment('Kick-off'), 'Projects')
    mailbox.addFolder('Office tasks', 'TasksFolder')
    mailbox.addItem('Task', { fields: { Subject: 'Report' }, folder: 'Office tasks' })
    mailbox.addFolder('Suppliers', 'ContactsFolder')
    mailbox.addItem('Contact', { values: { DisplayName: 'Sam Supply', GivenName: 'Sam' }, folder: 'Suppliers' })
    await stage.settle()

    expect([subjects('Music'), subjects('Shopping'), subjects('Club')]).toEqual([['Concert'], ['Bread'], ['Clara']])
    expect(named('Projects').list()[0]?.text).toContain('SUMMARY:Kick-off')
    expect(named('Office tasks').list()[0]?.text).toContain('SUMMARY:Report')
    const books = () =>
      alice()
        .addressBooks()
        .map(({ displayName }) => displayName)
        .sort()
    expect(books()).toEqual(['Club', 'Contacts', 'Suppliers'])

    mailbox.renameFolder('Suppliers', 'Vendors')
    mailbox.renameFolder('Office tasks', 'Desk')
    named('Music').rename('Jazz')
    alice().addressBook('club').rename('Chess club')
    await nextDay()
    expect(books()).toEqual(['Chess club', 'Contacts', 'Vendors'])
    expect(mailbox.folderNames()).toContain('Jazz')
    expect(mailbox.folderNames('ContactsFolder')).toContain('Chess club')
    expect(named('Desk').list()).toHaveLength(1)
    stage.takeWrites()
    await nextDay()
    expect(stage.takeWrites()).toEqual([])
  })

  it('never include what others share, feeds, and what the server makes for itself', async () => {
    await open({ Calendars: ALL }, '1')
    stage.world.nextcloud.addUser('bob', 'b', { email: 'bob@corp.test' })
    const team = stage.world.nextcloud.user('bob').createCalendar('team', { displayName: 'Team' })
    team.share('alice', 'read-write')
    alice().subscribe('holidays', 'https://example.org/holidays.ics')
    alice().createCalendar('contact_birthdays', { displayName: 'Birthdays' })
    alice().createCalendar('old', { displayName: 'Old' }).delete()
    const before = stage.mailbox().folderNames()
    await stage.settle()
    expect(stage.mailbox().folderNames()).toEqual(before)
  })

  it('make no folder twice when the connector forgets everything', async () => {
    await open({ Calendars: ALL }, '1')
    alice().createCalendar('music', { displayName: 'Music', color: '#00AA00' })
    await stage.settle()
    await stage.loseState()
    await stage.settle()
    expect(stage.mailbox().folderNames()).toEqual(['Calendar', 'Music'])
    expect(alice().calendars()).toHaveLength(2)
  })
})

describe('a task list', () => {
  it('is made where there are only calendars for events', async () => {
    await open({}, '4')
    stage.mailbox().addItem('Task', { fields: { Subject: 'Report' } })
    await stage.settle()
    expect(named('Tasks').list()).toHaveLength(1)
    expect(alice().calendar('personal').list()).toEqual([])
  })

  it('is not looked for when none is chosen', async () => {
    await open({ TaskLists: [], AddressBooks: [] }, '6')
    const report = await stage.pass()
    expect(report).toMatchObject({ outcome: 'in-step', pairs: [] })
    expect(alice().calendars()).toHaveLength(1)
  })
})

describe('a collection that was deleted', () => {
  async function withMusic(): Promise<void> {
    await open({ Calendars: ALL }, '1')
    alice().createCalendar('music', { displayName: 'Music', color: '#00AA00FF' })
    alice().calendar('music').put('m.ics', ics('m@example.org', 'SUMMARY:Concert'), { silent: true })
    await stage.settle()
    stage.clock.advance(DAY_MS)
  }

  async function expectHalted(side: string): Promise<void> {
    for (let passes = 0; passes < 2; passes++) {
      const report = await stage.pass()
      expect(report.outcome).toBe('halted')
      expect(report.pairs.map(({ name, halt }) => [name, halt?.guard, halt?.side])).toContainEqual([
        'Music',
        'collection-deleted',
        side,
      ])
      // The others go on.
      expect(report.pairs.map(({ name, outcome }) => [name, outcome])).toContainEqual(['Calendar', 'in-step'])
    }
    const [status] = await stage.connector.status()
    expect(status?.pairs.find(({ name }) => name === 'Music')?.halt?.guard).toBe('collection-deleted')
  }

  it.each([true, false])(
    'on Nextcloud waits for a person, and is made again with its colour (for good: %s)',
    async (permanent) => {
      await withMusic()
      alice().calendar('music').delete({ permanent })
      await expectHalted('nextcloud')
      expect(subjects('Music')).toEqual(['Concert'])
      await stage.connector.admin.resume('alice@corp.test', { signal: new AbortController().signal })
      await stage.settle()
      expect(named('Music').list()).toHaveLength(1)
      expect(named('Music').color).toBe('#00AA00FF')
      expect(subjects('Music')).toEqual(['Concert'])
    },
  )

  it('on Exchange waits for a person, and is made again and filled', async () => {
    await withMusic()
    stage.mailbox().deleteFolder('Music')
    await expectHalted('exchange')
    expect(named('Music').list()).toHaveLength(1)
    await stage.connector.admin.resume('alice@corp.test', { signal: new AbortController().signal })
    await stage.settle()
    expect(subjects('Music')).toEqual(['Concert'])
  })

  it('on both sides is nobody’s business any more', async () => {
    await withMusic()
    stage.mailbox().deleteFolder('Music')
    await stage.pass()
    alice().calendar('music').delete({ permanent: true })
    await stage.settle()
    expect(stage.mailbox().folderNames()).toEqual(['Calendar'])
    expect(alice().calendars()).toHaveLength(1)
  })

  it('is given up by choosing it no longer: both sides keep what they have', async () => {
    await withMusic()
    alice().calendar('music').delete()
    await stage.pass()
    await stage.changeUser({ Calendars: [{}] })
    await stage.settle()
    expect(subjects('Music')).toEqual(['Concert'])
  })
})

describe('a choice', () => {
  it('that is withdrawn ends the sync and deletes nothing; taken again, it goes on where it was', async () => {
    await open({ Calendars: [{}, { Exchange: 'Projects' }] }, '1')
    stage.mailbox().addFolder('Projects')
    stage.mailbox().addEvent(appointment('One'), 'Projects')
    await stage.settle()
    await stage.changeUser({ Calendars: [{}] })
    stage.mailbox().addEvent(appointment('Two'), 'Projects')
    const report = await stage.settle()
    expect(report.pairs.map(({ name }) => name)).toEqual(['Calendar'])
    const [status] = await stage.connector.status()
    expect(status?.pairs.map(({ name }) => name)).toEqual(['Calendar'])
    expect(named('Projects').list()).toHaveLength(1)
    await stage.changeUser({ Calendars: [{}, { Exchange: 'Projects' }] })
    const again = await stage.settle()
    expect(again.pairs.map(({ name, counts }) => [name, counts.created])).toContainEqual(['Projects', 1])
    expect(named('Projects').list()).toHaveLength(2)
  })

  it('of another calendar for the same folder links that one, and leaves the old one as it is', async () => {
    await open({}, '1')
    stage.mailbox().addEvent(appointment('One'))
    alice().createCalendar('work', { displayName: 'Work' })
    await stage.settle()
    await stage.changeUser({ Calendars: [{ Nextcloud: 'work' }] })
    await stage.settle()
    stage.mailbox().addEvent(appointment('Two'))
    await stage.settle()
    expect([alice().calendar('personal').list().length, alice().calendar('work').list().length]).toEqual([1, 2])
  })

  it('is shown by a dry run, which makes nothing', async () => {
    await open({ Calendars: ALL }, '1')
    alice().createCalendar('music', { displayName: 'Music' })
    alice().calendar('music').put('m.ics', ics('m@example.org', 'SUMMARY:Concert'), { silent: true })
    const report = await stage.pass({ dryRun: true })
    const music = only(
      report.pairs.filter(({ name }) => name === 'Music'),
      'Music',
    )
    expect(music.actions.map(({ action, side, title }) => [action, side, title])).toEqual([
      ['create', 'exchange', 'Concert'],
    ])
    expect(stage.mailbox().folderNames()).toEqual(['Calendar'])
  })
})

describe('a one-way link', () => {
  const EXCHANGE_WRITES = /^(Create|Update|Delete)(Item|Folder|Attachment)/

  it('to Nextcloud never writes to Exchange: edits and deletions of the copy are undone, with the edit in the archive', async () => {
    await open({ Calendars: [{ Direction: 'to-nextcloud' }] }, '1')
    for (const title of ['Kept', 'Moved', 'Thrown away']) stage.mailbox().addEvent(appointment(title))
    stage.calendar().put('own.ics', ics('own@example.org', 'SUMMARY:Only here'), { silent: true })
    await stage.settle()
    expect(stage.calendar().list()).toHaveLength(4)
    stage.editObject('Kept', (text) => text.replace('SUMMARY:Kept', 'SUMMARY:Changed in the copy'))
    stage.calendar().remove(stage.object('Thrown away').uri, { silent: true })
    await stage.settle()
    expect(stage.object('SUMMARY:Kept').text).not.toContain('Changed in the copy')
    stage.object('SUMMARY:Thrown away')
    const archived = await stage.connector.store.archiveEntries({})
    expect(archived.map(({ document }) => document.text).join()).toContain('Changed in the copy')

    stage.mailbox().editEvent(stage.item('Moved').id, { subject: 'Moved on' })
    stage.mailbox().deleteItem(stage.item('Thrown away').id)
    await nextDay()
    expect(
      stage
        .calendar()
        .list()
        .map(({ text }) => /SUMMARY:(.*)/.exec(text)?.[1])
        .sort(),
    ).toEqual(['Kept', 'Moved on', 'Only here'])
    expect(stage.takeWrites().filter((name) => EXCHANGE_WRITES.test(name))).toEqual([])
  })

  it('leaves an edited copy alone when its original is deleted', async () => {
    await open({ Calendars: [{ Direction: 'to-nextcloud' }] }, '1')
    for (const title of ['Stays', 'Report']) stage.mailbox().addEvent(appointment(title))
    await stage.settle()
    stage.editObject('Report', (text) => text.replace('SUMMARY:Report', 'SUMMARY:Report with notes'))
    stage.mailbox().deleteItem(stage.item('Report').id)
    await nextDay()
    stage.object('Report with notes')
    expect(stage.mailbox().list()).toHaveLength(1)
  })

  it('to Exchange never writes to Nextcloud, and turned to both ways takes over what was left alone', async () => {
    await open({ Calendars: [{ Direction: 'to-exchange' }] }, '1')
    stage.calendar().put('a.ics', ics('a@example.org', 'SUMMARY:Web'), { silent: true })
    stage.mailbox().addEvent(appointment('Outlook'))
    await stage.settle()
    stage.mailbox().editEvent(stage.item('Web').id, { subject: 'Web, changed' })
    await nextDay()
    stage.item('Web')
    expect(stage.takeWrites().filter((name) => /^(PUT|DELETE|MK|PROPPATCH)/.test(name))).toEqual([])
    await stage.changeUser({ Calendars: [{}] })
    await stage.settle()
    stage.object('SUMMARY:Outlook')
  })
})
