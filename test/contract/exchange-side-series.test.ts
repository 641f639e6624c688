/** Series on the Exchange side: what their version holds, and that a wrong number of an occurrence never hits another day. */
import { afterEach, describe, expect, it } from 'vitest'
import { driveOccurrences } from '../../src/exchange/ews/side-occurrences.ts'
import { changeKeyOf, versionOf } from '../../src/exchange/ews/side-version.ts'
import { readDocument } from '../../src/mapping/ews/document.ts'
import type { XmlElement } from '../../src/mapping/ews/xml.ts'
import type { Event } from '../../src/model/event.ts'
import { memoryLog } from '../core/dav-server.ts'
import { CONTEXT, element, render } from '../core/ews-renderer.ts'
import { createdItem, type ExchangeFixture, exchangeFixture, MAILBOX, presentItem } from './exchange-side-fixture.ts'
import { sampleEvent, sampleSeries } from './side-samples.ts'

let fixture: ExchangeFixture | undefined
afterEach(async () => {
  expect(fixture?.simulator.outbox.mails ?? []).toEqual([])
  await fixture?.close()
  fixture = undefined
})

describe('versions', () => {
  const { master, exceptions } = render(sampleSeries('series@example.test'))
  const changed = (item: XmlElement, name: string, with_: XmlElement): XmlElement => ({
    ...item,
    children: [...item.children.filter((part) => part.name !== name), with_],
  })

  it("a single item's version is its change key", () => {
    const single = render(sampleEvent('single@example.test'))
    expect(versionOf(single.master, [])).toBe('key')
    expect(changeKeyOf(versionOf(single.master, []))).toBe('key')
  })

  it("a series' version moves with the change key and with the modification time of any exception", () => {
    const version = versionOf(master, exceptions)
    expect(changeKeyOf(version)).toBe('key')
    const [first] = exceptions
    if (!first) throw new Error('no exception')
    const key = changed(
      first,
      'ItemId',
      element('ItemId', '', { Id: 'exception 2026-03-17T09:00:00', ChangeKey: 'other' }),
    )
    const time = changed(first, 'LastModifiedTime', element('LastModifiedTime', '2026-01-01T00:00:00Z'))
    const versions = [version, versionOf(master, [key]), versionOf(master, [time]), versionOf(master, [])]
    expect(new Set(versions).size).toBe(4)
    expect(versionOf(master, [...exceptions].reverse())).toBe(version)
  })
})

describe('occurrences', () => {
  it('REC-1: an occurrence that is not the day that was meant is not touched', async () => {
    fixture = await exchangeFixture()
    const { client, outlook, side } = fixture
    const item = await createdItem(side, sampleSeries('series@example.test', { occurrences: {} }))
    const document = readDocument(item.native.text)
    // As if Exchange counted otherwise than we do: the second day of a daily rule is the second week of the real one.
    const daily = { pattern: { kind: 'daily', interval: 1 }, end: { kind: 'never' } } as const
    const event: Event = { ...item.model, recurrence: daily }
    const desired: Event = { ...event, occurrences: { '2026-03-11T09:00:00': { kind: 'deleted' } } }
    const limits = { getBatchMax: 100, writeBatchMax: 50, syncPageMax: 512, findPageMax: 500 }
    const context = {
      client,
      mailbox: MAILBOX,
      folderId: outlook.folderId(),
      lens: CONTEXT,
      limits,
      clock: { nowMs: () => 0, sleep: async () => undefined },
      log: memoryLog(),
      folders: new Map(),
      fileHashes: new Map(),
      kind: 'calendar' as const,
    }
    const [result] = await driveOccurrences(context, [{ id: item.id, document, event, desired }])
    expect(result).toMatchObject({ kind: 'refused', error: { fields: { reason: 'occurrence-not-found' } } })
    expect(await presentItem(side, item.id)).toEqual(item)
  })

  it('I4: an update with nothing left to write does not take a stranger edit for its own', async () => {
    fixture = await exchangeFixture()
    const { outlook, side } = fixture
    const current = await createdItem(side, sampleEvent('single@example.test'))
    outlook.editEvent(current.id, { location: 'Somewhere else' })
    const desired = { ...current.model, status: 'confirmed' as const }
    expect(await side.update([{ current, desired, changed: ['status'] }])).toEqual([{ kind: 'changed-underneath' }])
  })
})
