/** The contract of src/ports/side.ts as tests that every side must pass. Each adapter runs it against its own server or simulator. */
import { afterEach, describe, expect, it } from 'vitest'
import type { Item } from '../../src/model/item.ts'
import { nameOf } from '../../src/model/item-name.ts'
import { eventOf } from '../../src/model/kinds.ts'
import type { Cursor, Hint, ItemId, Side, SideItem, Token, Version } from '../../src/ports/side.ts'
import { EVENTS, eventItem, type ItemSamples, sampleSeries } from './side-samples.ts'

/** What a person at the other program does to the same collection, and what the server knows. */
export type SideFixture = {
  side: Side
  person: {
    create(item: Item): Promise<ItemId>
    rename(id: ItemId, title: string): Promise<void>
    remove(id: ItemId): Promise<void>
    /** Titles of the items that the collection truly holds, sorted. */
    titles(): Promise<string[]>
  }
  /** Messages to people that the server would have sent so far (I24). */
  mails(): number
  /** Makes the next write lose its answer, before or after the server did the work. Absent: the tests of it are skipped. */
  loseNextAnswer?: (when: 'before' | 'after') => void
  close(): Promise<void>
}

export type SideContractOptions = {
  /** The server refuses a second object of the same token or UID by itself (a conditional PUT). EWS has no such thing. */
  conditionalCreate: boolean
  /** Default: events. */
  samples?: ItemSamples
}

let counter = 0
const token = (): Token => `00000000-0000-4000-8000-${String(++counter).padStart(12, '0')}` as Token

/** Runs the contract against fixtures made by `makeFixture`, one per test. */
export function sideContract(
  name: string,
  makeFixture: () => Promise<SideFixture>,
  options: SideContractOptions = { conditionalCreate: false },
): void {
  describe(`${name}: the contract of a side`, () => {
    let open: SideFixture[] = []
    const fixture = async (): Promise<SideFixture> => {
      const made = await makeFixture()
      open.push(made)
      return made
    }
    afterEach(async () => {
      const closing = open
      open = []
      for (const made of closing) {
        expect(made.mails()).toBe(0)
        await made.close()
      }
    })

    describeReading(fixture, options)
    describeCreating(fixture, options)
    describeUpdating(fixture, options)
    describeRemoving(fixture, options)
    describeFeed(fixture, options)
  })
}

type Make = () => Promise<SideFixture>

function describeReading(fixture: Make, { samples = EVENTS }: SideContractOptions): void {
  it('describes the same collection by the same identity each time', async () => {
    const { side } = await fixture()
    const first = await side.describe()
    expect(first.identity).not.toBe('')
    expect(first.readOnly).toBe(false)
    expect((await side.describe()).identity).toBe(first.identity)
  })

  it('reads what a person made, and says gone for what the person removed', async () => {
    const { side, person } = await fixture()
    const kept = await person.create(samples.item('kept@example.test', 'Kept'))
    const lost = await person.create(samples.item('lost@example.test', 'Lost'))
    await person.remove(lost)
    const [first, second] = await side.read([lost, kept])
    expect(first).toEqual({ kind: 'gone', id: lost })
    expect(second?.kind).toBe('present')
    if (second?.kind === 'present') {
      expect(second.item.id).toBe(kept)
      expect(second.item.uid).toBe('kept@example.test')
      expect(nameOf(second.item.model).title).toBe('Kept')
    }
  })

  it('reads many items in one call, in the order of the request', async () => {
    const { side, person } = await fixture()
    const ids: ItemId[] = []
    for (let n = 0; n < 130; n++) ids.push(await person.create(samples.item(`many-${n}@example.test`, `${n}`)))
    const asked = ids.toReversed()
    const results = await side.read(asked)
    expect(results.map((result) => (result.kind === 'present' ? result.item.id : result.kind))).toEqual(asked)
  })

  it('gives the same version and model for an unchanged item', async () => {
    const { side, person } = await fixture()
    const id = await person.create(samples.item('same@example.test'))
    const first = await present(side, id)
    const second = await present(side, id)
    expect(second.version).toBe(first.version)
    expect(second.model).toEqual(first.model)
    await person.rename(id, 'Changed by a person')
    const third = await present(side, id)
    expect(third.version).not.toBe(first.version)
    expect(nameOf(third.model).title).toBe('Changed by a person')
  })

  it('lists every item, over page borders', async () => {
    const { side, person } = await fixture()
    const expected: string[] = []
    for (let n = 0; n < 25; n++) expected.push(await person.create(samples.item(`list-${n}@example.test`)))
    const seen: string[] = []
    for await (const page of side.listAll()) for (const entry of page) seen.push(entry.id)
    expect(seen.toSorted()).toEqual(expected.toSorted())
  })

  it('lists nothing in an empty collection, without an error', async () => {
    const { side } = await fixture()
    const seen: string[] = []
    for await (const page of side.listAll()) for (const entry of page) seen.push(entry.id)
    expect(seen).toEqual([])
  })
}

