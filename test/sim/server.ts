/** One simulated collection on one server: items with versions, a change feed, tokens, and habits (what it cannot hold, what it rewrites). */
import type { Event, EventFields } from '../../src/model/event.ts'
import type { Fit } from '../../src/model/item.ts'
import type { SideName } from '../../src/ports/side.ts'

/** Never changed, only replaced. */
export type SimItem = {
  readonly id: string
  readonly version: number
  readonly model: Event
  readonly token: string | null
  readonly modifiedAtMs: number
}

export class SimServer {
  readonly name: SideName
  readonly items = new Map<string, SimItem>()
  /** Nextcloud's trash bin by UID: what lies in it blocks its UID (quirk NC-TRASH-UID). */
  readonly trash = new Map<string, SimItem>()
  /** Ids in the order of their changes; epoch and position are the cursor. */
  feed: string[] = []
  /** Another epoch knows nothing of the cursors of this one. */
  epoch = 0
  /** Which folder this is: a folder that was deleted and made again has another number. */
  folder = 1
  /** Feed positions from here on are recent: a lagging feed may not show them yet. */
  recentFrom = 0
  /** What the connector wrote. */
  writes = 0
  #nextId = 1
  #version = 1

  constructor(name: SideName) {
    this.name = name
  }

  get identity(): string {
    return `${this.name}#${this.folder}`
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
    const item = this.items.get(id)
    if (item && this.name === 'nextcloud') this.trash.set(item.model.uid, item)
    this.feed.push(id)
    return this.items.delete(id)
  }

  byUid(uid: string): SimItem | undefined {
    for (const item of this.items.values()) if (item.model.uid === uid) return item
    return undefined
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

  backup(): readonly SimItem[] {
    return [...this.items.values()]
  }

  /** The administrator of this server brings an old backup back, or an empty one. Cursors of before are void. */
  rollBack(items: readonly SimItem[]): void {
    this.items.clear()
    this.trash.clear()
    for (const item of items) this.items.set(item.id, item)
    this.#newEpoch()
  }

  /** The folder is deleted and another one made in its place, with copies of some items imported into it. */
  recreateFolder(models: readonly Event[], atMs: number): void {
    this.folder++
    this.items.clear()
    this.trash.clear()
    this.#newEpoch()
    for (const model of models) this.create(model, null, atMs)
  }

  #newEpoch(): void {
    this.epoch++
    this.feed = []
    this.recentFrom = 0
  }

  /** Declared: Exchange has no event status, Nextcloud no "working elsewhere". */
  fit(model: Event): Fit<Event> {
    const fitted = mapFields(model, this.name === 'exchange' ? withoutStatus : withoutElsewhere)
    return { kind: 'fits', item: fitted, losses: [] }
  }

  /** What it really stores: the fit, and undeclared rewriting (Exchange folds double spaces in bodies). */
  #stored(model: Event): Event {
    const fit = this.fit(model)
    const item = fit.kind === 'fits' ? fit.item : model
    return this.name === 'nextcloud' ? item : mapFields(item, foldSpaces)
  }
}

function withoutStatus(fields: EventFields): EventFields {
  return fields.status === 'none' ? fields : { ...fields, status: 'none' }
}

function withoutElsewhere(fields: EventFields): EventFields {
  return fields.showAs === 'workingElsewhere' ? { ...fields, showAs: 'busy' } : fields
}

export function foldSpaces(fields: EventFields): EventFields {
  if (!fields.body?.text.includes('  ')) return fields
  return { ...fields, body: { ...fields.body, text: fields.body.text.replaceAll('  ', ' ') } }
}

/** The same change for a master and each of its exceptions. */
export function mapFields(event: Event, change: (fields: EventFields) => EventFields): Event {
  const keys = Object.keys(event.occurrences)
  const master = change(event)
  if (keys.length === 0) return master === event ? event : { ...event, ...master }
  const occurrences = Object.entries(event.occurrences).map(([key, occurrence]) => {
    return [
      key,
      occurrence.kind === 'deleted' ? occurrence : { ...occurrence, fields: change(occurrence.fields) },
    ] as const
  })
  return { ...event, ...master, occurrences: Object.fromEntries(occurrences) }
}
