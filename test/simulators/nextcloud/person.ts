/** A user of the simulated server as a person: the web UI in place of DAV. What it does causes invitations as the real one does. */
import type { World } from './call.ts'
import { newAddressBook } from './cards/address-book.ts'
import { PersonBook } from './cards/person-book.ts'
import { notFound } from './errors.ts'
import { apple, dav } from './names.ts'
import { PersonCalendar } from './person-calendar.ts'
import type { User } from './store.ts'
import { textEl } from './xml.ts'

export type NewCalendar = { displayName?: string; components?: readonly string[]; color?: string }

export class Person {
  readonly #world: World
  readonly #user: User

  constructor(world: World, user: User) {
    this.#world = world
    this.#user = user
  }

  get uid(): string {
    return this.#user.uid
  }

  get email(): string {
    return this.#user.email
  }

  /** Nextcloud checks nothing here: any user may take any address (nextcloud-facts 7). */
  setEmail(email: string): void {
    this.#user.email = email
  }

  changeAppPassword(appPassword: string): void {
    this.#user.appPassword = appPassword
  }

  setDisabled(disabled: boolean): void {
    this.#user.disabled = disabled
  }

  /** Own calendars that are not in the trash. */
  calendars(): PersonCalendar[] {
    return [...this.#user.calendars.values()]
      .filter((calendar) => calendar.deletedAtMs === null)
      .map((calendar) => new PersonCalendar(this.#world, this.#user, calendar))
  }

  calendar(uri: string): PersonCalendar {
    const calendar = this.#user.calendars.get(uri)
    if (!calendar || calendar.deletedAtMs !== null) throw notFound(`Calendar with name '${uri}' could not be found`)
    return new PersonCalendar(this.#world, this.#user, calendar)
  }

  createCalendar(uri: string, init: NewCalendar = {}): PersonCalendar {
    const properties = [
      textEl(dav('displayname'), init.displayName ?? uri),
      textEl(apple('calendar-color'), init.color ?? '#0082c9'),
    ]
    const components = init.components ?? ['VEVENT', 'VTODO']
    const calendar = this.#world.store.createCalendar(this.#user, uri, { components, properties })
    return new PersonCalendar(this.#world, this.#user, calendar)
  }

  restoreCalendar(uri: string): PersonCalendar {
    const calendar = this.#user.calendars.get(uri)
    if (!calendar) throw notFound(`Calendar with name '${uri}' could not be found`)
    calendar.deletedAtMs = null
    return new PersonCalendar(this.#world, this.#user, calendar)
  }

  subscribe(uri: string, source: string): void {
    this.#user.subscriptions.push({ uri, displayName: uri, source })
  }

  /** iTIP messages that were delivered locally, as texts. */
  inbox(): string[] {
    return [...this.#user.inbox.values()].map((item) => item.text)
  }

  createAddressBook(uri: string, displayName = uri): PersonBook {
    const init = { id: this.#world.store.nextId(), owner: this.#user.uid, uri }
    this.#world.store.addBook(
      this.#user,
      newAddressBook({ ...init, properties: [textEl(dav('displayname'), displayName)] }),
    )
    return this.addressBook(uri)
  }

  addressBooks(): PersonBook[] {
    return [...this.#user.addressBooks.values()].map((book) => new PersonBook(this.#world, book))
  }

  /** Address books have no trash. */
  deleteAddressBook(uri: string): void {
    if (!this.#user.addressBooks.delete(uri)) throw notFound(`Addressbook with name '${uri}' could not be found`)
  }

  addressBook(uri: string): PersonBook {
    const book = this.#user.addressBooks.get(uri)
    if (!book) throw notFound(`Addressbook with name '${uri}' could not be found`)
    return new PersonBook(this.#world, book)
  }
}
