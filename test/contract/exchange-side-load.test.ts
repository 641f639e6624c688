/** What the Exchange side costs: requests per hundred items, one request when idle, batches that a server with limits accepts (SRV-1, SRV-2). */
import { afterEach, describe, expect, it } from 'vitest'
import { createCalendarFolder, listCalendarFolders } from '../../src/exchange/ews/folders.ts'
import type { ItemId } from '../../src/ports/side.ts'
import {
  createdItem,
  drainFeed,
  type ExchangeFixture,
  exchangeFixture,
  MAILBOX,
  newToken,
} from './exchange-side-fixture.ts'
import { sampleEvent, sampleSeries } from './side-samples.ts'

let fixture: ExchangeFixture
afterEach(async () => {
  expect(fixture.simulator.outbox.mails).toEqual([])
  await fixture.close()
})

const counts = () => ({ ...fixture.simulator.requests.counts })

describe('requests', () => {
  it('SRV-2: an idle folder costs one request', async () => {
    fixture = await exchangeFixture()
    const { cursor } = await drainFeed(fixture.side, null)
    fixture.simulator.requests.clear()
    await drainFeed(fixture.side, cursor)
    expect(counts()).toEqual({ SyncFolderItems: 1 })
  })

  it('reads single events in batches of 100, without a request for any one of them', async () => {
    fixture = await exchangeFixture()
    for (let n = 0; n < 250; n++) {
      fixture.outlook.addEvent({ subject: `${n}`, start: '2026-03-10T09:00:00Z', end: '2026-03-10T10:00:00Z' })
    }
    const { hints } = await drainFeed(fixture.side, null)
    await fixture.side.read(hints.map(({ id }) => id))
    expect(counts()).toEqual({ SyncFolderItems: 1, GetItem: 3 })
  })

  it('needs one more read per hundred series for their exceptions', async () => {
    fixture = await exchangeFixture()
    const series = await fixture.side.create(
      Array.from({ length: 12 }, (_, n) => ({ token: newToken(), desired: sampleSeries(`${n}@example.test`) })),
    )
    expect(series.every(({ kind }) => kind === 'created')).toBe(true)
    fixture.simulator.requests.clear()
    await fixture.side.read(series.map((one) => (one.kind === 'created' ? one.item.id : ('' as ItemId))))
    expect(counts()).toEqual({ GetItem: 2 })
  })

  it('creates, updates and removes a hundred events in batches of 50', async () => {
    fixture = await exchangeFixture()
    const { side } = fixture
    const requests = Array.from({ length: 100 }, (_, n) => ({
      token: newToken(),
      desired: sampleEvent(`${n}@example.test`),
    }))
    const outcomes = await side.create(requests)
    // FindItem: who else made an item of one of the UIDs, before and after.
    expect(counts()).toEqual({ FindItem: 4, CreateItem: 2, GetItem: 1 })
    const items = outcomes.flatMap((outcome) =>
      outcome.kind === 'created' && !outcome.overtaken ? [outcome.item] : [],
    )
    expect(items.length).toBe(100)
    fixture.simulator.requests.clear()
    const updated = await side.update(
      items.map((current) => ({ current, desired: { ...current.model, title: 'New' }, changed: ['title'] })),
    )
    expect(updated.every((outcome) => outcome.kind === 'updated' && !outcome.overtaken)).toBe(true)
    expect(counts()).toEqual({ UpdateItem: 2, GetItem: 2 })
    fixture.simulator.requests.clear()
    const removed = await side.remove(
      updated.flatMap((outcome) =>
        outcome.kind === 'updated' ? [{ id: outcome.item.id, expect: outcome.item.version }] : [],
      ),
    )
    expect(removed.every(({ kind }) => kind === 'removed')).toBe(true)
    expect(counts()).toEqual({ GetItem: 2, DeleteItem: 2 })
  })

  it('begins a list anew when the folder changes while it is read, and never gives a part of it', async () => {
    fixture = await exchangeFixture({ limits: { findPageMax: 3 } })
    const { outlook, simulator, side } = fixture
    const ids = Array.from({ length: 9 }, (_, n) =>
      outlook.addEvent({ subject: `${n}`, start: '2026-03-10T09:00:00Z', end: '2026-03-10T10:00:00Z' }),
    )
    let finds = 0
    simulator.faults.hook = ({ operation }) => {
      if (operation === 'FindItem' && ++finds === 2) outlook.deleteItem(ids[0] ?? '')
      return undefined
    }
    const seen: string[] = []
    for await (const page of side.listAll()) for (const entry of page) seen.push(entry.id)
    expect(seen.toSorted()).toEqual(ids.slice(1).toSorted())
  })
})

describe('calendar folders', () => {
  it('lists the default calendar first, then others by name, without those in Deleted Items', async () => {
    fixture = await exchangeFixture()
    const { client, outlook } = fixture
    outlook.addFolder('Team')
    outlook.addFolder('Club', 'CalendarFolder', 'calendar')
    outlook.addFolder('Thrown away', 'CalendarFolder', 'deleteditems')
    outlook.addFolder('Notes', 'ContactsFolder')
    const folders = await listCalendarFolders(client, MAILBOX)
    expect(folders.map(({ name, isDefault }) => [name, isDefault])).toEqual([
      ['Calendar', true],
      ['Club', false],
      ['Team', false],
    ])
    expect(folders[0]?.id).toBe(outlook.folderId())
  })

  it('makes a folder that the side can work in', async () => {
    fixture = await exchangeFixture()
    const made = await createCalendarFolder(fixture.client, MAILBOX, 'From Nextcloud')
    const folders = await listCalendarFolders(fixture.client, MAILBOX)
    expect(folders.map(({ id }) => id)).toContain(made.id)
    await createdItem(fixture.side, sampleEvent('a@example.test'))
    expect(await fixture.side.describe()).toMatchObject({ displayName: 'Calendar', itemCount: 1, readOnly: false })
  })
})
