/** The contract of a side for items that stand alone in their folder: what test/contract/side-suite.ts says of events, of any kind. */
import { afterEach, describe, expect, it } from 'vitest'
import type { Item } from '../../src/model/item.ts'
import type { Cursor, ItemId, Token } from '../../src/ports/side.ts'
import { drainFeed, newToken } from './exchange-side-fixture.ts'
import { look, make, type SingleFixture, singleFixture } from './exchange-side-single-fixture.ts'

export type Samples = {
  kind: 'tasks' | 'contacts'
  /** An item whose fields the side holds in full. */
  item(uid: string, title: string): Item
  titled(item: Item, title: string): Item
  /** An item that a person makes in Outlook, and renames. */
  person: {
    create(fixture: SingleFixture, title: string): string
    rename(fixture: SingleFixture, id: string, title: string): void
  }
  titles(fixture: SingleFixture): string[]
}

export function singleContract(name: string, samples: Samples): void {
  describe(`${name}: the contract of a side`, () => {
    const open: SingleFixture[] = []
    const fixture = async () => {
      const made = await singleFixture(samples.kind, { findPageMax: 10 })
      open.push(made)
      return made
    }
    afterEach(async () => {
      for (const one of open.splice(0)) await one.close()
    })
    reading(fixture, samples)
    writing(fixture, samples)
    races(fixture, samples)
    feed(fixture, samples)
  })
}

type Make = () => Promise<SingleFixture>

function reading(fixture: Make, { person, item }: Samples): void {
  it('describes the folder by the same identity each time', async () => {
    const { side } = await fixture()
    const first = await side.describe()
    expect(first).toMatchObject({ readOnly: false })
    expect((await side.describe()).identity).toBe(first.identity)
  })

  it('reads what a person made, and says gone for what the person removed or moved away', async () => {
    const made = await fixture()
    const kept = person.create(made, 'Kept')
    const lost = person.create(made, 'Lost')
    const moved = person.create(made, 'Moved')
    made.outlook.deleteItem(lost)
    made.outlook.moveItem(moved, 'inbox')
    const results = await made.side.read([lost, kept, moved] as ItemId[])
    expect(results.map(({ kind }) => kind)).toEqual(['gone', 'present', 'gone'])
  })

  it('reads 130 items in two requests, in the order of the call', async () => {
    const made = await fixture()
    const ids = Array.from({ length: 130 }, (_, n) => person.create(made, `${n}`)) as ItemId[]
    made.simulator.requests.clear()
    const results = await made.side.read(ids.toReversed())
    expect(results.map((result) => (result.kind === 'present' ? result.item.id : result.kind))).toEqual(
      ids.toReversed(),
    )
    expect(made.simulator.requests.count('GetItem')).toBe(2)
  })

  it('gives an item that was born on Exchange the same UID at every read, and a copy of it another', async () => {
    const made = await fixture()
    const id = person.create(made, 'Born there')
    const first = await look(made.side, id)
    person.rename(made, id, 'Renamed')
    const second = await look(made.side, id)
    expect(second.uid).toBe(first.uid)
    expect(second.version).not.toBe(first.version)
    expect(first.uid).toMatch(/^ews-[0-9a-f]{32}$/)
    expect((await look(made.side, person.create(made, 'Born there'))).uid).not.toBe(first.uid)
  })

  it('says unreadable, with a UID, for what is of another kind, and reads the others', async () => {
    const made = await fixture()
    const id = person.create(made, 'Good')
    const folder = (await made.side.describe()).identity
    const strange = made.outlook.addItem('Message', { fields: { Subject: 'Strange' }, folder })
    const [one, other] = await made.side.read([strange, id] as ItemId[])
    expect(one).toMatchObject({
      kind: 'unreadable',
      error: { code: 'item.unreadable' },
      uid: expect.stringMatching(/^ews-/),
    })
    expect(other?.kind).toBe('present')
  })

  it('lists every item over page borders, each at its version', async () => {
    const made = await fixture()
    const ids = Array.from({ length: 25 }, (_, n) => person.create(made, `${n}`))
    const seen: [string, string | null][] = []
    for await (const page of made.side.listAll()) for (const entry of page) seen.push([entry.id, entry.version])
    expect(seen.map(([id]) => id).toSorted()).toEqual(ids.toSorted())
    const [first] = seen
    expect((await look(made.side, first?.[0] ?? '')).version).toBe(first?.[1])
  })

  it('does not hold an item of another kind, and says so by name', async () => {
    const { side } = await fixture()
    const event = { ...item('x@example.test', 'X'), kind: 'event' } as unknown as Item
    expect(side.fit(event)).toMatchObject({ kind: 'unrepresentable', losses: [{ path: 'kind' }] })
    const [outcome] = await side.create([{ token: newToken(), desired: event }])
    expect(outcome).toMatchObject({ kind: 'refused', error: { code: 'item.not-representable' } })
  })
}

