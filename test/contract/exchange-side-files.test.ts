/** Files of events on Exchange: known by their bytes, fetched once, written after the item, and whole after every stop in between. */
import { afterEach, describe, expect, it } from 'vitest'
import { type EventFile, fileOf } from '../../src/model/file.ts'
import { eventOf } from '../../src/model/kinds.ts'
import type { ItemId } from '../../src/ports/side.ts'
import {
  asInput,
  describeOutcome,
  type ExchangeFixture,
  exchangeFixture,
  newToken,
  presentItem,
} from './exchange-side-fixture.ts'
import { type EventItem, eventItem, sampleEvent, sampleSeries } from './side-samples.ts'

let fixture: ExchangeFixture
afterEach(async () => {
  expect(fixture.simulator.outbox.mails).toEqual([])
  await fixture.close()
})

const base64 = (text: string) => Buffer.from(text).toString('base64')
const AGENDA = base64('%PDF agenda')
const MINUTES = base64('minutes of the meeting')
const CONTENTS = new Map([AGENDA, MINUTES].map((content) => [file('x', content).hash, content]))
const files = async (hash: string) => CONTENTS.get(hash) ?? null

function file(name: string, content: string, mediaType = 'application/pdf'): EventFile {
  const made = fileOf(content, { name, mediaType })
  if (made === null) throw new Error('empty file')
  return made
}

const agenda = file('Agenda.pdf', AGENDA)
const minutes = file('Minutes.pdf', MINUTES)
const byHash = (...list: EventFile[]) => list.sort((one, other) => (one.hash < other.hash ? -1 : 1))
const count = (operation: string) => fixture.simulator.requests.count(operation)
const attached = (id: string) =>
  fixture.outlook
    .get(id)
    ?.attachments.map(({ name }) => name)
    .sort()

async function created(desired = sampleEvent('file@example.test', { files: [agenda] })): Promise<EventItem> {
  const [outcome] = await fixture.side.create([{ token: newToken(), desired, files }])
  if (outcome?.kind !== 'created') throw new Error(describeOutcome(outcome))
  expect(outcome.overtaken).toBeUndefined()
  return eventItem(outcome.item)
}

async function change(current: EventItem, to: EventFile[]) {
  const desired = { ...current.model, files: byHash(...to) }
  const [outcome] = await fixture.side.update([{ current, desired, changed: ['file:x'], files }])
  return outcome
}

describe('reading', () => {
  it('knows a file by its bytes, and fetches it once however often the item is read', async () => {
    fixture = await exchangeFixture()
    const id = fixture.outlook.addEvent(asInput(sampleEvent('read@example.test')))
    fixture.outlook.attach(id, {
      name: 'Agenda.pdf',
      content: Buffer.from('%PDF agenda'),
      contentType: 'application/pdf',
    })
    const item = await presentItem(fixture.side, id)
    expect(item.model.files).toEqual([agenda])
    expect(item.native.text).not.toContain(AGENDA)
    await presentItem(fixture.side, id)
    expect(count('GetAttachment')).toBe(1)
    expect(await fixture.side.file(item, agenda.hash)).toBe(AGENDA)
    expect(await fixture.side.file(item, minutes.hash)).toBeNull()
  })

  it('leaves images of the body, attached items and links to the cloud where they are, through every change', async () => {
    fixture = await exchangeFixture()
    const { outlook, side } = fixture
    const body = { type: 'HTML' as const, content: '<p>Hello <img src="cid:logo@x"></p>' }
    const id = outlook.addEvent({ ...asInput(sampleEvent('inline@example.test')), body })
    const image = { content: Buffer.from('png'), contentType: 'image/png' }
    outlook.attach(id, { ...image, name: 'inline.png', isInline: true })
    outlook.attach(id, { ...image, name: 'logo.png', contentId: 'logo@x' })
    outlook.attach(id, { name: 'Fwd', content: Buffer.from('m'), kind: 'item' })
    outlook.attach(id, { name: 'cloud.docx', content: Buffer.from('r'), kind: 'reference' })
    const current = await presentItem(side, id)
    expect(current.model.files).toEqual([])
    expect(count('GetAttachment')).toBe(0)
    const desired = { ...current.model, body: { text: 'New words', html: '<p>New words</p>' }, files: [agenda] }
    const [outcome] = await side.update([{ current, desired, changed: ['body', 'file:x'], files }])
    expect(outcome?.kind).toBe('updated')
    expect(attached(id)).toEqual(['Agenda.pdf', 'Fwd', 'cloud.docx', 'inline.png', 'logo.png'])
  })

  it('does not fetch a file that is too big to travel, nor any when none may', async () => {
    fixture = await exchangeFixture()
    const id = fixture.outlook.addEvent(asInput(sampleEvent('big@example.test')))
    fixture.outlook.attach(id, { name: 'film.mp4', content: Buffer.alloc(11 * 1024 * 1024) })
    const { model } = await presentItem(fixture.side, id)
    expect(model.files).toMatchObject([{ name: 'film.mp4', hash: expect.stringMatching(/^unread:/) }])
    expect(count('GetAttachment')).toBe(0)
  })

  it('I10: an item whose file cannot be had is unreadable, not an item without the file', async () => {
    fixture = await exchangeFixture()
    const { outlook, side, simulator } = fixture
    const id = outlook.addEvent(asInput(sampleEvent('broken@example.test')))
    outlook.attach(id, { name: 'Agenda.pdf', content: Buffer.from('%PDF agenda') })
    simulator.faults.add({
      operation: 'GetAttachment',
      times: 1,
      effect: { kind: 'itemError', code: 'ErrorItemCorrupt', index: 0 },
    })
    const [result] = await side.read([id as ItemId])
    expect(result).toMatchObject({
      kind: 'unreadable',
      uid: 'broken@example.test',
      error: { fields: { reason: 'attachment' } },
    })
    expect((await presentItem(side, id)).model.files.length).toBe(1)
  })
})

