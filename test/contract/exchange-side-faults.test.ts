/** The Exchange side when the server misbehaves: what is gone, what is unreadable, what is unknown, and what a stop in the middle leaves. */
import { afterEach, describe, expect, it } from 'vitest'
import type { Event } from '../../src/model/event.ts'
import type { Cursor, ItemId, Token } from '../../src/ports/side.ts'
import {
  createdItem,
  describeOutcome,
  drainFeed,
  type ExchangeFixture,
  exchangeFixture,
  newToken,
  presentItem,
} from './exchange-side-fixture.ts'
import { sampleEvent, sampleSeries } from './side-samples.ts'

let fixture: ExchangeFixture
afterEach(async () => {
  expect(fixture.simulator.outbox.mails).toEqual([])
  await fixture.close()
})

const titles = () => fixture.outlook.list().map((item) => item.fields.Subject)
const fail = (effect: Parameters<ExchangeFixture['simulator']['faults']['add']>[0]) =>
  fixture.simulator.faults.add(effect)

describe('reading', () => {
  it('LOS-2: calls an item gone only after the explicit not-found', async () => {
    fixture = await exchangeFixture()
    const { side } = fixture
    const item = await createdItem(side, sampleEvent('a@example.test'))
    const other = await createdItem(side, sampleEvent('b@example.test'))
    for (const code of ['ErrorInternalServerError', 'ErrorItemCorrupt', 'ErrorInvalidId', 'ErrorAccessDenied']) {
      fail({ operation: 'GetItem', times: 1, effect: { kind: 'itemError', code, index: 0 } })
      const [first, second] = await side.read([item.id, other.id])
      expect(first?.kind).toBe('unreadable')
      expect(second?.kind).toBe('present')
    }
  })

  it('LOS-2: an error that all items have is the server, not the items', async () => {
    fixture = await exchangeFixture()
    const { side } = fixture
    const ids = [
      await createdItem(side, sampleEvent('a@example.test')),
      await createdItem(side, sampleEvent('b@example.test')),
    ]
    fail({ operation: 'GetItem', effect: { kind: 'itemError', code: 'ErrorMailboxStoreUnavailable' } })
    await expect(side.read(ids.map(({ id }) => id))).rejects.toMatchObject({ code: 'exchange.mailbox-moving' })
  })

  it('calls an item that lies in another folder now gone, and leaves it there', async () => {
    fixture = await exchangeFixture()
    const { side, outlook } = fixture
    outlook.addFolder('Other')
    const item = await createdItem(side, sampleEvent('moved@example.test'))
    const moved = outlook.moveItem(item.id, 'Other')
    expect(await side.read([item.id])).toEqual([{ kind: 'gone', id: item.id }])
    expect(await side.read([moved as ItemId])).toEqual([{ kind: 'gone', id: moved }])
    expect(outlook.list('Other').length).toBe(1)
  })

  it('LOS-2: does not call an item gone because the server cannot make out its folder', async () => {
    fixture = await exchangeFixture()
    const { side, outlook } = fixture
    outlook.addFolder('Other')
    const item = await createdItem(side, sampleEvent('moved@example.test'))
    const moved = outlook.moveItem(item.id, 'Other') as ItemId
    fail({ operation: 'GetFolder', times: 1, effect: { kind: 'itemError', code: 'ErrorInvalidIdMalformed', index: 0 } })
    expect((await side.read([moved]))[0]?.kind).toBe('unreadable')
    expect(await side.read([moved])).toEqual([{ kind: 'gone', id: moved }])
  })

  it('LOS-8: what is no appointment is unreadable by name and blocks nothing else', async () => {
    fixture = await exchangeFixture()
    const { side, outlook } = fixture
    const note = outlook.addItem('Message', { folder: 'calendar', values: { Subject: 'A note' } })
    const item = await createdItem(side, sampleEvent('a@example.test'))
    const [first, second] = await side.read([note as ItemId, item.id])
    // A UID of its own: it is nobody's counterpart, and no creation waits for it.
    expect(first).toMatchObject({ kind: 'unreadable', uid: expect.stringMatching(/^ews-/) })
    expect(second?.kind).toBe('present')
  })

  it('LOS-2: a series whose exception cannot be read is unreadable as a whole', async () => {
    fixture = await exchangeFixture()
    const item = await createdItem(fixture.side, sampleSeries('series@example.test'))
    const exception = fixture.outlook.get(item.id)?.exceptions[0]?.id ?? ''
    fail({ operation: 'GetItem', effect: { kind: 'itemError', code: 'ErrorItemCorrupt', item: exception } })
    const [result] = await fixture.side.read([item.id])
    expect(result).toMatchObject({
      kind: 'unreadable',
      uid: 'series@example.test',
      error: { code: 'item.unreadable', fields: { reason: 'exception' } },
    })
  })

  it('reads subjects with characters that XML forbids', async () => {
    fixture = await exchangeFixture()
    const item = await createdItem(fixture.side, sampleEvent('x@example.test', { title: 'Title' }))
    fail({ operation: 'GetItem', times: 1, effect: { kind: 'illegalCharacters' } })
    expect((await presentItem(fixture.side, item.id)).model.title).toContain('Title')
  })
})