function writing(fixture: Make, { item, titled, titles }: Samples): void {
  it('creates items so that a read gives what fit promised, at the version of the outcome, with our UID', async () => {
    const made = await fixture()
    const desired = item('one@example.test', 'One')
    const current = await make(made.side, desired)
    const fit = made.side.fit(desired)
    expect(fit).toMatchObject({ kind: 'fits', losses: [] })
    expect(current.model).toEqual(desired)
    expect(current.uid).toBe('one@example.test')
    expect(await look(made.side, current.id)).toEqual(current)
  })

  it('finds an item by the token of its creation, and gives null for a token that no item has', async () => {
    const { side } = await fixture()
    const token = newToken()
    const [outcome] = await side.create([{ token, desired: item('token@example.test', 'T') }])
    expect(await side.findByToken(token)).toBe(outcome?.kind === 'created' ? outcome.item.id : undefined)
    expect(await side.findByToken(newToken())).toBeNull()
  })

  it('calls a creation unknown when its answer was lost, and the token settles it', async () => {
    const made = await fixture()
    const lose = (when: 'before' | 'after') =>
      made.simulator.faults.add({ operation: 'CreateItem', times: 1, effect: { kind: 'cut', when } })
    const attempt = async (token: Token, uid: string) =>
      (await made.side.create([{ token, desired: item(uid, uid) }]))[0]
    const [done, never] = [newToken(), newToken()]
    lose('after')
    expect((await attempt(done, 'after'))?.kind).toBe('unknown')
    lose('before')
    expect((await attempt(never, 'before'))?.kind).toBe('unknown')
    expect(await made.side.findByToken(done)).not.toBeNull()
    expect(await made.side.findByToken(never)).toBeNull()
    expect(titles(made)).toEqual(['after'])
  })

  it('creates 120 items in three requests', async () => {
    const made = await fixture()
    const requests = Array.from({ length: 120 }, (_, n) => ({ token: newToken(), desired: item(`n${n}`, `${n}`) }))
    const outcomes = await made.side.create(requests)
    expect(outcomes.every(({ kind }) => kind === 'created')).toBe(true)
    expect(made.simulator.requests.count('CreateItem')).toBe(3)
  })

  it('updates what changed and gives the item as the server now holds it', async () => {
    const made = await fixture()
    const current = await make(made.side, item('update@example.test', 'Before'))
    const desired = titled(current.model, 'After')
    const [outcome] = await made.side.update([{ current, desired, changed: ['title'] }])
    if (outcome?.kind !== 'updated') throw new Error(`not updated: ${JSON.stringify(outcome)}`)
    expect(outcome.overtaken).toBeUndefined()
    expect(outcome.item.model).toEqual(desired)
    expect(await look(made.side, current.id)).toEqual(outcome.item)
  })

  it('writes nothing for an update that changes nothing (I3)', async () => {
    const made = await fixture()
    const current = await make(made.side, item('same@example.test', 'Same'))
    made.simulator.requests.clear()
    const outcomes = await made.side.update([{ current, desired: current.model, changed: [] }])
    expect(outcomes).toEqual([{ kind: 'updated', item: current }])
    expect(made.simulator.requests.count('UpdateItem')).toBe(0)
  })

  it('removes an item into Deleted Items, at its version, and a read then says gone', async () => {
    const made = await fixture()
    const current = await make(made.side, item('remove@example.test', 'Remove'))
    expect(await made.side.remove([{ id: current.id, expect: current.version }])).toEqual([{ kind: 'removed' }])
    expect(await made.side.read([current.id])).toEqual([{ kind: 'gone', id: current.id }])
    expect(made.outlook.list('deleteditems')).toHaveLength(1)
    expect(await made.side.remove([{ id: current.id, expect: current.version }])).toEqual([{ kind: 'gone' }])
  })
}

