/** Which Nextcloud collection an Exchange folder is linked with, and which links of before still hold. */
import { describe, expect, it } from 'vitest'
import type { DavCalendar } from '../../src/nextcloud/dav/calendar.ts'
import { choiceOf, type KnownLink } from '../../src/nextcloud/kept-links.ts'
import { type ExchangeFolder, linkCollections, type NewLink } from '../../src/nextcloud/link-collections.ts'
import { linkableBook, linkableCalendar, linkableTaskList } from '../../src/nextcloud/linkable.ts'
import {
  type CollectionChoice,
  choiceKey,
  type Direction,
  type ExchangeChoice,
} from '../../src/ports/collection-choice.ts'

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

function choice(exchange: ExchangeChoice, nextcloud: string | null = null, direction: Direction = 'both') {
  const named = nextcloud === '*' ? { kind: 'others' as const } : { kind: 'named' as const, name: nextcloud ?? '' }
  return { exchange, nextcloud: nextcloud === null ? { kind: 'auto' as const } : named, direction }
}
const DEFAULT = choice({ kind: 'default' })
const OTHERS = choice({ kind: 'others' })
const BOTH_OTHERS = choice({ kind: 'others' }, '*')
const named = (name: string, nextcloud: string | null = null, direction: Direction = 'both') =>
  choice({ kind: 'folder', name }, nextcloud, direction)

const DEFAULTS = { preferred: 'personal', made: 'Calendar' }

function link(choices: CollectionChoice[], folders: ExchangeFolder[], calendars: DavCalendar[]) {
  const collections = calendars.map(linkableCalendar)
  const { links, problems } = linkCollections(choices, { folders, collections, defaults: DEFAULTS })
  return { pairs: Object.fromEntries(links.map(shown)) as Record<string, string>, problems }
}

function shown({ folder: from, collection }: NewLink): [string, string] {
  return [
    from.kind === 'existing' ? from.found.name : `new ${from.name}`,
    collection.kind === 'existing' ? collection.found.segment : `new ${collection.name}`,
  ]
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
    const twice = [choice({ kind: 'default' }, 'one'), named('Projects', 'one')]
    expect(link(twice, folders, calendars)).toEqual({
      pairs: { Calendar: 'one' },
      problems: [{ name: 'one', reason: 'taken' }],
    })
    expect(link([named('Nowhere')], folders, calendars).problems).toEqual([
      { name: 'Nowhere', reason: 'no-such-folder' },
    ])
  })

  it('leaves links that were chosen before as they are, and gives their calendars to nobody else', () => {
    const collections = [calendar('personal'), calendar('projects', { displayName: 'Projects' })].map(linkableCalendar)
    const [personal] = collections
    const known = [{ folderId: 'id-Calendar', url: personal?.url ?? '' }]
    const { links } = linkCollections([DEFAULT, OTHERS], { folders, collections, known, defaults: DEFAULTS })
    expect(links.map(shown)).toEqual([['Projects', 'projects']])
  })

  it('makes a folder for a named calendar, under the given name or under its own, but not where Exchange is the original', () => {
    const calendars = [calendar('personal'), calendar('work', { displayName: 'My work' })]
    expect(link([named('Office', 'work')], folders, calendars).pairs).toEqual({ 'new Office': 'work' })
    expect(link([choice({ kind: 'like-nextcloud' }, 'work')], folders, calendars).pairs).toEqual({
      'new My work': 'work',
    })
    expect(link([named('Office', 'work', 'to-nextcloud')], folders, calendars)).toEqual({
      pairs: {},
      problems: [{ name: 'Office', reason: 'no-such-folder' }],
    })
  })
})

