/** Which Nextcloud calendar an Exchange folder is linked with. */
import { describe, expect, it } from 'vitest'
import type { DavCalendar } from '../../src/nextcloud/dav/calendar.ts'
import { type ExchangeFolder, linkCalendars } from '../../src/nextcloud/link-calendars.ts'
import type { CalendarLink } from '../../src/nextcloud/users-entry.ts'

const calendar = (segment: string, changes: Partial<DavCalendar> = {}): DavCalendar => ({
  url: `https://cloud.example.test/remote.php/dav/calendars/anna/${segment}/`,
  segment,
  displayName: segment,
  color: null,
  components: ['VEVENT'],
  owner: null,
  own: true,
  subscribed: false,
  readOnly: false,
  deleted: false,
  ctag: null,
  syncToken: null,
  ...changes,
})
const folder = (name: string, isDefault = false): ExchangeFolder => ({ id: `id-${name}`, name, isDefault })
const DEFAULT: CalendarLink = { exchange: { kind: 'default' }, nextcloud: null }
const OTHERS: CalendarLink = { exchange: { kind: 'others' }, nextcloud: null }
const named = (name: string, nextcloud: string | null = null): CalendarLink => ({
  exchange: { kind: 'folder', name },
  nextcloud,
})

function link(links: CalendarLink[], folders: ExchangeFolder[], calendars: DavCalendar[]) {
  const { linked, problems } = linkCalendars(links, { folders, calendars })
  const pairs = linked.map(({ folder: from, target }) => [
    from.name,
    target.kind === 'existing' ? target.calendar.segment : `new ${target.displayName}`,
  ])
  return { pairs: Object.fromEntries(pairs) as Record<string, string>, problems }
}

describe('without names', () => {
  const kalender = folder('Kalender', true)

  it('links the default folder with personal, whatever the mailbox calls it, and no further folder', () => {
    const { pairs } = link([DEFAULT], [folder('Projects'), kalender], [calendar('work'), calendar('personal')])
    expect(pairs).toEqual({ Kalender: 'personal' })
  })

  it('takes the first own calendar for events where there is no personal, never one of somebody else', () => {
    const others = [
      calendar('team_shared_by_bob', { own: false }),
      calendar('holidays', { subscribed: true }),
      calendar('todo', { components: ['VTODO'] }),
      calendar('old', { deleted: true }),
      calendar('contact_birthdays', { readOnly: true }),
    ]
    expect(link([DEFAULT], [kalender], [...others, calendar('main')]).pairs).toEqual({ Kalender: 'main' })
    expect(link([DEFAULT], [kalender], others).pairs).toEqual({ Kalender: 'new Calendar' })
  })

  it('links each further folder with the calendar of its name, else a new one, only when asked to with *', () => {
    const folders = [kalender, folder('Projects'), folder('Travel')]
    const { pairs } = link([DEFAULT, OTHERS], folders, [
      calendar('personal'),
      calendar('p', { displayName: 'projects' }),
    ])
    expect(pairs).toEqual({ Kalender: 'personal', Projects: 'p', Travel: 'new Travel' })
  })
})

describe('with names', () => {
  const folders = [folder('Calendar', true), folder('Projects')]

  it('finds a calendar by its URL segment before its display name, and makes one that is not there', () => {
    const calendars = [calendar('a', { displayName: 'work' }), calendar('work', { displayName: 'Other' })]
    expect(link([named('Projects', 'work')], folders, calendars).pairs).toEqual({ Projects: 'work' })
    expect(link([named('Projects', 'other')], folders, calendars).pairs).toEqual({ Projects: 'work' })
    expect(link([named('Projects', 'Fresh')], folders, calendars).pairs).toEqual({ Projects: 'new Fresh' })
  })

  it('gives a named calendar to the link that names it, and the default folder another', () => {
    const calendars = [calendar('personal'), calendar('work')]
    const { pairs } = link([DEFAULT, named('Projects', 'personal')], folders, calendars)
    expect(pairs).toEqual({ Calendar: 'work', Projects: 'personal' })
  })

  it('never uses one calendar twice, and says which name it could not link and why', () => {
    const calendars = [
      calendar('one', { displayName: 'Twin' }),
      calendar('two', { displayName: 'Twin' }),
      calendar('theirs', { own: false }),
      calendar('feed', { subscribed: true }),
      calendar('locked', { readOnly: true }),
      calendar('todo', { components: ['VTODO'] }),
    ]
    const reasons = ['Twin', 'theirs', 'feed', 'locked', 'todo'].map(
      (name) => link([named('Projects', name)], folders, calendars).problems[0]?.reason,
    )
    expect(reasons).toEqual(['ambiguous', 'not-own', 'subscription', 'read-only', 'no-events'])
    const twice: CalendarLink[] = [{ exchange: { kind: 'default' }, nextcloud: 'one' }, named('Projects', 'one')]
    expect(link(twice, folders, calendars)).toEqual({
      pairs: { Calendar: 'one' },
      problems: [{ name: 'one', reason: 'taken' }],
    })
    expect(link([named('Nowhere')], folders, calendars).problems).toEqual([
      { name: 'Nowhere', reason: 'no-such-folder' },
    ])
  })

  it('leaves links that were chosen before as they are, and gives their calendars to nobody else', () => {
    const calendars = [calendar('personal'), calendar('projects', { displayName: 'Projects' })]
    const [personal] = calendars
    const known = [{ folderId: 'id-Calendar', calendarUrl: personal?.url ?? '' }]
    const { linked } = linkCalendars([DEFAULT, OTHERS], { folders, calendars, known })
    expect(
      linked.map(({ folder: { name }, target }) => [name, target.kind === 'existing' && target.calendar.segment]),
    ).toEqual([['Projects', 'projects']])
  })
})
