/**
 * People at work, and the book of what they wrote. Every value that a person writes is unique, so the book can say at the end
 * which values nobody knowingly replaced: those must still be somewhere (P1).
 */
import type { Event, EventFields } from '../../src/model/event.ts'
import type { Chance } from './chance.ts'
import type { SimItem, SimServer } from './server.ts'

/** Values as they stand in an item: `v12x` in texts, `21NN-..T` as start times. */
export function valuesIn(text: string): Set<string> {
  return new Set(text.match(/v\d+x|(?<="local":")21\d\d-\d\d-\d\dT/g) ?? [])
}

const known = new WeakMap<Event, { text: string; values: ReadonlySet<string> }>()

function readOnce(model: Event) {
  const before = known.get(model)
  if (before) return before
  const text = JSON.stringify(model)
  const fresh = { text, values: valuesIn(text) }
  known.set(model, fresh)
  return fresh
}

export function textOf(model: Event): string {
  return readOnce(model).text
}

export function valuesOf(model: Event): ReadonlySet<string> {
  return readOnce(model).values
}

/** What a person did last, in words of the trace. */
export type Watcher = { nowMs: () => number; trace: (line: string) => void }

export class People {
  readonly #chance: Chance
  readonly #around: Watcher
  #count = 0
  /** Values that are not replaced or deleted by somebody who saw them, with the UID that they belong to. */
  readonly live = new Map<string, string>()
  readonly deletedUids = new Set<string>()
  readonly uids = new Set<string>()
  /** `SERVER|VALUE`: somebody who saw the value took it away from the collection of that server, to keep it elsewhere. */
  readonly taken = new Set<string>()
  /** Values of moved items that a server brought back by itself to where they had been taken away: nobody put them there. */
  readonly returned = new Map<SimServer, ReadonlySet<string>>()
  readonly movedUids = new Set<string>()
  readonly copiedUids = new Set<string>()
  /** Bodies written on Nextcloud with two spaces, which only an echo from Exchange can fold (I15). */
  readonly spacedBodies = new Map<string, string>()

  constructor(chance: Chance, around: Watcher) {
    this.#chance = chance
    this.#around = around
  }

  act(server: SimServer, elsewhere: SimServer | undefined): void {
    const items = [...server.items.values()]
    const roll = this.#chance.fraction()
    const item = this.#chance.pick(items)
    if (!item || (roll < 0.2 && items.length < 9)) this.create(server)
    else if (roll < 0.35) this.remove(server, item)
    else if (roll < 0.4 && elsewhere && this.#mayMove(item, elsewhere)) this.move(server, item, elsewhere)
    else if (roll > 0.97 && server.name === 'exchange') this.#copy(server, item)
    else this.#edit(server, item)
  }

  create(server: SimServer): void {
    const uid = `uid-${++this.#count}`
    this.uids.add(uid)
    const model = this.#event(uid)
    this.#around.trace(`* ${server.name}: create ${uid}`)
    server.create(model, null, this.#around.nowMs())
    for (const value of valuesOf(model)) this.live.set(value, uid)
  }

  remove(server: SimServer, item: SimItem): void {
    server.remove(item.id)
    this.#around.trace(`* ${server.name}: delete ${item.id} ${item.model.uid}`)
    this.deletedUids.add(item.model.uid)
    for (const value of valuesOf(item.model)) this.live.delete(value)
  }

  /** The same file imported once more: Exchange holds two items of one UID. The copy has a title of its own. */
  #copy(server: SimServer, item: SimItem): void {
    const model = { ...item.model, title: this.value() }
    this.copiedUids.add(model.uid)
    this.#around.trace(`* ${server.name}: copy ${item.id} ${model.uid}`)
    server.create(model, null, this.#around.nowMs())
    this.live.set(model.title, model.uid)
  }

  /** Once in an item's life: two people who move the same item on both sides make a twin before any feed can tell. */
  #mayMove(item: SimItem, elsewhere: SimServer): boolean {
    return !this.movedUids.has(item.model.uid) && !elsewhere.byUid(item.model.uid)
  }

  /** To another collection of the same side: gone here and new there, nothing is given up. */
  move(server: SimServer, item: SimItem, elsewhere: SimServer): void {
    this.#around.trace(`* ${server.name}: move ${item.id} ${item.model.uid}`)
    this.movedUids.add(item.model.uid)
    server.remove(item.id)
    // Moving on Nextcloud is a MOVE: it leaves nothing in the trash bin, and needs a free UID in the other calendar.
    server.trash.delete(item.model.uid)
    elsewhere.trash.delete(item.model.uid)
    elsewhere.create(item.model, null, this.#around.nowMs())
    for (const value of valuesOf(item.model)) this.taken.add(`${server.name}|${value}`)
  }

  #edit(server: SimServer, item: SimItem): void {
    this.write(server, item, this.#edited(item.model))
  }

  write(server: SimServer, item: SimItem, model: Event): void {
    const before = valuesOf(item.model)
    const after = valuesOf(model)
    for (const value of before) if (!after.has(value)) this.live.delete(value)
    for (const value of after) if (!before.has(value)) this.live.set(value, model.uid)
    server.update(item.id, model, this.#around.nowMs())
    if (server.name === 'nextcloud' && model.body && model.body !== item.model.body) {
      for (const value of valuesIn(model.body.text)) this.spacedBodies.set(value, model.uid)
    }
    this.#around.trace(
      `* ${server.name}: edit ${item.id} ${model.uid} +${[...after].filter((value) => !before.has(value))} -${[...before].filter((value) => !after.has(value))}`,
    )
  }

  /** A server that was rolled back shows moved items again at the place that they were moved away from. */
  serverReturned(server: SimServer, before: readonly SimItem[]): void {
    const known = new Set(before.map((item) => item.model.uid))
    const again = [...server.items.values()].filter(
      ({ model }) => this.movedUids.has(model.uid) && !known.has(model.uid),
    )
    const values = again.flatMap(({ model }) => [...valuesOf(model)])
    const takenHere = values.filter((value) => this.taken.has(`${server.name}|${value}`))
    this.returned.set(server, new Set([...(this.returned.get(server) ?? []), ...takenHere]))
  }

  /** A server lost or rewrote items by itself: what only stood there is nobody's fault, what stands elsewhere must stay. */
  serverLost(before: readonly SimItem[], after: readonly SimItem[], others: readonly SimServer[]): void {
    const elsewhere = new Set(others.flatMap((server) => [...server.items.values()]).flatMap((item) => item.model.uid))
    const textElsewhere = others.flatMap((server) => [...server.items.values()].map((item) => textOf(item.model)))
    const kept = valuesIn(textElsewhere.join('\n'))
    const now = new Map(after.map((item) => [item.model.uid, item]))
    for (const { model } of before) {
      const same = now.get(model.uid)
      // What was moved stood only here: its old place on the other side is about to go.
      const onlyHere = this.movedUids.has(model.uid)
      // An older text in place of a newer one looks like somebody's edit; nobody can tell the difference.
      for (const value of valuesOf(model))
        if (same ? !valuesOf(same.model).has(value) : onlyHere || !kept.has(value)) this.live.delete(value)
      if (!same && (onlyHere || !elsewhere.has(model.uid))) this.deletedUids.add(model.uid)
    }
  }

  /** A person decided that an item that a server lost may go on the other side, too. */
  acceptLoss(uid: string, servers: readonly SimServer[]): void {
    this.deletedUids.add(uid)
    for (const server of servers) {
      const items = [...server.items.values()].filter((item) => item.model.uid === uid)
      for (const value of items.flatMap((item) => [...valuesOf(item.model)])) this.live.delete(value)
    }
  }

  #edited(model: Event): Event {
    const keys = Object.keys(model.occurrences)
    switch (this.#chance.below(11)) {
      case 0:
        return { ...model, title: this.value() }
      case 1:
        return { ...model, location: this.#chance.happens(0.2) ? '' : this.value() }
      case 2:
        return { ...model, body: { text: `${this.value()}  two  spaces`, html: null } }
      case 3:
        return { ...model, categories: [...model.categories, this.value()].sort() }
      case 4:
        return { ...model, categories: model.categories.slice(1) }
      case 5:
        return { ...model, ...this.#schedule(), occurrences: {} }
      case 6:
        return { ...model, showAs: this.#chance.pick(['free', 'busy', 'workingElsewhere'] as const) ?? 'busy' }
      case 9:
        return { ...model, files: [...model.files, this.#file()].sort((a, b) => (a.hash < b.hash ? -1 : 1)) }
      case 10:
        return { ...model, files: model.files.slice(1) }
      case 7:
        return { ...model, occurrences: { ...model.occurrences, [dayOf(model, keys.length)]: this.#exception(model) } }
      default:
        return {
          ...model,
          occurrences: { ...model.occurrences, [dayOf(model, this.#chance.below(5))]: { kind: 'deleted' } },
        }
    }
  }

  #exception(model: Event) {
    const {
      kind: _kind,
      uid: _uid,
      start,
      end,
      recurrence: _rule,
      extraStarts: _more,
      files: _files,
      occurrences: _own,
      ...fields
    } = model
    // Values of its own: a value that stands in two places could not be said to be replaced.
    const own = {
      title: this.value(),
      location: model.location && this.value(),
      body: model.body && { text: `${this.value()}  two  spaces`, html: null },
      categories: model.categories.map(() => this.value()).sort(),
    }
    return { kind: 'exception' as const, start, end, fields: { ...(fields as EventFields), ...own } }
  }

  #file() {
    const hash = this.value()
    return { hash, name: `${hash}.txt`, mediaType: '', bytes: 1 }
  }

  #schedule() {
    const day = new Date(Date.UTC(2100, 0, 1 + ++this.#count)).toISOString().slice(0, 10)
    return {
      start: { kind: 'utc' as const, local: `${day}T10:00:00` },
      end: { kind: 'utc' as const, local: `${day}T11:00:00` },
      recurrence: { pattern: { kind: 'daily' as const, interval: 1 }, end: { kind: 'never' as const } },
    }
  }

  value(): string {
    return `v${++this.#count}x`
  }

  #event(uid: string): Event {
    return {
      kind: 'event',
      uid,
      title: this.value(),
      body: null,
      location: '',
      showAs: 'busy',
      sensitivity: 'normal',
      importance: 'normal',
      status: 'none',
      categories: [],
      reminder: null,
      organizer: null,
      attendees: [],
      extraStarts: [],
      files: [],
      occurrences: {},
      ...this.#schedule(),
    }
  }
}

function dayOf(model: Event, offset: number): string {
  const start = model.start.kind === 'date' ? `${model.start.date}T10:00:00` : model.start.local
  return new Date(Date.parse(`${start}Z`) + (offset + 1) * 86_400_000).toISOString().slice(0, 19)
}