function describeCreating(fixture: Make, { samples = EVENTS, conditionalCreate }: SideContractOptions): void {
  it('creates events so that a read gives what fit promised, at the version of the outcome', async () => {
    const { side, person } = await fixture()
    const desired = [samples.item('one@example.test', 'One'), samples.series('two@example.test', 'Two')]
    const outcomes = await side.create(desired.map((event) => ({ token: token(), desired: event })))
    for (const [index, outcome] of outcomes.entries()) {
      const event = desired[index]
      if (outcome.kind !== 'created' || !event) throw new Error(`not created: ${JSON.stringify(outcome)}`)
      const fit = side.fit(event)
      expect(fit.kind === 'fits' && outcome.item.model).toEqual(fit.kind === 'fits' && fit.item)
      const read = await present(side, outcome.item.id)
      expect(read.version).toBe(outcome.item.version)
      expect(read.model).toEqual(outcome.item.model)
      expect(read.uid).toBe(event.uid)
    }
    expect(await person.titles()).toEqual(['One', 'Two'])
  })

  it('finds an item by the token of its creation, and gives null for a token that no item has', async () => {
    const { side } = await fixture()
    const mine = token()
    const [outcome] = await side.create([{ token: mine, desired: samples.item('token@example.test') }])
    expect(outcome?.kind).toBe('created')
    expect(await side.findByToken(mine)).toBe(outcome?.kind === 'created' ? outcome.item.id : undefined)
    expect(await side.findByToken(token())).toBeNull()
  })

  it.runIf(conditionalCreate)('says already for a token or a UID that is there', async () => {
    const { side, person } = await fixture()
    const mine = token()
    const event = samples.item('twice@example.test', 'Twice')
    const [first] = await side.create([{ token: mine, desired: event }])
    if (first?.kind !== 'created') throw new Error('not created')
    const [again] = await side.create([{ token: mine, desired: event }])
    expect(again).toEqual({ kind: 'already', id: first.item.id, reason: 'token' })
    const [sameUid] = await side.create([{ token: token(), desired: event }])
    expect(sameUid).toEqual({ kind: 'already', id: first.item.id, reason: 'uid' })
    expect(await person.titles()).toEqual(['Twice'])
  })

  it('calls a creation unknown when its answer was lost, and the token settles it', async (context) => {
    const { side, loseNextAnswer, person } = await fixture()
    if (!loseNextAnswer) return context.skip()
    const done = token()
    loseNextAnswer('after')
    const [applied] = await side.create([{ token: done, desired: samples.item('after@example.test', 'After') }])
    expect(applied?.kind).toBe('unknown')
    expect(await side.findByToken(done)).not.toBeNull()
    const never = token()
    loseNextAnswer('before')
    const [lost] = await side.create([{ token: never, desired: samples.item('before@example.test') }])
    expect(lost?.kind).toBe('unknown')
    expect(await side.findByToken(never)).toBeNull()
    expect(await person.titles()).toEqual(['After'])
  })
}

