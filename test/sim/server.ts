/** One simulated server: items with versions, a change feed, tokens, and habits (what it cannot hold, what it rewrites). */
import type { Event, EventFields } from '../../src/model/event.ts'
import type { Fit } from '../../src/model/item.ts'
import type { SideName } from '../../src/ports/side.ts'

export type SimItem = { id: string; version: number; model: Event; token: string | null; modifiedAtMs: number }

export class SimServer {
  readonly name: SideName
  readonly items = new Map<string, SimItem>()
  /** Ids in the order of their changes; the position is the cursor. */
  feed: string[] = []
  /** Feed positions from here on are recent: a lagging feed may not show them yet. */
  recentFrom = 0
  writes = 0
  #nextId = 1
  #version = 1

  constructor(name: SideName) {
    this.name = name
  }

  /** A user or the connector writes. Nextcloud refuses a second item of the same UID, Exchange does not. */
  create(model: Event, token: string | null, atMs: number): SimItem | 'duplicate' {
    if (this.name === 'nextcloud' && this.byUid(model.uid)) return 'duplicate'
    const item = {
      id: `${this.name[0]}${this.#nextId++}`,
      version: this.#version++,
      model: this.#stored(model),
      token,
      modifiedAtMs: atMs,
    }
    this.items.set(item.id, item)
    this.feed.push(item.id)
    return item
  }

  update(id: string, model: Event, atMs: number): SimItem | undefined {
    const item = this.items.get(id)
    if (!item) return undefined
    const changed = { ...item, version: this.#version++, model: this.#stored(model), modifiedAtMs: atMs }
    this.items.set(id, changed)
    this.feed.push(id)
    return changed
  }

  remove(id: string): boolean {
    this.feed.push(id)
    return this.items.delete(id)
  }

  byUid(uid: string): SimItem | undefined {
    return [...this.items.values()].find((item) => item.model.uid === uid)
  }

  /** A mailbox move: same items, new ids and versions. */
  reassignIds(): void {
    const moved = [...this.items.values()]
    this.items.clear()
    for (const item of moved) {
      const id = `${this.name[0]}${this.#nextId++}`
      this.items.set(id, { ...item, id, version: this.#version++ })
      this.feed.push(item.id, id)
    }
  }

  /** Declared: Exchange has no event status, Nextcloud no "working elsewhere". */
  fit(model: Event): Fit<Event> {
    const fitted =
      this.name === 'exchange'
        ? mapFields(model, (fields) => ({ ...fields, status: 'none' }))
        : mapFields(model, (fields) => ({
            ...fields,
            showAs: fields.showAs === 'workingElsewhere' ? 'busy' : fields.showAs,
          }))
    return { kind: 'fits', item: fitted, losses: [] }
  }

  /** What it really stores: the fit, and undeclared rewriting (Exchange folds double spaces in bodies). */
  #stored(model: Event): Event {
    const fit = this.fit(model)
    const item = fit.kind === 'fits' ? fit.item : model
    return this.name === 'nextcloud' ? item : mapFields(item, foldSpaces)
  }
}

export function foldSpaces(fields: EventFields): EventFields {
  return fields.body ? { ...fields, body: { ...fields.body, text: fields.body.text.replaceAll('  ', ' ') } } : fields
}

/** The same change for a master and each of its exceptions. */
export function mapFields(event: Event, change: (fields: EventFields) => EventFields): Event {
  const occurrences = Object.entries(event.occurrences).map(([key, occurrence]) => {
    return [
      key,
      occurrence.kind === 'deleted' ? occurrence : { ...occurrence, fields: change(occurrence.fields) },
    ] as const
  })
  return { ...event, ...change(event), occurrences: Object.fromEntries(occurrences) }
}