describe('the feed', () => {
  it('LOS-9: an invalid sync state is cursor-invalid; other refusals are errors', async () => {
    fixture = await exchangeFixture()
    const { side, outlook } = fixture
    await createdItem(side, sampleEvent('a@example.test'))
    const { cursor } = await drainFeed(side, null)
    outlook.invalidateSyncStates()
    expect((await side.changes(cursor)).kind).toBe('cursor-invalid')
    fail({ operation: 'SyncFolderItems', times: 1, effect: { kind: 'itemError', code: 'ErrorSyncFolderNotFound' } })
    await expect(side.changes(cursor)).rejects.toMatchObject({ code: 'exchange.folder-not-found' })
  })

  it('LOS-1: a deleted folder, a sign-in page and a cut answer are errors, never an empty folder', async () => {
    fixture = await exchangeFixture()
    const { side, outlook } = fixture
    await createdItem(side, sampleEvent('a@example.test'))
    for (const effect of [{ kind: 'loginPage' }, { kind: 'truncated' }, { kind: 'http', status: 404 }] as const) {
      const armed = fail({ operation: /Sync|Find|Get/, effect })
      await expect(side.changes(null)).rejects.toThrow()
      await expect(side.listAll()[Symbol.asyncIterator]().next()).rejects.toThrow()
      await expect(side.describe()).rejects.toThrow()
      expect(armed.fired).toBeGreaterThan(0)
      fixture.simulator.faults.clear()
    }
    outlook.deleteFolder('calendar')
    await expect(side.describe()).rejects.toMatchObject({ code: 'exchange.folder-not-found' })
  })

  it('gives a page at a time and says when there is more', async () => {
    fixture = await exchangeFixture({ limits: { syncPageMax: 3 } })
    for (let n = 0; n < 8; n++)
      fixture.outlook.addEvent({ subject: `${n}`, start: '2026-03-10T09:00:00Z', end: '2026-03-10T10:00:00Z' })
    const pages: number[] = []
    let cursor: Cursor | null = null
    for (let more = true; more; ) {
      const page = await fixture.side.changes(cursor)
      if (page.kind === 'cursor-invalid') throw new Error(page.reason)
      pages.push(page.hints.length)
      cursor = page.cursor
      more = page.more
    }
    expect(pages).toEqual([3, 3, 2])
  })
})

describe('writing', () => {
  it('calls an update and a removal unknown when the answer was lost, refused when nothing can have happened', async () => {
    fixture = await exchangeFixture()
    const { side } = fixture
    const current = await createdItem(side, sampleEvent('a@example.test', { title: 'Before' }))
    const desired: Event = { ...current.model, title: 'After' }
    fail({ operation: 'UpdateItem', times: 1, effect: { kind: 'cut', when: 'after' } })
    expect((await side.update([{ current, desired, changed: ['title'] }]))[0]?.kind).toBe('unknown')
    expect(titles()).toEqual(['After'])
    expect(await side.update([{ current, desired, changed: ['title'] }])).toEqual([{ kind: 'changed-underneath' }])
    const now = await presentItem(side, current.id)
    fail({ operation: 'DeleteItem', times: 1, effect: { kind: 'cut', when: 'before' } })
    expect((await side.remove([{ id: now.id, expect: now.version }]))[0]?.kind).toBe('unknown')
    expect(titles()).toEqual(['After'])
  })

  it('SRV-4: an item that is refused does not lose the rest of its batch', async () => {
    fixture = await exchangeFixture()
    const { side } = fixture
    fail({
      operation: 'CreateItem',
      times: 1,
      effect: { kind: 'batchStop', code: 'ErrorPropertyValidationFailure', index: 1 },
    })
    const events = ['One', 'Two', 'Three'].map((title) => sampleEvent(`${title}@example.test`, { title }))
    const outcomes = await side.create(events.map((desired) => ({ token: newToken(), desired })))
    expect(outcomes.map(({ kind }) => kind)).toEqual(['created', 'refused', 'created'])
    expect(titles()).toEqual(['One', 'Three'])
  })

  it('REC-8: what Exchange cannot hold is refused by name, and the others are created', async () => {
    fixture = await exchangeFixture()
    const rrule = { pattern: { kind: 'rrule', text: 'FREQ=SECONDLY' }, end: { kind: 'never' } } as const
    const events = [
      sampleEvent('a@example.test', { recurrence: rrule }),
      sampleEvent('b@example.test', { title: 'Fine' }),
    ]
    const outcomes = await fixture.side.create(events.map((desired) => ({ token: newToken(), desired })))
    expect(outcomes[0]).toMatchObject({
      kind: 'refused',
      error: { code: 'item.not-representable', fields: { detail: 'FREQ=SECONDLY' } },
    })
    expect(outcomes[1]?.kind).toBe('created')
  })

  it('SRV-1: waits as long as a busy server asks, then goes on', async () => {
    fixture = await exchangeFixture()
    fail({ operation: 'CreateItem', times: 1, effect: { kind: 'busy', backOffMs: 1234 } })
    await createdItem(fixture.side, sampleEvent('a@example.test'))
    expect(fixture.clock.waits.some((ms) => ms >= 1234)).toBe(true)
    expect(titles()).toEqual(['Planning'])
  })
})