function describeUpdating(fixture: Make, { samples = EVENTS }: SideContractOptions): void {
  it('updates the fields that changed and gives the item as the server now holds it', async () => {
    const { side } = await fixture()
    const current = await created(side, samples.item('update@example.test', 'Before'))
    const desired = samples.titled(current.model, 'After')
    const [outcome] = await side.update([{ current, desired, changed: [samples.titlePath] }])
    if (outcome?.kind !== 'updated') throw new Error(`not updated: ${JSON.stringify(outcome)}`)
    expect(outcome.item.model).toEqual(desired)
    expect(outcome.item.version).not.toBe(current.version)
    expect(await present(side, outcome.item.id)).toEqual(outcome.item)
  })

  it.runIf(samples === EVENTS)('moves a series, changes one occurrence and deletes another', async () => {
    const { side } = await fixture()
    const current = eventItem(await created(side, sampleSeries('series@example.test', { occurrences: {} })))
    const wanted = sampleSeries('series@example.test')
    const occurrences = Object.keys(wanted.occurrences)
    expect(occurrences.length).toBe(2)
    const desired = { ...current.model, occurrences: wanted.occurrences }
    const [outcome] = await side.update([{ current, desired, changed: occurrences.map((key) => `occurrence:${key}`) }])
    if (outcome?.kind !== 'updated') throw new Error(`not updated: ${JSON.stringify(outcome)}`)
    expect(eventOf(outcome.item.model).occurrences).toEqual(wanted.occurrences)
    expect(await present(side, outcome.item.id)).toEqual(outcome.item)
  })

  it('refuses to overwrite what somebody else changed meanwhile (I11)', async () => {
    const { side, person } = await fixture()
    const current = await created(side, samples.item('race@example.test', 'Before'))
    await person.rename(current.id, 'Theirs')
    const desired = samples.titled(current.model, 'Mine')
    expect(await side.update([{ current, desired, changed: [samples.titlePath] }])).toEqual([
      { kind: 'changed-underneath' },
    ])
    expect(await person.titles()).toEqual(['Theirs'])
  })

  it('says gone for an update of an item that a person removed, and does not bring it back', async () => {
    const { side, person } = await fixture()
    const current = await created(side, samples.item('gone@example.test'))
    await person.remove(current.id)
    const desired = samples.titled(current.model, 'Mine')
    expect(await side.update([{ current, desired, changed: [samples.titlePath] }])).toEqual([{ kind: 'gone' }])
    expect(await person.titles()).toEqual([])
  })

  it('gives each update of a batch its own outcome', async () => {
    const { side, person } = await fixture()
    const first = await created(side, samples.item('b1@example.test', 'B1'))
    const second = await created(side, samples.item('b2@example.test', 'B2'))
    const third = await created(side, samples.item('b3@example.test', 'B3'))
    await person.rename(second.id, 'Theirs')
    const outcomes = await side.update(
      [first, second, third].map((current) => ({
        current,
        desired: samples.titled(current.model, `${nameOf(current.model).title} mine`),
        changed: [samples.titlePath],
      })),
    )
    expect(outcomes.map((outcome) => outcome.kind)).toEqual(['updated', 'changed-underneath', 'updated'])
    expect(await person.titles()).toEqual(['B1 mine', 'B3 mine', 'Theirs'])
  })
}

function describeRemoving(fixture: Make, { samples = EVENTS }: SideContractOptions): void {
  it('removes an item at its version, and a read then says gone', async () => {
    const { side, person } = await fixture()
    const item = await created(side, samples.item('remove@example.test'))
    expect(await side.remove([{ id: item.id, expect: item.version }])).toEqual([{ kind: 'removed' }])
    expect(await side.read([item.id])).toEqual([{ kind: 'gone', id: item.id }])
    expect(await person.titles()).toEqual([])
    expect(await side.remove([{ id: item.id, expect: item.version }])).toEqual([{ kind: 'gone' }])
  })

  it('does not remove what somebody edited meanwhile (I17)', async () => {
    const { side, person } = await fixture()
    const item = await created(side, samples.item('edited@example.test'))
    await person.rename(item.id, 'Edited')
    expect(await side.remove([{ id: item.id, expect: item.version }])).toEqual([{ kind: 'changed-underneath' }])
    expect(await person.titles()).toEqual(['Edited'])
  })

  it('removes a series with its exceptions', async () => {
    const { side, person } = await fixture()
    const item = await created(side, samples.series('series-gone@example.test'))
    expect(await side.remove([{ id: item.id, expect: item.version }])).toEqual([{ kind: 'removed' }])
    expect(await person.titles()).toEqual([])
  })
}

