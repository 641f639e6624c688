/** The port over a simulated server, with the faults of the seed between them. */
import type { Event } from '../../src/model/event.ts'
import type { Item } from '../../src/model/item.ts'
import { eventOf } from '../../src/model/kinds.ts'
import { ConnectorError } from '../../src/ports/errors.ts'
import type {
  ChangePage,
  CreateOutcome,
  CreateRequest,
  Cursor,
  Hint,
  ItemId,
  ListEntry,
  ReadResult,
  RemoveOutcome,
  RemoveRequest,
  Side,
  SideItem,
  SideName,
  Token,
  UpdateOutcome,
  UpdateRequest,
  Version,
} from '../../src/ports/side.ts'
import type { Faults } from './faults.ts'
import { textOf } from './people.ts'
import type { SimItem, SimServer } from './server.ts'
import type { WriteWatch } from './watch.ts'

/** What the process around the side does: it can die, stall or lose answers, and people act while it works. */
export type Surroundings = {
  faults: Faults
  nowMs: () => number
  /** One step of the process, see process.ts. */
  step: <T>(kind: 'read' | 'write', act: () => T, lost: () => T) => Promise<T>
  die: () => never
  people: () => void
  /** A listing begins. */
  listing: () => void
  watch: WriteWatch
  trace: (line: string) => void
}

const PAGE_SIZE = 4

export class SimSide implements Side {
  readonly name: SideName
  readonly #server: SimServer
  readonly #around: Surroundings

  constructor(server: SimServer, around: Surroundings) {
    this.name = server.name
    this.#server = server
    this.#around = around
  }