describe('a stop in the middle of a series', () => {
  it.each([1, 2, 3])(
    'creation: request %i of the second half is cut; recovery finds no whole item and a new try makes one',
    async (nth) => {
      fixture = await exchangeFixture()
      const { side } = fixture
      const token = newToken()
      const desired = sampleSeries('series@example.test')
      fail({ operation: /^(UpdateItem|DeleteItem)$/, nth, effect: { kind: 'cut', when: 'before' } })
      const [outcome] = await side.create([{ token, desired }])
      expect(outcome?.kind).not.toBe('created')
      fixture.simulator.faults.clear()
      expect(await side.findByToken(token)).toBeNull()
      expect(titles()).toEqual([])
      const item = await createdItem(side, desired)
      expect(Object.values(item.model.occurrences).map(({ kind }) => kind)).toEqual(['exception', 'deleted'])
    },
  )

  it('creation: after the whole token was written the item is found', async () => {
    fixture = await exchangeFixture()
    const token = newToken()
    fail({ operation: 'UpdateItem', nth: 2, effect: { kind: 'cut', when: 'after' } })
    await fixture.side.create([{ token, desired: sampleSeries('series@example.test') }])
    expect(titles()).toEqual(['Planning'])
    expect(await fixture.side.findByToken(token)).not.toBeNull()
    expect(await fixture.side.findByToken('00000000-0000-4000-8000-00000000dead' as Token)).toBeNull()
  })

  it('update: a series that lost its exceptions reads as before, and the same update brings it to its end', async () => {
    fixture = await exchangeFixture()
    const { side } = fixture
    const current = await createdItem(side, sampleSeries('series@example.test'))
    const shift = (local: string) => ({ kind: 'zoned' as const, local, zone: 'Europe/Berlin' })
    const start = shift('2026-03-10T10:00:00')
    const old = current.model.occurrences['2026-03-17T09:00:00']
    if (old?.kind !== 'exception') throw new Error('no exception')
    const desired: Event = {
      ...current.model,
      title: 'Later',
      start,
      end: shift('2026-03-10T11:00:00'),
      occurrences: {
        '2026-03-17T10:00:00': { ...old, start: shift('2026-03-17T12:00:00'), end: shift('2026-03-17T13:00:00') },
        '2026-03-31T10:00:00': { kind: 'deleted' },
      },
    }
    const changed = ['title', 'schedule', ...Object.keys(current.model.occurrences).map((key) => `occurrence:${key}`)]
    fail({ operation: /^(UpdateItem|DeleteItem)$/, nth: 2, effect: { kind: 'cut', when: 'before' } })
    const [cut] = await side.update([{ current, desired, changed }])
    expect(cut?.kind).toBe('unknown')
    expect(fixture.outlook.get(current.id)?.exceptions).toEqual([])
    fixture.simulator.faults.clear()
    const torn = await presentItem(side, current.id)
    expect(torn.model).toEqual({ ...current.model, title: 'Later' })
    const [again] = await side.update([{ current: torn, desired, changed }])
    if (again?.kind !== 'updated') throw new Error(describeOutcome(again))
    expect(again.item.model).toEqual(desired)
    expect(await presentItem(side, current.id)).toEqual(again.item)
  })

  it('a deleted occurrence that shall be there again comes back, with the exceptions as they were', async () => {
    fixture = await exchangeFixture()
    const current = await createdItem(fixture.side, sampleSeries('series@example.test'))
    const { '2026-03-31T09:00:00': _deleted, ...occurrences } = current.model.occurrences
    const desired = { ...current.model, occurrences }
    const changed = ['occurrence:2026-03-31T09:00:00']
    const [outcome] = await fixture.side.update([{ current, desired, changed }])
    if (outcome?.kind !== 'updated') throw new Error(describeOutcome(outcome))
    expect(outcome.item.model).toEqual(desired)
  })

  it('sees an exception that was edited without moving the change key of its master', async () => {
    fixture = await exchangeFixture({ occurrenceChangesInFeed: false })
    const { side, outlook } = fixture
    const current = await createdItem(side, sampleSeries('series@example.test'))
    outlook.editOccurrence(current.id, '2026-03-17', { subject: 'Edited by a person' })
    const desired = { ...current.model, title: 'Mine' }
    expect(await side.update([{ current, desired, changed: ['title'] }])).toEqual([{ kind: 'changed-underneath' }])
    expect(await side.remove([{ id: current.id, expect: current.version }])).toEqual([{ kind: 'changed-underneath' }])
  })
})
