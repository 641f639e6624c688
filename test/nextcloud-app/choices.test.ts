/** The rows of the consent page: what is shown and what is saved are the same thing. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  choicesOf,
  isSame,
  linkable,
  problemOf,
  type Row,
  rowsOf,
  shownRows,
  withRow,
  withSuggestions,
} from '../../nextcloud-app/src/logic/choices.ts'
import type { Choice, Collection } from '../../nextcloud-app/src/logic/types.ts'

function collection(uri: string, over: Partial<Collection> = {}): Collection {
  return {
    kind: 'calendar',
    uri,
    displayName: uri.toUpperCase(),
    color: null,
    components: ['VEVENT', 'VTODO'],
    isOwn: true,
    isWritable: true,
    isSubscription: false,
    isDeleted: false,
    ...over,
  }
}

const contacts = collection('contacts', { kind: 'contacts', components: [] })
const main: Choice = { kind: 'calendar', exchange: { kind: 'default' }, nextcloud: 'personal', direction: 'both' }
const named = (rows: readonly Row[], key: string) => rows.find((row) => row.key === key)

describe('linkable collections', () => {
  it.each([
    ['shared by somebody else', { isOwn: false }],
    ['read-only', { isWritable: false }],
    ['a subscription', { isSubscription: true }],
    ['in the trash', { isDeleted: true }],
    ['for tasks only', { components: ['VTODO'] }],
  ])('leave out a calendar that is %s', (_, over) => {
    expect(linkable('calendar', [collection('x', over)])).toEqual([])
  })

  it('offer a calendar that holds both under both kinds, and address books under contacts alone', () => {
    const all = [collection('personal'), contacts]
    expect(linkable('calendar', all).map(({ uri }) => uri)).toEqual(['personal'])
    expect(linkable('tasks', all).map(({ uri }) => uri)).toEqual(['personal'])
    expect(linkable('contacts', all).map(({ uri }) => uri)).toEqual(['contacts'])
  })
})

describe('rows', () => {
  it('do not offer the calendar of the default folder a second time', () => {
    const rows = shownRows(rowsOf([main], [collection('personal'), collection('work')]))
    const keys = rows.filter(({ kind }) => kind === 'calendar').map(({ key }) => key)
    expect(keys).toEqual(['calendar:default', 'calendar:work', 'calendar:others'])
  })

  it('drop a further calendar that becomes the default one, so that none is linked twice', () => {
    const rows = rowsOf([main], [collection('personal'), collection('work')])
    const both = withRow(withRow(rows, 'calendar:work', { isOn: true }), 'calendar:default', { nextcloud: 'work' })
    expect(choicesOf(both)).toEqual([{ ...main, nextcloud: 'work' }])
  })

  it('keep a chosen calendar that is gone, and say so', () => {
    const rows = rowsOf([main], [])
    expect(named(rows, 'calendar:default')).toMatchObject({ isOn: true, isMissing: true, nextcloud: 'personal' })
    expect(choicesOf(rows)).toEqual([main])
  })

  it('link a further calendar with the Exchange folder of its name', () => {
    const rows = withRow(rowsOf([], [collection('work')]), 'calendar:work', { isOn: true, direction: 'to-exchange' })
    expect(choicesOf(rows)).toEqual([
      { kind: 'calendar', exchange: { kind: 'folder', name: 'WORK' }, nextcloud: 'work', direction: 'to-exchange' },
    ])
  })

  it('give back exactly the choices that they were made from', () => {
    const uris = ['a', 'b', 'c', 'gone']
    const choice = fc.record({
      kind: fc.constantFrom('calendar' as const, 'tasks' as const, 'contacts' as const),
      exchange: fc.oneof(
        fc.constant({ kind: 'default' as const }),
        fc.constant({ kind: 'others' as const }),
        fc.record({ kind: fc.constant('folder' as const), name: fc.constantFrom('One', 'Two', 'Three') }),
      ),
      nextcloud: fc.option(fc.constantFrom(...uris), { nil: null }),
      direction: fc.constantFrom('both' as const, 'to-nextcloud' as const, 'to-exchange' as const),
    })
    const key = (one: Choice) => JSON.stringify([one.kind, one.exchange])
    const lists = fc.array(choice, { maxLength: 8 }).map((list) => {
      const usable = list.map((one): Choice => (one.exchange.kind === 'others' ? { ...one, nextcloud: null } : one))
      const once = usable.filter((one, index) => usable.findIndex((other) => key(other) === key(one)) === index)
      return once.filter(
        (one, index) =>
          one.nextcloud === null ||
          once.findIndex(({ kind, nextcloud }) => kind === one.kind && nextcloud === one.nextcloud) === index,
      )
    })
    const owned = [...['a', 'b', 'c'].map((uri) => collection(uri)), contacts]
    fc.assert(fc.property(lists, (list) => isSame(choicesOf(rowsOf(list, owned)), list)))
  })
})

describe('the automatic choice', () => {
  const automatic: Choice = { ...main, nextcloud: null }
  const suggested = (choices: readonly Choice[], collections: readonly Collection[], isConsent = true) =>
    withSuggestions(rowsOf(choices, collections), collections, isConsent)

  it('is written out before the consent where the account has its first collection', () => {
    const contact: Choice = { ...automatic, kind: 'contacts' }
    const all = [collection('work'), collection('personal'), contacts]
    const written = choicesOf(suggested([automatic, contact], all))
    expect(written.map(({ nextcloud }) => nextcloud)).toEqual(['personal', 'contacts'])
  })

  it('stays where there is none, and a choice that was made stays', () => {
    expect(choicesOf(suggested([automatic], [collection('work')]))).toEqual([automatic])
    const made = { ...main, nextcloud: 'work' }
    expect(choicesOf(suggested([made], [collection('work'), collection('personal')]))).toEqual([made])
  })

  it('is left alone where it was saved, and prepared for what is turned on later', () => {
    const all = [collection('personal')]
    const rows = suggested([automatic], all, false)
    expect(choicesOf(rows)).toEqual([automatic])
    expect(named(withRow(rows, 'tasks:default', { isOn: true }), 'tasks:default')).toMatchObject({
      nextcloud: 'personal',
    })
  })
})

describe('what cannot be saved', () => {
  it('is nothing at all', () => {
    expect(problemOf(rowsOf([], []))).toMatchObject({ problem: 'nothing' })
  })

  it('is two calendars of one name, whatever the case, but not a calendar and a task list', () => {
    const work = collection('work', { displayName: 'Team' })
    const rows = rowsOf([], [work, collection('other', { displayName: 'TEAM' })])
    const on = withRow(withRow(rows, 'calendar:work', { isOn: true }), 'tasks:other', { isOn: true })
    expect(problemOf(on)).toBeNull()
    expect(problemOf(withRow(on, 'calendar:other', { isOn: true }))).toEqual({
      kind: 'calendar',
      problem: 'same-folder',
    })
  })
})
