/**
 * People at work, and the book of what they wrote. Every value that a person writes is unique, so the book can say at the end
 * which values nobody knowingly replaced: those must still be somewhere (P1).
 */
import type { Event, EventFields } from '../../src/model/event.ts'
import type { Chance } from './chance.ts'
import type { SimItem, SimServer } from './server.ts'

/** Values as they stand in an item: `v12x` in texts, `20NN-..` start times. */
export function valuesIn(text: string): Set<string> {
  return new Set(text.match(/v\d+x|21\d\d-\d\d-\d\dT/g) ?? [])
}

export class People {
  readonly #chance: Chance
  readonly #nowMs: () => number
  readonly #trace: (line: string) => void
  #count = 0
  /** Values that are not replaced or deleted by somebody who saw them, with the UID that they belong to. */
  readonly live = new Map<string, string>()
  readonly deletedUids = new Set<string>()
  readonly uids = new Set<string>()

  constructor(chance: Chance, nowMs: () => number, trace: (line: string) => void) {
    this.#trace = trace
    this.#chance = chance
    this.#nowMs = nowMs
  }

  act(server: SimServer): void {
    const items = [...server.items.values()]
    const roll = this.#chance.fraction()
    const item = this.#chance.pick(items)
    if (!item || (roll < 0.2 && items.length < 9)) this.#create(server)
    else if (roll < 0.35) this.#remove(server, item)
    else this.#edit(server, item)
  }

  #create(server: SimServer): void {
    const uid = `uid-${++this.#count}`
    this.uids.add(uid)
    const model = this.#event(uid)
    this.#trace(`* ${server.name}: create ${uid}`)
    server.create(model, null, this.#nowMs())
    for (const value of valuesIn(JSON.stringify(model))) this.live.set(value, uid)
  }

  #remove(server: SimServer, item: SimItem): void {
    server.remove(item.id)
    this.#trace(`* ${server.name}: delete ${item.id} ${item.model.uid}`)
    this.deletedUids.add(item.model.uid)
    for (const value of valuesIn(JSON.stringify(item.model))) this.live.delete(value)
  }

  #edit(server: SimServer, item: SimItem): void {
    const model = this.#edited(structuredClone(item.model))
    const before = valuesIn(JSON.stringify(item.model))
    const after = valuesIn(JSON.stringify(model))
    for (const value of before) if (!after.has(value)) this.live.delete(value)
    for (const value of after) if (!before.has(value)) this.live.set(value, model.uid)
    server.update(item.id, model, this.#nowMs())
    this.#trace(
      `* ${server.name}: edit ${item.id} ${model.uid} +${[...after].filter((value) => !before.has(value))} -${[...before].filter((value) => !after.has(value))}`,
    )
  }

  #edited(model: Event): Event {
    const keys = Object.keys(model.occurrences)
    switch (this.#chance.below(9)) {
      case 0:
        return { ...model, title: this.#value() }
      case 1:
        return { ...model, location: this.#chance.happens(0.2) ? '' : this.#value() }
      case 2:
        return { ...model, body: { text: `${this.#value()}  two  spaces`, html: null } }
      case 3:
        return { ...model, categories: [...model.categories, this.#value()].sort() }
      case 4:
        return { ...model, categories: model.categories.slice(1) }
      case 5:
        return { ...model, ...this.#schedule(), occurrences: {} }
      case 6:
        return { ...model, showAs: this.#chance.pick(['free', 'busy', 'workingElsewhere'] as const) ?? 'busy' }
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
      occurrences: _own,
      ...fields
    } = model
    return { kind: 'exception' as const, start, end, fields: { ...(fields as EventFields), title: this.#value() } }
  }

  #schedule() {
    const day = new Date(Date.UTC(2100, 0, 1 + ++this.#count)).toISOString().slice(0, 10)
    return {
      start: { kind: 'utc' as const, local: `${day}T10:00:00` },
      end: { kind: 'utc' as const, local: `${day}T11:00:00` },
      recurrence: { pattern: { kind: 'daily' as const, interval: 1 }, end: { kind: 'never' as const } },
    }
  }

  #value(): string {
    return `v${++this.#count}x`
  }

  #event(uid: string): Event {
    return {
      kind: 'event',
      uid,
      title: this.#value(),
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
      occurrences: {},
      ...this.#schedule(),
    }
  }
}

function dayOf(model: Event, offset: number): string {
  const start = model.start.kind === 'date' ? `${model.start.date}T10:00:00` : model.start.local
  return new Date(Date.parse(`${start}Z`) + (offset + 1) * 86_400_000).toISOString().slice(0, 19)
}
