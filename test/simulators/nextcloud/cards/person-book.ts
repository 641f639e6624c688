/** One address book in the hands of its person in the web UI. */
import type { World } from '../call.ts'
import { notFound } from '../errors.ts'
import { dav } from '../names.ts'
import { textEl } from '../xml.ts'
import type { AddressBook } from './address-book.ts'
import { writeCard } from './write.ts'

export type CardView = { uri: string; uid: string; etag: string; text: string }

export class PersonBook {
  readonly #world: World
  readonly #book: AddressBook

  constructor(world: World, book: AddressBook) {
    this.#world = world
    this.#book = book
  }

  get uri(): string {
    return this.#book.uri
  }

  get displayName(): string {
    return this.#book.properties.get(dav('displayname'))?.text ?? this.#book.uri
  }

  rename(displayName: string): void {
    this.#book.properties.set(dav('displayname'), textEl(dav('displayname'), displayName))
  }

  list(): CardView[] {
    return [...this.#book.objects.live.values()].map(({ uri, uid, etag, text }) => ({ uri, uid, etag, text }))
  }

  get(uri: string): CardView | null {
    return this.list().find((card) => card.uri === uri) ?? null
  }

  put(uri: string, text: string): void {
    writeCard(this.#world, this.#book, uri, text)
  }

  remove(uri: string): void {
    const card = this.#book.objects.live.get(uri)
    if (!card) throw notFound('Card not found')
    this.#book.objects.remove(card)
  }

  pruneChanges(keep: number): void {
    this.#book.objects.prune(keep)
  }
}