function races(fixture: Make, { item, titled, titles, person }: Samples): void {
  it('refuses to overwrite or remove what somebody else changed meanwhile (I11, I17)', async () => {
    const made = await fixture()
    const current = await make(made.side, item('race@example.test', 'Before'))
    person.rename(made, current.id, 'Theirs')
    const desired = titled(current.model, 'Mine')
    const changed = ['title']
    expect(await made.side.update([{ current, desired, changed }])).toEqual([{ kind: 'changed-underneath' }])
    expect(await made.side.update([{ current, desired: current.model, changed }])).toEqual([
      { kind: 'changed-underneath' },
    ])
    const { id, version } = current
    expect(await made.side.remove([{ id, expect: version }])).toEqual([{ kind: 'changed-underneath' }])
    expect(titles(made)).toEqual(['Theirs'])
  })

  it('does not take an edit for its own when there was nothing to write (I4)', async () => {
    const made = await fixture()
    const current = await make(made.side, item('idle@example.test', 'Before'))
    let reads = 0
    made.simulator.faults.hook = ({ operation }) => {
      if (operation === 'GetItem' && ++reads === 2) person.rename(made, current.id, 'Theirs')
      return undefined
    }
    const [outcome] = await made.side.update([{ current, desired: current.model, changed: [] }])
    expect(outcome).toEqual({ kind: 'changed-underneath' })
  })

  it('says gone for an update of what a person removed, and does not bring it back', async () => {
    const made = await fixture()
    const current = await make(made.side, item('gone@example.test', 'Gone'))
    made.outlook.deleteItem(current.id)
    const desired = titled(current.model, 'Mine')
    expect(await made.side.update([{ current, desired, changed: ['title'] }])).toEqual([{ kind: 'gone' }])
    expect(titles(made)).toEqual([])
  })

  it('gives each update of a batch its own outcome', async () => {
    const made = await fixture()
    const [first, second, third] = [
      await make(made.side, item('b1', 'B1')),
      await make(made.side, item('b2', 'B2')),
      await make(made.side, item('b3', 'B3')),
    ]
    person.rename(made, second.id, 'Theirs')
    const outcomes = await made.side.update(
      [first, second, third].map((current, index) => ({
        current,
        desired: titled(current.model, `Mine ${index}`),
        changed: ['title'],
      })),
    )
    expect(outcomes.map(({ kind }) => kind)).toEqual(['updated', 'changed-underneath', 'updated'])
    expect(titles(made)).toEqual(['Mine 0', 'Mine 2', 'Theirs'])
  })

  it('calls an update unknown when its answer was lost', async () => {
    const made = await fixture()
    const current = await make(made.side, item('lost@example.test', 'Before'))
    made.simulator.faults.add({ operation: 'UpdateItem', times: 1, effect: { kind: 'cut', when: 'after' } })
    const desired = titled(current.model, 'After')
    const [outcome] = await made.side.update([{ current, desired, changed: ['title'] }])
    expect(outcome?.kind).toBe('unknown')
    expect(titles(made)).toEqual(['After'])
  })
}

function feed(fixture: Make, { item, person }: Samples): void {
  it('gives every item from the beginning, then only what changed, at the versions of reads (I15)', async () => {
    const made = await fixture()
    const first = person.create(made, 'F1')
    const start = await drainFeed(made.side, null)
    expect(start.hints.map(({ id }) => id)).toEqual([first])
    const own = await make(made.side, item('echo@example.test', 'Echo'))
    made.outlook.deleteItem(first)
    const next = await drainFeed(made.side, start.cursor)
    const changed = next.hints.find((hint) => hint.kind === 'changed')
    expect(changed).toEqual({ kind: 'changed', id: own.id, version: own.version })
    expect(next.hints.filter((hint) => hint.kind === 'removed').map((hint) => hint.id)).toEqual([first])
    expect((await drainFeed(made.side, next.cursor)).hints).toEqual([])
  })

  it('says cursor-invalid for a cursor that the server does not know', async () => {
    const made = await fixture()
    expect((await made.side.changes('no-such-cursor' as Cursor)).kind).toBe('cursor-invalid')
  })
}
