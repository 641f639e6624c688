/** The objects of one calendar or address book: texts, trash and the change rows that sync-collection reads. Each text is held once. */
import { createHash } from 'node:crypto'

export type StoredObject = {
  readonly id: number
  uri: string
  uid: string
  /** VEVENT, VTODO, VJOURNAL or VCARD. */
  component: string
  text: string
  etag: string
  modifiedMs: number
  deletedAtMs: number | null
}

export type Operation = 1 | 2 | 3
export type ChangeRow = { uri: string; operation: Operation; token: number }
export type ChangeList = { changed: string[]; deleted: string[] }

export const md5Etag = (text: string): string => `"${createHash('md5').update(text).digest('hex')}"`

export class ObjectTable {
  readonly live = new Map<string, StoredObject>()
  readonly trash = new Map<number, StoredObject>()
  readonly #uidToUri = new Map<string, string>()
  #rows: ChangeRow[] = []
  #token = 1
  /** Told of every change, also of those that the feed loses. */
  onChange: ((uri: string, operation: Operation) => void) | null = null
  /** Writers that raced: their change rows carry a token that was already handed out. */
  #loseChanges = 0

  get token(): number {
    return this.#token
  }

  byUid(uid: string): StoredObject | undefined {
    const uri = this.#uidToUri.get(uid)
    return uri === undefined ? undefined : this.live.get(uri)
  }

  trashedByUid(uid: string): StoredObject | undefined {
    for (const object of this.trash.values()) if (object.uid === uid) return object
    return undefined
  }

  insert(object: StoredObject): void {
    this.live.set(object.uri, object)
    this.#uidToUri.set(object.uid, object.uri)
    this.addChange(object.uri, 1)
  }

  replace(object: StoredObject, next: Pick<StoredObject, 'uid' | 'component' | 'text' | 'modifiedMs'>): void {
    if (this.#uidToUri.get(object.uid) === object.uri) this.#uidToUri.delete(object.uid)
    Object.assign(object, next, { etag: md5Etag(next.text) })
    this.#uidToUri.set(object.uid, object.uri)
    this.addChange(object.uri, 2)
  }

  /** Takes the object out of the live ones; the caller decides whether it goes to the trash. */
  remove(object: StoredObject): void {
    this.live.delete(object.uri)
    if (this.#uidToUri.get(object.uid) === object.uri) this.#uidToUri.delete(object.uid)
    this.addChange(object.uri, 3)
  }

  /**
   * CalDavBackend::addChanges: the row gets the current token, then the token grows by one. With the race (nextcloud-facts 3.1) the
   * row gets the token of a change that was committed before, and nothing grows: whoever asked in between never sees it.
   */
  addChange(uri: string, operation: Operation): void {
    this.onChange?.(uri, operation)
    if (this.#loseChanges > 0 && this.#token > 1) {
      this.#loseChanges -= 1
      this.#rows.push({ uri, operation, token: this.#token - 1 })
      return
    }
    this.#rows.push({ uri, operation, token: this.#token })
    this.#token += 1
  }

  loseNextChanges(count: number): void {
    this.#loseChanges += count
  }

  /** Rows from `since` on and below `until`. `max` is the bug: the greatest operation of a uri wins, not the last (3 is delete). */
  changes(range: { since: number; until: number }, choose: 'last' | 'max'): ChangeList {
    const operations = new Map<string, Operation>()
    for (const row of this.#rows) {
      if (row.token < range.since || row.token >= range.until) continue
      const known = operations.get(row.uri)
      const next = choose === 'max' && known !== undefined && known > row.operation ? known : row.operation
      operations.set(row.uri, next)
    }
    const list: ChangeList = { changed: [], deleted: [] }
    for (const [uri, operation] of operations) (operation === 3 ? list.deleted : list.changed).push(uri)
    return list
  }

  /** Drops the rows below the newest `keep`; tokens older than that are still accepted (PR #60178). */
  prune(keep: number): void {
    this.#rows = keep === 0 ? [] : this.#rows.slice(-keep)
  }

  /** A database restored from a backup, or overwritten by a long transaction: the token goes backwards. */
  rewind(token: number): void {
    this.#token = token
    this.#rows = this.#rows.filter((row) => row.token < token)
  }
}