describe('further ones of both sides', () => {
  const folders = [folder('Calendar', true), folder('Projects')]
  const calendars = [
    calendar('personal'),
    calendar('music', { displayName: 'Music ' }),
    calendar('feed', { subscribed: true }),
    calendar('bob_shared_by_bob', { own: false }),
    calendar('contact_birthdays', { readOnly: true }),
    calendar('old', { deleted: true }),
    calendar('todo', { components: ['VTODO'] }),
  ]

  it('get a folder for each own calendar of events, never for one that is shared, subscribed, generated or thrown away', () => {
    expect(link([DEFAULT, BOTH_OTHERS], folders, calendars).pairs).toEqual({
      Calendar: 'personal',
      Projects: 'new Projects',
      'new Music': 'music',
    })
    expect(link([DEFAULT, OTHERS], folders, calendars).pairs).toEqual({
      Calendar: 'personal',
      Projects: 'new Projects',
    })
  })

  it('leave the default folder a collection of its own', () => {
    const music = calendar('music', { displayName: 'Music' })
    expect(link([DEFAULT, BOTH_OTHERS], folders, [music]).pairs).toEqual({
      Calendar: 'new Calendar',
      Projects: 'new Projects',
      'new Music': 'music',
    })
    const made = calendar('calendar', { displayName: 'Calendar' })
    expect(link([DEFAULT, BOTH_OTHERS], folders, [music, made]).pairs.Calendar).toBe('calendar')
  })

  it('are made only on the side that is not the original of a one-way link', () => {
    const oneWay = (direction: Direction) => link([DEFAULT, { ...BOTH_OTHERS, direction }], folders, calendars).pairs
    expect(oneWay('to-nextcloud')).toEqual({ Calendar: 'personal', Projects: 'new Projects' })
    expect(oneWay('to-exchange')).toEqual({ Calendar: 'personal', 'new Music': 'music' })
  })
})

describe('task lists and address books', () => {
  it('are used only where they hold tasks or are kept by the person', () => {
    const reasons = [
      linkableTaskList(calendar('personal')),
      linkableTaskList(calendar('tasks', { components: ['VTODO'] })),
      linkableTaskList(calendar('feed', { subscribed: true })),
    ].map(({ unusable }) => unusable)
    expect(reasons).toEqual(['no-tasks', null, 'subscription'])
    const book = { ...calendar('contacts'), generated: false }
    const books = [
      book,
      { ...book, generated: true, readOnly: true },
      { ...book, own: false },
      { ...book, readOnly: true },
    ]
    expect(books.map((one) => linkableBook(one).unusable)).toEqual([null, 'generated', 'not-own', 'read-only'])
  })
})

describe('a link of before', () => {
  const collection = linkableCalendar(calendar('personal'))
  const madeBefore = (made: CollectionChoice | null, changes: Partial<KnownLink> = {}): KnownLink => ({
    choice: made && choiceKey(made),
    name: 'Calendar',
    folder: folder('Calendar', true),
    collection,
    ...changes,
  })

  it('holds as long as its choice is there, in whatever direction, or another covers it', () => {
    expect(choiceOf(madeBefore(DEFAULT), [OTHERS, { ...DEFAULT, direction: 'to-exchange' }])?.direction).toBe(
      'to-exchange',
    )
    expect(choiceOf(madeBefore(DEFAULT), [choice({ kind: 'default' }, 'PERSONAL')])).not.toBeNull()
    expect(choiceOf(madeBefore(DEFAULT), [choice({ kind: 'default' }, 'work')])).toBeNull()
    expect(choiceOf(madeBefore(DEFAULT), [OTHERS])).toBeNull()
  })

  it('holds under the name that its folder had or has, before the choice of all others takes it', () => {
    const renamed = { name: 'Projects', folder: folder('Clients') }
    for (const name of ['projects', 'clients'])
      expect(choiceOf(madeBefore(OTHERS, renamed), [named(name)])?.exchange).toEqual({ kind: 'folder', name })
    expect(choiceOf(madeBefore(named('Projects'), renamed), [named('Elsewhere'), OTHERS])?.exchange).toEqual({
      kind: 'others',
    })
    expect(choiceOf(madeBefore(named('Projects'), { folder: null, collection: null }), [OTHERS])).toBeNull()
  })

  it('holds when nobody noted its choice yet', () => {
    expect(choiceOf(madeBefore(null), [choice({ kind: 'default' }, 'renamed since')])).not.toBeNull()
  })
})
