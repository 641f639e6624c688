/** The port over a simulated server, with the faults of the seed between them. */
import type { Event } from '../../src/model/event.ts'
import type { Item } from '../../src/model/item.ts'
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
import type { SimItem, SimServer } from './server.ts'

/** What the process around the side does: it can die, and people act while it works. */
export type Surroundings = {
  faults: Faults
  nowMs: () => number
  step: () => void
  die: () => never
  people: () => void
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

  async describe() {
    this.#request()
    return { identity: this.name, displayName: this.name, itemCount: this.#server.items.size, readOnly: false }
  }

  async changes(cursor: Cursor | null): Promise<ChangePage> {
    this.#request()
    const { faults } = this.#around
    if (cursor === null || cursor.startsWith('list:')) return this.#listPage(cursor)
    if (faults.happens('cursor-invalid')) return { kind: 'cursor-invalid', reason: 'simulated' }
    const from = Math.max(0, Number(cursor) - (faults.happens('feed-repeats') ? 3 : 0))
    const lag = faults.happens('feed-lags') ? 1 + faults.chance.below(3) : 0
    const end = Math.max(this.#server.feed.length - lag, this.#server.recentFrom)
    const to = Math.max(from, Math.min(end, from + PAGE_SIZE))
    const seen = this.#server.feed.slice(from, to)
    const next = Math.max(to, Number(cursor) > end ? Number(cursor) : to)
    const hints = seen.filter(() => !faults.happens('feed-misses')).map((id) => this.#hint(id))
    this.#around.trace(
      `  ${this.name} feed ${cursor}->${next}: ${hints.map((hint) => `${hint.kind} ${hint.id}`).join(', ')}`,
    )
    return { kind: 'page', hints, cursor: String(next) as Cursor, more: to < end }
  }

  async *listAll(): AsyncIterable<ListEntry[]> {
    this.#request()
    yield [...this.#server.items.values()].map((item) => ({ id: item.id as ItemId, version: versionOf(item) }))
  }

  async read(ids: readonly ItemId[]): Promise<ReadResult[]> {
    this.#request()
    this.#around.trace(`  ${this.name} read ${ids.join(', ')}`)
    return ids.map((id): ReadResult => {
      const item = this.#server.items.get(id)
      if (!item) return { kind: 'gone', id }
      if (this.#around.faults.happens('unreadable-item')) {
        const uid = this.#around.faults.chance.happens(0.5) ? item.model.uid : null
        return { kind: 'unreadable', id, version: versionOf(item), error: new ConnectorError('item.unreadable'), uid }
      }
      return { kind: 'present', item: sideItem(item) }
    })
  }

  create(requests: readonly CreateRequest[]): Promise<CreateOutcome[]> {
    return this.#each(requests, (request): CreateOutcome => {
      const made = this.#server.create(eventOf(request.desired), request.token, this.#around.nowMs())
      this.#server.writes++
      if (made === 'duplicate') {
        return {
          kind: 'already',
          id: (this.#server.byUid(request.desired.uid)?.id ?? null) as ItemId | null,
          reason: 'uid',
        }
      }
      return { kind: 'created', ...this.#readBack(made) }
    })
  }

  update(requests: readonly UpdateRequest[]): Promise<UpdateOutcome[]> {
    return this.#each(requests, (request): UpdateOutcome => {
      const item = this.#server.items.get(request.current.id)
      if (!item) return { kind: 'gone' }
      if (versionOf(item) !== request.current.version) return { kind: 'changed-underneath' }
      this.#server.writes++
      const changed = this.#server.update(item.id, eventOf(request.desired), this.#around.nowMs())
      return changed ? { kind: 'updated', ...this.#readBack(changed) } : { kind: 'gone' }
    })
  }

  remove(requests: readonly RemoveRequest[]): Promise<RemoveOutcome[]> {
    return this.#each(requests, (request): RemoveOutcome => {
      const item = this.#server.items.get(request.id)
      if (!item) return { kind: 'gone' }
      if (versionOf(item) !== request.expect) return { kind: 'changed-underneath' }
      this.#server.writes++
      this.#server.remove(item.id)
      return { kind: 'removed' }
    })
  }

  async findByToken(token: Token): Promise<ItemId | null> {
    this.#request()
    const found = [...this.#server.items.values()].find((item) => item.token === token)
    return (found?.id ?? null) as ItemId | null
  }

  fit(item: Item) {
    return this.#server.fit(eventOf(item))
  }

  #request(): void {
    this.#around.step()
    if (this.#around.faults.happens('user-edits-during-pass')) this.#around.people()
    if (this.#around.faults.happens('read-fails')) throw new ConnectorError(`${this.name}.unreachable`)
  }

  /** One write after the other; each can fail, get lost or be the last thing that the process did. */
  async #each<Request, Outcome>(requests: readonly Request[], apply: (request: Request) => Outcome) {
    type Lost = { kind: 'refused' | 'unknown'; error: ConnectorError }
    const { faults } = this.#around
    const outcomes: (Outcome | Lost)[] = []
    for (const request of requests) {
      this.#around.step()
      if (faults.happens('user-edits-during-pass')) this.#around.people()
      if (faults.happens('crash-before')) this.#around.die()
      if (faults.happens('write-fails-before')) throw new ConnectorError(`${this.name}.unreachable`)
      const error = new ConnectorError(`${this.name}.server-error`)
      if (faults.happens('write-refused')) outcomes.push({ kind: 'refused', error })
      else if (faults.happens('answer-lost-not-applied')) outcomes.push({ kind: 'unknown', error })
      else {
        const outcome = apply(request)
        this.#around.trace(`  ${this.name} write ${JSON.stringify(request)} => ${JSON.stringify(outcome)}`)
        if (faults.happens('crash-applied')) this.#around.die()
        outcomes.push(faults.happens('answer-lost-applied') ? { kind: 'unknown', error } : outcome)
      }
    }
    return outcomes
  }

  /** Between the write and reading it back, a person may have edited the item. */
  #readBack(written: SimItem): { item: SideItem; overtaken: boolean } {
    if (this.#around.faults.happens('overtaken-write')) this.#around.people()
    const now = this.#server.items.get(written.id) ?? written
    return { item: sideItem(now), overtaken: now.version !== written.version }
  }

  /** A list by id, page by page, while items come and go; the feed goes on where it was when the list began. */
  #listPage(cursor: string | null): ChangePage {
    const [start, after] =
      cursor === null ? [this.#server.feed.length, ''] : (JSON.parse(cursor.slice(5)) as [number, string])
    const ids = [...this.#server.items.keys()].sort().filter((id) => id > after)
    const page = ids.slice(0, PAGE_SIZE)
    const listed = page.filter(() => !this.#around.faults.happens('list-truncated'))
    const last = page.at(-1)
    this.#around.trace(`  ${this.name} list: ${listed.join(', ')}`)
    const more = ids.length > PAGE_SIZE && last !== undefined
    const next = more ? `list:${JSON.stringify([start, last])}` : String(start)
    return { kind: 'page', hints: listed.map((id) => this.#hint(id, true)), cursor: next as Cursor, more }
  }

  #hint(id: string, listing = false): Hint {
    const item = this.#server.items.get(id)
    const lies = !listing && this.#around.faults.happens('feed-false-removal')
    if (!item || lies) return { kind: 'removed', id: id as ItemId }
    return { kind: 'changed', id: id as ItemId, version: versionOf(item) }
  }
}

function eventOf(item: Item): Event {
  return item
}

function versionOf(item: SimItem): Version {
  return `v${item.version}` as Version
}

function sideItem(item: SimItem): SideItem {
  const { id, model, modifiedAtMs } = item
  return {
    id: id as ItemId,
    version: versionOf(item),
    uid: model.uid,
    model: structuredClone(model),
    native: { format: 'ical', text: JSON.stringify(model) },
    modifiedAtMs,
  }
}
