/** One calendar in the hands of its person in the web UI, and the knobs with which a test ages or breaks its change feed. */
import type { World } from './call.ts'
import { notFound } from './errors.ts'
import { itemsOf, parseComponent, textOf } from './ical.ts'
import { apple, dav } from './names.ts'
import { md5Etag, type StoredObject } from './objects.ts'
import type { Calendar, User } from './store.ts'
import { type Actor, deleteObject, purgeObject, restoreObject, writeObject } from './writes.ts'

export type ObjectView = { uri: string; uid: string; etag: string; text: string }
export type TrashedView = ObjectView & { id: number }

const viewOf = (object: StoredObject): ObjectView => ({
  uri: object.uri,
  uid: object.uid,
  etag: object.etag,
  text: object.text,
})

export class PersonCalendar {
  readonly #world: World
  readonly #user: User
  readonly #calendar: Calendar

  constructor(world: World, user: User, calendar: Calendar) {
    this.#world = world
    this.#user = user
    this.#calendar = calendar
  }

  get uri(): string {
    return this.#calendar.uri
  }

  get displayName(): string {
    return this.#calendar.properties.get(dav('displayname'))?.text ?? this.#calendar.uri
  }

  get color(): string | null {
    return this.#calendar.properties.get(apple('calendar-color'))?.text ?? null
  }

  /** The number in the sync token. */
  get token(): number {
    return this.#calendar.objects.token
  }

  rename(displayName: string): void {
    this.#calendar.properties.set(dav('displayname'), { name: dav('displayname'), text: displayName })
    this.#calendar.objects.addChange('', 2)
  }

  /** To the trash, or for good. */
  delete(options: { permanent?: boolean } = {}): void {
    this.#calendar.objects.onChange?.('', 3)
    if (options.permanent || !this.#world.options.trashbin) this.#user.calendars.delete(this.#calendar.uri)
    else this.#calendar.deletedAtMs = this.#world.options.clock.nowMs()
  }

  share(uid: string, access: 'read' | 'read-write'): void {
    this.#calendar.shares.set(uid, access)
  }

  unshare(uid: string): void {
    this.#calendar.shares.delete(uid)
  }

  list(): ObjectView[] {
    return [...this.#calendar.objects.live.values()].map(viewOf)
  }

  get(uri: string): ObjectView | null {
    const object = this.#calendar.objects.live.get(uri)
    return object ? viewOf(object) : null
  }

  byUid(uid: string): ObjectView | null {
    const object = this.#calendar.objects.byUid(uid)
    return object ? viewOf(object) : null
  }

  /** Creates or changes, with everything that the server does then: validation, repair, invitations (unless `silent`). */
  put(uri: string, text: string, options: { silent?: boolean } = {}): ObjectView {
    const target = { calendar: this.#calendar, uri }
    return viewOf(writeObject(this.#world, target, text, this.#actor('PUT', options.silent)).object)
  }

  remove(uri: string, options: { silent?: boolean } = {}): void {
    const object = this.#calendar.objects.live.get(uri)
    if (!object) throw notFound('Calendar object not found')
    deleteObject(this.#world, this.#calendar, object, this.#actor('DELETE', options.silent))
  }

  trash(): TrashedView[] {
    return [...this.#calendar.objects.trash.values()].map((object) => ({ ...viewOf(object), id: object.id }))
  }

  restore(id: number): void {
    restoreObject(this.#calendar, this.#trashed(id))
  }

  purge(id: number, options: { silent?: boolean } = {}): void {
    purgeObject(this.#world, this.#calendar, this.#trashed(id), this.#actor('DELETE', options.silent))
  }

  /** Puts texts into the table without validation or scheduling: for large calendars. Returns how many. */
  seed(objects: Iterable<{ uri: string; text: string }>): number {
    let count = 0
    for (const { uri, text } of objects) {
      const [item] = itemsOf(parseComponent(text))
      this.#calendar.objects.insert({
        ...{ id: this.#world.store.nextId(), uri, text, etag: md5Etag(text), deletedAtMs: null },
        ...{ uid: textOf(item, 'UID') ?? uri, component: item?.name ?? 'VEVENT' },
        modifiedMs: this.#world.options.clock.nowMs(),
      })
      count += 1
    }
    return count
  }

  /** Keeps the newest change rows only. Older tokens are accepted all the same, silently without what is gone. */
  pruneChanges(keep: number): void {
    this.#calendar.objects.prune(keep)
  }

  /** The token goes back to this number, as after a restored backup. */
  rewindToken(token: number): void {
    this.#calendar.objects.rewind(token)
  }

  /** The next changes happen in the race of two writers: stored, but not in the feed of who already asked. */
  loseNextChanges(count: number): void {
    this.#calendar.objects.loseNextChanges(count)
  }

  #trashed(id: number): StoredObject {
    const object = this.#calendar.objects.trash.get(id)
    if (!object) throw notFound('Calendar object not found')
    return object
  }

  #actor(request: string, silent = false): Actor {
    return { cause: { by: 'web', user: this.#user.uid, request, requestNumber: null }, silent }
  }
}