  describe() {
    return this.#ask(() => {
      const { identity, items } = this.#server
      return { identity, displayName: this.name, itemCount: items.size, readOnly: false }
    })
  }

  changes(cursor: Cursor | null): Promise<ChangePage> {
    return this.#ask(() => {
      if (cursor === null || cursor.startsWith('list:')) return this.#listPage(cursor)
      const [epoch, position] = cursor.split(':').map(Number) as [number, number]
      if (epoch !== this.#server.epoch) return { kind: 'cursor-invalid', reason: 'another epoch' }
      if (this.#around.faults.happens('cursor-invalid')) return { kind: 'cursor-invalid', reason: 'simulated' }
      return this.#feedPage(position)
    })
  }

  async *listAll(): AsyncIterable<ListEntry[]> {
    yield await this.#ask(() =>
      [...this.#server.items.values()].map((item) => ({ id: item.id as ItemId, version: versionOf(item) })),
    )
  }

  read(ids: readonly ItemId[]): Promise<ReadResult[]> {
    return this.#ask(() => {
      this.#around.trace(`  ${this.name} read ${ids.join(', ')}`)
      return ids.map((id) => this.#readOne(id))
    })
  }

  create(requests: readonly CreateRequest[]): Promise<CreateOutcome[]> {
    return this.#each(requests, (request): CreateOutcome => {
      this.#around.watch.creating(request.token, request.desired.uid)
      const trashed = this.#server.trash.get(request.desired.uid)
      if (trashed && !this.#server.byUid(request.desired.uid)) {
        const deleted = { id: `trash-${trashed.id}` as ItemId, uid: request.desired.uid, title: trashed.model.title }
        const { native } = sideItem(trashed)
        if (!request.purge?.includes(deleted.id)) return { kind: 'blocked', by: [{ ...deleted, native }] }
        this.#around.watch.purging(trashed)
        this.#server.trash.delete(deleted.uid)
      }
      const made = this.#server.create(eventOf(request.desired), request.token, this.#around.nowMs())
      this.#server.writes++
      if (made === 'duplicate') {
        const id = (this.#server.byUid(request.desired.uid)?.id ?? null) as ItemId | null
        return { kind: 'already', id, reason: 'uid' }
      }
      return { kind: 'created', ...this.#readBack(made) }
    })
  }

  update(requests: readonly UpdateRequest[]): Promise<UpdateOutcome[]> {
    return this.#each(requests, (request): UpdateOutcome => {
      const item = this.#server.items.get(request.current.id)
      if (!item) return { kind: 'gone' }
      if (versionOf(item) !== request.current.version) return { kind: 'changed-underneath' }
      const changed = this.#server.update(item.id, eventOf(request.desired), this.#around.nowMs())
      this.#server.writes++
      if (!changed) return { kind: 'gone' }
      this.#around.watch.updated(item, changed)
      return { kind: 'updated', ...this.#readBack(changed) }
    })
  }

  remove(requests: readonly RemoveRequest[]): Promise<RemoveOutcome[]> {
    return this.#each(requests, (request): RemoveOutcome => {
      const item = this.#server.items.get(request.id)
      if (!item) return { kind: 'gone' }
      if (versionOf(item) !== request.expect) return { kind: 'changed-underneath' }
      this.#around.watch.removing(item)
      this.#server.writes++
      this.#server.remove(item.id)
      return { kind: 'removed' }
    })
  }

  findByToken(token: Token): Promise<ItemId | null> {
    return this.#ask(() => {
      for (const item of this.#server.items.values()) if (item.token === token) return item.id as ItemId
      return null
    })
  }

  /** Contents are not simulated: a file is its hash. */
  async file(_item: unknown, hash: string) {
    return hash
  }

  fit(item: Item) {
    return this.#server.fit(eventOf(item))
  }

  #ask<T>(answer: () => T): Promise<T> {
    const { faults, people, step } = this.#around
    const unreachable = (): never => {
      throw new ConnectorError(`${this.name}.unreachable`)
    }
    const act = () => {
      if (faults.happens('user-edits-during-pass')) people()
      return faults.happens('read-fails') ? unreachable() : answer()
    }
    return step('read', act, unreachable)
  }

  /** One write after the other; each can fail, get lost or be the last thing that the process did. */
  async #each<Request, Outcome>(requests: readonly Request[], apply: (request: Request) => Outcome) {
    type Lost = { kind: 'refused' | 'unknown'; error: ConnectorError }
    const { faults, step, people, die, watch, trace } = this.#around
    const error = new ConnectorError(`${this.name}.server-error`)
    const outcomes: (Outcome | Lost)[] = []
    for (const request of requests) {
      const act = (): Outcome | Lost => {
        if (faults.happens('user-edits-during-pass')) people()
        if (faults.happens('crash-before')) die()
        if (faults.happens('write-fails-before')) throw new ConnectorError(`${this.name}.unreachable`)
        if (faults.happens('write-refused')) return { kind: 'refused', error }
        if (faults.happens('answer-lost-not-applied')) return { kind: 'unknown', error }
        watch.writing()
        const outcome = apply(request)
        trace(`  ${this.name} write ${JSON.stringify(request)} => ${JSON.stringify(outcome)}`)
        if (faults.happens('crash-applied')) die()
        return faults.happens('answer-lost-applied') ? { kind: 'unknown', error } : outcome
      }
      outcomes.push(await step('write', act, () => ({ kind: 'unknown', error })))
    }
    return outcomes
  }

  #readOne(id: ItemId): ReadResult {
    const { faults } = this.#around
    const item = this.#server.items.get(id)
    if (!item) return { kind: 'gone', id }
    if (!faults.happens('unreadable-item')) return { kind: 'present', item: sideItem(item) }
    const uid = faults.chance.happens(0.5) ? item.model.uid : null
    return { kind: 'unreadable', id, version: versionOf(item), error: new ConnectorError('item.unreadable'), uid }
  }

  /** Between the write and reading it back, a person may have edited the item. */
  #readBack(written: SimItem): { item: SideItem; overtaken: boolean } {
    if (this.#around.faults.happens('overtaken-write')) this.#around.people()
    const now = this.#server.items.get(written.id) ?? written
    return { item: sideItem(now), overtaken: now.version !== written.version }
  }

  #feedPage(position: number): ChangePage {
    const { faults, trace } = this.#around
    const { feed, recentFrom, epoch } = this.#server
    const from = Math.max(0, position - (faults.happens('feed-repeats') ? 3 : 0))
    const lag = faults.happens('feed-lags') ? 1 + faults.chance.below(3) : 0
    const end = Math.max(feed.length - lag, recentFrom)
    const to = Math.max(from, Math.min(end, from + PAGE_SIZE))
    const seen = feed.slice(from, to)
    const next = Math.max(to, position > end ? position : to)
    const hints = seen.filter(() => !faults.happens('feed-misses')).map((id) => this.#hint(id))
    trace(`  ${this.name} feed ${position}->${next}: ${hints.map((hint) => `${hint.kind} ${hint.id}`).join(', ')}`)
    return { kind: 'page', hints, cursor: `${epoch}:${next}` as Cursor, more: to < end }
  }

  /** A list by id, page by page, while items come and go; the feed goes on where it was when the list began. */
  #listPage(cursor: string | null): ChangePage {
    const { feed, epoch, items } = this.#server
    if (cursor === null) this.#around.listing()
    const [start, after] =
      cursor === null ? [`${epoch}:${feed.length}`, ''] : (JSON.parse(cursor.slice(5)) as [string, string])
    const ids = [...items.keys()].sort().filter((id) => id > after)
    const page = ids.slice(0, PAGE_SIZE)
    const listed = page.filter(() => !this.#around.faults.happens('list-truncated'))
    const last = page.at(-1)
    this.#around.trace(`  ${this.name} list: ${listed.join(', ')}`)
    const more = ids.length > PAGE_SIZE && last !== undefined
    const next = more ? `list:${JSON.stringify([start, last])}` : start
    return { kind: 'page', hints: listed.map((id) => this.#hint(id, true)), cursor: next as Cursor, more }
  }

  #hint(id: string, listing = false): Hint {
    const item = this.#server.items.get(id)
    const lies = !listing && this.#around.faults.happens('feed-false-removal')
    if (!item || lies) return { kind: 'removed', id: id as ItemId }
    return { kind: 'changed', id: id as ItemId, version: versionOf(item) }
  }
}

function versionOf(item: SimItem): Version {
  return `v${item.version}` as Version
}

const seen = new WeakMap<SimItem, SideItem>()

function sideItem(item: SimItem): SideItem {
  const before = seen.get(item)
  if (before) return before
  const { id, model, modifiedAtMs } = item
  const fresh: SideItem = Object.freeze({
    id: id as ItemId,
    version: versionOf(item),
    uid: model.uid,
    model: model as Event,
    native: { format: 'ical' as const, text: textOf(model) },
    modifiedAtMs,
  })
  seen.set(item, fresh)
  return fresh
}