describe('writing', () => {
  it('creates the item, then its files, and reads back what is there', async () => {
    fixture = await exchangeFixture()
    const item = await created(sampleEvent('new@example.test', { files: byHash(agenda, minutes) }))
    expect(item.model.files).toEqual(byHash(agenda, minutes))
    expect(attached(item.id)).toEqual(['Agenda.pdf', 'Minutes.pdf'])
  })

  it('gives a series with exceptions its files, too', async () => {
    fixture = await exchangeFixture()
    const item = await created(sampleSeries('series@example.test', { files: [agenda] }))
    expect(item.model.files).toEqual([agenda])
    expect(Object.keys(item.model.occurrences).length).toBe(2)
  })

  it('adds, takes away and renames in place, and leaves the item alone otherwise', async () => {
    fixture = await exchangeFixture()
    const first = await created()
    const added = await change(first, [agenda, minutes])
    if (added?.kind !== 'updated') throw new Error(describeOutcome(added))
    expect(added.overtaken).toBeUndefined()
    expect(count('UpdateItem')).toBe(1)
    const renamed = await change(eventItem(added.item), [{ ...agenda, name: 'Plan.pdf' }])
    if (renamed?.kind !== 'updated') throw new Error(describeOutcome(renamed))
    expect(renamed.overtaken).toBeUndefined()
    expect(attached(first.id)).toEqual(['Plan.pdf'])
    expect(eventOf(renamed.item.model).files).toEqual([{ ...agenda, name: 'Plan.pdf' }])
  })

  it('refuses a creation whose file is gone meanwhile, and leaves nothing behind', async () => {
    fixture = await exchangeFixture()
    const desired = sampleEvent('gone@example.test', { files: [agenda] })
    const [outcome] = await fixture.side.create([{ token: newToken(), desired, files: async () => null }])
    expect(outcome).toMatchObject({ kind: 'refused', error: { code: 'item.changed-meanwhile' } })
    expect(fixture.outlook.list()).toEqual([])
  })

  it.each(['before', 'after'] as const)(
    'P2: a creation that stops %s its file is taken back and made anew, once',
    async (when) => {
      fixture = await exchangeFixture()
      const { side, simulator, outlook } = fixture
      simulator.faults.add({ operation: 'CreateAttachment', times: 1, effect: { kind: 'cut', when } })
      const token = newToken()
      const desired = sampleEvent('cut@example.test', { files: [agenda] })
      const [outcome] = await side.create([{ token, desired, files }])
      expect(outcome?.kind).toBe('unknown')
      expect(await side.findByToken(token)).toBeNull()
      expect(outlook.list()).toEqual([])
      await created(desired)
      expect(outlook.list().map(({ attachments }) => attachments.length)).toEqual([1])
    },
  )

  it.each(['before', 'after'] as const)(
    'P2: an update that stops %s its second file is unknown, and goes on from there without a double',
    async (when) => {
      fixture = await exchangeFixture()
      const { side, simulator } = fixture
      const first = await created(sampleEvent('cut@example.test'))
      simulator.faults.add({ operation: 'CreateAttachment', nth: 2, effect: { kind: 'cut', when } })
      expect((await change(first, [agenda, minutes]))?.kind).toBe('unknown')
      const now = await presentItem(side, first.id)
      expect(now.model.files.length).toBe(when === 'after' ? 2 : 1)
      expect((await change(now, [agenda, minutes]))?.kind).toBe('updated')
      expect(attached(first.id)).toEqual(['Agenda.pdf', 'Minutes.pdf'])
    },
  )
})