function describeFeed(fixture: Make, { samples = EVENTS }: SideContractOptions): void {
  it('gives every item from the beginning, then only what changed', async () => {
    const { side, person } = await fixture()
    const first = await person.create(samples.item('feed-1@example.test'))
    const second = await person.create(samples.item('feed-2@example.test'))
    const start = await drain(side, null)
    expect(changedIds(start.hints)).toEqual([first, second].toSorted())
    const idle = await drain(side, start.cursor)
    expect(idle.hints).toEqual([])
    await person.rename(second, 'Changed')
    const third = await person.create(samples.item('feed-3@example.test'))
    await person.remove(first)
    const next = await drain(side, idle.cursor)
    expect(changedIds(next.hints)).toEqual([second, third].toSorted())
    expect(next.hints.filter((hint) => hint.kind === 'removed').map((hint) => hint.id)).toEqual([first])
    expect((await drain(side, next.cursor)).hints).toEqual([])
  })

  it('names versions in the feed, if it names them, as a read does: the echo of an own write is recognised (I15)', async () => {
    const { side } = await fixture()
    const start = await drain(side, null)
    const single = await created(side, samples.item('echo@example.test'))
    const series = await created(side, samples.series('echo-series@example.test'))
    const versions = new Map<ItemId, Version>([single, series].map((item) => [item.id, item.version]))
    const { hints } = await drain(side, start.cursor)
    expect(changedIds(hints)).toEqual([single.id, series.id].toSorted())
    for (const hint of hints) {
      if (hint.kind === 'changed' && hint.version !== null) expect(hint.version).toBe(versions.get(hint.id))
    }
    for await (const page of side.listAll()) {
      for (const entry of page) if (entry.version !== null) expect(entry.version).toBe(versions.get(entry.id))
    }
  })

  it('says cursor-invalid for a cursor that the server does not know, never an empty page', async () => {
    const { side, person } = await fixture()
    await person.create(samples.item('cursor@example.test'))
    expect((await side.changes('no-such-cursor' as Cursor)).kind).toBe('cursor-invalid')
  })
}

async function created(side: Side, desired: Item): Promise<SideItem> {
  const [outcome] = await side.create([{ token: token(), desired }])
  if (outcome?.kind !== 'created') throw new Error(`not created: ${JSON.stringify(outcome)}`)
  return outcome.item
}

async function present(side: Side, id: ItemId): Promise<SideItem> {
  const [result] = await side.read([id])
  if (result?.kind !== 'present') throw new Error(`not present: ${JSON.stringify(result)}`)
  return result.item
}

/** Follows the feed to its end. */
async function drain(side: Side, from: Cursor | null): Promise<{ hints: Hint[]; cursor: Cursor }> {
  const hints: Hint[] = []
  let cursor = from
  for (let page = 0; page < 1000; page++) {
    const answer = await side.changes(cursor)
    if (answer.kind === 'cursor-invalid') throw new Error(`cursor invalid: ${answer.reason}`)
    hints.push(...answer.hints)
    cursor = answer.cursor
    if (!answer.more) return { hints, cursor }
  }
  throw new Error('the feed does not end')
}

/** A feed may repeat an item; hints are a set. */
function changedIds(hints: readonly Hint[]): string[] {
  return [...new Set(hints.filter((hint) => hint.kind === 'changed').map((hint) => hint.id))].toSorted()
}
